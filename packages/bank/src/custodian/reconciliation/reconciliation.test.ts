import { describe, expect, it } from 'vitest';
import { after, told } from '../fixtures/decided.ts';
import {
  type ReconciliationReport,
  reconciliationAggregate,
  reconciliationId,
  recordReconciliation,
} from './reconciliation.ts';

const report = {
  bank: 'ing',
  asset: 'EUR',
  date: '2025-01-30',
  account: 'main:nostro/ing',
  statementMinor: 9_000n,
  bookedMinor: 9_000n,
} as unknown as ReconciliationReport;
const other = { ...report, bookedMinor: 8_999n } as ReconciliationReport;

describe('the reconciliation of a day', () => {
  it('is found by its day, bank and asset, so that lists by id are lists by date', () => {
    expect(reconciliationId(report)).toBe('2025-01-30/ing/EUR');
    expect(reconciliationAggregate.stream(reconciliationId(report))).toBe('reconciliation:2025-01-30/ing/EUR');
  });

  it('is recorded when it came to something else than before, and not again when it came to the same', () => {
    const none = reconciliationAggregate.initial;
    expect(none).toEqual({ status: 'none' });
    expect(told(recordReconciliation(none, report))).toEqual(['NostroReconciled']);
    const once = after(reconciliationAggregate, (state) => recordReconciliation(state, report));
    expect(once).toEqual({ status: 'reconciled', runs: 1, at: '2025-01-30T12:00:00.000Z', report });
    expect(told(recordReconciliation(once, { ...report }))).toEqual([]);
    expect(told(recordReconciliation(once, other))).toEqual(['NostroReconciled']);
  });

  it('is the newest one, and counts how often the day was compared', () => {
    const twice = after(
      reconciliationAggregate,
      (state) => recordReconciliation(state, report),
      (state) => recordReconciliation(state, other),
    );
    expect(twice).toMatchObject({ runs: 2, report: other });
  });
});
