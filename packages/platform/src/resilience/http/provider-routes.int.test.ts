import { platformTenantId } from '@finaegis/platform/auth/principal';
import { createMetrics } from '@finaegis/platform/observability/metrics';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBreakers } from '../breakers.ts';
import { systemClock } from '../clock.ts';
import { ProviderFault } from '../faults.ts';
import type { ProviderCalls } from '../guarded-call.ts';
import { providerMetrics } from '../provider-metrics.ts';

let bank: TestBank;
let api: TestApi;
let platformKey: string;
let calls: ProviderCalls<'pay' | 'refund' | 'payout'>;
const single = { retry: { attemptsMax: 1, waitMs: 0, waitMsMax: 0 } };
const money = { isMoney: true } as const;

beforeAll(async () => {
  bank = await startTestBank({ isFollowing: false });
  api = await bank.serve();
  platformKey = `Bearer ${await bank.createKey({ tenantId: platformTenantId })}`;
  calls = bank.bank.modules.resilience.calls('acme', {
    pay: single,
    refund: single,
    payout: { ...single, bulkhead: { concurrentMax: 1, queueMax: 1 } },
  });
});

afterAll(async () => {
  await api.close();
  await bank.close();
});

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

const ask = async (
  path: string,
  { authorization = platformKey, body }: { authorization?: string; body?: unknown } = {},
): Promise<Answer> => {
  const response = await fetch(`${api.url}${path}`, {
    headers: { authorization, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const breakerOf = (operation: string): string => `/v1/providers/acme/operations/${operation}/breaker`;
const health = async (operation: string): Promise<Record<string, unknown> | undefined> => {
  const { body } = await ask('/v1/providers/health');
  return (body['items'] as Record<string, unknown>[]).find((item) => item['operation'] === operation);
};
const down = () => Promise.reject(new ProviderFault('connection_refused'));
const paid = () => Promise.resolve('paid');

describe('the health of providers', () => {
  it('tells the breaker, the calls of the last minute and the last failure of each operation', async () => {
    expect(await health('pay')).toEqual({
      provider: 'acme',
      operation: 'pay',
      state: 'closed',
      isForced: false,
      counts: { succeeded: 0, declined: 0, failed: 0, unknown: 0, abandoned: 0, busy: 0, refused: 0 },
    });
    await calls.call('pay', paid, money);
    for (let index = 0; index < 5; index += 1) await calls.call('pay', down, money).catch(() => undefined);
    await calls.call('pay', paid, money).catch(() => undefined);
    expect(await health('pay')).toMatchObject({
      state: 'open',
      isForced: false,
      counts: { succeeded: 1, failed: 5, refused: 1 },
      failureRate: 5 / 6,
      lastFailure: { code: 'connection_refused' },
    });
    const shown = await health('pay');
    expect(Date.parse(String(shown?.['retryAt'])) - Date.parse(String(shown?.['since']))).toBe(60_000);
    expect(shown?.['latencyMs']).toMatchObject({ p50: expect.any(Number), p95: expect.any(Number) });
  });

  it('is measured, also for whoever begins to watch late', async () => {
    const metrics = createMetrics();
    providerMetrics(metrics, bank.bank.modules.resilience.breakers);
    await calls.call('pay', paid, money).catch(() => undefined);
    await calls.call('refund', paid, money);
    const text = await metrics.text();
    expect(text).toContain('finaegis_provider_breaker_state{provider="acme",operation="pay"} 2');
    expect(text).toContain('finaegis_provider_breaker_state{provider="acme",operation="refund"} 0');
    expect(text).toContain('finaegis_provider_calls_total{provider="acme",operation="pay",result="refused"} 1');
    expect(text).toContain('finaegis_provider_call_seconds_count{provider="acme",operation="refund"} 1');
  });

  it('is for the bank’s own keys with the scope', async () => {
    const { partyId } = await bank.openCustomer();
    const customer = `Bearer ${await bank.createKey({ actingFor: partyId })}`;
    expect(await ask('/v1/providers/health', { authorization: customer })).toMatchObject({
      status: 403,
      body: { code: 'staff_only' },
    });
    const other = `Bearer ${await bank.createKey({ scopes: ['ledger:read'] })}`;
    expect(await ask('/v1/providers/health', { authorization: other })).toMatchObject({
      status: 403,
      body: { code: 'permission_missing', permission: 'providers:read' },
    });
    expect((await ask('/v1/providers/health', { authorization: api.authorization })).status).toBe(200);
  });
});

describe('the switch of a breaker', () => {
  it('opens by hand at once, in every process, until it is automatic again', async () => {
    const other = createBreakers(systemClock());
    const operation = other.declare({ provider: 'acme', operation: 'refund' });
    other.share({ pool: bank.bank.pools.write, changedBy: 'another process' });
    expect(await ask(breakerOf('refund'), { body: { action: 'open', reason: 'maintenance' } })).toEqual({
      status: 200,
      body: { provider: 'acme', operation: 'refund', position: 'open' },
    });
    await expect(calls.call('refund', paid, money)).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    await other.refresh();
    expect(() => operation.breaker.admit()).toThrow('is forced_open');
    expect(await health('refund')).toMatchObject({ state: 'open', isForced: true });

    expect(await ask(breakerOf('refund'), { body: { action: 'automatic', reason: 'maintenance_over' } })).toMatchObject(
      {
        status: 200,
        body: { position: 'automatic' },
      },
    );
    expect(await calls.call('refund', paid, money)).toBe('paid');
    await other.refresh();
    expect(operation.breaker.admit()).toEqual({ isTrial: false });
    await other.close();
  });

  it('closes by hand what the calls have opened, and keeps it closed whatever they say', async () => {
    expect((await health('pay'))?.['state']).toBe('open');
    await ask(breakerOf('pay'), { body: { action: 'close', reason: 'provider_confirmed' } });
    for (let index = 0; index < 20; index += 1) await calls.call('pay', down, money).catch(() => undefined);
    expect(await calls.call('pay', paid, money)).toBe('paid');
    expect(await health('pay')).toMatchObject({ state: 'closed', isForced: true });
  });

  it('lets nobody wait for a slot behind it', async () => {
    const controller = new AbortController();
    const hung = calls.call('payout', () => new Promise(() => undefined), { ...money, signal: controller.signal });
    const freed = hung.catch((error: unknown) => error);
    await ask(breakerOf('payout'), { body: { action: 'open', reason: 'maintenance' } });
    // The one slot is taken for seconds; an open breaker is told at once.
    await expect(calls.call('payout', paid, money)).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    controller.abort();
    expect(await freed).toMatchObject({ code: 'abandoned' });
  });

  it('leaves a trail: who, when and why, once for each change', async () => {
    const again = { body: { action: 'close', reason: 'provider_confirmed' } };
    expect(await ask(breakerOf('pay'), again)).toMatchObject({ status: 200, body: { position: 'closed' } });
    const { rows } = await bank.adminPool.query<{ envelope: string }>(
      "select envelope from events where tenant_id = $1 and context = 'resilience' order by seq",
      [platformTenantId],
    );
    const trail = rows.map(
      ({ envelope }) => JSON.parse(envelope) as { type: string; data: object; metadata: { actor: string } },
    );
    expect(trail.map(({ type, data }) => ({ type, ...data }))).toEqual([
      { type: 'BreakerForced', provider: 'acme', operation: 'refund', position: 'open', reason: 'maintenance' },
      { type: 'BreakerReleased', provider: 'acme', operation: 'refund', reason: 'maintenance_over' },
      { type: 'BreakerForced', provider: 'acme', operation: 'pay', position: 'closed', reason: 'provider_confirmed' },
      { type: 'BreakerForced', provider: 'acme', operation: 'payout', position: 'open', reason: 'maintenance' },
    ]);
    const { rows: changed } = await bank.adminPool.query(
      "select changed_by from circuit_breakers where operation = 'pay'",
    );
    expect(changed).toEqual([{ changed_by: trail[2]?.metadata.actor }]);
  });

  it.each([
    [
      'a tenant’s key',
      breakerOf('pay'),
      { action: 'open', reason: 'spite' },
      403,
      { code: 'breakers_belong_to_platform' },
    ],
    [
      'an operation nobody declared',
      breakerOf('steal'),
      { action: 'open', reason: 'test' },
      404,
      { code: 'not_found' },
    ],
    [
      'another action',
      breakerOf('pay'),
      { action: 'half_open', reason: 'test' },
      400,
      { errors: [{ field: '/body/action' }] },
    ],
    [
      'a reason in prose',
      breakerOf('pay'),
      { action: 'open', reason: 'Jana said so' },
      400,
      { errors: [{ field: '/body/reason' }] },
    ],
    ['no reason', breakerOf('pay'), { action: 'open' }, 400, { errors: [{ field: '/body/reason' }] }],
  ])('refuses %s and writes nothing', async (about, path, body, status, problem) => {
    const authorization = about === 'a tenant’s key' ? api.authorization : platformKey;
    const before = await bank.adminPool.query('select * from circuit_breakers order by operation');
    expect(await ask(path, { authorization, body })).toMatchObject({ status, body: problem });
    expect((await bank.adminPool.query('select * from circuit_breakers order by operation')).rows).toEqual(before.rows);
  });
});
