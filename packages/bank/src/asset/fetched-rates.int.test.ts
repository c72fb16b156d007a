import { platformTenantId } from '@finaegis/platform/auth/principal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manualRates } from './adapters/manual-rates.ts';
import { memoryRates } from './adapters/memory-rates.ts';
import { type AssetBank, startAssetBank } from './fixtures/asset-bank.ts';
import { RateSourceFault } from './ports.ts';
import type { RateSheet } from './rate/rate-sheet.ts';

const facts = { base: 'EUR', scope: 'platform', calendar: 'target', staleAfterBusinessDays: 2 } as const;
const dollarOn = (date: string): RateSheet => ({
  provider: 'good',
  date,
  base: 'EUR',
  quotes: [{ asset: 'USD', mid: '1.1' }],
});

let asked: string[] = [];
let published: readonly RateSheet[] = [dollarOn('2025-03-13'), dollarOn('2025-03-14')];
const good = {
  ...memoryRates({ ...facts, name: 'good', priority: 20 }),
  fetch: (date?: string) => {
    asked.push('good');
    return memoryRates({ ...facts, name: 'good', priority: 20 }, published).fetch(date);
  },
};
const broken = {
  ...memoryRates({ ...facts, name: 'broken', priority: 15 }),
  fetch: async () => {
    throw new RateSourceFault('source_unreadable', 'Line 3 is no rate.', { line: 3 });
  },
};

let bank: AssetBank;
beforeAll(async () => {
  bank = await startAssetBank({ providers: [good, broken, manualRates()] });
  await bank.module.seed();
  bank.now = '2025-03-17T09:00:00.000Z';
});
afterAll(() => bank.close());

const fetchNow = (query = '', body: unknown = {}, as = 'platform') =>
  bank.ask('POST', `/v1/rate-fetches${query}`, { as, body });
const brokenAnswer = { provider: 'broken', outcome: 'source_unreadable', line: 3 };
const fetched = (report: object) => ({
  status: 200,
  body: { items: [brokenAnswer, { provider: 'good', outcome: 'fetched', refused: [], ...report }] },
});

describe('rates fetched on demand', () => {
  it('come from every source of the platform; one that fails says why and keeps none from another', async () => {
    const before = await bank.seq(platformTenantId);
    expect(await fetchNow('?dryRun=true')).toEqual(fetched({ days: 2, imported: 2, repeated: 0 }));
    expect(await bank.seq(platformTenantId)).toBe(before);
    expect(await fetchNow('', { date: '2025-03-13' })).toEqual(fetched({ days: 1, imported: 1, repeated: 0 }));
    expect(await fetchNow()).toEqual(fetched({ days: 2, imported: 1, repeated: 1 }));
    expect(await bank.seq(platformTenantId)).toBe(before + 2n);
  });

  it('are not fetched for a tenant or a customer', async () => {
    asked = [];
    expect(await fetchNow('', {}, 'tenant')).toMatchObject({ status: 403, body: { code: 'rates_belong_to_platform' } });
    expect(await fetchNow('', {}, 'customer')).toMatchObject({ status: 403, body: { code: 'staff_only' } });
    expect(asked).toEqual([]);
  });
});

describe('rates fetched by a worker', () => {
  it('are asked for while the newest business day is missing, and not when it is there', async () => {
    // Until Friday's rates can be read, a worker would rightly ask again.
    await bank.caughtUp(platformTenantId);
    const faults: unknown[] = [];
    const look = async (now: string): Promise<readonly string[]> => {
      asked = [];
      bank.now = now;
      const worker = bank.module.startRateFetching({ onError: (error) => faults.push(error) });
      await worker.close();
      await bank.caughtUp(platformTenantId);
      return asked;
    };
    expect(await look('2025-03-14T18:00:00.000Z')).toEqual([]);
    expect(await look('2025-03-16T18:00:00.000Z')).toEqual([]);
    published = [...published, dollarOn('2025-03-17')];
    expect(await look('2025-03-17T06:00:00.000Z')).toEqual(['good']);
    expect(await look('2025-03-17T18:00:00.000Z')).toEqual([]);
    const { body } = await bank.ask('GET', '/v1/rates/EUR/USD?date=2025-03-17');
    expect(body).toMatchObject({ mid: '1.1', date: '2025-03-17', sources: ['good'] });
    // The broken one never brought its day, so it was asked each time.
    expect(faults).toHaveLength(4);
    expect(faults[0]).toMatchObject({ code: 'source_unreadable', line: 3 });
  });
});
