import { unreachable } from '@finaegis/kernel/decision';
import { platformTenantId } from '../auth/principal.ts';
import type { LockedTable } from '../command/locked-table.ts';
import { RowNotLocked, rowName } from '../command/locked-table.ts';
import type { EventOf, RecordedEvent } from '../event-store/event.ts';
import type { tenantEvents } from './tenant/events.ts';

/** Whether a tenant may write. */
export type TenantStatus = 'active' | 'suspended';

/** One row of `tenants`. */
export interface TenantRow {
  readonly name: string;
  readonly status: TenantStatus;
  readonly createdAt: string;
}

/**
 * The register of tenants, with the head of each one's log. Its rows belong to the platform tenant and are keyed by tenant id. First in rank:
 * nothing else is locked together with it.
 */
export const tenantsTable: LockedTable<TenantRow> = {
  name: 'tenants',
  rank: 1,
  consumes: ['TenantCreated', 'TenantSuspended', 'TenantResumed'],
  lock: async (tx, requests) => {
    const { rows } = await tx.query<{ tenant_id: string; name: string; status: TenantStatus; created_at: string }>({
      name: 'lock-tenants',
      text: 'select tenant_id, name, status, created_at from tenants where tenant_id = any ($1::uuid[]) order by tenant_id for no key update',
      values: [requests.map(({ key }) => key)],
    });
    return new Map(
      rows.map(({ tenant_id, name, status, created_at }) => [
        rowName(platformTenantId, tenant_id),
        { name, status, createdAt: created_at },
      ]),
    );
  },
  fold: (rows, event) => {
    const { type, data } = event as RecordedEvent & EventOf<(typeof tenantEvents)[number]>;
    if (type === 'TenantCreated')
      return rows.set(event.tenantId, data.tenantId, { name: data.name, status: 'active', createdAt: event.bookedAt });
    const row = rows.get(event.tenantId, data.tenantId);
    if (row === undefined) throw new RowNotLocked(event);
    switch (type) {
      case 'TenantSuspended':
        return rows.set(event.tenantId, data.tenantId, { ...row, status: 'suspended' });
      case 'TenantResumed':
        return rows.set(event.tenantId, data.tenantId, { ...row, status: 'active' });
      default:
        return unreachable(type);
    }
  },
  write: async (tx, { changed }) => {
    if (changed.length === 0) return;
    const ids = changed.map(({ key }) => key);
    await Promise.all([
      tx.query({
        name: 'write-tenants',
        text: `insert into tenants (tenant_id, name, status, created_at)
          select * from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[])
          on conflict (tenant_id) do update set status = excluded.status`,
        values: [
          ids,
          changed.map(({ row }) => row.name),
          changed.map(({ row }) => row.status),
          changed.map(({ row }) => row.createdAt),
        ],
      }),
      // The head is what gives a tenant's events their numbers; without it nothing could be booked for the tenant.
      tx.query({
        name: 'make-heads',
        text: 'insert into tenant_heads (tenant_id) select unnest($1::uuid[]) on conflict do nothing',
        values: [ids],
      }),
    ]);
  },
};
