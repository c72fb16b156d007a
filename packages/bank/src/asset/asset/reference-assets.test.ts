import { isAssetCode } from '@finaegis/kernel/asset';
import { describe, expect, it } from 'vitest';
import type { AssetFacts } from './amount.ts';
import { referenceAssets, seedSteps } from './reference-assets.ts';

const wanted = referenceAssets();
const asset = (code: string) => wanted.find((one) => one.code === code);
const registry = (changes: Partial<AssetFacts> & { readonly code?: string } = {}): ReadonlyMap<string, AssetFacts> =>
  new Map(
    wanted.map((one) => [
      one.code,
      { ...(one as AssetFacts), tenantId: 'platform', ...(one.code === changes.code ? changes : {}) },
    ]),
  );

describe('the reference assets', () => {
  it('are ISO 4217 with its exponents and dates, its metals, and crypto assets with the decimals of their chains', () => {
    expect(asset('EUR')).toMatchObject({ kind: 'fiat', decimals: 2 });
    expect(asset('JPY')).toMatchObject({ decimals: 0 });
    expect(asset('BHD')).toMatchObject({ decimals: 3 });
    expect(asset('XCG')).toMatchObject({ activeFrom: '2025-03-31' });
    expect(asset('XAU')).toMatchObject({ kind: 'commodity', decimals: 6 });
    expect(asset('BTC')).toEqual({ code: 'BTC', kind: 'crypto', decimals: 8, name: 'Bitcoin' });
    expect(asset('ETH')).toMatchObject({ decimals: 18 });
    expect(asset('USDT')).toMatchObject({ decimals: 6 });
    expect(asset('XXX')).toBeUndefined();
  });

  it('count to the end of the month in which ISO says they were withdrawn', () => {
    expect(asset('YUM')).toMatchObject({ activeTo: '2003-08-01' });
    expect(asset('ATS')).toMatchObject({ activeTo: '2002-03-01' });
  });

  it('have codes of their own', () => {
    expect(new Set(wanted.map(({ code }) => code)).size).toBe(wanted.length);
    expect(wanted.every(({ code }) => isAssetCode(code))).toBe(true);
  });
});

describe('seeding', () => {
  it('registers everything once and then nothing', () => {
    expect(seedSteps(new Map(), wanted)).toHaveLength(wanted.length);
    expect(seedSteps(registry(), wanted)).toEqual([]);
  });

  it('follows a new name and a new withdrawal, and leaves alone what the platform ended by itself', () => {
    expect(seedSteps(registry({ code: 'EUR', name: 'Ecu' }), wanted)).toEqual([
      { command: 'rename', data: { code: 'EUR', name: 'Euro' } },
    ]);
    const { activeTo: _end, ...stillActive } = asset('ATS') as AssetFacts;
    const existing = new Map(registry()).set('ATS', { ...stillActive, tenantId: 'platform' });
    expect(seedSteps(existing, wanted)).toEqual([
      { command: 'deactivate', data: { code: 'ATS', activeTo: '2002-03-01' } },
    ]);
    expect(seedSteps(registry({ code: 'USDT', activeTo: '2026-01-01' }), wanted)).toEqual([]);
  });

  it('refuses to start when a release contradicts what amounts were counted by', () => {
    expect(() => seedSteps(registry({ code: 'EUR', decimals: 3 }), wanted)).toThrow('never change');
  });
});
