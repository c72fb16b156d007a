import { describe, expect, it } from 'vitest';
import { isLegOf, keyOfLeg, keyOfLegReference, referenceOfLeg } from './leg.ts';

const transferId = '0190b000-0000-7000-8000-000000000001';
const another = '0190b000-0000-7000-8000-000000000002';
const payments = ['first-leg', 'second-leg', 'return'] as const;

describe('the payments of a transfer between banks', () => {
  it('have a key each, the same whoever asks, and another in another transfer', () => {
    const keys = payments.map((payment) => keyOfLeg(transferId, payment));
    expect(new Set([...keys, ...payments.map((payment) => keyOfLeg(another, payment))]).size).toBe(6);
    expect(payments.map((payment) => keyOfLeg(transferId, payment))).toEqual(keys);
    // Banks know them by these for ever.
    expect(keyOfLeg(transferId, 'first-leg')).toBe('45f158da-c1a0-82be-a835-d0c7d10e03fe');
  });

  it('are recognised by their reference, which says of itself what it is for', () => {
    for (const payment of payments) {
      const reference = referenceOfLeg(transferId, payment);
      expect(reference).toMatch(/^C[0-9A-Z]{1,34}$/);
      expect(keyOfLegReference(reference)).toBe(keyOfLeg(transferId, payment));
    }
    expect(keyOfLegReference(`B${referenceOfLeg(transferId, 'return').slice(1)}`)).toBeUndefined();
    expect(keyOfLegReference('C1')).toBeUndefined();
  });

  it('are a transfer’s own', () => {
    for (const payment of payments) {
      expect(isLegOf(transferId, keyOfLeg(transferId, payment))).toBe(true);
      expect(isLegOf(another, keyOfLeg(transferId, payment))).toBe(false);
    }
  });
});
