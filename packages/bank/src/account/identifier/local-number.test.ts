import { issueIban, parseIban } from '@finaegis/kernel/iban';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasValidNationalCheck, localNumberOf } from './local-number.ts';

const banks = {
  AT: '19043',
  BE: '539',
  BG: 'BNBG',
  CH: '00762',
  CY: '002',
  CZ: '0800',
  DE: '37040044',
  LI: '08810',
  LT: '10000',
  LU: '001',
  LV: 'BANK',
  MT: 'MALT01100',
  NL: 'ABNA',
  RO: 'AAAA',
  SK: '1200',
} as const;
const countries = Object.keys(banks) as (keyof typeof banks)[];

const ibanOf = (country: keyof typeof banks, sequence: bigint): string => {
  const bankCode = banks[country];
  return issueIban({ country, bankCode, accountNumber: localNumberOf({ country, bankCode, sequence }).accountNumber });
};

describe('account numbers', () => {
  it.each([
    'CZ6508000000192000145399',
    'CZ9455000000001011038930',
    'SK3112000000198742637541',
    'NL91ABNA0417164300',
    'BE68539007547034',
  ])('%s passes its own country', (iban) => {
    expect(hasValidNationalCheck(iban.slice(0, 2), iban.slice(4))).toBe(true);
  });

  it.each([
    ['CZ', '08000000192000145398'],
    ['CZ', '08000000182000145399'],
    ['CZ', '08000000000000000000'],
    ['SK', '12000000198742637542'],
    ['NL', 'ABNA0417164301'],
    ['BE', '539007547035'],
  ])('a wrong digit in %s %s is found without an IBAN', (country, bban) => {
    expect(hasValidNationalCheck(country, bban)).toBe(false);
  });

  it('are written as people of the country write them', () => {
    expect(localNumberOf({ country: 'CZ', bankCode: '0800', sequence: 1n })).toEqual({
      accountNumber: '107',
      localNumber: '107/0800',
    });
    expect(localNumberOf({ country: 'DE', bankCode: '37040044', sequence: 532013000n })).toEqual({
      accountNumber: '0532013000',
      localNumber: '0532013000',
    });
  });

  it('make a valid IBAN that passes the national check, in every country we number for', () => {
    fc.assert(
      fc.property(fc.constantFrom(...countries), fc.bigInt(1n, 9_999_999n), (country, sequence) => {
        const iban = ibanOf(country, sequence);
        expect(parseIban(iban)).toEqual({ ok: true, iban });
        expect(hasValidNationalCheck(country, iban.slice(4))).toBe(true);
      }),
    );
  });

  it('are never given twice, also where the check digit would have been "10"', () => {
    for (const country of countries) {
      const issued = new Set(Array.from({ length: 3_000 }, (_, index) => ibanOf(country, BigInt(index + 1))));
      expect(issued.size).toBe(3_000);
    }
  });

  it('go on with a prefix when the Czech numbers without one are used up', () => {
    const last = localNumberOf({ country: 'CZ', bankCode: '0800', sequence: 99_999_999n });
    const next = localNumberOf({ country: 'CZ', bankCode: '0800', sequence: 100_000_000n });
    expect(last.localNumber).toMatch(/^\d{10}\/0800$/);
    expect(next.localNumber).toMatch(/^\d{2,6}-\d{10}\/0800$/);
    const iban = ibanOf('CZ', 100_000_000n);
    expect(hasValidNationalCheck('CZ', iban.slice(4))).toBe(true);
    expect(() => localNumberOf({ country: 'NL', bankCode: 'ABNA', sequence: 100_000_000n })).toThrow(RangeError);
  });

  it('are not guessed for a country whose check we do not know', () => {
    expect(() => localNumberOf({ country: 'NO', bankCode: '8601', sequence: 1n })).toThrow(RangeError);
    expect(() => localNumberOf({ country: 'CZ', bankCode: '0800', sequence: 0n })).toThrow(RangeError);
  });
});
