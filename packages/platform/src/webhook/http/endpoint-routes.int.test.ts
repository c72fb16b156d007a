import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let bank: TestBank;
let api: TestApi;
let customerKey: string;

beforeAll(async () => {
  bank = await startTestBank({ isFollowing: false });
  api = await bank.serve();
  const { partyId } = await bank.openCustomer();
  customerKey = `Bearer ${await bank.createKey({ actingFor: partyId })}`;
});

afterAll(async () => {
  await api.close();
  await bank.close();
});

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}
interface Asked {
  readonly method?: string;
  readonly body?: unknown;
  readonly key?: string;
  readonly authorization?: string;
}

const ask = async (
  path: string,
  { method, body, key, authorization = api.authorization }: Asked = {},
): Promise<Answer> => {
  const verb = method ?? (body === undefined ? 'GET' : 'POST');
  const response = await fetch(`${api.url}${path}`, {
    method: verb,
    headers: {
      authorization,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(verb === 'POST' ? { 'idempotency-key': key ?? bank.bank.services.newId() } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const terms = { url: 'https://example.com/hook', events: ['payment.*'], headers: { 'x-key': 'very secret value' } };
const create = async (more: object = {}): Promise<string> =>
  String((await ask('/v1/webhook-endpoints', { body: { ...terms, ...more } })).body['endpointId']);

describe('webhook endpoints', () => {
  it('are created with a secret that is shown once', async () => {
    const first = await ask('/v1/webhook-endpoints', { body: terms, key: 'once' });
    expect(first).toMatchObject({ status: 201, body: { status: 'active', headerNames: ['x-key'] } });
    expect(first.body['secret']).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const again = await ask('/v1/webhook-endpoints', { body: terms, key: 'once' });
    expect(again).toMatchObject({ status: 201, body: { endpointId: first.body['endpointId'] } });
    expect(again.body).not.toHaveProperty('secret');
    const shown = await ask(`/v1/webhook-endpoints/${String(first.body['endpointId'])}`);
    expect(JSON.stringify(shown.body)).not.toMatch(/whsec_|very secret/);
  });

  it('keep secrets and headers in no event, row or stored answer, and under a key that deletion destroys', async () => {
    const { body } = await ask('/v1/webhook-endpoints', { body: terms });
    const secret = String(body['secret']);
    const endpointId = String(body['endpointId']);
    const plain = async (table: string) =>
      (
        await bank.adminPool.query(`select 1 from ${table} t where t::text like any ($1)`, [
          [`%${secret}%`, `%${secret.slice(6)}%`, '%very secret value%'],
        ])
      ).rowCount;
    for (const table of ['events', 'webhook_endpoints', 'stored_answers', 'personal_data'])
      expect(await plain(table)).toBe(0);
    const sealed = async () =>
      (await bank.adminPool.query('select 1 from personal_data where subject = $1', [`webhook:${endpointId}`]))
        .rowCount;
    expect(await sealed()).toBe(1);
    expect(await ask(`/v1/webhook-endpoints/${endpointId}`, { method: 'DELETE' })).toMatchObject({
      status: 200,
      body: { status: 'deleted', secrets: [], headerNames: [] },
    });
    expect(await sealed()).toBe(0);
    expect((await ask(`/v1/webhook-endpoints/${endpointId}`, { method: 'DELETE' })).status).toBe(200);
  });

  it('are changed, paused, resumed and listed without those deleted', async () => {
    const endpointId = await create();
    const path = `/v1/webhook-endpoints/${endpointId}`;
    expect(await ask(path, { method: 'PATCH', body: { isOrdered: true } })).toMatchObject({
      status: 200,
      body: { isOrdered: true, headerNames: ['x-key'], events: ['payment.*'] },
    });
    expect((await ask(path, { method: 'PATCH', body: { headers: {} } })).body).toMatchObject({ headerNames: [] });
    expect((await ask(`${path}/pause`, { method: 'POST' })).body).toMatchObject({ status: 'paused' });
    expect((await ask(`${path}/resume`, { method: 'POST' })).body).toMatchObject({ status: 'active' });
    const gone = await create();
    await ask(`/v1/webhook-endpoints/${gone}`, { method: 'DELETE' });
    const { items } = (await ask('/v1/webhook-endpoints')).body as {
      readonly items: readonly { endpointId: string }[];
    };
    const ids = items.map((item) => item.endpointId);
    expect(ids).toContain(endpointId);
    expect(ids).not.toContain(gone);
    expect((await ask(`/v1/webhook-endpoints/${gone}/resume`, { method: 'POST' })).body).toMatchObject({
      code: 'webhook_endpoint_deleted',
    });
  });

  it('get a new secret beside the old one', async () => {
    const endpointId = await create();
    const path = `/v1/webhook-endpoints/${endpointId}/secret-rotation`;
    const rotated = await ask(path, { body: { graceSeconds: 60 } });
    expect(rotated.body['secret']).toMatch(/^whsec_/);
    expect(rotated.body['secrets']).toMatchObject([{}, { validUntil: expect.any(String) as string }]);
    expect((await ask(path, { body: { graceSeconds: 0 } })).body['secrets']).toHaveLength(1);
  });

  it.each([
    [{ url: 'http://example.com/' }, 'webhook_url_not_allowed', 'not_https'],
    [{ url: 'https://169.254.169.254/latest/meta-data' }, 'webhook_url_not_allowed', 'address_not_public'],
    [{ url: 'https://[::1]/' }, 'webhook_url_not_allowed', 'address_not_public'],
    [{ events: ['paiment.*'] }, 'event_type_unknown', undefined],
    [{ events: ['*.refund'] }, 'validation_failed', undefined],
    [{ headers: { 'webhook-signature': 'v1,forged' } }, 'validation_failed', undefined],
  ])('are not made of %j: %s', async (more, code, reason) => {
    const { body, status } = await ask('/v1/webhook-endpoints', { body: { ...terms, ...more } });
    expect([body['code'], body['reason'], status < 500]).toEqual([code, reason, true]);
  });

  it('are nobody’s but the tenant’s own: not a customer’s, not another tenant’s', async () => {
    const endpointId = await create();
    const other = await bank.createTenant('Other');
    const otherKey = `Bearer ${await bank.createKey({ tenantId: other })}`;
    const path = `/v1/webhook-endpoints/${endpointId}`;
    expect(await ask(path, { authorization: otherKey })).toMatchObject({ status: 404 });
    expect(await ask(`${path}/pause`, { method: 'POST', authorization: otherKey })).toMatchObject({
      status: 404,
      body: { code: 'webhook_endpoint_unknown' },
    });
    for (const asked of [{}, { method: 'DELETE' }, { method: 'PATCH', body: { name: 'mine' } }])
      expect(await ask(path, { ...asked, authorization: customerKey })).toMatchObject({ status: 403 });
  });

  it('a dry run makes none', async () => {
    const endpointId = bank.bank.services.newId();
    const tried = await ask('/v1/webhook-endpoints?dryRun=true', { body: { endpointId, ...terms } });
    expect(tried).toMatchObject({ status: 201, body: { endpointId } });
    expect(tried.body).not.toHaveProperty('secret');
    expect((await ask(`/v1/webhook-endpoints/${endpointId}`)).status).toBe(404);
  });
});

describe('the catalogue', () => {
  it('lists what is published, and shows one', async () => {
    const { items } = (await ask('/v1/event-types')).body as { readonly items: readonly { readonly name: string }[] };
    expect(items.map(({ name }) => name)).toContain('payment.refund.completed');
    expect((await ask('/v1/event-types/ledger.hold.placed')).body).toMatchObject({
      version: 1,
      context: 'ledger',
      sample: { type: 'ledger.hold.placed' },
    });
    expect((await ask('/v1/event-types/ledger.hold.polished')).status).toBe(404);
  });
});
