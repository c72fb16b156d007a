import { type LockedTable, rowName } from '../command/locked-table.ts';
import { plainArray } from '../database/array-parameters.ts';

/** The lease a saga is held by now. */
export interface LeaseRow {
  readonly lease: string;
}

interface Row extends LeaseRow {
  readonly tenantId: string;
  readonly sagaId: string;
}

/** Leases of sagas, as a commit reads them that stands on one: while it has the row, nobody else takes the saga over. The queue itself writes them. */
export const leasesTable: LockedTable<LeaseRow> = {
  name: 'saga_queue',
  rank: 89,
  consumes: [],
  lock: async (tx, requests) => {
    const { rows } = await tx.query<Row>({
      name: 'lock-saga-leases',
      text: `select q.tenant_id as "tenantId", q.saga_id as "sagaId", q.lease
        from unnest($1::uuid[], $2::uuid[]) with ordinality as wanted (tenant_id, saga_id, place)
        cross join lateral (
          select * from saga_queue where tenant_id = wanted.tenant_id and saga_id = wanted.saga_id offset 0 for no key update) q
        order by wanted.place`,
      values: [plainArray(requests.map(({ tenantId }) => tenantId)), plainArray(requests.map(({ key }) => key))],
    });
    return new Map(rows.map(({ tenantId, sagaId, lease }) => [rowName(tenantId, sagaId), { lease }]));
  },
  fold: () => undefined,
  write: async () => undefined,
};
