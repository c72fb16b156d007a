import { defineProblems, type Problem } from '../http/problem.ts';
import type { BreakerRefusal } from './breaker-switch/breaker-switch.ts';

/** How refusals about breakers are told over HTTP. */
export const resilienceProblems = defineProblems({
  breakers_belong_to_platform: {
    status: 403,
    title: 'Breakers are switched by the platform only',
    description:
      'A provider’s breaker stands between all tenants and the provider. The key must belong to the platform’s own tenant.',
  },
} satisfies Record<BreakerRefusal['code'], Problem>);
