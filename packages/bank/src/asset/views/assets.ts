import type { AssetKind } from '@finaegis/kernel/asset';
import type { LocalDate } from '@finaegis/kernel/local-date';
import { type LockedTable, RowNotLocked, rowName } from '@finaegis/platform/command/locked-table';
import type { Transaction } from '@finaegis/platform/database/transaction';
import type { RecordedEvent } from '@finaegis/platform/event-store/event';
import type { AssetFacts } from '../asset/amount.ts';

const table = 'assets_v1';

/** One tenant's asset, as decided on and as shown; the key is its code. */
export type AssetRow = Omit<AssetFacts, 'tenantId'>;

/** The registry: folded in the commit that changes it, so that an asset can be used the moment its registration is answered. */
export const assets: LockedTable<AssetRow> & {
  readonly ddl: readonly { readonly name: string; create(physicalName: string): string }[];
} = {
  name: 'assets',
  rank: 5,
  ddl: [
    {
      name: table,
      create: (name) => `create table ${name} (
        tenant_id uuid not null,
        code text collate "C" not null,
        kind text not null,
        decimals smallint not null,
        name text not null,
        active_from date,
        active_to date,
        primary key (tenant_id, code)
      )`,
    },
  ],
  consumes: ['AssetRegistered', 'AssetRenamed', 'AssetDeactivated'],
  lock: async (tx, requests) => {
    const { rows } = await tx.query<AssetDbRow>({
      name: 'assets-lock',
      text: `select ${columns} from ${table} a
        join unnest($1::uuid[], $2::text[]) as wanted (tenant_id, code) using (tenant_id, code)
        order by a.tenant_id, a.code for no key update of a`,
      values: [requests.map(({ tenantId }) => tenantId), requests.map(({ key }) => key)],
    });
    return new Map(rows.map((row) => [rowName(row.tenant_id, row.code), rowOf(row)]));
  },
  fold: (rows, event) => {
    const code = event.data['code'] as string;
    rows.set(event.tenantId, code, folded(rows.get(event.tenantId, code), event));
  },
  write: async (tx, { changed }) => {
    if (changed.length === 0) return;
    await tx.query({
      name: 'assets-write',
      text: `insert into ${table} (tenant_id, code, kind, decimals, name, active_from, active_to)
        select * from unnest($1::uuid[], $2::text[], $3::text[], $4::smallint[], $5::text[], $6::date[], $7::date[])
        on conflict (tenant_id, code) do update set name = excluded.name, active_to = excluded.active_to`,
      values: [
        changed.map(({ tenantId }) => tenantId),
        changed.map(({ key }) => key),
        changed.map(({ row }) => row.kind),
        changed.map(({ row }) => row.decimals),
        changed.map(({ row }) => row.name),
        changed.map(({ row }) => row.activeFrom ?? null),
        changed.map(({ row }) => row.activeTo ?? null),
      ],
    });
  },
};

/** The assets of these codes in the registries of these tenants. */
export const readAssets = async (
  tx: Transaction,
  { tenantIds, codes }: { readonly tenantIds: readonly string[]; readonly codes: readonly string[] },
): Promise<readonly AssetFacts[]> => {
  const { rows } = await tx.query<AssetDbRow>({
    name: 'assets-read',
    text: `select ${columns} from ${table} a where tenant_id = any ($1::uuid[]) and code = any ($2::text[])`,
    values: [tenantIds, codes],
  });
  return rows.map(factsOf);
};

/** What a list of assets is narrowed to and where it goes on. */
export interface AssetListing {
  /** The tenant's own first: where two have one code, the first one's is shown. */
  readonly tenantIds: readonly [string, ...string[]];
  readonly kind?: AssetKind | undefined;
  /** Only those that may be booked on this day. */
  readonly activeOn?: LocalDate | undefined;
  readonly afterCode?: string | undefined;
  readonly limit: number;
}

/** Assets by code. */
export const listAssets = async (
  tx: Transaction,
  { tenantIds, kind, activeOn, afterCode, limit }: AssetListing,
): Promise<readonly AssetFacts[]> => {
  const { rows } = await tx.query<AssetDbRow>({
    name: 'assets-list',
    // One asset per code first, then the narrowing: what the tenant's own hides must not come back through a filter.
    text: `select ${columns} from (
        select distinct on (code) * from ${table}
        where tenant_id = any ($1::uuid[]) and ($2::text is null or code > $2)
        order by code, array_position($1::uuid[], tenant_id)) a
      where ($3::text is null or kind = $3)
        and ($4::date is null or (coalesce(active_from <= $4, true) and coalesce(active_to > $4, true)))
      order by code limit $5`,
    values: [tenantIds, afterCode ?? null, kind ?? null, activeOn ?? null, limit],
  });
  return rows.map(factsOf);
};

const columns = 'a.tenant_id, a.code, a.kind, a.decimals, a.name, a.active_from, a.active_to';

interface AssetDbRow {
  readonly tenant_id: string;
  readonly code: string;
  readonly kind: AssetKind;
  readonly decimals: number;
  readonly name: string;
  readonly active_from: LocalDate | null;
  readonly active_to: LocalDate | null;
}

const rowOf = ({ code, kind, decimals, name, active_from, active_to }: AssetDbRow): AssetRow => ({
  code,
  kind,
  decimals,
  name,
  ...(active_from === null ? {} : { activeFrom: active_from }),
  ...(active_to === null ? {} : { activeTo: active_to }),
});

const factsOf = (row: AssetDbRow): AssetFacts => ({ ...rowOf(row), tenantId: row.tenant_id });

const folded = (row: AssetRow | undefined, event: RecordedEvent): AssetRow => {
  const { type, data } = event;
  if (type === 'AssetRegistered') return data as unknown as AssetRow;
  if (row === undefined) throw new RowNotLocked(event);
  if (type === 'AssetRenamed') return { ...row, name: data['name'] as string };
  return { ...row, activeTo: data['activeTo'] as LocalDate };
};
