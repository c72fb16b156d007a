import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assertStatement,
  checkStatement,
  entryReference,
  runningBalances,
  StatementInvalid,
  statementTotals,
} from './document.ts';
import { demoEntry, demoStatement, variedEntries } from './fixtures/demo-statement.ts';

const codesOf = (document: Parameters<typeof checkStatement>[0]): readonly string[] =>
  checkStatement(document).map(({ code }) => code);

describe('a statement', () => {
  it('whose opening balance and entries make the closing balance has no problem', () => {
    expect(checkStatement(demoStatement(variedEntries))).toEqual([]);
    expect(checkStatement(demoStatement([]))).toEqual([]);
  });

  it('that is one minor unit off is found out, with both numbers', () => {
    const document = demoStatement(variedEntries, { closingBalance: { amountMinor: 109_951n, date: '2025-01-31' } });
    expect(checkStatement(document)).toEqual([
      { code: 'closing_balance_differs', expectedMinor: 109_950n, closingMinor: 109_951n },
    ]);
    expect(() => assertStatement(document)).toThrow(StatementInvalid);
  });

  it.each([
    ['entry_outside_period', demoStatement([demoEntry(1, { bookingDate: '2025-02-01' })])],
    ['entry_outside_period', demoStatement([demoEntry(1, { bookingDate: '2024-12-31' })])],
    ['entry_amount_not_positive', demoStatement([demoEntry(1, { amountMinor: 0n })])],
    ['entry_reference_repeated', demoStatement([demoEntry(1), demoEntry(1)])],
    ['entry_reference_malformed', demoStatement([demoEntry(1, { reference: 'a-dashed-reference' })])],
    ['period_reversed', demoStatement([], { period: { from: '2025-01-31', to: '2025-01-01' } })],
    ['number_not_positive', demoStatement([], { number: 0 })],
  ])('with %s is no statement', (code, document) => {
    expect(codesOf(document)).toEqual([code]);
  });

  it('a back-dated value date is no problem: only the booking day must lie in the period', () => {
    expect(codesOf(demoStatement([demoEntry(1, { valueDate: '2019-06-30' })]))).toEqual([]);
  });

  it('opening balance plus credits minus debits is the last running balance, whatever was booked', () => {
    const entries = fc.array(
      fc.record({
        amountMinor: fc.bigInt(1n, 10n ** 36n),
        creditDebit: fc.constantFrom('credit' as const, 'debit' as const),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(entries, fc.bigInt(-(10n ** 20n), 10n ** 20n), (moves, openingMinor) => {
        const document = demoStatement(
          moves.map((move, index) => demoEntry(index, move)),
          { openingBalance: { amountMinor: openingMinor, date: '2025-01-01' } },
        );
        const { credits, debits } = statementTotals(document);
        expect(checkStatement(document)).toEqual([]);
        expect(openingMinor + credits.sumMinor - debits.sumMinor).toBe(document.closingBalance.amountMinor);
        expect(runningBalances(document).at(-1)?.balanceMinor ?? openingMinor).toBe(
          document.closingBalance.amountMinor,
        );
        expect(credits.count + debits.count).toBe(moves.length);
      }),
    );
  });

  it('two postings of one journal have two references, each of 28 capitals and digits', () => {
    const journalId = '0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12';
    expect(entryReference(journalId, 0)).toMatch(/^J[0-9A-Z]{27}$/);
    expect(entryReference(journalId, 0)).not.toBe(entryReference(journalId, 1));
    expect(entryReference(journalId, 1295)).toMatch(/ZZ$/);
    for (const place of [1296, -1, 0.5, Number.NaN]) expect(() => entryReference(journalId, place)).toThrow(RangeError);
  });
});
