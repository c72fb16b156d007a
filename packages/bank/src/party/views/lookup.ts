import { erased } from '@finaegis/platform/event-store/personal-ref';
import { read, type Services } from '@finaegis/platform/services';
import type { KnownParty, Parties } from '../contract.ts';
import { displayName } from './names.ts';
import { findParties, findParty, type PartyRow } from './parties.ts';

/** The lookups neighbours are given. Names are read when asked for and kept by nobody, so that an erasure leaves none behind. */
export const createParties = (services: Pick<Services, 'readPool' | 'personalData'>): Parties => ({
  find: async (tenantId, partyId) => {
    const party = await read(services, tenantId, (tx) => findParty(tx, tenantId, partyId));
    return party === undefined ? undefined : known(party);
  },
  displayNames: (tenantId, partyIds) =>
    read(services, tenantId, async (tx) => {
      const parties = await findParties(tx, tenantId, [...new Set(partyIds)]);
      const values = await services.personalData.read(
        tx,
        tenantId,
        parties.flatMap(({ details }) => Object.values(details.name).map(({ ref }) => ref)),
      );
      return new Map(
        parties.map((party) => [
          party.partyId,
          party.status === 'erased' ? erased : displayName(nameOf(party, values)),
        ]),
      );
    }),
});

const known = ({ partyId, kind, status, kyc }: PartyRow): KnownParty => ({ partyId, kind, status, kyc });

const nameOf = (
  { details: { name } }: PartyRow,
  values: ReadonlyMap<string, string>,
): Parameters<typeof displayName>[0] =>
  Object.fromEntries(Object.entries(name).map(([part, { ref }]) => [part, values.get(ref) ?? erased])) as Parameters<
    typeof displayName
  >[0];
