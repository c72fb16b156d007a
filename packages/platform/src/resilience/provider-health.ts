import type { Breaker } from './breaker.ts';
import { retryAtOf } from './breaker.ts';
import type { Operation } from './breakers.ts';
import type { CallSummary } from './call-statistics.ts';

/** Whether calls go out: `half_open` tries one at a time. */
export type BreakerState = 'closed' | 'half_open' | 'open';

/** How one operation of a provider is: its breaker, the same in all processes, and the calls of this one. */
export interface ProviderHealth extends CallSummary {
  readonly provider: string;
  readonly operation: string;
  readonly state: BreakerState;
  /** A person decided, not the calls. */
  readonly isForced: boolean;
  /** Instant the state began; undefined while it has not changed since this process started. */
  readonly since: string | undefined;
  /** Instant from which calls are let through again; only while none are, and only where that is known. */
  readonly retryAt: string | undefined;
}

/** The state of a breaker as everybody calls it. */
export const stateOfBreaker = ({ status }: Breaker): BreakerState =>
  status === 'forced_open' ? 'open' : status === 'forced_closed' ? 'closed' : status;

/** The health of one operation. @param now milliseconds since 1970 */
export const healthOf = (
  { provider, operation, breaker: circuit, statistics }: Operation,
  now: number,
): ProviderHealth => {
  const { breaker, since } = circuit;
  return {
    provider,
    operation,
    state: stateOfBreaker(breaker),
    isForced: breaker.status === 'forced_open' || breaker.status === 'forced_closed',
    since: since === undefined ? undefined : new Date(since).toISOString(),
    retryAt: breaker.status === 'open' ? new Date(retryAtOf(breaker, now)).toISOString() : undefined,
    ...statistics.summary(),
  };
};
