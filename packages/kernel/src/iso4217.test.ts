import { describe, expect, test } from 'vitest';
import { currencies, currency, decimalsOf, isActiveOn } from './iso4217.ts';
import { isLocalDate } from './local-date.ts';

const active = currencies().filter(({ withdrawn }) => withdrawn === undefined);
const intlCodes = new Set(Intl.supportedValuesOf('currency'));
const intlDigits = (code: string): number | undefined =>
  new Intl.NumberFormat('en', { style: 'currency', currency: code }).resolvedOptions().maximumFractionDigits;

describe('against the tables of Intl (CLDR), whose differences are known and listed', () => {
  test('every currency Intl knows is in the table', () => {
    expect([...intlCodes].filter((code) => currency(code) === undefined)).toEqual([]);
  });

  test('Intl still lists these withdrawn codes', () => {
    const listed = currencies().filter(({ code, withdrawn }) => withdrawn !== undefined && intlCodes.has(code));
    // Newer releases of CLDR drop some; none may be added without being looked at.
    const known = ['ANG', 'BGN', 'CUC', 'HRK', 'SLL', 'ZWL'];
    expect(listed.map(({ code }) => code).filter((code) => !known.includes(code))).toEqual([]);
  });

  test('Intl leaves out these active codes: funds, metals, units of account and three recent ones', () => {
    const missing = active.filter(({ code }) => !intlCodes.has(code)).map(({ code }) => code);
    const known = [
      'BOV',
      'CHE',
      'CHW',
      'CLF',
      'COU',
      'MXV',
      'USN',
      'UYI',
      'UYW',
      'VED',
      'XAD',
      'XAG',
      'XAU',
      'XBA',
      'XBB',
      'XBC',
      'XBD',
      'XPD',
      'XPT',
      'XTS',
      'XUA',
      'XXX',
    ];
    expect(missing.filter((code) => !known.includes(code))).toEqual([]);
  });

  test('Intl shows 16 active currencies without the decimals ISO 4217 gives them, since cash there has none', () => {
    const differing = active.filter(({ code, exponent }) => exponent !== undefined && intlDigits(code) !== exponent);
    expect(differing.map(({ code, exponent }) => `${code} ${exponent} ${intlDigits(code)}`)).toEqual([
      'AFN 2 0',
      'ALL 2 0',
      'COP 2 0',
      'HUF 2 0',
      'IDR 2 0',
      'IQD 3 0',
      'IRR 2 0',
      'KPW 2 0',
      'LAK 2 0',
      'LBP 2 0',
      'MGA 2 0',
      'MMK 2 0',
      'PKR 2 0',
      'SOS 2 0',
      'SYP 2 0',
      'YER 2 0',
    ]);
  });
});

test('the table is ordered, has each code once and says nothing impossible', () => {
  const codes = currencies().map(({ code }) => code);
  expect(codes).toEqual([...new Set(codes)].sort());
  expect(active).toHaveLength(178);
  for (const { code, numericCode, exponent, name, activeFrom, withdrawn } of currencies()) {
    expect(code).toMatch(/^[A-Z]{3}$/);
    expect(numericCode ?? '000').toMatch(/^[0-9]{3}$/);
    expect([0, 2, 3, 4, undefined]).toContain(exponent);
    expect(name.trim()).toBe(name);
    expect(activeFrom === undefined || isLocalDate(activeFrom)).toBe(true);
    expect(withdrawn === undefined || isLocalDate(withdrawn) || isLocalDate(`${withdrawn}-01`)).toBe(true);
    expect(activeFrom === undefined || withdrawn === undefined || activeFrom < withdrawn).toBe(true);
  }
});

test('no two active currencies share a numeric code, which card messages use instead of letters', () => {
  const byNumber = new Map<string, string[]>();
  for (const { code, numericCode = '' } of active)
    byNumber.set(numericCode, [...(byNumber.get(numericCode) ?? []), code]);
  expect([...byNumber].filter(([, codes]) => codes.length > 1)).toEqual([]);
});

test.each([
  ['EUR', '978', 2, 'money'],
  ['JPY', '392', 0, 'money'],
  ['KWD', '414', 3, 'money'],
  ['CLF', '990', 4, 'fund'],
  ['ALL', '008', 2, 'money'],
  ['XCG', '532', 2, 'money'],
  ['VED', '926', 2, 'money'],
  ['SLE', '925', 2, 'money'],
  ['ZWG', '924', 2, 'money'],
  ['XAU', '959', undefined, 'metal'],
  ['XDR', '960', undefined, 'unit'],
  ['XXX', '999', undefined, 'none'],
])('%s is %s with %s decimals: %s', (code, numericCode, exponent, kind) => {
  expect(currency(code)).toMatchObject({ code, numericCode, exponent, kind });
});

test('metals and fund codes, also withdrawn ones, are not money', () => {
  const codesOf = (kind: string): readonly string[] =>
    currencies().flatMap((found) => (found.kind === kind ? [found.code] : []));
  expect(codesOf('metal')).toEqual(['XAG', 'XAU', 'XPD', 'XPT']);
  expect(codesOf('fund').join(' ')).toBe('BOV CHC CHE CHW CLF COU ECV MXV USN USS UYI UYW');
});

test('a code counts from its first day to the day before its withdrawal', () => {
  expect([isActiveOn('XCG', '2025-03-30'), isActiveOn('XCG', '2025-03-31')]).toEqual([false, true]);
  expect([isActiveOn('ANG', '2025-03-30'), isActiveOn('ANG', '2025-03-31')]).toEqual([true, false]);
  expect([isActiveOn('BGN', '2025-12-31'), isActiveOn('BGN', '2026-01-01')]).toEqual([true, false]);
  expect([isActiveOn('HRK', '2022-12-31'), isActiveOn('HRK', '2023-01-01')]).toEqual([true, false]);
  expect([isActiveOn('EUR', '1998-12-31'), isActiveOn('EUR', '1999-01-01')]).toEqual([false, true]);
  expect([isActiveOn('DEM', '2002-02-28'), isActiveOn('DEM', '2002-03-01')]).toEqual([true, false]);
});

test('a code whose withdrawal is known by the month counts to the end of it', () => {
  expect([isActiveOn('CUC', '2021-06-30'), isActiveOn('CUC', '2021-07-01')]).toEqual([true, false]);
});

test('an unknown or misspelt code is active on no day, and a day that does not exist is refused', () => {
  for (const code of ['', 'eur', 'EUR ', 'ZZZ', 'BTC', 'constructor']) {
    expect(currency(code)).toBeUndefined();
    expect(isActiveOn(code, '2026-01-01')).toBe(false);
  }
  expect(() => isActiveOn('EUR', '2026-02-30')).toThrow(RangeError);
});

test('every currency was active on the first and last day the European Central Bank quoted it, to March 2025', () => {
  const quoted = `CYP 1999-01-04 2007-12-31, EEK 1999-01-04 2010-12-31, HRK 2005-04-01 2022-12-30, LTL 1999-01-04 2014-12-31,
    LVL 1999-01-04 2013-12-31, MTL 1999-01-04 2007-12-31, ROL 1999-01-04 2005-06-30, RON 2005-07-01 2025-03-14,
    SIT 1999-01-04 2006-12-29, SKK 1999-01-04 2008-12-31, TRL 1999-01-04 2004-12-31, TRY 2005-01-03 2025-03-14,
    BGN 2000-07-19 2025-03-14, CZK 1999-01-04 2025-03-14, PLN 1999-01-04 2025-03-14, RUB 2005-04-01 2022-03-01`;
  for (const row of quoted.split(/,\s+/)) {
    const [code = '', first = '', last = ''] = row.split(' ');
    expect([code, isActiveOn(code, first), isActiveOn(code, last)]).toEqual([code, true, true]);
  }
});

test('metals and units of account have decimals of our own, and what cannot be booked has none', () => {
  const decimals = (code: string): number | undefined => {
    const found = currency(code);
    return found && decimalsOf(found);
  };
  expect(['EUR', 'JPY', 'XAU', 'XAG', 'XDR', 'XXX', 'XTS'].map(decimals)).toEqual([
    2,
    0,
    6,
    6,
    6,
    undefined,
    undefined,
  ]);
});
