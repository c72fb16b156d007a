import type { ProviderHealth } from '@finaegis/platform/resilience/provider-health';

/** How a bank is, as far as calls to it tell. */
export type BankHealthStatus = 'healthy' | 'degraded' | 'unhealthy' | 'unknown';

/** The health of a bank, with the operations it comes from. */
export interface BankHealth {
  readonly status: BankHealthStatus;
  readonly calls: number;
  readonly failures: number;
  /** Failures in basis points of calls; absent where nobody called. */
  readonly failureBasisPoints?: number;
  /** Operations whose breaker lets nothing through. */
  readonly openOperations: readonly string[];
}

/** From which share of failures, in basis points, a bank is degraded, and from which it is unhealthy. */
export const healthThresholds = { degradedBasisPoints: 3_000, unhealthyBasisPoints: 7_000 } as const;

/**
 * Sums up the operations of a connection. A decline is an answer, and counts as a call that went well; calls refused by a breaker were never made.
 */
export const bankHealth = (
  operations: readonly Pick<ProviderHealth, 'operation' | 'state' | 'counts'>[],
): BankHealth => {
  const sum = (...results: readonly (keyof ProviderHealth['counts'])[]): number =>
    operations.reduce((total, { counts }) => total + results.reduce((of, result) => of + counts[result], 0), 0);
  const failures = sum('failed', 'unknown');
  const calls = failures + sum('succeeded', 'declined');
  const openOperations = operations.filter(({ state }) => state === 'open').map(({ operation }) => operation);
  const failureBasisPoints = calls === 0 ? undefined : Math.floor((failures * 10_000) / calls);
  return {
    status: statusOf(failureBasisPoints, openOperations.length > 0),
    calls,
    failures,
    ...(failureBasisPoints === undefined ? {} : { failureBasisPoints }),
    openOperations,
  };
};

const statusOf = (failureBasisPoints: number | undefined, isOpen: boolean): BankHealthStatus => {
  if (isOpen) return 'unhealthy';
  if (failureBasisPoints === undefined) return 'unknown';
  if (failureBasisPoints >= healthThresholds.unhealthyBasisPoints) return 'unhealthy';
  return failureBasisPoints >= healthThresholds.degradedBasisPoints ? 'degraded' : 'healthy';
};
