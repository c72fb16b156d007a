import { unreachable } from '@finaegis/kernel/decision';
import type { CommandPolicyRow } from '../approval/policies-table.ts';
import { rowName } from '../command/locked-table.ts';
import type { EventOf, RecordedEvent } from '../event-store/event.ts';
import type { ModuleTable } from '../module.ts';
import type { stepUpPolicyEvents } from './policy/events.ts';

/** A policy as it is now: it needs nothing beside what every policy about a command has. */
export type StepUpPolicyRow = CommandPolicyRow;

type PolicyEvent = EventOf<(typeof stepUpPolicyEvents)[number]>;

/** Physical name of the table. */
export const stepUpPoliciesName = 'proof_policies_v1';

/** The columns of a policy for a query that names the table `p`. */
export const stepUpPolicyColumns = `p.command, p.thresholds, p.is_in_force as "isInForce", p.changed_at as "changedAt"`;

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  command text not null,
  thresholds jsonb not null,
  is_in_force boolean not null,
  changed_at timestamptz(3) not null,
  primary key (tenant_id, command)
)`;

/** Policies, as the door to the write side reads them. */
export const stepUpPoliciesTable: ModuleTable<StepUpPolicyRow> = {
  name: 'proof.policies',
  rank: 85,
  consumes: ['StepUpPolicySet', 'StepUpPolicyRemoved'],
  ddl: [{ name: stepUpPoliciesName, create: ddl }],
  lock: async (tx, requests) => {
    const { rows } = await tx.query<StepUpPolicyRow & { readonly tenantId: string }>({
      name: 'lock-step-up-policies',
      text: `select p.tenant_id as "tenantId", ${stepUpPolicyColumns} from unnest($1::uuid[], $2::text[]) as wanted (tenant_id, command)
        cross join lateral (
          select * from ${stepUpPoliciesName} where tenant_id = wanted.tenant_id and command = wanted.command offset 0 for no key update) p`,
      values: [requests.map(({ tenantId }) => tenantId), requests.map(({ key }) => key)],
    });
    return new Map(rows.map(({ tenantId, ...row }) => [rowName(tenantId, row.command), row]));
  },
  fold: (rows, recorded) => {
    const event = recorded as RecordedEvent & PolicyEvent;
    const { tenantId, bookedAt: changedAt } = recorded;
    const { command } = event.data;
    switch (event.type) {
      case 'StepUpPolicySet': {
        const thresholds = event.data.from.map(({ asset, amountMinor }) => ({
          asset,
          amountMinor: String(amountMinor),
        }));
        return rows.set(tenantId, command, { command, thresholds, isInForce: true, changedAt });
      }
      case 'StepUpPolicyRemoved':
        return rows.set(tenantId, command, { command, thresholds: [], isInForce: false, changedAt });
      default:
        return unreachable(event);
    }
  },
  write: async (tx, { changed }) => {
    if (changed.length === 0) return;
    await tx.query({
      name: 'write-step-up-policies',
      text: `insert into ${stepUpPoliciesName} select * from json_populate_recordset(null::${stepUpPoliciesName}, $1::json) order by tenant_id, command
        on conflict (tenant_id, command) do update set thresholds = excluded.thresholds, is_in_force = excluded.is_in_force,
          changed_at = excluded.changed_at`,
      values: [
        JSON.stringify(
          changed.map(({ tenantId, row }) => ({
            tenant_id: tenantId,
            command: row.command,
            thresholds: row.thresholds,
            is_in_force: row.isInForce,
            changed_at: row.changedAt,
          })),
        ),
      ],
    });
  },
};
