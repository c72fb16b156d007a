import { defineProblems } from '../http/problem.ts';

/** What the routes of the audit log refuse. */
export const auditProblems = defineProblems({
  event_not_sealed: {
    status: 503,
    title: 'The event is not under a signed head yet',
    description:
      'Heads follow the log within a second; ask again. If it stays so, no worker seals this log, and the workers’ logs say why.',
  },
  tree_head_unknown: {
    status: 404,
    title: 'No head of this size was signed',
    description: '`from` and `to` are sizes of heads; `GET /v1/audit/heads` lists them.',
  },
});
