import { defineProblems, type Problem } from '../http/problem.ts';
import type { StepUpPolicyRefusal } from './policy/policy.ts';

/** How refusals about policies are told over HTTP. */
export const stepUpProblems = defineProblems({
  step_up_command_unknown: {
    status: 422,
    title: 'There is no such command that could need a fresh code',
    offender: 'command',
  },
} satisfies Record<StepUpPolicyRefusal['code'], Problem>);
