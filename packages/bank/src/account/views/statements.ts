import type { Transaction } from '@finaegis/platform/database/transaction';
import type { ModuleTable } from '@finaegis/platform/module';
import type { Statement } from '../statement/statement.ts';

interface StoredStatement {
  readonly account_id: string;
  readonly asset: string;
  readonly number: number;
  readonly from_date: string;
  readonly to_date: string;
  readonly opening: string;
  readonly closing: string;
  readonly entries: number;
  readonly digest: string;
  readonly issued_at: string;
}

/** Physical name of the table. */
export const statementsName = 'account_statements';

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  account_id text not null,
  asset text not null,
  number integer not null,
  from_date date not null,
  to_date date not null,
  opening numeric(38, 0) not null,
  closing numeric(38, 0) not null,
  entries integer not null,
  digest text not null,
  issued_at timestamptz(3) not null,
  primary key (tenant_id, account_id, asset, number)
);
create index on ${name} (tenant_id, account_id, to_date, asset, number) where number > 0;
create trigger refuse_change before update or delete on ${name} for each row execute function finaegis_refuse_change()`;

/** Statements in the commit that issues them, since the next one begins where the last one ended. Rows are only ever inserted: the
 * database refuses anything else, whoever asks. */
export const statementsTable: ModuleTable<Statement> = {
  name: 'account.statements',
  rank: 16,
  consumes: ['StatementIssued'],
  ddl: [{ name: statementsName, create: ddl }],
  lock: async () => new Map<string, Statement>(),
  fold: (rows, { tenantId, data, bookedAt }) => {
    const statement = { ...(data as unknown as Statement), issuedAt: bookedAt };
    rows.set(tenantId, `${statement.accountId} ${statement.asset} ${statement.number}`, statement);
  },
  write: async (tx, { changed }) => {
    if (changed.length > 0)
      await tx.query({
        name: 'write-statements',
        text: `insert into ${statementsName} (tenant_id, account_id, asset, number, from_date, to_date, opening, closing, entries, digest, issued_at)
          select * from unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::date[], $6::date[], $7::numeric[], $8::numeric[], $9::int[], $10::text[], $11::timestamptz[])`,
        values: [
          changed.map(({ tenantId }) => tenantId),
          changed.map(({ row }) => row.accountId),
          changed.map(({ row }) => row.asset),
          changed.map(({ row }) => row.number),
          changed.map(({ row }) => row.from),
          changed.map(({ row }) => row.to),
          changed.map(({ row }) => row.openingMinor),
          changed.map(({ row }) => row.closingMinor),
          changed.map(({ row }) => row.entries),
          changed.map(({ row }) => row.digest),
          changed.map(({ row }) => row.issuedAt),
        ],
      });
  },
};

const columns = 'account_id, asset, number, from_date, to_date, opening, closing, entries, digest, issued_at';

const fromStored = (row: StoredStatement): Statement => ({
  accountId: row.account_id,
  asset: row.asset,
  number: row.number,
  from: row.from_date,
  to: row.to_date,
  openingMinor: BigInt(row.opening),
  closingMinor: BigInt(row.closing),
  entries: row.entries,
  digest: row.digest,
  issuedAt: row.issued_at,
});

/** The last statement of each account and asset named, where there is one: one probe of the primary key each. */
export const lastStatements = async (
  tx: Transaction,
  tenantId: string,
  balances: readonly { readonly account: string; readonly asset: string }[],
): Promise<readonly Statement[]> => {
  const { rows } = await tx.query<StoredStatement>({
    name: 'last-statements',
    text: `select s.* from unnest($2::text[], $3::text[]) as wanted (account_id, asset)
      cross join lateral (
        select ${columns} from ${statementsName}
        where tenant_id = $1 and account_id = wanted.account_id and asset = wanted.asset order by number desc limit 1) s`,
    values: [tenantId, balances.map(({ account }) => account), balances.map(({ asset }) => asset)],
  });
  return rows.map(fromStored);
};

/** Where a page of an account's statements begins. */
export interface StatementPosition {
  readonly to: string;
  readonly asset: string;
  readonly number: number;
}

/** An account's statements, those that end last first. */
export const listStatements = async (
  tx: Transaction,
  tenantId: string,
  { accountId, asset }: { readonly accountId: string; readonly asset?: string | undefined },
  { before, limit }: { readonly before?: StatementPosition | undefined; readonly limit: number },
): Promise<readonly Statement[]> => {
  const { rows } = await tx.query<StoredStatement>({
    name: 'list-statements',
    text: `select ${columns} from ${statementsName}
      where tenant_id = $1 and account_id = $2 and number > 0 and ($3::text is null or asset = $3)
        and ($4::date is null or (to_date, asset, number) < ($4::date, $5::text, $6::int))
      order by to_date desc, asset desc, number desc limit $7`,
    values: [
      tenantId,
      accountId,
      asset ?? null,
      before?.to ?? null,
      before?.asset ?? null,
      before?.number ?? null,
      limit,
    ],
  });
  return rows.map(fromStored);
};

/** One statement. */
export const findStatement = async (
  tx: Transaction,
  tenantId: string,
  { accountId, asset, number }: Pick<Statement, 'accountId' | 'asset' | 'number'>,
): Promise<Statement | undefined> => {
  const { rows } = await tx.query<StoredStatement>({
    name: 'find-statement',
    text: `select ${columns} from ${statementsName} where tenant_id = $1 and account_id = $2 and asset = $3 and number = $4`,
    values: [tenantId, accountId, asset, number],
  });
  return rows.map(fromStored)[0];
};
