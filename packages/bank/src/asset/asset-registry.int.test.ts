import { platformTenantId } from '@finaegis/platform/auth/principal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAssetAmount } from './contract.ts';
import { assetDirectory } from './directory.ts';
import { type AssetBank, startAssetBank } from './fixtures/asset-bank.ts';

let bank: AssetBank;
beforeAll(async () => {
  bank = await startAssetBank();
  await bank.module.seed();
});
afterAll(() => bank.close());

const share = { code: 'CGO-2026-1', kind: 'custom', decimals: 4, name: 'Round one' };

describe('the platform registry', () => {
  it('is seeded once: a second start changes nothing', async () => {
    const before = await bank.seq(platformTenantId);
    expect(before).toBeGreaterThan(300n);
    expect(await bank.module.seed()).toEqual({ registered: 0, renamed: 0, deactivated: 0 });
    expect(await bank.seq(platformTenantId)).toBe(before);
  });

  it("is everybody's: a tenant finds the euro in it", async () => {
    expect(await bank.ask('GET', '/v1/assets/EUR')).toMatchObject({
      status: 200,
      body: { code: 'EUR', kind: 'fiat', decimals: 2, isActive: true, registry: 'platform' },
    });
    expect(await bank.ask('GET', '/v1/assets/ATS')).toMatchObject({
      body: { isActive: false, activeTo: '2002-03-01' },
    });
    expect(await bank.ask('GET', '/v1/assets/NONE')).toMatchObject({
      status: 404,
      body: { code: 'asset_unknown', asset: 'NONE' },
    });
  });

  it('cannot be changed or shadowed by a tenant', async () => {
    expect(await bank.ask('POST', '/v1/assets', { body: { ...share, code: 'BTC', kind: 'crypto' } })).toMatchObject({
      status: 409,
      body: { code: 'asset_code_reserved' },
    });
    expect(await bank.ask('POST', '/v1/assets', { body: { ...share, code: 'SHELLS', kind: 'fiat' } })).toMatchObject({
      status: 422,
      body: { code: 'asset_kind_reserved' },
    });
    expect(await bank.ask('POST', '/v1/assets/EUR/deactivation', { body: { activeTo: '2999-01-01' } })).toMatchObject({
      status: 409,
      body: { code: 'asset_code_reserved' },
    });
    expect(await bank.seq(bank.tenantId)).toBe(0n);
  });
});

describe("a tenant's own asset", () => {
  it('can be used the moment it is registered, and only by its tenant', async () => {
    const registered = await bank.ask('POST', '/v1/assets', { body: share });
    expect(registered).toEqual({ status: 201, body: { ...share, isActive: true, registry: 'tenant' } });
    expect(await bank.ask('GET', '/v1/assets/CGO-2026-1')).toEqual({ status: 200, body: registered.body });
    expect(await bank.ask('GET', '/v1/assets/CGO-2026-1', { as: 'other' })).toMatchObject({ status: 404 });
    expect(
      await parseAssetAmount(bank.module.directory, bank.tenantId, { amount: '1.5', asset: 'CGO-2026-1' }, '/body'),
    ).toEqual({ asset: 'CGO-2026-1', amountMinor: 15_000n });
  });

  it('registered twice is one asset; with other decimals it is refused', async () => {
    const before = await bank.seq(bank.tenantId);
    expect(await bank.ask('POST', '/v1/assets', { body: share })).toMatchObject({ status: 200, body: share });
    expect(await bank.ask('POST', '/v1/assets', { body: { ...share, decimals: 2 } })).toMatchObject({
      status: 409,
      body: { code: 'asset_exists_with_different_facts', asset: share.code },
    });
    expect(await bank.seq(bank.tenantId)).toBe(before);
  });

  it('tried only is not registered', async () => {
    expect(await bank.ask('POST', '/v1/assets?dryRun=true', { body: { ...share, code: 'TRIED' } })).toMatchObject({
      status: 201,
    });
    expect(await bank.ask('GET', '/v1/assets/TRIED')).toMatchObject({ status: 404 });
  });

  it('stays what it is when the platform takes its code later', async () => {
    await bank.ask('POST', '/v1/assets', { body: { ...share, code: 'EARLY' } });
    const platforms = { ...share, code: 'EARLY', decimals: 8, kind: 'crypto' };
    expect(await bank.ask('POST', '/v1/assets', { as: 'platform', body: platforms })).toMatchObject({ status: 201 });
    const fresh = assetDirectory({ services: bank.services });
    expect(await fresh.get(bank.tenantId, 'EARLY')).toMatchObject({ decimals: 4, tenantId: bank.tenantId });
    expect(await fresh.get(bank.otherTenantId, 'EARLY')).toMatchObject({ decimals: 8, tenantId: platformTenantId });
    const { body } = await bank.ask('GET', '/v1/assets?kind=custom&limit=200');
    expect(body.items.filter(({ code }) => code === 'EARLY')).toMatchObject([{ decimals: 4, registry: 'tenant' }]);
    const crypto = await bank.ask('GET', '/v1/assets?kind=crypto&limit=200');
    expect(crypto.body.items.map(({ code }) => code)).not.toContain('EARLY');
    expect(await bank.ask('POST', '/v1/assets', { body: { ...share, code: 'EARLY' } })).toMatchObject({ status: 200 });
  });

  it('is not seen by whoever lacks the permission', async () => {
    expect(await bank.ask('POST', '/v1/assets', { as: 'tenant asset:read', body: share })).toMatchObject({
      status: 403,
      body: { permission: 'asset:write' },
    });
  });

  it('is not registered or ended by a customer, whatever the scopes of the key', async () => {
    const before = await bank.seq(bank.tenantId);
    const refused = { status: 403, body: { code: 'staff_only' } };
    const body = { ...share, code: 'MINE' };
    expect(await bank.ask('POST', '/v1/assets', { as: 'customer', body })).toMatchObject(refused);
    expect(
      await bank.ask('POST', `/v1/assets/${share.code}/deactivation`, {
        as: 'customer',
        body: { activeTo: '2999-01-01' },
      }),
    ).toMatchObject(refused);
    expect(await bank.seq(bank.tenantId)).toBe(before);
    expect(await bank.ask('GET', `/v1/assets/${share.code}`, { as: 'customer' })).toMatchObject({ status: 200 });
  });

  it('ends on its day, and from then on no amount of it is read', async () => {
    await bank.ask('POST', '/v1/assets', { body: { ...share, code: 'BONUS' } });
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    expect(await bank.ask('POST', '/v1/assets/BONUS/deactivation', { body: { activeTo: tomorrow } })).toMatchObject({
      status: 200,
      body: { activeTo: tomorrow, isActive: true },
    });
    expect(await bank.ask('POST', '/v1/assets/BONUS/deactivation', { body: { activeTo: tomorrow } })).toMatchObject({
      status: 200,
    });
    expect(await bank.ask('POST', '/v1/assets/BONUS/deactivation', { body: { activeTo: '2020-01-01' } })).toMatchObject(
      { status: 422, body: { code: 'deactivation_in_past' } },
    );
    const before = bank.now;
    bank.now = `${tomorrow}T00:00:00.000Z`;
    const refused = parseAssetAmount(
      bank.module.directory,
      bank.tenantId,
      { amount: '1', asset: 'BONUS' },
      '/body/postings/0',
    );
    await expect(refused).rejects.toMatchObject({
      code: 'validation_failed',
      extras: { errors: [{ field: '/body/postings/0/asset', code: 'asset_inactive' }] },
    });
    bank.now = before;
  });

  it("is listed with the platform's, page by page, each once", async () => {
    const codes: string[] = [];
    let cursor: string | undefined;
    do {
      const { status, body } = await bank.ask(
        'GET',
        `/v1/assets?limit=97${cursor === undefined ? '' : `&cursor=${cursor}`}`,
      );
      expect(status).toBe(200);
      codes.push(...body.items.map(({ code }) => code));
      cursor = body.nextCursor;
    } while (cursor !== undefined);
    expect(codes).toEqual([...new Set(codes)].sort());
    expect(codes).toEqual(expect.arrayContaining(['EUR', 'BTC', 'XAU', 'CGO-2026-1']));
    const { body } = await bank.ask('GET', '/v1/assets?kind=crypto&activeOn=2025-03-14&limit=200', { as: 'other' });
    expect(body.items.every(({ kind }) => kind === 'crypto')).toBe(true);
    expect(
      (await bank.ask('GET', '/v1/assets?activeOn=2025-03-14&limit=200')).body.items.map(({ code }) => code),
    ).not.toContain('ATS');
  });
});

describe('the directory', () => {
  it('asks once for all that is asked in one turn, and again only after a second', async () => {
    let clockMs = 0;
    let reads = 0;
    const counting = new Proxy(bank.services.readPool, {
      get: (pool, name) => {
        if (name === 'connect') reads += 1;
        const value = Reflect.get(pool, name) as unknown;
        return typeof value === 'function' ? value.bind(pool) : value;
      },
    });
    const directory = assetDirectory({
      services: { readPool: counting, now: bank.services.now },
      clockMs: () => clockMs,
    });
    const codes = ['EUR', 'USD', 'CGO-2026-1', 'EUR', 'NONE'];
    const found = await Promise.all(codes.map((code) => directory.get(bank.tenantId, code)));
    expect(found.map((facts) => facts?.code)).toEqual(['EUR', 'USD', 'CGO-2026-1', 'EUR', undefined]);
    expect(reads).toBe(1);
    clockMs = 999;
    await directory.get(bank.tenantId, 'EUR');
    expect(reads).toBe(1);
    clockMs = 1_000;
    await directory.get(bank.tenantId, 'EUR');
    expect(reads).toBe(2);
    await directory.get(bank.tenantId, 'NONE');
    expect(reads).toBe(3);
  });

  it('asks once for all that is asked while an answer is on its way', async () => {
    let reads = 0;
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    const slow = {
      connect: async () => {
        reads += 1;
        await opened;
        return bank.services.readPool.connect();
      },
    } as never;
    const directory = assetDirectory({ services: { readPool: slow, now: bank.services.now }, clockMs: () => 0 });
    const asked = [];
    for (let turn = 0; turn < 5; turn++) {
      asked.push(directory.get(bank.tenantId, 'EUR'));
      await new Promise((resolve) => setImmediate(resolve));
    }
    open();
    expect((await Promise.all(asked)).map((facts) => facts?.code)).toEqual(Array.from({ length: 5 }, () => 'EUR'));
    expect(reads).toBe(1);
  });

  it('tells every caller when the registry cannot be read', async () => {
    const broken = { connect: async () => Promise.reject(new Error('no database')) } as never;
    const directory = assetDirectory({ services: { readPool: broken, now: bank.services.now } });
    const asked = await Promise.allSettled(['EUR', 'EUR', 'USD'].map((code) => directory.get(bank.tenantId, code)));
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });
});
