import { unreachable } from '@finaegis/kernel/decision';
import { type LockedTable, RowNotLocked, rowName } from '../command/locked-table.ts';
import type { EventOf, RecordedEvent } from '../event-store/event.ts';
import type { roleEvents } from './role/events.ts';

/** One row of `auth_roles`. */
export interface RoleRow {
  readonly description: string;
  readonly scopes: readonly string[];
  readonly masksPersonalData: boolean;
  readonly status: 'active' | 'retired';
  readonly changedAt: string;
}

/** The columns of `auth_roles r` under the names of `RoleRow`. */
export const roleColumns = `r.role, r.description, r.scopes, r.masks_personal_data as "masksPersonalData", r.status, r.changed_at as "changedAt"`;

type RoleEvent = EventOf<(typeof roleEvents)[number]>;
type RoleRecord = RoleRow & { readonly tenantId: string; readonly role: string };

/** A tenant's own roles as authentication reads them. */
export const rolesTable: LockedTable<RoleRow> = {
  name: 'auth_roles',
  rank: 3,
  consumes: ['RoleDefined', 'RoleRetired'],
  lock: async (tx, requests) => {
    const { rows } = await tx.query<RoleRecord>({
      name: 'lock-roles',
      text: `select r.tenant_id as "tenantId", ${roleColumns} from unnest($1::uuid[], $2::text[]) as wanted (tenant_id, role)
        cross join lateral (
          select * from auth_roles where tenant_id = wanted.tenant_id and role = wanted.role offset 0 for no key update) r`,
      values: [requests.map(({ tenantId }) => tenantId), requests.map(({ key }) => key)],
    });
    return new Map(rows.map(({ tenantId, role, ...row }) => [rowName(tenantId, role), row]));
  },
  fold: (rows, recorded) => {
    const event = recorded as RecordedEvent & RoleEvent;
    const { tenantId, bookedAt } = recorded;
    switch (event.type) {
      case 'RoleDefined': {
        const { role, ...terms } = event.data;
        return rows.set(tenantId, role, { ...terms, status: 'active', changedAt: bookedAt });
      }
      case 'RoleRetired': {
        const { role } = event.data;
        const row = rows.get(tenantId, role);
        if (row === undefined) throw new RowNotLocked(recorded);
        return rows.set(tenantId, role, { ...row, status: 'retired', changedAt: bookedAt });
      }
      default:
        return unreachable(event);
    }
  },
  write: async (tx, { changed }) => {
    if (changed.length === 0) return;
    const records = changed.map(({ tenantId, key, row }) => ({
      tenant_id: tenantId,
      role: key,
      description: row.description,
      scopes: row.scopes,
      masks_personal_data: row.masksPersonalData,
      status: row.status,
      changed_at: row.changedAt,
    }));
    await tx.query({
      name: 'write-roles',
      text: `insert into auth_roles select * from json_populate_recordset(null::auth_roles, $1::json) order by tenant_id, role
        on conflict (tenant_id, role) do update set description = excluded.description, scopes = excluded.scopes,
          masks_personal_data = excluded.masks_personal_data, status = excluded.status, changed_at = excluded.changed_at`,
      values: [JSON.stringify(records)],
    });
  },
};
