import type { Metrics } from '../observability/metrics.ts';
import type { Breaker } from './breaker.ts';
import type { Breakers } from './breakers.ts';
import type { OperationName } from './operation-name.ts';

/** A provider's operation stops answering, or answers again. */
export interface HealthChange extends OperationName {
  readonly health: 'unwell' | 'well';
  /** A person decided, not the calls. */
  readonly isForced: boolean;
  /** Of the last call that failed; absent where this process saw none. */
  readonly code?: string;
  /** How long it was unwell, once it is well again. */
  readonly unwellMs?: number;
}

/**
 * Tells of every change of health as this process sees it: once when calls are stopped, once when they go freely again. Trials in between, and those
 * that fail, are no news: an outage of hours is two lines, whatever breakers do meanwhile.
 * @param now milliseconds since 1970
 */
export const watchHealth = (breakers: Breakers, now: () => number, tell: (change: HealthChange) => void): void => {
  const unwellSince = new Map<string, number>();
  breakers.watch({
    called: () => undefined,
    changed: ({ provider, operation }, { status }) => {
      const name = `${provider} ${operation}`;
      const since = unwellSince.get(name);
      const lastFailure = breakers.find({ provider, operation })?.statistics.summary().lastFailure;
      const change = {
        provider,
        operation,
        isForced: status === 'forced_open' || status === 'forced_closed',
        ...(lastFailure === undefined ? {} : { code: lastFailure.code }),
      };
      if (isStopped(status) && since === undefined) {
        unwellSince.set(name, now());
        tell({ ...change, health: 'unwell' });
      } else if (isFree(status) && since !== undefined) {
        unwellSince.delete(name);
        tell({ ...change, health: 'well', unwellMs: now() - since });
      }
    },
  });
};

// Half open is neither: one call tries while the others are still turned away.
const isStopped = (status: Breaker['status']): boolean => status === 'open' || status === 'forced_open';
const isFree = (status: Breaker['status']): boolean => status === 'closed' || status === 'forced_closed';

/** Makes the counter of changes and gives back what to tell of each; an outage between two looks at the gauge is in it. */
export const healthMetrics = (metrics: Metrics): ((change: HealthChange) => void) => {
  const changes = metrics.counter({
    name: 'finaegis_provider_health_changes_total',
    help: 'Times an operation of a provider stopped answering (unwell) or answered again (well), as this process saw it.',
    labels: ['provider', 'operation', 'health'],
  });
  return ({ provider, operation, health }) => changes.inc({ provider, operation, health });
};
