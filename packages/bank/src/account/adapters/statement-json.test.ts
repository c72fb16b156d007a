import { describe, expect, it } from 'vitest';
import { StatementInvalid } from '../statement/document.ts';
import { demoEntry, demoStatement, variedEntries } from '../statement/fixtures/demo-statement.ts';
import { statementFromWire, statementOnWire, statementToWire, writeStatementJson } from './statement-json.ts';

describe('a statement as JSON', () => {
  it('read back is the statement that was written', () => {
    const document = demoStatement(variedEntries);
    const parsed = statementOnWire.parse(JSON.parse(writeStatementJson(document)));
    expect(statementFromWire(parsed)).toEqual(document);
  });

  it('says amounts as decimal strings with their asset', () => {
    const wire = statementToWire(demoStatement([demoEntry(1, { creditDebit: 'debit', amountMinor: 150_005n })]));
    expect(wire.entries[0]?.amount).toEqual({ amount: '1500.05', asset: 'CZK' });
    expect(wire.closingBalance).toEqual({ balance: { amount: '-500.05', asset: 'CZK' }, date: '2025-01-31' });
  });

  it('of an asset with 18 decimals keeps the last digit', () => {
    const document = demoStatement([demoEntry(1, { amountMinor: 1n })]);
    const ether = { ...document, account: { ...document.account, currency: 'ETH', decimals: 18 } };
    expect(statementToWire(ether).entries[0]?.amount.amount).toBe('0.000000000000000001');
  });

  it('that was tampered with is not read back', () => {
    const wire = statementToWire(demoStatement(variedEntries));
    const closingBalance = { ...wire.closingBalance, balance: { amount: '0.00', asset: 'CZK' } };
    expect(() => statementFromWire({ ...wire, closingBalance })).toThrow(StatementInvalid);
    const euro = { ...wire.closingBalance, balance: { ...wire.closingBalance.balance, asset: 'EUR' } };
    expect(() => statementFromWire({ ...wire, closingBalance: euro })).toThrow(TypeError);
  });
});
