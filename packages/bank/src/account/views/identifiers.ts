import { rowName } from '@finaegis/platform/command/locked-table';
import type { Transaction } from '@finaegis/platform/database/transaction';
import type { ModuleTable } from '@finaegis/platform/module';
import type { Identifier, IdentifierScheme } from '../identifier/identifier.ts';

/** Whose number it is. */
export interface IdentifierRow extends Identifier {
  readonly accountId: string;
  /** Local numbers are unique within an entity, since some countries write them without the bank's code; others within the tenant. */
  readonly scope: string;
}

/** Physical name of the table. */
export const identifiersName = 'account_identifiers';

// The secondary indexes are partial, so that only queries that say so may use them: while the table is small every index costs the same to the
// planner, and a plan for the lock that is made then stays.
const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  scheme text not null,
  scope text not null,
  value text not null,
  account_id text not null,
  primary key (tenant_id, scheme, scope, value)
);
create index on ${name} (tenant_id, account_id) where account_id <> '';
create index on ${name} (tenant_id, value) where value <> ''`;

/** Key of an external reference's row: the one scheme whose values come from outside and may be taken. */
export const externalKey = (value: string): string => identifierKey({ scheme: 'external', scope: '', value });

const identifierKey = ({ scheme, scope, value }: Omit<IdentifierRow, 'accountId'>): string =>
  `${scheme} ${scope} ${value}`;

const splitKey = (key: string): Omit<IdentifierRow, 'accountId'> => {
  const [scheme = '', scope = ''] = key.split(' ', 2);
  return { scheme: scheme as IdentifierScheme, scope, value: key.slice(scheme.length + scope.length + 2) };
};

/**
 * Every number ever issued. A row is only ever inserted: a number that another process issued in the meantime fails the statement, and the batch
 * runs again and finds it.
 */
export const identifiersTable: ModuleTable<IdentifierRow> = {
  name: 'account.identifiers',
  rank: 15,
  consumes: ['IdentifierIssued'],
  ddl: [{ name: identifiersName, create: ddl }],
  lock: async (tx, requests) => {
    const wanted = requests.map(({ tenantId, key }) => ({ tenantId, ...splitKey(key) }));
    const { rows } = await tx.query<{ tenant_id: string; account_id: string } & Omit<IdentifierRow, 'accountId'>>({
      name: 'lock-identifiers',
      text: `select i.* from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as wanted (tenant_id, scheme, scope, value)
        cross join lateral (
          select tenant_id, scheme, scope, value, account_id from ${identifiersName}
          where tenant_id = wanted.tenant_id and scheme = wanted.scheme and scope = wanted.scope and value = wanted.value offset 0) i`,
      values: [
        wanted.map(({ tenantId }) => tenantId),
        wanted.map(({ scheme }) => scheme),
        wanted.map(({ scope }) => scope),
        wanted.map(({ value }) => value),
      ],
    });
    return new Map(
      rows.map(({ tenant_id: tenantId, account_id: accountId, ...identifier }) => [
        rowName(tenantId, identifierKey(identifier)),
        { ...identifier, accountId },
      ]),
    );
  },
  fold: (rows, { tenantId, data }) => {
    const { accountId, entity, scheme, value } = data as unknown as IdentifierRow & { readonly entity: string };
    const row = { scheme, scope: scheme === 'local' ? entity : '', value, accountId };
    rows.set(tenantId, identifierKey(row), row);
  },
  write: async (tx, { changed }) => {
    if (changed.length > 0)
      await tx.query({
        name: 'write-identifiers',
        text: `insert into ${identifiersName} (tenant_id, scheme, scope, value, account_id)
          select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])`,
        values: [
          changed.map(({ tenantId }) => tenantId),
          changed.map(({ row }) => row.scheme),
          changed.map(({ row }) => row.scope),
          changed.map(({ row }) => row.value),
          changed.map(({ row }) => row.accountId),
        ],
      });
  },
};

/** The numbers of accounts, in the order local, IBAN, external. */
export const identifiersOf = async (
  tx: Transaction,
  tenantId: string,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Identifier[]>> => {
  const { rows } = await tx.query<{ account_id: string; scheme: IdentifierScheme; value: string }>({
    name: 'identifiers-of',
    text: `select account_id, scheme, value from ${identifiersName}
      where tenant_id = $1 and account_id = any ($2) and account_id <> '' order by account_id, scheme desc, value`,
    values: [tenantId, accountIds],
  });
  const order: Readonly<Record<IdentifierScheme, number>> = { local: 0, iban: 1, external: 2 };
  const found = new Map<string, Identifier[]>();
  for (const { account_id: accountId, scheme, value } of rows)
    found.set(accountId, [...(found.get(accountId) ?? []), { scheme, value }]);
  for (const its of found.values()) its.sort((a, b) => order[a.scheme] - order[b.scheme]);
  return found;
};
