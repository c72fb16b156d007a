import { expect, test } from 'vitest';
import { isAssetActiveOn, isAssetCode, isDecimals } from './asset.ts';
import { currencies } from './iso4217.ts';

test('every ISO 4217 code, coins and shares of a round are codes of assets', () => {
  for (const { code } of currencies()) expect(isAssetCode(code)).toBe(true);
  for (const code of ['BTC', 'USDC', '1INCH', 'USDC.E', 'CGO-2026-1', 'GOLD_G', 'A'.repeat(32)])
    expect(isAssetCode(code)).toBe(true);
});

test('small letters, spaces, lone separators and wrong lengths make no code', () => {
  for (const text of ['', 'E', 'eur', 'EU R', 'EUR\n', '-EUR', 'EUR-', 'A--B', 'Ä1', 'A'.repeat(33), 'EUR\u0000'])
    expect(isAssetCode(text)).toBe(false);
});

test('decimals are whole numbers from 0 to 18', () => {
  expect([0, 2, 18].every(isDecimals)).toBe(true);
  expect([-1, 19, 1.5, Number.NaN, Number.POSITIVE_INFINITY].some(isDecimals)).toBe(false);
});

test('an asset is active from its first day until the day before its end', () => {
  const lev = { activeFrom: '1999-07-05', activeUntil: '2026-01-01' };
  expect(isAssetActiveOn(lev, '1999-07-04')).toBe(false);
  expect(isAssetActiveOn(lev, '1999-07-05')).toBe(true);
  expect(isAssetActiveOn(lev, '2025-12-31')).toBe(true);
  expect(isAssetActiveOn(lev, '2026-01-01')).toBe(false);
  expect(isAssetActiveOn({}, '0001-01-01')).toBe(true);
});
