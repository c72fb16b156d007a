import type { Transaction } from '@finaegis/platform/database/transaction';
import { defineView, tableName, type View } from '@finaegis/platform/view/view';
import { mandateGranted } from '../mandate/events.ts';
import { type MandateRow, mandateColumns, mandateFromStored, mandatesName, type StoredMandate } from './mandates.ts';

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  mandate_id text not null,
  seq bigint not null,
  primary key (tenant_id, mandate_id)
);
create unique index on ${name} (tenant_id, seq)`;

/** The order of mandates in the log, which lists follow; what a mandate says now is read from the inline table. */
export const mandateList: View = defineView({
  name: 'party_mandate_list',
  version: 1,
  contexts: ['party'],
  consumes: [mandateGranted.type],
  tables: [{ suffix: '', create: ddl }],
  apply: async (tx, { tenantId, table }, events) => {
    await tx.query(
      `insert into ${table()} (tenant_id, mandate_id, seq) select $1, * from unnest($2::text[], $3::bigint[])`,
      [tenantId, events.map(({ data }) => data['mandateId']), events.map(({ seq }) => seq)],
    );
  },
});

/** What a list of mandates is narrowed by. */
export interface MandateFilter {
  readonly partyId?: string | undefined;
  readonly accountId?: string | undefined;
}

/** Mandates, newest first, each as it is now, with the place in the log that the list is ordered by. */
export const listMandates = async (
  tx: Transaction,
  tenantId: string,
  { partyId, accountId }: MandateFilter,
  page: { readonly before?: bigint; readonly limit: number },
): Promise<readonly { readonly seq: bigint; readonly mandate: MandateRow }[]> => {
  const values: unknown[] = [tenantId];
  const put = (value: unknown): string => `$${values.push(value)}`;
  const conditions = [
    'l.tenant_id = $1',
    ...(page.before === undefined ? [] : [`l.seq < ${put(page.before)}`]),
    ...(partyId === undefined ? [] : [`m.party_id = ${put(partyId)}`, "m.party_id <> ''"]),
    ...(accountId === undefined ? [] : [`m.account_id = ${put(accountId)}`, "m.account_id <> ''"]),
  ];
  const { rows } = await tx.query<StoredMandate & { readonly seq: bigint }>(
    `select l.seq, ${mandateColumns} from ${tableName(mandateList)} l join ${mandatesName} m on m.tenant_id = l.tenant_id and m.mandate_id = l.mandate_id
      where ${conditions.join(' and ')} order by l.seq desc limit ${put(page.limit)}`,
    values,
  );
  return rows.map((row) => ({ seq: row.seq, mandate: mandateFromStored(row) }));
};
