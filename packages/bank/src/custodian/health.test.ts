import { describe, expect, it } from 'vitest';
import { bankHealth } from './health.ts';

const operation = (succeeded: number, failed: number, more: object = {}) => ({
  operation: 'submit',
  state: 'closed' as const,
  counts: { succeeded, failed, declined: 0, unknown: 0, refused: 0, busy: 0, abandoned: 0 },
  ...more,
});

describe('the health of a bank', () => {
  it.each([
    [[], 'unknown'],
    [[operation(0, 0)], 'unknown'],
    [[operation(10, 0)], 'healthy'],
    [[operation(7_001, 2_999)], 'healthy'],
    [[operation(7_000, 3_000)], 'degraded'],
    [[operation(3_001, 6_999)], 'degraded'],
    [[operation(3_000, 7_000)], 'unhealthy'],
    [[operation(100, 0), operation(0, 50)], 'degraded'],
    [[operation(100, 0, { state: 'open' })], 'unhealthy'],
    [[operation(100, 0, { state: 'half_open' })], 'healthy'],
  ])('%j is %s', (operations, status) => {
    expect(bankHealth(operations).status).toBe(status);
  });

  it('counts a decline as a good call and an unknown outcome as a bad one; what was never sent counts as nothing', () => {
    const counts = { succeeded: 0, failed: 0, declined: 7, unknown: 3, refused: 50, busy: 50, abandoned: 50 };
    expect(bankHealth([operation(0, 0, { counts, state: 'open' })])).toEqual({
      status: 'unhealthy',
      calls: 10,
      failures: 3,
      failureBasisPoints: 3_000,
      openOperations: ['submit'],
    });
  });
});
