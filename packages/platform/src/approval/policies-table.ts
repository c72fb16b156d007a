import { unreachable } from '@finaegis/kernel/decision';
import { RowNotLocked, rowName } from '../command/locked-table.ts';
import type { EventOf, RecordedEvent } from '../event-store/event.ts';
import type { ModuleTable } from '../module.ts';
import type { policyEvents } from './policy/events.ts';

/** A policy about a command as it is now; whole numbers of minor units as text. */
export interface CommandPolicyRow {
  readonly command: string;
  readonly thresholds: readonly { readonly asset: string; readonly amountMinor: string }[];
  readonly isInForce: boolean;
  readonly changedAt: string;
}

/** One that puts a command under four eyes. */
export interface PolicyRow extends CommandPolicyRow {
  readonly validForSeconds: number;
}

type PolicyEvent = EventOf<(typeof policyEvents)[number]>;

/** Physical name of the table. */
export const policiesName = 'approval_policies_v1';

/** The columns of a policy for a query that names the table `p`. */
export const policyColumns = `p.command, p.thresholds, p.valid_for_seconds as "validForSeconds", p.is_in_force as "isInForce", p.changed_at as "changedAt"`;

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  command text not null,
  thresholds jsonb not null,
  valid_for_seconds integer not null,
  is_in_force boolean not null,
  changed_at timestamptz(3) not null,
  primary key (tenant_id, command)
)`;

/** Policies, as the door to the write side reads them. */
export const policiesTable: ModuleTable<PolicyRow> = {
  name: 'approval.policies',
  rank: 8,
  consumes: ['FourEyesPolicySet', 'FourEyesPolicyRemoved'],
  ddl: [{ name: policiesName, create: ddl }],
  lock: async (tx, requests) => {
    const { rows } = await tx.query<PolicyRow & { readonly tenantId: string }>({
      name: 'lock-policies',
      text: `select p.tenant_id as "tenantId", ${policyColumns} from unnest($1::uuid[], $2::text[]) as wanted (tenant_id, command)
        cross join lateral (
          select * from ${policiesName} where tenant_id = wanted.tenant_id and command = wanted.command offset 0 for no key update) p`,
      values: [requests.map(({ tenantId }) => tenantId), requests.map(({ key }) => key)],
    });
    return new Map(rows.map(({ tenantId, ...row }) => [rowName(tenantId, row.command), row]));
  },
  fold: (rows, recorded) => {
    const event = recorded as RecordedEvent & PolicyEvent;
    const { tenantId, bookedAt } = recorded;
    const { command } = event.data;
    switch (event.type) {
      case 'FourEyesPolicySet': {
        const { from, validForSeconds } = event.data;
        const thresholds = from.map(({ asset, amountMinor }) => ({ asset, amountMinor: String(amountMinor) }));
        return rows.set(tenantId, command, {
          command,
          thresholds,
          validForSeconds,
          isInForce: true,
          changedAt: bookedAt,
        });
      }
      case 'FourEyesPolicyRemoved': {
        const row = rows.get(tenantId, command);
        if (row === undefined) throw new RowNotLocked(recorded);
        return rows.set(tenantId, command, { ...row, isInForce: false, changedAt: bookedAt });
      }
      default:
        return unreachable(event);
    }
  },
  write: async (tx, { changed }) => {
    if (changed.length === 0) return;
    await tx.query({
      name: 'write-policies',
      text: `insert into ${policiesName} select * from json_populate_recordset(null::${policiesName}, $1::json) order by tenant_id, command
        on conflict (tenant_id, command) do update set thresholds = excluded.thresholds, valid_for_seconds = excluded.valid_for_seconds,
          is_in_force = excluded.is_in_force, changed_at = excluded.changed_at`,
      values: [
        JSON.stringify(
          changed.map(({ tenantId, row }) => ({
            tenant_id: tenantId,
            command: row.command,
            thresholds: row.thresholds,
            valid_for_seconds: row.validForSeconds,
            is_in_force: row.isInForce,
            changed_at: row.changedAt,
          })),
        ),
      ],
    });
  },
};
