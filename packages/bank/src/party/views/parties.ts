import { type RowBatch, RowNotLocked, rowName } from '@finaegis/platform/command/locked-table';
import type { Transaction } from '@finaegis/platform/database/transaction';
import type { RecordedEvent } from '@finaegis/platform/event-store/event';
import type { ModuleTable } from '@finaegis/platform/module';
import type { MandateEvent } from '../mandate/events.ts';
import { mapReferences, type SealedChange, type SealedDetails } from '../party/details.ts';
import type { Kyc, PartyEvent, PartyKind } from '../party/events.ts';
import { type Relationship, withChange } from '../party/party.ts';

/** A party as it is now: the resource by id, the lock of its mandates, and what retention is decided on. */
export interface PartyRow extends Relationship {
  readonly partyId: string;
  readonly kind: PartyKind;
  readonly status: 'active' | 'erased';
  /** References only, commitments left out: whoever reads the row shows values, the log proves them. */
  readonly details: SealedDetails;
  readonly kyc: Kyc;
  readonly registeredAt: string;
  readonly changedAt: string;
}

/** A stored row of a party, as every query of it reads it. */
export interface StoredParty {
  readonly tenant_id: string;
  readonly party_id: string;
  readonly kind: PartyKind;
  readonly status: PartyRow['status'];
  readonly details: SealedDetails;
  readonly kyc: Kyc;
  readonly open_mandates: number;
  readonly operated_until: string | null;
  readonly registered_at: string;
  readonly changed_at: string;
}

/** Physical name of the table. */
export const partiesName = 'party_parties';

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  party_id text not null,
  kind text not null,
  status text not null,
  details jsonb not null,
  kyc jsonb not null,
  open_mandates integer not null,
  operated_until timestamptz(3),
  registered_at timestamptz(3) not null,
  changed_at timestamptz(3) not null,
  primary key (tenant_id, party_id)
)`;

const columns = [
  'tenant_id',
  'party_id',
  'kind',
  'status',
  'details',
  'kyc',
  'open_mandates',
  'operated_until',
  'registered_at',
  'changed_at',
];

/** The columns of a party for a query that names the table `p`. */
export const partyColumns = columns.map((column) => `p.${column}`).join(', ');

/** Locked before accounts and mandates: opening an account grants its owner's mandate in the same commit. */
export const partiesTable: ModuleTable<PartyRow> = {
  name: 'party.parties',
  rank: 1,
  consumes: [
    'PartyRegistered',
    'PartyDetailsChanged',
    'PartyKycSet',
    'PartyErased',
    'MandateGranted',
    'MandateRevoked',
  ],
  ddl: [{ name: partiesName, create: ddl }],
  lock: async (tx, requests) => {
    const { rows } = await tx.query<StoredParty>({
      name: 'lock-parties',
      text: `select ${partyColumns} from unnest($1::uuid[], $2::text[]) as wanted (tenant_id, party_id)
        cross join lateral (
          select * from ${partiesName} where tenant_id = wanted.tenant_id and party_id = wanted.party_id for no key update) p`,
      values: [requests.map(({ tenantId }) => tenantId), requests.map(({ key }) => key)],
    });
    return new Map(rows.map((row) => [rowName(row.tenant_id, row.party_id), partyFromStored(row)]));
  },
  fold: (rows, event) => {
    const partyId = event.data['partyId'] as string;
    rows.set(event.tenantId, partyId, folded(rows.get(event.tenantId, partyId), event));
  },
  write: async (tx, rows) => {
    if (rows.changed.length > 0) await write(tx, rows);
  },
};

/** A party row from its stored form. */
export const partyFromStored = (row: StoredParty): PartyRow => ({
  partyId: row.party_id,
  kind: row.kind,
  status: row.status,
  details: row.details,
  kyc: row.kyc,
  openMandates: row.open_mandates,
  ...(row.operated_until === null ? {} : { operatedUntil: row.operated_until }),
  registeredAt: row.registered_at,
  changedAt: row.changed_at,
});

const folded = (row: PartyRow | undefined, event: RecordedEvent): PartyRow => {
  const { type, data } = event as unknown as PartyEvent | MandateEvent;
  const { bookedAt } = event;
  if (type === 'PartyRegistered') {
    const { partyId, kind, details } = data;
    return {
      partyId,
      kind,
      status: 'active',
      details: bare(details),
      kyc: { status: 'none' },
      openMandates: 0,
      registeredAt: bookedAt,
      changedAt: bookedAt,
    };
  }
  if (row === undefined) throw new RowNotLocked(event);
  switch (type) {
    case 'PartyDetailsChanged':
      return { ...row, details: withChange(row.details, bare(data.change)), changedAt: bookedAt };
    case 'PartyKycSet':
      return { ...row, kyc: data.kyc, changedAt: bookedAt };
    case 'PartyErased':
      return { ...row, status: 'erased', changedAt: bookedAt };
    case 'MandateGranted':
      return { ...row, openMandates: row.openMandates + 1 };
    case 'MandateRevoked':
      return withoutMandate(row, data, bookedAt);
    default:
      throw new Error(`${type} does not change a party.`);
  }
};

const withoutMandate = (
  row: PartyRow,
  { kind, validTo }: { readonly kind: string; readonly validTo?: string | undefined },
  bookedAt: string,
): PartyRow => {
  const openMandates = row.openMandates - 1;
  // Whoever only looked on was no party to any business.
  if (kind === 'viewer') return { ...row, openMandates };
  const ended = validTo !== undefined && validTo < bookedAt ? validTo : bookedAt;
  return {
    ...row,
    openMandates,
    operatedUntil: row.operatedUntil !== undefined && row.operatedUntil > ended ? row.operatedUntil : ended,
  };
};

const bare = <Shape extends SealedDetails | SealedChange>(details: Shape): Shape =>
  mapReferences(details, ({ ref }) => ({ ref })) as Shape;

const write = (tx: Transaction, { changed }: RowBatch<PartyRow>): Promise<unknown> =>
  tx.query({
    name: 'write-parties',
    text: `insert into ${partiesName} (${columns.join(', ')})
      select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::jsonb[], $7::int[], $8::timestamptz[], $9::timestamptz[], $10::timestamptz[])
      on conflict (tenant_id, party_id) do update set status = excluded.status, details = excluded.details, kyc = excluded.kyc,
        open_mandates = excluded.open_mandates, operated_until = excluded.operated_until, changed_at = excluded.changed_at`,
    values: [
      changed.map(({ tenantId }) => tenantId),
      changed.map(({ key }) => key),
      changed.map(({ row }) => row.kind),
      changed.map(({ row }) => row.status),
      changed.map(({ row }) => JSON.stringify(row.details)),
      changed.map(({ row }) => JSON.stringify(row.kyc)),
      changed.map(({ row }) => row.openMandates),
      changed.map(({ row }) => row.operatedUntil ?? null),
      changed.map(({ row }) => row.registeredAt),
      changed.map(({ row }) => row.changedAt),
    ],
  });

/** One party, read without locking. */
export const findParty = async (tx: Transaction, tenantId: string, partyId: string): Promise<PartyRow | undefined> =>
  (await findParties(tx, tenantId, [partyId]))[0];

/** Parties by id, in no order; those that do not exist are left out. */
export const findParties = async (
  tx: Transaction,
  tenantId: string,
  partyIds: readonly string[],
): Promise<readonly PartyRow[]> => {
  const { rows } = await tx.query<StoredParty>({
    name: 'find-parties',
    text: `select ${partyColumns} from ${partiesName} p where p.tenant_id = $1 and p.party_id = any ($2)`,
    values: [tenantId, partyIds],
  });
  return rows.map(partyFromStored);
};
