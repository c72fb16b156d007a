import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validateXml } from '../../iso20022/xsd.ts';
import { StatementInvalid } from '../statement/document.ts';
import { demoEntry, demoStatement, variedEntries } from '../statement/fixtures/demo-statement.ts';
import {
  camt053Refusal,
  StatementNotRepresentable,
  statementReference,
  writeStatementCamt053,
} from './statement-camt053.ts';

const valuesOf = (xml: string, name: string): readonly string[] =>
  Array.from(xml.matchAll(new RegExp(`<${name}(?: [^>]*)?>([^<]*)</${name}>`, 'g')), ([, value]) => value ?? '');

const inCurrency = (currency: string, decimals: number) => {
  const document = demoStatement(variedEntries);
  return { ...document, account: { ...document.account, currency, decimals } };
};

describe('a statement as camt.053.001.08', () => {
  it('is valid by the published schema', async () => {
    expect(await validateXml(writeStatementCamt053(demoStatement(variedEntries)), 'camt.053.001.08')).toEqual({
      isValid: true,
      problems: [],
    });
  });

  it('without entries, without IBAN, address or BIC, is valid too', async () => {
    const document = demoStatement([], { servicer: { name: 'Bank' } });
    const bare = {
      ...document,
      account: {
        id: document.account.id,
        localNumber: '123/0800',
        currency: 'JPY',
        decimals: 0,
        owner: { name: '東京' },
      },
    };
    const xml = writeStatementCamt053(bare);
    expect(await validateXml(xml, 'camt.053.001.08')).toEqual({ isValid: true, problems: [] });
    expect(valuesOf(xml, 'Amt')).toEqual(['100000', '100000', '0']);
  });

  it('says opening and closing booked balance, with DBIT below zero', () => {
    const xml = writeStatementCamt053(demoStatement([demoEntry(1, { creditDebit: 'debit', amountMinor: 150_005n })]));
    const balances = Array.from(xml.matchAll(/<Bal>.*?<\/Bal>/gs), ([balance]) => [
      valuesOf(balance, 'Cd')[0],
      valuesOf(balance, 'Amt')[0],
      valuesOf(balance, 'CdtDbtInd')[0],
      valuesOf(balance, 'Dt')[0],
    ]);
    expect(balances).toEqual([
      ['OPBD', '1000.00', 'CRDT', '2025-01-01'],
      ['CLBD', '500.05', 'DBIT', '2025-01-31'],
    ]);
  });

  it('sums its entries by direction', () => {
    const xml = writeStatementCamt053(demoStatement(variedEntries));
    const [summary = ''] = /<TxsSummry>.*<\/TxsSummry>/s.exec(xml) ?? [];
    expect(valuesOf(summary, 'NbOfNtries')).toEqual(['4', '2', '2']);
    expect(valuesOf(summary, 'Sum')).toEqual(['5101.50', '2600.50', '2501.00']);
    expect(valuesOf(summary, 'Amt')).toEqual(['99.50']);
    expect(valuesOf(summary, 'CdtDbtInd')).toEqual(['CRDT']);
  });

  it('names the payer of what came in as debtor and the payee of what went out as creditor', () => {
    const [incoming = '', outgoing = ''] =
      writeStatementCamt053(demoStatement(variedEntries)).match(/<Ntry>.*?<\/Ntry>/gs) ?? [];
    expect(incoming).toMatch(/<Dbtr>\s*<Pty>\s*<Nm>Skoda Zizkov<\/Nm>/);
    expect(incoming).toMatch(/<DbtrAcct>\s*<Id>\s*<IBAN>DE89370400440532013000<\/IBAN>/);
    expect(incoming).not.toContain('<Cdtr>');
    expect(outgoing).toMatch(/<CdtrAcct>\s*<Id>\s*<Othr>\s*<Id>[0-9A-Z]{25}<\/Id>/);
  });

  it('cuts no end-to-end reference: one that ISO cannot carry is told in words', () => {
    const [kept = '', told = ''] =
      writeStatementCamt053(demoStatement(variedEntries)).match(/<Ntry>.*?<\/Ntry>/gs) ?? [];
    expect(valuesOf(kept, 'EndToEndId')).toEqual(['FA-2025-17']);
    expect(valuesOf(told, 'EndToEndId')).toEqual(['NOTPROVIDED']);
    expect(valuesOf(told, 'AddtlTxInf')).toEqual(['End-to-end reference reference-with-underscores']);
  });

  it('cuts names and addresses to the lengths of the schema and writes a country only by its code', async () => {
    const document = demoStatement([demoEntry(1, { counterparty: { name: 'Ž'.repeat(200) } })]);
    const address = {
      streetName: 's'.repeat(90),
      buildingNumber: 'b'.repeat(20),
      townName: 't'.repeat(40),
      country: 'CZ',
    };
    const owner = { name: 'n'.repeat(200), address };
    const xml = writeStatementCamt053({ ...document, account: { ...document.account, name: 'a'.repeat(80), owner } });
    expect(await validateXml(xml, 'camt.053.001.08')).toEqual({ isValid: true, problems: [] });
    expect(valuesOf(xml, 'Nm').map((name) => name.length)).toEqual([70, 140, 18, 140]);
  });

  it('leaves out a country, a BIC and a local number that are none rather than become invalid', async () => {
    const document = demoStatement([], { servicer: { name: 'Bank', bic: 'no bic' } });
    const owner = { name: 'Jan', address: { townName: 'Praha', country: 'Czechia' } };
    const account = { ...document.account, iban: undefined, localNumber: '1'.repeat(40), owner };
    const xml = writeStatementCamt053({ ...document, account });
    expect(await validateXml(xml, 'camt.053.001.08')).toEqual({ isValid: true, problems: [] });
    expect(xml).not.toContain('<Ctry>');
  });

  it('splits a long remittance into lines of 140 and loses nothing', () => {
    const xml = writeStatementCamt053(demoStatement([demoEntry(1, { remittance: 'x'.repeat(300) })]));
    expect(valuesOf(xml, 'Ustrd').map((line) => line.length)).toEqual([140, 140, 20]);
  });

  it('has a reference that no other statement of the bank has, within 35 characters', () => {
    const document = demoStatement([]);
    expect(statementReference(document)).toMatch(/^[0-9A-Z]{25}CZK00007$/);
    expect(statementReference(inCurrency('EUR', 2))).not.toBe(statementReference(document));
  });

  it('is refused for what is no currency, for a withdrawn one and for 19 digits', () => {
    expect(camt053Refusal(inCurrency('BTC', 8))).toBe('asset_not_fiat');
    expect(camt053Refusal(inCurrency('XAU', 4))).toBe('asset_not_fiat');
    expect(camt053Refusal(inCurrency('DEM', 2))).toBe('asset_not_fiat');
    expect(camt053Refusal(demoStatement([demoEntry(1, { amountMinor: 10n ** 18n })]))).toBe('amount_too_long');
    expect(() => writeStatementCamt053(inCurrency('BTC', 8))).toThrow(StatementNotRepresentable);
  });

  it('is never written from numbers that do not add up', () => {
    const document = demoStatement(variedEntries, { closingBalance: { amountMinor: 0n, date: '2025-01-31' } });
    expect(() => writeStatementCamt053(document)).toThrow(StatementInvalid);
  });

  it('stays valid whatever customers write into names and texts', async () => {
    const anything = fc.string({ unit: 'binary', maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(anything, anything, anything, async (name, remittance, endToEndId) => {
        const entry = demoEntry(1, { counterparty: { name, accountId: remittance }, remittance, endToEndId });
        const xml = writeStatementCamt053(demoStatement([entry]));
        expect((await validateXml(xml, 'camt.053.001.08')).problems).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });
});
