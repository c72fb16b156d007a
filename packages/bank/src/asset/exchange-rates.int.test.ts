import { readFileSync } from 'node:fs';
import { platformTenantId } from '@finaegis/platform/auth/principal';
import { Decimal } from 'decimal.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ecbRates, parseEcb } from './adapters/ecb-file.ts';
import { manualRates } from './adapters/manual-rates.ts';
import { memoryRates } from './adapters/memory-rates.ts';
import { type AssetBank, startAssetBank } from './fixtures/asset-bank.ts';
import type { RateSheet } from './rate/rate-sheet.ts';

const history = readFileSync(new URL('../../../../examples/data/ecb/eurofxref-hist.csv', import.meta.url), 'utf8');
const sheets = parseEcb(history);
const csv = { as: 'platform', headers: { 'content-type': 'text/csv' } };

const spare = memoryRates({
  name: 'spare',
  priority: 30,
  base: 'USD',
  scope: 'platform',
  calendar: 'weekdays',
  staleAfterBusinessDays: 0,
});
const spareSheet: RateSheet = {
  provider: 'spare',
  date: '2025-03-19',
  base: 'USD',
  quotes: [
    { asset: 'CZK', mid: '23', bid: '22.9', ask: '23.1' },
    { asset: 'EUR', mid: '0.92' },
  ],
};

let bank: AssetBank;
beforeAll(async () => {
  bank = await startAssetBank({ providers: [ecbRates(), spare, manualRates()] });
  await bank.module.seed();
});
afterAll(() => bank.close());

const rate = (pair: string, options: { readonly date?: string; readonly as?: string } = {}) =>
  bank.ask('GET', `/v1/rates/${pair}${options.date === undefined ? '' : `?date=${options.date}`}`, options);

const setManual = async (body: Record<string, unknown>, key = JSON.stringify(body)) => {
  const answer = await bank.ask('POST', '/v1/rates', {
    body,
    headers: { 'idempotency-key': key.replace(/\W/g, '').slice(0, 60) },
  });
  await bank.caughtUp(bank.tenantId);
  return answer;
};

describe('importing the whole history of the European Central Bank', () => {
  it('takes less than ten seconds, one event per day, and can be read afterwards', async () => {
    const before = await bank.seq(platformTenantId);
    const started = performance.now();
    const answer = await bank.ask('POST', '/v1/rate-imports', { ...csv, body: history });
    const seconds = (performance.now() - started) / 1_000;
    expect(answer).toEqual({ status: 200, body: { days: 6_710, imported: 6_710, repeated: 0, refused: [] } });
    expect(await bank.seq(platformTenantId)).toBe(before + 6_710n);
    expect(seconds).toBeLessThan(10);
    await bank.caughtUp(platformTenantId);
  }, 60_000);

  it('done again imports nothing', async () => {
    const before = await bank.seq(platformTenantId);
    expect(await bank.ask('POST', '/v1/rate-imports', { ...csv, body: history })).toEqual({
      status: 200,
      body: { days: 6_710, imported: 0, repeated: 6_710, refused: [] },
    });
    expect(await bank.seq(platformTenantId)).toBe(before);
  }, 60_000);

  it('with a day that says something else refuses that day and keeps what is there', async () => {
    const changed = 'Date,USD,\n2025-03-14,1.0888,\n2025-03-10,1.1,\n';
    expect((await bank.ask('POST', '/v1/rate-imports', { ...csv, body: changed })).body).toEqual({
      days: 2,
      imported: 0,
      repeated: 0,
      refused: [
        { date: '2025-03-10', code: 'rates_exist_with_different_content' },
        { date: '2025-03-14', code: 'rates_exist_with_different_content' },
      ],
    });
    expect((await rate('EUR/USD', { date: '2025-03-14' })).body.mid).toBe('1.0889');
  });

  it('under a key is answered from that key when repeated', async () => {
    const keyed = {
      ...csv,
      headers: { ...csv.headers, 'idempotency-key': 'import-1' },
      body: 'Date,USD,\n1998-12-31,1.1,\n',
    };
    expect((await bank.ask('POST', '/v1/rate-imports', keyed)).body).toMatchObject({ imported: 1 });
    expect((await bank.ask('POST', '/v1/rate-imports', keyed)).body).toMatchObject({ imported: 1, repeated: 0 });
    expect(
      await bank.ask('POST', '/v1/rate-imports', { ...keyed, body: 'Date,USD,\n1998-12-30,1.1,\n' }),
    ).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
  });

  it('tried dry says what it would do and writes nothing', async () => {
    const body = 'Date,USD,\n1998-12-28,1.1,\n';
    const dry = await bank.ask('POST', '/v1/rate-imports?dryRun=true', { ...csv, body });
    expect(dry).toMatchObject({ status: 200, body: { days: 1, imported: 1, repeated: 0 } });
    expect(await rate('EUR/USD', { date: '1998-12-28' })).toMatchObject({
      status: 404,
      body: { code: 'rate_unknown' },
    });
  });

  it("is the platform's alone, and a file that cannot be read imports nothing", async () => {
    expect(await bank.ask('POST', '/v1/rate-imports', { ...csv, as: 'tenant', body: history })).toMatchObject({
      status: 403,
      body: { code: 'rates_belong_to_platform' },
    });
    expect(
      await bank.ask('POST', '/v1/rate-imports', { ...csv, body: 'Date,USD,\n1998-12-29,1.1,\nyesterday,1,\n' }),
    ).toMatchObject({ status: 422, body: { code: 'rate_file_unreadable', line: 3 } });
    expect(await rate('EUR/USD', { date: '1998-12-30' })).toMatchObject({
      status: 404,
      body: { code: 'rate_unknown' },
    });
  });
});

describe('a rate', () => {
  it('of every kind names its path, its source and its own day', async () => {
    expect((await rate('EUR/USD', { date: '2025-03-14' })).body).toEqual({
      from: 'EUR',
      to: 'USD',
      mid: '1.0889',
      date: '2025-03-14',
      sources: ['ecb'],
      path: ['EUR', 'USD'],
      legs: [{ from: 'EUR', to: 'USD', source: 'ecb', date: '2025-03-14', isInverse: false, publishedMid: '1.0889' }],
    });
    bank.now = '2025-03-16T17:00:00.000Z';
    expect((await rate('USD/EUR')).body).toMatchObject({
      mid: '0.918357975939021',
      date: '2025-03-14',
      path: ['USD', 'EUR'],
      legs: [{ isInverse: true }],
    });
    expect((await rate('USD/CZK', { date: '2025-03-14' })).body).toMatchObject({
      mid: '22.9718064101387',
      path: ['USD', 'EUR', 'CZK'],
      sources: ['ecb'],
    });
    expect((await rate('USD/USD', { date: '2025-03-14' })).body).toMatchObject({ mid: '1', path: ['USD'], legs: [] });
    bank.now = '2025-03-14T17:00:00.000Z';
  });

  it('agrees with the file for pairs all over the history, weekends included', async () => {
    for (let index = 3; index < sheets.length; index += 307) {
      const sheet = sheets[index] as RateSheet;
      const [a, b] = [sheet.quotes[index % 7], sheet.quotes[7 + (index % 11)]] as const;
      if (a === undefined || b === undefined) throw new Error('A day without quotes.');
      const { body } = await rate(`${a.asset}/${b.asset}`, { date: sheet.date });
      expect([body.date, body.mid]).toEqual([
        sheet.date,
        new (Decimal.clone({ precision: 60, toExpNeg: -30, toExpPos: 30 }))(b.mid)
          .div(a.mid)
          .toSignificantDigits(15, Decimal.ROUND_HALF_EVEN)
          .toString(),
      ]);
    }
  });

  it('that is too old is refused with its numbers, never used', async () => {
    expect(await rate('EUR/HRK', { date: '2023-01-03' })).toMatchObject({ status: 200, body: { date: '2022-12-30' } });
    expect(await rate('EUR/HRK', { date: '2023-01-04' })).toMatchObject({
      status: 422,
      body: {
        code: 'rate_stale',
        from: 'EUR',
        to: 'HRK',
        on: '2023-01-04',
        source: 'ecb',
        date: '2022-12-30',
        ageBusinessDays: 3,
        limitBusinessDays: 2,
      },
    });
    expect(await rate('USD/HRK', { date: '2025-03-14' })).toMatchObject({
      status: 422,
      body: { code: 'rate_stale', date: '2022-12-30' },
    });
  });

  it('of both halves is of one day: two currencies that were never quoted together have none', async () => {
    expect(await rate('CYP/TRY', { date: '2025-03-14' })).toMatchObject({
      status: 422,
      body: { code: 'rate_stale', date: '2007-12-31' },
    });
    expect(await rate('TRL/BRL', { date: '2025-03-14' })).toMatchObject({
      status: 404,
      body: { code: 'rate_unknown', from: 'TRL', to: 'BRL', on: '2025-03-14' },
    });
  });

  it('of a day that has begun nowhere on Earth is not foretold', async () => {
    bank.now = '2025-03-14T09:59:00.000Z';
    expect(await rate('EUR/USD', { date: '2025-03-15' })).toMatchObject({
      status: 422,
      body: { code: 'rate_date_in_future', date: '2025-03-15', latestDate: '2025-03-14' },
    });
    bank.now = '2025-03-14T17:00:00.000Z';
    expect(await rate('EUR/USD', { date: '2025-03-15' })).toMatchObject({ status: 200, body: { date: '2025-03-14' } });
    await expect(
      bank.module.rates.mid(bank.tenantId, { from: 'EUR', to: 'USD', on: '2999-01-01' }),
    ).rejects.toMatchObject({ code: 'rate_date_in_future' });
    expect(await bank.module.rates.mid(bank.tenantId, { from: 'EUR', to: 'USD' })).toBe('1.0889');
  });

  it('falls through to the next source when the first is stale, with bid and ask where that has them', async () => {
    bank.now = '2025-03-19T12:00:00.000Z';
    expect(await rate('EUR/CZK')).toMatchObject({
      status: 422,
      body: { code: 'rate_stale', source: 'ecb', ageBusinessDays: 3 },
    });
    await bank.module.importRates([spareSheet], 'system');
    await bank.caughtUp(platformTenantId);
    expect((await rate('USD/CZK')).body).toMatchObject({
      mid: '23',
      bid: '22.9',
      ask: '23.1',
      sources: ['spare'],
      date: '2025-03-19',
    });
    expect((await rate('EUR/CZK')).body).toMatchObject({ mid: '25', path: ['EUR', 'USD', 'CZK'], sources: ['spare'] });
    expect((await bank.ask('GET', '/v1/rate-providers')).body.items).toMatchObject([
      { name: 'manual', priority: 10, scope: 'tenant' },
      { name: 'ecb', base: 'EUR', calendar: 'target', staleAfterBusinessDays: 2, newestDate: '2025-03-14' },
      { name: 'spare', newestDate: '2025-03-19' },
    ]);
    bank.now = '2025-03-14T17:00:00.000Z';
  });
});

describe('a manual rate', () => {
  const gold = {
    rateId: '0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12',
    from: 'XAU',
    to: 'USD',
    mid: '2984.10',
    bid: '2980',
    ask: '2990',
    validFrom: '2025-03-14',
  };

  it('is set once, under its key and under its id', async () => {
    expect(await setManual(gold)).toEqual({ status: 201, body: gold });
    const before = await bank.seq(bank.tenantId);
    expect(await setManual(gold)).toMatchObject({ status: 201 });
    expect(await setManual(gold, 'another-key')).toMatchObject({ status: 200, body: { rateId: gold.rateId } });
    expect(await setManual({ ...gold, mid: '2985' })).toMatchObject({
      status: 409,
      body: { code: 'rate_exists_with_different_content' },
    });
    expect(await bank.seq(bank.tenantId)).toBe(before);
    expect(await bank.ask('POST', '/v1/rates', { body: gold })).toMatchObject({
      status: 400,
      body: { code: 'idempotency_key_required' },
    });
  });

  it('joins with the rates of a provider through a pivot, every leg told', async () => {
    const { body } = await rate('XAU/CZK');
    expect(body).toMatchObject({ path: ['XAU', 'USD', 'EUR', 'CZK'], sources: ['manual', 'ecb'], date: '2025-03-14' });
    expect(body.mid).toBe(
      new Decimal('2984.1').mul('25.014').div('1.0889').toSignificantDigits(15, Decimal.ROUND_HALF_EVEN).toString(),
    );
    expect((await rate('USD/XAU')).body).toMatchObject({
      path: ['USD', 'XAU'],
      bid: new Decimal(1).div(2990).toSignificantDigits(15).toFixed(),
    });
  });

  it('is never set by a customer, who would then convert at it', async () => {
    const before = await bank.seq(bank.tenantId);
    const refused = { status: 403, body: { code: 'staff_only' } };
    const body = { from: 'EUR', to: 'USD', mid: '100000' };
    const headers = { 'idempotency-key': 'rate-of-a-customer' };
    expect(await bank.ask('POST', '/v1/rates', { as: 'customer', body, headers })).toMatchObject(refused);
    expect(await bank.seq(bank.tenantId)).toBe(before);
  });

  it("is its tenant's alone", async () => {
    expect(await rate('XAU/USD', { as: 'other' })).toMatchObject({ status: 404, body: { code: 'rate_unknown' } });
  });

  it("goes before a provider's while it counts, the later before the earlier, and not a day longer", async () => {
    const dollar = { from: 'EUR', to: 'USD', mid: '1.1', validFrom: '2025-01-01', validTo: '2025-03-14' };
    expect(await setManual(dollar)).toMatchObject({ status: 201 });
    expect((await rate('EUR/USD', { date: '2025-02-03' })).body).toMatchObject({ mid: '1.1', sources: ['manual'] });
    expect((await rate('EUR/USD', { date: '2025-03-14' })).body).toMatchObject({ mid: '1.0889', sources: ['ecb'] });
    await setManual({ ...dollar, mid: '1.2', validFrom: '2025-02-03', validTo: '2025-02-05' });
    await setManual({ ...dollar, mid: '1.3', validFrom: '2025-02-03', validTo: '2025-02-05' });
    const mids = [];
    for (const date of ['2025-02-02', '2025-02-03', '2025-02-04', '2025-02-05'])
      mids.push((await rate('EUR/USD', { date })).body.mid);
    expect(mids).toEqual(['1.1', '1.3', '1.3', '1.1']);
  });

  it.each([
    [{ from: 'XAU', to: 'XAU', mid: '1' }, '/body/to'],
    [{ from: 'XAU', to: 'EUR', mid: '0' }, '/body/mid'],
    [{ from: 'XAU', to: 'EUR', mid: '-1' }, '/body/mid'],
    [{ from: 'XAU', to: 'EUR', mid: '1', bid: '1.01' }, '/body/mid'],
    [{ from: 'XAU', to: 'EUR', mid: '1', ask: '0.99' }, '/body/mid'],
    [{ from: 'XAU', to: 'EUR', mid: '1.0000000000001' }, '/body/mid'],
    [{ from: 'XAU', to: 'EUR', mid: '1', validFrom: '2025-03-14', validTo: '2025-03-14' }, '/body/validTo'],
    [{ from: 'XAU', to: 'EUR', mid: '1', validFrom: '1969-12-31' }, '/body/validFrom'],
  ])('that makes no sense is refused: %j', async (body, field) => {
    expect(await setManual(body)).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ field }] },
    });
  });

  it('of an asset nobody knows is refused', async () => {
    expect(await setManual({ from: 'NONE', to: 'EUR', mid: '1' })).toMatchObject({
      status: 422,
      body: { code: 'rate_asset_unknown', asset: 'NONE' },
    });
  });
});

describe('the history of a pair', () => {
  it('is read page by page, newest first, without gap or repeat', async () => {
    const days: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 3; page += 1) {
      const { status, body } = await bank.ask(
        'GET',
        `/v1/rates/USD/CZK/history?source=ecb&limit=50${cursor === undefined ? '' : `&cursor=${cursor}`}`,
      );
      expect(status).toBe(200);
      expect(body.items[0]?.path).toEqual(['USD', 'EUR', 'CZK']);
      days.push(...body.items.map(({ date }) => date));
      cursor = body.nextCursor;
    }
    expect(days).toEqual(
      sheets
        .slice(-150)
        .map(({ date }) => date)
        .reverse(),
    );
    expect(await bank.ask('GET', `/v1/rates/USD/JPY/history?cursor=${cursor}`)).toMatchObject({
      status: 400,
      body: { code: 'position_unknown' },
    });
  });

  it('of a currency that is gone ends with its last day', async () => {
    const { body } = await bank.ask('GET', '/v1/rates/EUR/HRK/history?limit=1');
    expect(body.items).toMatchObject([{ date: '2022-12-30', mid: '7.5365' }]);
    expect((await bank.ask('GET', '/v1/rates/EUR/NONE/history')).body).toEqual({ items: [] });
  });

  it('is that of the first source that knows the pair', async () => {
    const { body } = await bank.ask('GET', '/v1/rates/EUR/USD/history?limit=2');
    expect(body.items.map(({ mid }) => mid)).toEqual(['1.3', '1.2']);
    const next = await bank.ask('GET', `/v1/rates/EUR/USD/history?limit=2&cursor=${body.nextCursor}`);
    expect(next.body).toMatchObject({ items: [{ mid: '1.1', sources: ['manual'] }] });
    expect(next.body.nextCursor).toBeUndefined();
  });
});
