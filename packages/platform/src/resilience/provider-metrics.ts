import type { Metrics } from '../observability/metrics.ts';
import type { Breakers } from './breakers.ts';
import { type BreakerState, stateOfBreaker } from './provider-health.ts';

const levels: Readonly<Record<BreakerState, number>> = { closed: 0, half_open: 1, open: 2 };

/** Makes the metrics of a process's calls to providers. */
export const providerMetrics = (metrics: Metrics, breakers: Breakers): void => {
  const labels = ['provider', 'operation'] as const;
  const states = metrics.gauge({
    name: 'finaegis_provider_breaker_state',
    help: 'The breaker of an operation: 0 closed, 1 half open, 2 open.',
    labels,
  });
  const calls = metrics.counter({
    name: 'finaegis_provider_calls_total',
    help: 'Tries of calls to providers by how they ended; busy and refused were never sent.',
    labels: [...labels, 'result'],
  });
  const seconds = metrics.histogram({
    name: 'finaegis_provider_call_seconds',
    help: 'Time until the provider had answered, or was not waited for any more.',
    labels,
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  });
  breakers.watch({
    called: ({ provider, operation }, { result, durationMs }) => {
      calls.inc({ provider, operation, result });
      if (durationMs !== undefined) seconds.observe({ provider, operation }, durationMs / 1_000);
    },
    changed: ({ provider, operation }, breaker) => states.set({ provider, operation }, levels[stateOfBreaker(breaker)]),
  });
};
