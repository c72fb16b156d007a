import type { Transaction } from '@finaegis/platform/database/transaction';
import type { LoggedEvent } from '@finaegis/platform/event-store/event';
import { erased } from '@finaegis/platform/event-store/personal-ref';
import type { Services } from '@finaegis/platform/services';
import { defineView, tableName, type View, type ViewTables } from '@finaegis/platform/view/view';
import type { SealedChange, SealedDetails } from '../party/details.ts';
import { type PartyEvent, partyDetailsChanged, partyErased, partyKycSet, partyRegistered } from '../party/events.ts';
import { nameTexts, referenceText } from './names.ts';
import { type PartyRow, partiesName, partyColumns, partyFromStored, type StoredParty } from './parties.ts';

/** The directory needs the values to make tokens of them; it keeps the tokens only. */
type Reader = Pick<Services, 'personalData'>;

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  party_id text not null,
  seq bigint not null,
  status text not null,
  kyc_status text not null,
  primary key (tenant_id, party_id)
);
create unique index on ${name} (tenant_id, seq);
create index on ${name} (tenant_id, kyc_status, seq)`;

// One row per token, not an array under GIN: only comparisons PostgreSQL trusts may use an index behind row-level security.
const tokensDdl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  token bigint not null,
  party_id text not null,
  field text not null,
  primary key (tenant_id, token, party_id)
);
create index on ${name} (tenant_id, party_id)`;

const shape = {
  name: 'party_directory',
  version: 1,
  contexts: ['party'],
  consumes: [partyRegistered, partyDetailsChanged, partyKycSet, partyErased].map(({ type }) => type),
  tables: [
    { suffix: '', create: ddl },
    { suffix: 'tokens', create: tokensDdl },
  ],
};

// A table's name does not depend on how the view is folded.
const nameOf = (suffix?: string): string => tableName({ ...shape, apply: async () => undefined }, suffix);

/** Lists and search of parties: place in the log, what lists filter by, and blind tokens of names and external references. */
export const partyDirectory = (reader: Reader): View =>
  defineView({
    ...shape,
    apply: async (tx, tables, events) => {
      const { rows, tokens, erasedIds } = await fold(tx, reader, tables.tenantId, events);
      await Promise.all([
        ...writeRows(tx, tables, rows),
        ...writeTokens(tx, tables, tokens),
        ...dropTokens(tx, tables, erasedIds),
      ]);
    },
  });

interface Change {
  readonly seq?: bigint;
  readonly status?: string;
  readonly kycStatus?: string;
}

type Field = 'name' | 'reference';

interface FieldTokens {
  readonly partyId: string;
  readonly field: Field;
  readonly tokens: readonly bigint[];
}

interface Folded {
  readonly rows: ReadonlyMap<string, Change>;
  readonly tokens: readonly FieldTokens[];
  readonly erasedIds: readonly string[];
}

/** What a stretch of the log comes to: of several changes to one thing only the last is written. */
const fold = async (
  tx: Transaction,
  reader: Reader,
  tenantId: string,
  events: readonly LoggedEvent[],
): Promise<Folded> => {
  const rows = new Map<string, Change>();
  const named = new Map<
    string,
    { readonly partyId: string; readonly field: Field; readonly refs: readonly string[] }
  >();
  for (const event of events) {
    const { type, data } = event as unknown as PartyEvent;
    const { partyId } = data;
    const row = rows.get(partyId) ?? {};
    if (type === 'PartyRegistered') rows.set(partyId, { seq: event.seq, status: 'active', kycStatus: 'none' });
    if (type === 'PartyKycSet') rows.set(partyId, { ...row, kycStatus: data.kyc.status });
    if (type === 'PartyErased') rows.set(partyId, { ...row, status: 'erased' });
    const searched =
      type === 'PartyRegistered'
        ? searchedRefs(data.details)
        : type === 'PartyDetailsChanged'
          ? searchedRefs(data.change)
          : [];
    for (const { field, refs } of searched) named.set(`${partyId}/${field}`, { partyId, field, refs });
  }
  const erasedIds = [...rows].flatMap(([partyId, { status }]) => (status === 'erased' ? [partyId] : []));
  const wanted = [...named.values()].filter(({ partyId }) => rows.get(partyId)?.status !== 'erased');
  const [values, token] = await Promise.all([
    reader.personalData.read(
      tx,
      tenantId,
      wanted.flatMap(({ refs }) => refs),
    ),
    reader.personalData.blindIndex(tenantId),
  ]);
  const tokens = wanted.map(({ partyId, field, refs }): FieldTokens => {
    // A rebuild meets names of parties erased further on; they must not become searchable as "erased".
    const texts = refs.map((ref) => values.get(ref) ?? erased).filter((text) => text !== erased);
    return {
      partyId,
      field,
      tokens: [...new Set((field === 'name' ? nameTexts(texts) : texts.map(referenceText)).map(token))],
    };
  });
  return { rows, tokens, erasedIds };
};

const searchedRefs = ({
  name,
  externalReference,
}: SealedDetails | SealedChange): readonly { readonly field: Field; readonly refs: readonly string[] }[] => [
  ...(name === undefined ? [] : [{ field: 'name' as const, refs: Object.values(name).map(({ ref }) => ref) }]),
  ...(externalReference === undefined
    ? []
    : [{ field: 'reference' as const, refs: externalReference === null ? [] : [externalReference.ref] }]),
];

const writeRows = (
  tx: Transaction,
  { tenantId, table }: ViewTables,
  rows: Folded['rows'],
): readonly Promise<unknown>[] => {
  const all = [...rows];
  const made = all.filter(([, { seq }]) => seq !== undefined);
  const changed = all.filter(([, { seq }]) => seq === undefined);
  const columns = (some: typeof all): unknown[] => [
    some.map(([partyId]) => partyId),
    some.map(([, { status }]) => status ?? null),
    some.map(([, { kycStatus }]) => kycStatus ?? null),
  ];
  return [
    ...(made.length === 0
      ? []
      : [
          tx.query(
            `insert into ${table()} (tenant_id, party_id, status, kyc_status, seq) select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::bigint[])`,
            [tenantId, ...columns(made), made.map(([, { seq }]) => seq)],
          ),
        ]),
    ...(changed.length === 0
      ? []
      : [
          tx.query(
            `update ${table()} d set status = coalesce(c.status, d.status), kyc_status = coalesce(c.kyc_status, d.kyc_status)
              from unnest($2::text[], $3::text[], $4::text[]) as c (party_id, status, kyc_status) where d.tenant_id = $1 and d.party_id = c.party_id`,
            [tenantId, ...columns(changed)],
          ),
        ]),
  ];
};

const writeTokens = (
  tx: Transaction,
  { tenantId, table }: ViewTables,
  tokens: readonly FieldTokens[],
): readonly Promise<unknown>[] => {
  if (tokens.length === 0) return [];
  const rows = tokens.flatMap(({ partyId, field, tokens: its }) => its.map((token) => ({ partyId, field, token })));
  return [
    tx.query(
      `delete from ${table('tokens')} t using unnest($2::text[], $3::text[]) as c (party_id, field) where t.tenant_id = $1 and t.party_id = c.party_id and t.field = c.field`,
      [tenantId, tokens.map(({ partyId }) => partyId), tokens.map(({ field }) => field)],
    ),
    tx.query(
      `insert into ${table('tokens')} (tenant_id, party_id, field, token) select $1, * from unnest($2::text[], $3::text[], $4::bigint[]) on conflict do nothing`,
      [tenantId, rows.map(({ partyId }) => partyId), rows.map(({ field }) => field), rows.map(({ token }) => token)],
    ),
  ];
};

const dropTokens = (
  tx: Transaction,
  { tenantId, table }: ViewTables,
  erasedIds: readonly string[],
): readonly Promise<unknown>[] =>
  erasedIds.length === 0
    ? []
    : [tx.query(`delete from ${table('tokens')} where tenant_id = $1 and party_id = any ($2)`, [tenantId, erasedIds])];

/** What a list of parties is narrowed by; tokens must all be found. */
export interface PartyFilter {
  readonly partyId?: string | undefined;
  readonly status?: string | undefined;
  readonly kycStatus?: string | undefined;
  readonly tokens?: readonly bigint[];
}

/** Parties, newest first, each as it is now, with the place in the log that the list is ordered by. */
export const listParties = async (
  tx: Transaction,
  tenantId: string,
  filter: PartyFilter,
  page: { readonly before?: bigint; readonly limit: number },
): Promise<readonly { readonly seq: bigint; readonly party: PartyRow }[]> => {
  const values: unknown[] = [tenantId];
  const put = (value: unknown): string => `$${values.push(value)}`;
  const conditions = [
    ...(page.before === undefined ? [] : [`d.seq < ${put(page.before)}`]),
    ...(filter.partyId === undefined ? [] : [`d.party_id = ${put(filter.partyId)}`]),
    ...(filter.status === undefined ? [] : [`d.status = ${put(filter.status)}`]),
    ...(filter.kycStatus === undefined ? [] : [`d.kyc_status = ${put(filter.kycStatus)}`]),
    ...(filter.tokens === undefined
      ? []
      : [
          `d.party_id in (select t.party_id from ${nameOf('tokens')} t where t.tenant_id = $1 and t.token = any (${put(filter.tokens)}::bigint[]) group by t.party_id having count(*) = ${put(filter.tokens.length)})`,
        ]),
  ];
  const { rows } = await tx.query<StoredParty & { readonly seq: bigint }>(
    `select d.seq, ${partyColumns} from ${nameOf()} d join ${partiesName} p on p.tenant_id = d.tenant_id and p.party_id = d.party_id
      where ${['d.tenant_id = $1', ...conditions].join(' and ')} order by d.seq desc limit ${put(page.limit)}`,
    values,
  );
  return rows.map((row) => ({ seq: row.seq, party: partyFromStored(row) }));
};
