import { describe, expect, it } from 'vitest';
import { type AssetFacts, readAssetAmount } from './amount.ts';

const eur: AssetFacts = {
  code: 'EUR',
  kind: 'fiat',
  decimals: 2,
  name: 'Euro',
  tenantId: 't',
  activeFrom: '1999-01-01',
  activeTo: '2030-01-01',
};
const read = (facts: AssetFacts | undefined, amount: string, on = '2026-03-10'): unknown => {
  const found = readAssetAmount(facts, { amount, asset: 'EUR' }, on);
  return found.ok ? found.amountMinor : [found.code, found.part];
};

describe('an amount of an asset', () => {
  it('is read in minor units', () => {
    expect(read(eur, '10.05')).toBe(1005n);
    expect(read(eur, '10')).toBe(1000n);
  });

  it.each([
    [undefined, '1.005', '2026-03-10', 'asset_unknown', 'asset'],
    [eur, '1.005', '1998-12-31', 'asset_inactive', 'asset'],
    [eur, '1.005', '2030-01-01', 'asset_inactive', 'asset'],
    [eur, '1,00', '2026-03-10', 'amount_malformed', 'amount'],
    [eur, '-1', '2026-03-10', 'amount_malformed', 'amount'],
    [eur, '1.005', '2026-03-10', 'amount_scale_too_fine', 'amount'],
    [eur, '1'.repeat(36), '2026-03-10', 'amount_too_large', 'amount'],
    [eur, '0.00', '2026-03-10', 'amount_not_positive', 'amount'],
  ])('is refused by the first thing wrong with it: %o %s on %s is %s', (facts, amount, on, code, part) => {
    expect(read(facts, amount, on)).toEqual([code, part]);
  });

  it.each([
    [undefined, '1', 'there is no asset EUR'],
    [{ ...eur, activeTo: '2026-03-10' }, '1', 'EUR may not be booked on 2026-03-10'],
    [eur, 'ten', 'must be a decimal string such as "10.05"'],
    [eur, '1.005', 'must have at most 2 fraction digits, those of EUR'],
    [eur, '1'.repeat(36), 'must have at most 36 digits in minor units'],
    [eur, '0', 'must be more than zero'],
  ])('says in words what is wrong: %o %s', (facts, amount, message) => {
    expect(readAssetAmount(facts, { amount, asset: 'EUR' }, '2026-03-10')).toMatchObject({ ok: false, message });
  });

  it('may be booked on its first day and on the day before its last', () => {
    expect(read(eur, '1', '1999-01-01')).toBe(100n);
    expect(read(eur, '1', '2029-12-31')).toBe(100n);
  });
});
