import { unreachable } from '@finaegis/kernel/decision';
import { RowNotLocked, rowName } from '../command/locked-table.ts';
import type { EventOf, RecordedEvent } from '../event-store/event.ts';
import type { ModuleTable } from '../module.ts';
import type { approvalEvents } from './approval/events.ts';

/** An approval as it is now. */
export interface ApprovalRow {
  readonly approvalId: string;
  readonly command: string;
  readonly operationId: string;
  readonly permission: string;
  readonly makerId: string;
  readonly makerUserId: string | null;
  readonly askedRef: string;
  readonly status: 'pending' | 'executed' | 'failed' | 'rejected';
  readonly decidedBy: string | null;
  /** The code of the refusal, or why it was rejected. */
  readonly reason: string | null;
  readonly requestedAt: string;
  readonly expiresAt: string;
  readonly decidedAt: string | null;
}

type ApprovalEvent = EventOf<(typeof approvalEvents)[number]>;

/** Physical name of the table. */
export const approvalsName = 'approval_approvals_v1';

/** The columns of an approval for a query that names the table `a`. */
export const approvalColumns = `a.approval_id as "approvalId", a.command, a.operation_id as "operationId", a.permission, a.maker_id as "makerId",
  a.maker_user_id as "makerUserId", a.asked_ref as "askedRef", a.status, a.decided_by as "decidedBy", a.reason, a.requested_at as "requestedAt",
  a.expires_at as "expiresAt", a.decided_at as "decidedAt"`;

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  approval_id uuid not null,
  command text not null,
  operation_id text not null,
  permission text not null,
  maker_id text not null,
  maker_user_id text,
  asked_ref uuid not null,
  status text not null,
  decided_by text,
  reason text,
  requested_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  decided_at timestamptz(3),
  primary key (tenant_id, approval_id)
);
create index on ${name} (tenant_id, status, approval_id)`;

/** Approvals, locked by what decides them. */
export const approvalsTable: ModuleTable<ApprovalRow> = {
  name: 'approval.approvals',
  rank: 9,
  consumes: ['ApprovalRequested', 'ApprovalExecuted', 'ApprovalFailed', 'ApprovalRejected'],
  ddl: [{ name: approvalsName, create: ddl }],
  lock: async (tx, requests) => {
    const { rows } = await tx.query<ApprovalRow & { readonly tenantId: string }>({
      name: 'lock-approvals',
      text: `select a.tenant_id as "tenantId", ${approvalColumns} from unnest($1::uuid[], $2::uuid[]) as wanted (tenant_id, approval_id)
        cross join lateral (
          select * from ${approvalsName} where tenant_id = wanted.tenant_id and approval_id = wanted.approval_id offset 0 for no key update) a`,
      values: [requests.map(({ tenantId }) => tenantId), requests.map(({ key }) => key)],
    });
    return new Map(rows.map(({ tenantId, ...row }) => [rowName(tenantId, row.approvalId), row]));
  },
  fold: (rows, recorded) => {
    const event = recorded as RecordedEvent & ApprovalEvent;
    const { tenantId, bookedAt } = recorded;
    const { approvalId } = event.data;
    const row = rows.get(tenantId, approvalId);
    if (event.type !== 'ApprovalRequested' && row === undefined) throw new RowNotLocked(recorded);
    rows.set(tenantId, approvalId, foldRow(row as ApprovalRow, event, bookedAt));
  },
  write: async (tx, { changed }) => {
    if (changed.length === 0) return;
    await tx.query({
      name: 'write-approvals',
      text: `insert into ${approvalsName} select * from json_populate_recordset(null::${approvalsName}, $1::json) order by tenant_id, approval_id
        on conflict (tenant_id, approval_id) do update set status = excluded.status, decided_by = excluded.decided_by, reason = excluded.reason,
          decided_at = excluded.decided_at`,
      values: [
        JSON.stringify(
          changed.map(({ tenantId, row }) => ({
            tenant_id: tenantId,
            approval_id: row.approvalId,
            command: row.command,
            operation_id: row.operationId,
            permission: row.permission,
            maker_id: row.makerId,
            maker_user_id: row.makerUserId,
            asked_ref: row.askedRef,
            status: row.status,
            decided_by: row.decidedBy,
            reason: row.reason,
            requested_at: row.requestedAt,
            expires_at: row.expiresAt,
            decided_at: row.decidedAt,
          })),
        ),
      ],
    });
  },
};

const foldRow = (row: ApprovalRow, event: ApprovalEvent, bookedAt: string): ApprovalRow => {
  switch (event.type) {
    case 'ApprovalRequested': {
      const { maker, asked, approvalId, command, operationId, permission, expiresAt } = event.data;
      const what = { approvalId, command, operationId, permission, expiresAt };
      const undecided = { status: 'pending', decidedBy: null, reason: null, decidedAt: null } as const;
      const who = { makerId: maker.principalId, makerUserId: maker.userId ?? null };
      return { ...what, ...who, ...undecided, askedRef: asked.ref, requestedAt: bookedAt };
    }
    case 'ApprovalExecuted':
      return { ...row, status: 'executed', decidedBy: event.data.approver, decidedAt: bookedAt };
    case 'ApprovalFailed': {
      const { approver, refusal } = event.data;
      return { ...row, status: 'failed', decidedBy: approver, reason: refusal, decidedAt: bookedAt };
    }
    case 'ApprovalRejected':
      return { ...row, status: 'rejected', decidedBy: event.data.by, reason: event.data.reason, decidedAt: bookedAt };
    default:
      return unreachable(event);
  }
};
