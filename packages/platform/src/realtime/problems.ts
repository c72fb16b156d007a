import { defineProblems } from '../http/problem.ts';

/** How refusals about channels are told over HTTP. */
export const realtimeProblems = defineProblems({
  channel_not_allowed: {
    status: 403,
    title: 'There is no such channel for this key',
    description:
      'Either nobody has it, or it is another’s, or a scope is missing; `channel` says which one was asked for.',
  },
  realtime_not_served: {
    status: 503,
    title: 'This process sends nothing as it happens',
    description: 'Its role does not include `realtime`; another process of the installation does.',
  },
});
