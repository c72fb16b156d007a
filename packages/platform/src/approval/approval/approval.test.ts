import { describe, expect, it } from 'vitest';
import { type Approval, approvalAggregate, mayApprove, rejectApproval, requestApproval } from './approval.ts';

const approvalId = '0190a000-0000-7000-8000-0000000000a1';
const now = '2026-03-01T12:00:00.000Z';
const request = {
  approvalId,
  command: 'ledger.PostJournal',
  operationId: 'createTransfer',
  permission: 'ledger:transfer',
  maker: { principalId: 'key-1', userId: 'jana' },
  asked: { ref: 'r', commitment: 'c', ciphertext: '' },
  validForSeconds: 60,
};
const decision = requestApproval(approvalAggregate.initial, request, { now });
const pending = approvalAggregate.evolve(
  approvalAggregate.initial,
  (decision.accepted ? decision.events[0] : undefined) as never,
);
const after = (type: string): Approval => approvalAggregate.evolve(pending, { type, data: { approvalId } } as never);
const by = (principalId: string, userId?: string) => ({ approvalId, checker: { principalId, userId } });

describe('an approval', () => {
  it('is asked for once, and waits as long as the policy says', () => {
    expect(decision).toMatchObject({
      accepted: true,
      events: [
        {
          type: 'ApprovalRequested',
          data: { asked: { ref: 'r', commitment: 'c' }, expiresAt: '2026-03-01T12:01:00.000Z' },
        },
      ],
    });
    expect(requestApproval(pending, request, { now })).toEqual({ accepted: true, events: [] });
  });

  it.each([
    ['one that nobody asked for', approvalAggregate.initial, by('key-2', 'eva'), now, 'approval_unknown'],
    ['one that is carried out', after('ApprovalExecuted'), by('key-2', 'eva'), now, 'approval_is_decided'],
    ['one that failed', after('ApprovalFailed'), by('key-2', 'eva'), now, 'approval_is_decided'],
    ['one that is rejected', after('ApprovalRejected'), by('key-2', 'eva'), now, 'approval_is_decided'],
    ['a key that is nobody’s', pending, by('key-2'), now, 'approver_not_a_person'],
    ['the maker', pending, by('key-1', 'jana'), now, 'maker_cannot_check'],
    ['the maker by another key', pending, by('key-2', 'jana'), now, 'maker_cannot_check'],
    ['the maker’s key that has become another’s', pending, by('key-1', 'eva'), now, 'maker_cannot_check'],
    ['one at its end', pending, by('key-2', 'eva'), '2026-03-01T12:01:00.000Z', 'approval_expired'],
    ['another person in time', pending, by('key-2', 'eva'), '2026-03-01T12:00:59.999Z', undefined],
  ])('is asked of %s', (_, state, who, at, expected) => {
    expect(mayApprove(state, who, { now: at })?.code).toBe(expected);
  });

  it('is rejected while it waits, once', () => {
    const rejection = { approvalId, by: 'key-1', reason: 'mistake' };
    expect(rejectApproval(pending, rejection)).toMatchObject({
      events: [{ type: 'ApprovalRejected', data: rejection }],
    });
    expect(rejectApproval(after('ApprovalRejected'), rejection)).toEqual({ accepted: true, events: [] });
    expect(rejectApproval(after('ApprovalExecuted'), rejection)).toMatchObject({
      rejection: { code: 'approval_is_decided', status: 'executed' },
    });
    expect(rejectApproval(approvalAggregate.initial, rejection)).toMatchObject({
      rejection: { code: 'approval_unknown' },
    });
    expect(() => after('ApprovalPolished')).toThrow('Unreachable');
  });
});
