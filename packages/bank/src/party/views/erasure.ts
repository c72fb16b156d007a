import type { Transaction } from '@finaegis/platform/database/transaction';
import type { ModuleTable } from '@finaegis/platform/module';
import type { Services } from '@finaegis/platform/services';
import { subjectOf } from '../party/details.ts';
import { mandatesName } from './mandates.ts';

/** Destroys the keys of erased parties in the commit of the erasure. It has no rows of its own: what it writes is the loss of others. */
export const erasureTable = (services: Pick<Services, 'personalData'>): ModuleTable => ({
  name: 'party.erasure',
  rank: 3,
  consumes: ['PartyErased'],
  lock: async () => new Map<string, never>(),
  fold: ({ scratch }, { tenantId, data }) => {
    const parties = (scratch.get(tenantId) as readonly string[] | undefined) ?? [];
    scratch.set(tenantId, [...parties, data['partyId'] as string]);
  },
  write: async (tx, { scratch }) => {
    await Promise.all(
      [...scratch].flatMap(([tenantId, parties]) => {
        const partyIds = parties as readonly string[];
        return [
          services.personalData.destroy(tx, tenantId, partyIds.map(subjectOf)),
          ...destroyAccounts(tx, tenantId, partyIds),
        ];
      }),
    );
  },
});

// Accounts the parties owned and nobody else does: the texts written on their movements and the accounts' names go with the parties.
const subjectsOfAccounts = `select distinct 'account:' || m.account_id from ${mandatesName} m
  where m.tenant_id = $1 and m.party_id = any ($2::text[]) and m.party_id <> '' and m.kind in ('owner', 'joint')
    and not exists (
      select from ${mandatesName} other
      where other.tenant_id = m.tenant_id and other.account_id = m.account_id and other.account_id <> '' and other.kind in ('owner', 'joint') and other.party_id <> all ($2::text[]))`;

/** As `destroy` does for subjects that are known; statements are sent at once, since COMMIT is on their heels. */
const destroyAccounts = (tx: Transaction, tenantId: string, partyIds: readonly string[]): readonly Promise<unknown>[] =>
  [
    `delete from subject_keys where tenant_id = $1 and subject in (${subjectsOfAccounts})`,
    `insert into subject_keys (tenant_id, subject, wrapped_key) select $1, gone.subject, '' from (${subjectsOfAccounts}) as gone (subject)`,
    `delete from personal_data where tenant_id = $1 and subject <> '' and subject in (${subjectsOfAccounts})`,
  ].map((text) => tx.query(text, [tenantId, partyIds]));
