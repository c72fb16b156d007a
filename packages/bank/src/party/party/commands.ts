import type { CommandHandler, Needs } from '@finaegis/platform/command/handler';
import { RowNotLocked } from '@finaegis/platform/command/locked-table';
import { uuid } from '@finaegis/platform/http/amount';
import type { Services } from '@finaegis/platform/services';
import { z } from 'zod';
import { type PartyRow, partiesTable } from '../views/parties.ts';
import {
  detailsChange,
  partyDetails,
  type Sealed,
  type SealedChange,
  type SealedDetails,
  sealDetails,
} from './details.ts';
import { erasureReason, kyc, partyKind } from './events.ts';
import {
  changePartyDetails,
  type EraseParty,
  eraseParty,
  type PartyRefusal,
  partyAggregate,
  registerParty,
  type SetKyc,
  setKyc,
} from './party.ts';

/** Commands of parties as they arrive, values in plain text. */
export const registerPartyData = z.strictObject({ partyId: uuid, kind: partyKind, details: partyDetails });
export const changePartyDetailsData = z.strictObject({ partyId: uuid, change: detailsChange });
export const setKycData = z.strictObject({ partyId: uuid, kyc });
export const erasePartyData = z.strictObject({ partyId: uuid, reason: erasureReason });

export type RegisterPartyData = z.output<typeof registerPartyData>;
export type ChangePartyDetailsData = z.output<typeof changePartyDetailsData>;

/** What the commands of parties tell: the party as it is after them. */
export type PartyCommand<Data, Refs> = CommandHandler<Data, Refs, PartyRow, PartyRefusal>;

/** The commands of a party. */
export interface PartyCommands {
  readonly registerParty: PartyCommand<RegisterPartyData, Sealed<SealedDetails>>;
  readonly changePartyDetails: PartyCommand<ChangePartyDetailsData, Sealed<SealedChange>>;
  readonly setKyc: PartyCommand<SetKyc, undefined>;
  readonly eraseParty: PartyCommand<EraseParty, undefined>;
}

const loads = ({ partyId }: { readonly partyId: string }): Needs => ({
  rows: [{ table: partiesTable, key: partyId }],
  streams: [{ aggregate: partyAggregate, id: partyId }],
});

const result: PartyCommand<{ readonly partyId: string }, unknown>['result'] = (loaded, { partyId }) => {
  const row = loaded.row(partiesTable, partyId);
  if (row === undefined) throw new RowNotLocked({ stream: partyAggregate.stream(partyId) });
  return row;
};

/** Command handlers; personal values are sealed before a command is queued, so that neither log nor queue of events ever sees them. */
export const createPartyCommands = (services: Pick<Services, 'personalData'>): PartyCommands => ({
  registerParty: {
    name: 'party.RegisterParty',
    schema: registerPartyData,
    permission: 'party:write',
    prepare: ({ partyId, details }, { tenantId }) =>
      sealDetails<SealedDetails>(services.personalData, { tenantId, partyId, plain: details }),
    loads,
    decide: (loaded, { partyId, kind }, _facts, { details }) =>
      registerParty(loaded.stream(partyAggregate, partyId).state, { partyId, kind, details }),
    sealed: ({ values }) => values,
    result,
  },
  changePartyDetails: {
    name: 'party.ChangePartyDetails',
    schema: changePartyDetailsData,
    permission: 'party:write',
    prepare: ({ partyId, change }, { tenantId }) =>
      sealDetails<SealedChange>(services.personalData, { tenantId, partyId, plain: change }),
    loads,
    decide: (loaded, { partyId }, _facts, { details }) =>
      changePartyDetails(loaded.stream(partyAggregate, partyId).state, { partyId, change: details }),
    sealed: ({ values }) => values,
    result,
  },
  setKyc: {
    name: 'party.SetKyc',
    schema: setKycData,
    permission: 'party:kyc',
    loads,
    decide: (loaded, data) => setKyc(loaded.stream(partyAggregate, data.partyId).state, data),
    result,
  },
  eraseParty: {
    name: 'party.EraseParty',
    schema: erasePartyData,
    permission: 'party:erase',
    loads,
    decide: (loaded, data, { now }) => {
      const row = loaded.row(partiesTable, data.partyId);
      return eraseParty(loaded.stream(partyAggregate, data.partyId).state, data, row ?? { openMandates: 0 }, now);
    },
    result,
  },
});
