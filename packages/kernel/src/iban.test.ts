import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BBAN_STRUCTURES } from './iban.table.ts';
import { formatIban, type IbanProblem, isIban, issueIban, parseIban } from './iban.ts';

// Examples that the national banks and the registry print for their countries.
const published = [
  'AT611904300234573201',
  'BE68539007547034',
  'CH9300762011623852957',
  'CY17002001280000001200527600',
  'CZ6508000000192000145399',
  'CZ9455000000001011038930',
  'DE89370400440532013000',
  'DK5000400440116243',
  'EE382200221020145685',
  'ES9121000418450200051332',
  'FI2112345600000785',
  'FR1420041010050500013M02606',
  'GB29NWBK60161331926819',
  'GR1601101250000000012300695',
  'HU42117730161111101800000000',
  'IE29AIBK93115212345678',
  'IT60X0542811101000000123456',
  'LT121000011101001000',
  'LU280019400644750000',
  'LV80BANK0000435195001',
  'MT84MALT011000012345MTLCAST001S',
  'NL91ABNA0417164300',
  'NO9386011117947',
  'PL61109010140000071219812874',
  'PT50000201231234567890154',
  'RO49AAAA1B31007593840000',
  'SE4550000000058398257466',
  'SI56263300012039086',
  'SK3112000000198742637541',
];

const problemOf = (text: string): IbanProblem | undefined => {
  const parsed = parseIban(text);
  return parsed.ok ? undefined : parsed.problem;
};

describe('IBAN', () => {
  it.each(published)('%s, as published, is one', (iban) => {
    expect(parseIban(iban)).toEqual({ ok: true, iban });
    expect(isIban(iban)).toBe(true);
  });

  it('is read as people write it and written in groups of four', () => {
    expect(formatIban('CZ6508000000192000145399')).toBe('CZ65 0800 0000 1920 0014 5399');
    expect(parseIban(' cz65 0800 0000\u00A01920 0014 5399 ')).toEqual({ ok: true, iban: 'CZ6508000000192000145399' });
    expect(isIban('CZ65 0800 0000 1920 0014 5399')).toBe(false);
  });

  it.each<[string, IbanProblem]>([
    ['', 'iban_malformed'],
    ['IBAN', 'iban_malformed'],
    ['CZ65-0800-0000-1920-0014-5399', 'iban_malformed'],
    ['US6508000000192000145399', 'iban_country_unknown'],
    ['CZ650800000019200014539', 'iban_structure_wrong'],
    ['CZ65080000001920001453999', 'iban_structure_wrong'],
    ['NL9112340417164300', 'iban_structure_wrong'],
    ['CZ6608000000192000145399', 'iban_check_digits_wrong'],
  ])('"%s" is none: %s', (text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });

  it('with check digits that only leave the right remainder was never issued', () => {
    const accounts = Array.from({ length: 400 }, (_, index) =>
      issueIban({ country: 'CZ', bankCode: '0800', accountNumber: String(index) }),
    );
    const twin = new Map([
      ['97', '00'],
      ['98', '01'],
      ['02', '99'],
    ]);
    const forged = accounts.flatMap((iban) => {
      const digits = twin.get(iban.slice(2, 4));
      return digits === undefined ? [] : [`CZ${digits}${iban.slice(4)}`];
    });
    expect(forged.length).toBeGreaterThan(3);
    expect(forged.map(problemOf)).toEqual(forged.map(() => 'iban_check_digits_wrong'));
  });

  it('is issued from a bank code and an account number, with the Czech prefix in its place', () => {
    expect(issueIban({ country: 'CZ', bankCode: '0800', accountNumber: '19-2000145399' })).toBe(
      'CZ6508000000192000145399',
    );
    expect(issueIban({ country: 'SK', bankCode: '1200', accountNumber: '19-8742637541' })).toBe(
      'SK3112000000198742637541',
    );
    // The number behind a prefix has its ten places, however short it is written.
    expect(issueIban({ country: 'CZ', bankCode: '0800', accountNumber: '19-27' })).toMatch(/0800000019(0{8})27$/);
    expect(issueIban({ country: 'DE', bankCode: '37040044', accountNumber: '532013000' })).toBe(
      'DE89370400440532013000',
    );
    expect(issueIban({ country: 'NL', bankCode: 'ABNA', accountNumber: '417164300' })).toBe('NL91ABNA0417164300');
    expect(issueIban({ country: 'GB', bankCode: 'NWBK601613', accountNumber: '31926819' })).toBe(
      'GB29NWBK60161331926819',
    );
  });

  it('is not issued from parts that do not have the structure of the country', () => {
    // A prefix is Czech and Slovak; nowhere else may a dash vanish.
    expect(() => issueIban({ country: 'DE', bankCode: '37040044', accountNumber: '53-2013000' })).toThrow(RangeError);
    for (const accountNumber of ['x19-27', '19-27x'])
      expect(() => issueIban({ country: 'CZ', bankCode: '0800', accountNumber })).toThrow(RangeError);
    expect(() => issueIban({ country: 'US', bankCode: '0800', accountNumber: '1' })).toThrow(RangeError);
    expect(() => issueIban({ country: 'CZ', bankCode: 'ABCD', accountNumber: '1' })).toThrow(RangeError);
    expect(() => issueIban({ country: 'CZ', bankCode: '0800', accountNumber: '' })).toThrow(RangeError);
    expect(() => issueIban({ country: 'CZ', bankCode: '0800', accountNumber: '12345678901234567' })).toThrow(
      RangeError,
    );
  });

  it('of every country is what it was issued as; one wrong digit or two swapped ones are always found out', () => {
    const countries = Object.keys(BBAN_STRUCTURES);
    const alphabet = (kind: string): string =>
      kind === 'n'
        ? '0123456789'
        : kind === 'a'
          ? 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
          : '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
    const bbanOf = (country: string): fc.Arbitrary<string> =>
      fc
        .tuple(
          ...Array.from((BBAN_STRUCTURES[country] ?? '').matchAll(/(\d+)([nac])/g), ([, length, kind = '']) =>
            fc.string({
              unit: fc.constantFrom(...Array.from(alphabet(kind))),
              minLength: Number(length),
              maxLength: Number(length),
            }),
          ),
        )
        .map((parts) => parts.join(''));
    const issued = fc
      .constantFrom(...countries)
      .chain((country) =>
        bbanOf(country).map((bban) => issueIban({ country, bankCode: bban.slice(0, 2), accountNumber: bban.slice(2) })),
      );
    fc.assert(
      fc.property(issued, fc.nat(), fc.constantFrom(...Array.from('0123456789')), (iban, at, digit) => {
        expect(problemOf(iban)).toBeUndefined();
        const index = at % iban.length;
        // A letter counts as two digits: mistaken for a digit it shifts the rest, against which the standard promises nothing.
        if (!/^[0-9]{1,2}$/.test(iban.slice(index, index + 2))) return;
        const typo = iban.slice(0, index) + digit + iban.slice(index + 1);
        if (typo !== iban) expect(problemOf(typo)).toBeDefined();
        const swapped =
          iban.slice(0, index) +
          iban
            .slice(index, index + 2)
            .split('')
            .reverse()
            .join('') +
          iban.slice(index + 2);
        if (swapped !== iban) expect(problemOf(swapped)).toBeDefined();
      }),
      { numRuns: 1_000 },
    );
  });
});
