import { z } from 'zod';
import type { ApprovalRow } from './approvals-table.ts';

const instant = z.string().describe('UTC instant with milliseconds.');

/** An approval as it is answered and listed; what was asked for is shown by itself only. */
export const approvalResource = z
  .object({
    approvalId: z.string(),
    command: z.string().describe('The command that waits, as policies name it.'),
    operationId: z.string().describe('The operation of this API it was asked by.'),
    permission: z.string().describe('What whoever decides must be allowed besides.'),
    maker: z.string().describe('The principal who asked.'),
    makerUserId: z.string().optional().describe('The user behind it.'),
    status: z
      .enum(['pending', 'expired', 'executed', 'failed', 'rejected'])
      .describe('`failed`: it was agreed to, and refused when it was carried out.'),
    decidedBy: z.string().optional(),
    reason: z.string().optional().describe('The code of the refusal, or why it was rejected.'),
    requestedAt: instant,
    expiresAt: instant,
    decidedAt: instant.optional(),
  })
  .meta({ id: 'Approval' });

export type ApprovalView = z.output<typeof approvalResource>;

/** A row as it is answered. @param now the instant at the edge; a row that nobody decided in time does not change by itself */
export const showApproval = (row: ApprovalRow, now: string): ApprovalView => ({
  approvalId: row.approvalId,
  command: row.command,
  operationId: row.operationId,
  permission: row.permission,
  maker: row.makerId,
  ...(row.makerUserId === null ? {} : { makerUserId: row.makerUserId }),
  status: row.status === 'pending' && now >= row.expiresAt ? 'expired' : row.status,
  ...(row.decidedBy === null ? {} : { decidedBy: row.decidedBy }),
  ...(row.reason === null ? {} : { reason: row.reason }),
  requestedAt: row.requestedAt,
  expiresAt: row.expiresAt,
  ...(row.decidedAt === null ? {} : { decidedAt: row.decidedAt }),
});
