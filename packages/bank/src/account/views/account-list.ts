import { all, type Transaction } from '@finaegis/platform/database/transaction';
import { defineView, tableName, type View } from '@finaegis/platform/view/view';
import type { Holder } from '../account/account.ts';
import { accountOpened } from '../account/events.ts';
import { type AccountRow, accountColumns, accountFromStored, accountsName, type StoredAccount } from './accounts.ts';
import { identifiersName } from './identifiers.ts';

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  account_id text not null,
  seq bigint not null,
  primary key (tenant_id, seq)
);
create unique index on ${name} (tenant_id, account_id)`;

const holdersDdl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  party_id text not null,
  account_id text not null,
  primary key (tenant_id, party_id, account_id)
)`;

/** The order of accounts in the log, which lists follow, and who holds them; what an account says now is read from the inline table. */
export const accountList: View = defineView({
  name: 'account_list',
  version: 1,
  contexts: ['account'],
  consumes: [accountOpened.type],
  tables: [
    { suffix: '', create: ddl },
    { suffix: 'holders', create: holdersDdl },
  ],
  apply: async (tx, { tenantId, table }, events) => {
    const holders = events.flatMap(({ data }) =>
      (data['holders'] as readonly Holder[]).map(({ partyId }) => ({ partyId, accountId: data['accountId'] })),
    );
    await all([
      tx.query(
        `insert into ${table()} (tenant_id, account_id, seq) select $1, * from unnest($2::text[], $3::bigint[])`,
        [tenantId, events.map(({ data }) => data['accountId']), events.map(({ seq }) => seq)],
      ),
      tx.query(
        `insert into ${table('holders')} (tenant_id, party_id, account_id) select $1, * from unnest($2::text[], $3::text[])`,
        [tenantId, holders.map(({ partyId }) => partyId), holders.map(({ accountId }) => accountId)],
      ),
    ]);
  },
});

/** What a list of accounts is narrowed by. */
export interface AccountFilter {
  readonly entity?: string | undefined;
  readonly product?: string | undefined;
  readonly status?: string | undefined;
  readonly asset?: string | undefined;
  /** A holder. */
  readonly partyId?: string | undefined;
  /** A whole local number, IBAN in electronic form, or external reference. */
  readonly identifier?: string | undefined;
  /** The accounts a customer may see. */
  readonly accountIds?: readonly string[] | undefined;
}

/** Accounts, newest first, each as it is now, with the place in the log that the list is ordered by. */
export const listAccounts = async (
  tx: Transaction,
  tenantId: string,
  filter: AccountFilter,
  page: { readonly before?: bigint | undefined; readonly limit: number },
): Promise<readonly { readonly seq: bigint; readonly account: AccountRow }[]> => {
  const values: unknown[] = [tenantId];
  const put = (value: unknown): string => `$${values.push(value)}`;
  const equal = (column: string, value: unknown): readonly string[] =>
    value === undefined ? [] : [`${column} = ${put(value)}`];
  const among = (column: string, query: (value: string) => string, value: unknown): readonly string[] =>
    value === undefined ? [] : [`${column} in (${query(put(value))})`];
  const conditions = [
    'l.tenant_id = $1',
    ...(page.before === undefined ? [] : [`l.seq < ${put(page.before)}`]),
    ...equal('a.entity', filter.entity),
    ...equal('a.product', filter.product),
    ...equal('a.status', filter.status),
    ...equal('a.asset', filter.asset),
    ...(filter.accountIds === undefined ? [] : [`l.account_id = any (${put(filter.accountIds)})`]),
    ...among(
      'l.account_id',
      (value) =>
        `select h.account_id from ${tableName(accountList, 'holders')} h where h.tenant_id = $1 and h.party_id = ${value}`,
      filter.partyId,
    ),
    ...among(
      'l.account_id',
      (value) =>
        `select i.account_id from ${identifiersName} i where i.tenant_id = $1 and i.value = ${value} and i.value <> ''`,
      filter.identifier,
    ),
  ];
  const { rows } = await tx.query<StoredAccount & { readonly seq: bigint }>(
    `select l.seq, ${accountColumns} from ${tableName(accountList)} l
      join ${accountsName} a on a.tenant_id = l.tenant_id and a.account_id = l.account_id
      where ${conditions.join(' and ')} order by l.seq desc limit ${put(page.limit)}`,
    values,
  );
  return rows.map((row) => ({ seq: row.seq, account: accountFromStored(row) }));
};
