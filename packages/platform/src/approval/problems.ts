import { defineProblems, type Problem } from '../http/problem.ts';
import type { ApprovalRefusal } from './approval/approval.ts';
import type { PolicyRefusal } from './policy/policy.ts';

/** How refusals about approvals and policies are told over HTTP. */
export const approvalProblems = defineProblems({
  command_unknown: {
    status: 422,
    title: 'There is no such command that could wait for a second person',
    offender: 'command',
  },
  approval_unknown: { status: 404, title: 'There is no such approval', offender: 'approvalId' },
  approval_is_decided: {
    status: 409,
    title: 'The approval is decided',
    description: '`status` says how.',
    offender: 'approvalId',
  },
  approver_not_a_person: {
    status: 403,
    title: 'Only a person can agree',
    description: 'Log in, or use a key that a user made: nobody can say who holds one that is nobody’s.',
  },
  maker_cannot_check: {
    status: 403,
    title: 'Whoever asked cannot agree to it',
    description: 'Neither by another key nor by another session. Who asked may take it back by rejecting it.',
  },
  approval_expired: { status: 409, title: 'The approval has waited too long', offender: 'expiresAt' },
  approval_not_executable: {
    status: 409,
    title: 'What was asked for cannot be carried out any more',
    description:
      '`problem` is what its route says by now: the maker lost a right, or something it names is gone. Reject it.',
  },
} satisfies Record<(ApprovalRefusal | PolicyRefusal)['code'] | 'approval_not_executable', Problem>);
