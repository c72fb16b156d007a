import { type RowBatch, RowNotLocked, rowName } from '@finaegis/platform/command/locked-table';
import type { Transaction } from '@finaegis/platform/database/transaction';
import type { RecordedEvent } from '@finaegis/platform/event-store/event';
import type { ModuleTable } from '@finaegis/platform/module';
import type { MandateEvent, MandateKind, MandateLimit } from '../mandate/events.ts';

/** A mandate as it is now. */
export interface MandateRow {
  readonly mandateId: string;
  readonly partyId: string;
  readonly accountId: string;
  readonly kind: MandateKind;
  readonly validFrom?: string;
  readonly validTo?: string;
  readonly limits: readonly MandateLimit[];
  readonly grantedAt: string;
  readonly revokedAt?: string;
}

type StoredLimit = Omit<MandateLimit, 'perTransferMinor'> & { readonly perTransferMinor: string };

/** A stored row of a mandate, as every query of it reads it. */
export interface StoredMandate {
  readonly tenant_id: string;
  readonly mandate_id: string;
  readonly party_id: string;
  readonly account_id: string;
  readonly kind: MandateKind;
  readonly valid_from: string | null;
  readonly valid_to: string | null;
  readonly limits: readonly StoredLimit[];
  readonly granted_at: string;
  readonly revoked_at: string | null;
}

/** Physical name of the table. */
export const mandatesName = 'party_mandates';

// The indexes besides the key are partial over every row, so that only queries that say so use them: a plan made while the table is empty must not
// look a mandate up by anything but its key.
const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  mandate_id text not null,
  party_id text not null,
  account_id text not null,
  kind text not null,
  valid_from timestamptz(3),
  valid_to timestamptz(3),
  limits jsonb not null,
  granted_at timestamptz(3) not null,
  revoked_at timestamptz(3),
  primary key (tenant_id, mandate_id)
);
create index on ${name} (tenant_id, party_id, account_id) where party_id <> '';
create index on ${name} (tenant_id, account_id) where account_id <> ''`;

const columns = [
  'tenant_id',
  'mandate_id',
  'party_id',
  'account_id',
  'kind',
  'valid_from',
  'valid_to',
  'limits',
  'granted_at',
  'revoked_at',
];

/** The columns of a mandate for a query that names the table `m`. */
export const mandateColumns = columns.map((column) => `m.${column}`).join(', ');

/** Folded in the commit of its events, so that a revocation counts for the next request. */
export const mandatesTable: ModuleTable<MandateRow> = {
  name: 'party.mandates',
  rank: 2,
  consumes: ['MandateGranted', 'MandateLimitsChanged', 'MandateRevoked'],
  ddl: [{ name: mandatesName, create: ddl }],
  lock: async (tx, requests) => {
    const { rows } = await tx.query<StoredMandate>({
      name: 'lock-mandates',
      text: `select ${mandateColumns} from unnest($1::uuid[], $2::text[]) as wanted (tenant_id, mandate_id)
        cross join lateral (
          select * from ${mandatesName} where tenant_id = wanted.tenant_id and mandate_id = wanted.mandate_id for no key update) m`,
      values: [requests.map(({ tenantId }) => tenantId), requests.map(({ key }) => key)],
    });
    return new Map(rows.map((row) => [rowName(row.tenant_id, row.mandate_id), mandateFromStored(row)]));
  },
  fold: (rows, event) => {
    const mandateId = event.data['mandateId'] as string;
    rows.set(event.tenantId, mandateId, folded(rows.get(event.tenantId, mandateId), event));
  },
  write: async (tx, rows) => {
    if (rows.changed.length > 0) await write(tx, rows);
  },
};

/** A mandate row from its stored form. */
export const mandateFromStored = (row: StoredMandate): MandateRow => ({
  mandateId: row.mandate_id,
  partyId: row.party_id,
  accountId: row.account_id,
  kind: row.kind,
  ...(row.valid_from === null ? {} : { validFrom: row.valid_from }),
  ...(row.valid_to === null ? {} : { validTo: row.valid_to }),
  limits: row.limits.map(({ perTransferMinor, ...limit }) => ({
    ...limit,
    perTransferMinor: BigInt(perTransferMinor),
  })),
  grantedAt: row.granted_at,
  ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
});

const folded = (row: MandateRow | undefined, event: RecordedEvent): MandateRow => {
  const { type, data } = event as unknown as MandateEvent;
  if (type === 'MandateGranted') {
    const { validFrom, validTo, ...grant } = data;
    return {
      ...grant,
      ...(validFrom === undefined ? {} : { validFrom }),
      ...(validTo === undefined ? {} : { validTo }),
      grantedAt: event.bookedAt,
    };
  }
  if (row === undefined) throw new RowNotLocked(event);
  return type === 'MandateRevoked' ? { ...row, revokedAt: event.bookedAt } : { ...row, limits: data.limits };
};

const write = (tx: Transaction, { changed }: RowBatch<MandateRow>): Promise<unknown> =>
  tx.query({
    name: 'write-mandates',
    text: `insert into ${mandatesName} (${columns.join(', ')})
      select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::jsonb[], $9::timestamptz[], $10::timestamptz[])
      on conflict (tenant_id, mandate_id) do update set limits = excluded.limits, revoked_at = excluded.revoked_at`,
    values: [
      changed.map(({ tenantId }) => tenantId),
      changed.map(({ key }) => key),
      changed.map(({ row }) => row.partyId),
      changed.map(({ row }) => row.accountId),
      changed.map(({ row }) => row.kind),
      changed.map(({ row }) => row.validFrom ?? null),
      changed.map(({ row }) => row.validTo ?? null),
      changed.map(({ row }) =>
        JSON.stringify(row.limits, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
      ),
      changed.map(({ row }) => row.grantedAt),
      changed.map(({ row }) => row.revokedAt ?? null),
    ],
  });

/** One mandate, read without locking. */
export const findMandate = async (
  tx: Transaction,
  tenantId: string,
  mandateId: string,
): Promise<MandateRow | undefined> => {
  const { rows } = await tx.query<StoredMandate>({
    name: 'find-mandate',
    text: `select ${mandateColumns} from ${mandatesName} m where m.tenant_id = $1 and m.mandate_id = $2`,
    values: [tenantId, mandateId],
  });
  return rows.map(mandateFromStored)[0];
};

/** A party's mandates in force at an instant, on one account or on all. */
export const mandatesInForce = async (
  tx: Transaction,
  {
    tenantId,
    partyId,
    accountId,
    at,
  }: { readonly tenantId: string; readonly partyId: string; readonly accountId?: string; readonly at: string },
): Promise<readonly MandateRow[]> => {
  const { rows } = await tx.query<StoredMandate>({
    name: accountId === undefined ? 'mandates-of-party' : 'mandates-on-account',
    text: `select ${mandateColumns} from ${mandatesName} m
      where m.tenant_id = $1 and m.party_id = $2 and m.party_id <> '' and m.revoked_at is null
        and (m.valid_from is null or m.valid_from <= $3) and (m.valid_to is null or m.valid_to > $3)
        ${accountId === undefined ? '' : 'and m.account_id = $4'}`,
    values: [tenantId, partyId, at, ...(accountId === undefined ? [] : [accountId])],
  });
  return rows.map(mandateFromStored);
};

/** Ids of the accounts on which parties hold a mandate in force at an instant, by party; whoever holds none is left out. */
export const accountsInSight = async (
  tx: Transaction,
  { tenantId, partyIds, at }: { readonly tenantId: string; readonly partyIds: readonly string[]; readonly at: string },
): Promise<ReadonlyMap<string, readonly string[]>> => {
  const { rows } = await tx.query<{ partyId: string; accountIds: readonly string[] }>({
    name: 'accounts-in-sight',
    text: `select wanted.party_id as "partyId", array_agg(distinct m.account_id) as "accountIds"
      from unnest($2::text[]) as wanted (party_id)
      cross join lateral (
        select account_id from ${mandatesName} where tenant_id = $1 and party_id = wanted.party_id and party_id <> '' and revoked_at is null
          and (valid_from is null or valid_from <= $3) and (valid_to is null or valid_to > $3) offset 0) m
      group by wanted.party_id`,
    values: [tenantId, partyIds, at],
  });
  return new Map(rows.map(({ partyId, accountIds }) => [partyId, accountIds]));
};
