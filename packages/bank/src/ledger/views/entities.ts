import { type LockRequest, RowNotLocked, rowName } from '@finaegis/platform/command/locked-table';
import type { Transaction } from '@finaegis/platform/database/transaction';
import type { ModuleTable } from '@finaegis/platform/module';
import type { Entity } from '../entity/entity.ts';

interface StoredRow {
  readonly tenant_id: string;
  readonly entity: string;
  readonly name: string;
  readonly functional_asset: string;
  readonly time_zone: string;
  readonly calendar: string;
  readonly business_date: string;
  readonly status: Entity['status'];
}

export const entitiesName = 'ledger_entities';

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  entity text not null,
  name text not null,
  functional_asset text not null,
  time_zone text not null,
  calendar text not null,
  business_date date not null,
  status text not null,
  primary key (tenant_id, entity)
)`;

const wantedText = (
  lock: 'for share' | 'for no key update' | 'offset 0',
): string => `select e.* from unnest($1::uuid[], $2::text[]) as wanted (tenant_id, entity)
  cross join lateral (select * from ${entitiesName} where tenant_id = wanted.tenant_id and entity = wanted.entity ${lock}) e`;

const keysOf = (requests: readonly LockRequest[]): readonly unknown[] => [
  requests.map(({ tenantId }) => tenantId),
  requests.map(({ key }) => key),
];

const byName = (rows: readonly StoredRow[]): ReadonlyMap<string, Entity> =>
  new Map(rows.map((row) => [rowName(row.tenant_id, row.entity), fromStored(row)]));

/** Locked first: bookings share an entity, so that its day cannot close under them. */
export const entitiesTable: ModuleTable<Entity> = {
  name: 'ledger.entities',
  rank: 10,
  consumes: ['EntityOpened', 'BusinessDayClosed', 'BusinessDayOpened'],
  ddl: [{ name: entitiesName, create: ddl }],
  lock: async (tx, requests) => {
    const modes = (['share', 'update'] as const).map((mode) => ({
      mode,
      its: requests.filter((request) => request.mode === mode),
    }));
    const answers = await Promise.all(
      modes
        .filter(({ its }) => its.length > 0)
        .map(({ mode, its }) =>
          tx.query<StoredRow>({
            name: `lock-entities-${mode}`,
            text: wantedText(mode === 'share' ? 'for share' : 'for no key update'),
            values: keysOf(its),
          }),
        ),
    );
    return byName(answers.flatMap(({ rows }) => rows));
  },
  recall: {
    covers: () => true,
    keeps: () => true,
    read: async (tx, requests) => {
      const { rows } = await tx.query<StoredRow>({
        name: 'recall-entities',
        text: wantedText('offset 0'),
        values: keysOf(requests),
      });
      return byName(rows);
    },
  },
  fold: (rows, event) => {
    const entity = event.data['entity'] as string;
    if (event.type === 'EntityOpened')
      return rows.set(event.tenantId, entity, { ...(event.data as unknown as Entity), status: 'day_open' });
    const row = rows.get(event.tenantId, entity);
    if (row === undefined) throw new RowNotLocked(event);
    const isOpen = event.type === 'BusinessDayOpened';
    rows.set(event.tenantId, entity, {
      ...row,
      status: isOpen ? 'day_open' : 'day_closed',
      businessDate: isOpen ? (event.data['businessDate'] as string) : row.businessDate,
    });
  },
  write: async (tx, { changed }) => {
    if (changed.length === 0) return;
    await tx.query({
      name: 'write-entities',
      text: `insert into ${entitiesName} (tenant_id, entity, name, functional_asset, time_zone, calendar, business_date, status)
        select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::date[], $8::text[])
        on conflict (tenant_id, entity) do update set business_date = excluded.business_date, status = excluded.status`,
      values: [
        changed.map(({ tenantId }) => tenantId),
        changed.map(({ key }) => key),
        changed.map(({ row }) => row.name),
        changed.map(({ row }) => row.functionalAsset),
        changed.map(({ row }) => row.timeZone),
        changed.map(({ row }) => row.calendar),
        changed.map(({ row }) => row.businessDate),
        changed.map(({ row }) => row.status),
      ],
    });
  },
};

export const fromStored = (row: StoredRow): Entity => ({
  entity: row.entity,
  name: row.name,
  functionalAsset: row.functional_asset,
  timeZone: row.time_zone,
  calendar: row.calendar,
  businessDate: row.business_date,
  status: row.status,
});

/** One entity, or all of the tenant, by name. */
export const readEntities = async (tx: Transaction, tenantId: string, entity?: string): Promise<readonly Entity[]> => {
  const { rows } = await tx.query<StoredRow>({
    name: 'read-entities',
    text: `select e.* from ${entitiesName} e where e.tenant_id = $1 and ($2::text is null or e.entity = $2) order by e.entity`,
    values: [tenantId, entity ?? null],
  });
  return rows.map(fromStored);
};
