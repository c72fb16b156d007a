import { rowName } from '@finaegis/platform/command/locked-table';
import type { Transaction } from '@finaegis/platform/database/transaction';
import type { RecordedEvent } from '@finaegis/platform/event-store/event';
import type { ModuleTable } from '@finaegis/platform/module';
import type { BankDetails } from '../identifier/identifier.ts';

/** How an entity numbers its accounts. */
export interface NumberingRow {
  readonly entity: string;
  /** Absent until somebody sets them: accounts then have a plain local number and no IBAN. */
  readonly bank?: BankDetails;
  /** Only grows: a number that was given out never is again. */
  readonly nextNumber: bigint;
}

interface StoredRow {
  readonly tenant_id: string;
  readonly entity: string;
  readonly country: string | null;
  readonly bank_code: string | null;
  readonly bic: string | null;
  readonly name: string | null;
  readonly next_number: bigint;
}

/** Physical name of the table of sequences. */
export const numberingName = 'account_numbering';
const bankCodesName = 'account_bank_codes';

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  entity text not null,
  country text,
  bank_code text,
  bic text,
  name text,
  next_number bigint not null,
  primary key (tenant_id, entity)
) with (fillfactor = 50)`;

/**
 * The sequence of account numbers of each entity, locked by whoever opens an account. Two processes that open the first account of an entity
 * find no row to lock; then one of them is refused by the unique number itself and runs again.
 */
export const numberingTable: ModuleTable<NumberingRow> = {
  name: 'account.numbering',
  rank: 12,
  consumes: ['BankDetailsSet', 'IdentifierIssued'],
  ddl: [{ name: numberingName, create: ddl }],
  lock: async (tx, requests) => {
    const { rows } = await tx.query<StoredRow>({
      name: 'lock-numbering',
      text: `select n.* from unnest($1::uuid[], $2::text[]) as wanted (tenant_id, entity)
        cross join lateral (
          select tenant_id, entity, country, bank_code, bic, name, next_number from ${numberingName}
          where tenant_id = wanted.tenant_id and entity = wanted.entity for no key update) n`,
      values: [requests.map(({ tenantId }) => tenantId), requests.map(({ key }) => key)],
    });
    return new Map(rows.map((row) => [rowName(row.tenant_id, row.entity), fromStored(row)]));
  },
  fold: (rows, event) => {
    const { entity } = event.data as { entity: string };
    const row = folded(rows.get(event.tenantId, entity) ?? { entity, nextNumber: 1n }, event);
    rows.set(event.tenantId, entity, row);
  },
  write: async (tx, { changed }) => {
    if (changed.length > 0)
      await tx.query({
        name: 'write-numbering',
        text: `insert into ${numberingName} as n (tenant_id, entity, country, bank_code, bic, name, next_number)
          select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
          on conflict (tenant_id, entity) do update set
            country = excluded.country, bank_code = excluded.bank_code, bic = excluded.bic, name = excluded.name,
            next_number = greatest(n.next_number, excluded.next_number)`,
        values: [
          changed.map(({ tenantId }) => tenantId),
          changed.map(({ key }) => key),
          changed.map(({ row }) => row.bank?.country ?? null),
          changed.map(({ row }) => row.bank?.bankCode ?? null),
          changed.map(({ row }) => row.bank?.bic ?? null),
          changed.map(({ row }) => row.bank?.name ?? null),
          changed.map(({ row }) => row.nextNumber),
        ],
      });
  },
};

const fromStored = (row: StoredRow): NumberingRow => ({
  entity: row.entity,
  nextNumber: row.next_number,
  ...(row.country === null || row.bank_code === null
    ? {}
    : {
        bank: {
          entity: row.entity,
          country: row.country,
          bankCode: row.bank_code,
          name: row.name ?? '',
          ...(row.bic === null ? {} : { bic: row.bic }),
        },
      }),
});

const folded = (row: NumberingRow, { type, data }: RecordedEvent): NumberingRow => {
  if (type === 'BankDetailsSet') return { ...row, bank: data as unknown as BankDetails };
  const { sequence } = data as { readonly sequence?: bigint };
  return sequence === undefined || sequence < row.nextNumber ? row : { ...row, nextNumber: sequence + 1n };
};

/** Key of a bank code's row. */
export const bankCodeKey = ({ country, bankCode }: Pick<BankDetails, 'country' | 'bankCode'>): string =>
  `${country} ${bankCode}`;

/** Which entity of the tenant has a bank code: two with the same one would issue the same account numbers. */
export const bankCodesTable: ModuleTable<{ readonly entity: string }> = {
  name: 'account.bank-codes',
  rank: 13,
  consumes: ['BankDetailsSet'],
  ddl: [
    {
      name: bankCodesName,
      create: (name) => `create table ${name} (
        tenant_id uuid not null,
        bank_code text not null,
        entity text not null,
        primary key (tenant_id, bank_code)
      )`,
    },
  ],
  lock: async (tx, requests) => {
    const { rows } = await tx.query<{ tenant_id: string; bank_code: string; entity: string }>({
      name: 'lock-bank-codes',
      text: `select c.* from unnest($1::uuid[], $2::text[]) as wanted (tenant_id, bank_code)
        cross join lateral (
          select tenant_id, bank_code, entity from ${bankCodesName}
          where tenant_id = wanted.tenant_id and bank_code = wanted.bank_code for no key update) c`,
      values: [requests.map(({ tenantId }) => tenantId), requests.map(({ key }) => key)],
    });
    return new Map(rows.map((row) => [rowName(row.tenant_id, row.bank_code), { entity: row.entity }]));
  },
  fold: (rows, { tenantId, data }) => {
    const details = data as unknown as BankDetails;
    rows.set(tenantId, bankCodeKey(details), { entity: details.entity });
  },
  write: async (tx, { changed }) => {
    if (changed.length > 0)
      await tx.query({
        name: 'write-bank-codes',
        text: `insert into ${bankCodesName} (tenant_id, bank_code, entity) select * from unnest($1::uuid[], $2::text[], $3::text[])`,
        values: [
          changed.map(({ tenantId }) => tenantId),
          changed.map(({ key }) => key),
          changed.map(({ row }) => row.entity),
        ],
      });
  },
};

/** How an entity numbers its accounts now; undefined before its first account and its bank details. */
export const findNumbering = async (
  tx: Transaction,
  tenantId: string,
  entity: string,
): Promise<NumberingRow | undefined> => {
  const { rows } = await tx.query<StoredRow>({
    name: 'find-numbering',
    text: `select tenant_id, entity, country, bank_code, bic, name, next_number from ${numberingName} where tenant_id = $1 and entity = $2`,
    values: [tenantId, entity],
  });
  return rows.map(fromStored)[0];
};
