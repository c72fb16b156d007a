import { type Stage, stageRoles, startStage, tenantA, tenantB } from '@finaegis/testing/tenancy/stage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPool } from '../database/pool.ts';
import { createRateLimiter } from '../http/rate-limit.ts';
import { createHttpServer, type HttpServer } from '../http/server.ts';
import { createLogger } from '../observability/logger.ts';
import { createTenantGuard, guarded } from '../tenancy/guard.ts';
import { createAuthenticate } from './create-authenticate.ts';
import { createKeyLastUse } from './key-last-use.ts';
import { newApiKeySecret } from './key-text.ts';
import type { AuthModule } from './module.ts';
import { platformTenantId } from './principal.ts';
import { createRoleDirectory } from './role-directory.ts';

let stage: Stage;
let server: HttpServer;
let wallMs = Date.parse('2026-06-01T00:00:00.000Z');
let monotonicMs = 0;

beforeAll(async () => {
  stage = await startStage();
  const unlimited = { perSecond: 1_000_000, burst: 1_000_000 };
  const guard = createTenantGuard({ readPool: stage.services.readPool, now: () => monotonicMs });
  server = await createHttpServer({
    info: { title: 'test', version: '1' },
    routes: guarded(
      stage.modules.flatMap(({ routes }) => routes),
      guard,
    ),
    problems: stage.modules.map(({ problems }) => problems),
    authenticate: createAuthenticate({
      readPool: stage.services.readPool,
      roles: rolesHere(),
      findUser: async (_, userId) =>
        userId.endsWith('bb') ? { scopes: ['auth:*'], isMasked: false, sessionsFrom: '' } : undefined,
      now: () => wallMs,
      monotonicNow: () => monotonicMs,
    }),
    rateLimiter: createRateLimiter({
      tokens: { lease: async (_, wanted) => ({ granted: wanted, waitMs: 0 }) },
      limits: { read: unlimited, write: unlimited, bulk: unlimited, sensitive: unlimited },
    }),
    logger: createLogger({ level: 'fatal' } as never),
    checkAnswers: true,
  });
});

afterAll(async () => {
  await server.close();
  await stage.close();
});

const rolesHere = () => createRoleDirectory(() => stage.services.readPool, stageRoles);

const createApiKey = (): AuthModule['handlers']['createApiKey'] =>
  (stage.modules.find(({ name }) => name === 'auth') as AuthModule).handlers.createApiKey;

let made = 0;
const keyOf = async (
  tenantId: string,
  terms: {
    scopes?: string[];
    roles?: string[];
    userId?: string;
    addresses?: string[];
    actingFor?: string;
    expiresAt?: string;
  } = {},
): Promise<{ text: string; keyId: string }> => {
  const { text, prefix, secretHash } = newApiKeySecret('test');
  const keyId = stage.services.newId();
  const outcome = await stage.services.commands.submit(
    createApiKey(),
    {
      keyId,
      prefix,
      secretHash,
      name: `key ${++made}`,
      ...(terms.roles === undefined ? { scopes: ['*'] } : {}),
      addresses: [],
      ...terms,
      grantor: { scopes: ['*'] },
    },
    { tenantId, metadata: { actor: 'test', channel: 'test', correlation: 'test' } },
  );
  if (outcome.kind !== 'decided' || !outcome.outcome.accepted) throw new Error(JSON.stringify(outcome));
  return { text, keyId };
};

const send = async (
  method: 'GET' | 'POST',
  url: string,
  key: string | undefined,
  body?: object,
  headers: Record<string, string> = {},
) => {
  const answer = await server.inject({
    method,
    url,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(method === 'POST' ? { 'idempotency-key': `k${++made}`, 'content-type': 'application/json' } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  return {
    status: answer.statusCode,
    text: answer.body,
    body: answer.json() as Record<string, unknown>,
    headers: answer.headers,
  };
};

/** Until everybody has forgotten what was cached. */
const second = (): number => (monotonicMs += 1_000);

describe('an API key', () => {
  it('opens, with its tenant and scopes, and nothing else does', async () => {
    const { text, keyId } = await keyOf(tenantA, { scopes: ['auth:read'] });
    const { status, body } = await send('GET', `/v1/api-keys/${keyId}`, text);
    expect(status).toBe(200);
    expect(body).toMatchObject({ keyId, scopes: ['auth:read'], status: 'active' });
    const wrong = `${text.slice(0, -1)}${text.endsWith('0') ? '1' : '0'}`;
    for (const key of [undefined, wrong, newApiKeySecret('test').text])
      expect(await send('GET', '/v1/api-keys', key)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    expect(await send('POST', '/v1/api-keys', text, { name: 'x', scopes: ['auth:read'] })).toMatchObject({
      status: 403,
      body: { code: 'permission_missing' },
    });
  });

  it('is revoked within a second, for whoever has its secret to see', async () => {
    const { text, keyId } = await keyOf(tenantA);
    expect(
      (await send('POST', `/v1/api-keys/${keyId}/revocation`, text, { reason: 'compromised' })).body,
    ).toMatchObject({ status: 'revoked' });
    second();
    expect(await send('GET', '/v1/api-keys', text)).toMatchObject({ status: 401, body: { code: 'key_revoked' } });
    const wrong = `${text.slice(0, -1)}${text.endsWith('0') ? '1' : '0'}`;
    expect((await send('GET', '/v1/api-keys', wrong)).body['code']).toBe('unauthenticated');
  });

  it('expires', async () => {
    const { text } = await keyOf(tenantA, { expiresAt: '2099-06-01T00:00:00.000Z' });
    expect((await send('GET', '/v1/api-keys', text)).status).toBe(200);
    const before = wallMs;
    wallMs = Date.parse('2099-06-01T00:00:00.000Z');
    const answer = await send('GET', '/v1/api-keys', text);
    wallMs = before;
    expect(answer).toMatchObject({ status: 401, body: { code: 'key_expired' } });
  });

  it('is not taken for a bad one, nor for a fault of ours, while the database is away', async () => {
    const away = createPool(
      { host: '/nonexistent', port: 5432, user: 'nobody', database: 'none' },
      { applicationName: 'away' },
    );
    const { text } = newApiKeySecret('test');
    const lost = { name: 'DatabaseFault', code: 'connection_lost' };
    await expect(
      createAuthenticate({ readPool: away, roles: rolesHere() })({ authorization: `Bearer ${text}`, ip: '127.0.0.1' }),
    ).rejects.toMatchObject(lost);
    await expect(createTenantGuard({ readPool: away }).requireActive(tenantA)).rejects.toMatchObject(lost);
    await away.end();
  });

  it('may be bound to addresses', async () => {
    const here = await keyOf(tenantA, { addresses: ['127.0.0.0/8'] });
    const elsewhere = await keyOf(tenantA, { addresses: ['192.0.2.1'] });
    expect((await send('GET', '/v1/api-keys', here.text)).status).toBe(200);
    expect(await send('GET', '/v1/api-keys', elsewhere.text)).toMatchObject({
      status: 403,
      body: { code: 'address_not_allowed' },
    });
  });

  it('that is rotated opens with its new secret, and with the old one as long as was asked', async () => {
    const { text, keyId } = await keyOf(tenantA);
    const { body } = await send('POST', `/v1/api-keys/${keyId}/rotation`, text, { graceSeconds: 3_600 });
    const renewed = body['key'] as string;
    second();
    expect((await send('GET', '/v1/api-keys', renewed)).status).toBe(200);
    expect((await send('GET', '/v1/api-keys', text)).status).toBe(200);
    const before = wallMs;
    wallMs = Date.now() + 3_601_000;
    const late = [await send('GET', '/v1/api-keys', text), await send('GET', '/v1/api-keys', renewed)];
    wallMs = before;
    expect(late.map(({ status }) => status)).toEqual([401, 200]);
    await send('POST', `/v1/api-keys/${keyId}/rotation`, renewed, {});
    second();
    expect((await send('GET', '/v1/api-keys', renewed)).body['code']).toBe('unauthenticated');
  });
});

describe('a secret', () => {
  it('is shown once, and is neither in the replay nor anywhere in the database', async () => {
    const { text } = await keyOf(tenantA);
    const order = { name: 'once', scopes: ['tenancy:read'] };
    const first = await send('POST', '/v1/api-keys', text, order, { 'idempotency-key': 'create-once' });
    const repeat = await send('POST', '/v1/api-keys', text, order, { 'idempotency-key': 'create-once' });
    expect(first.status).toBe(201);
    expect(first.body['key']).toMatch(/^fin_test_/);
    expect(repeat.status).toBe(201);
    expect(repeat.headers['idempotent-replayed']).toBe('true');
    const { key, ...rest } = first.body;
    expect(repeat.body).toEqual(rest);
    expect((await send('GET', '/v1/api-keys', key as string)).body['code']).toBe('permission_missing');

    const secret = (key as string).split('_')[3] ?? '';
    const { rows } = await stage.adminPool.query<{ name: string }>(
      "select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' and n.nspname = 'public'",
    );
    for (const { name } of rows) {
      const hits = await stage.adminPool.query(`select 1 from ${name} t where t::text like $1`, [`%${secret}%`]);
      expect(`${name}: ${hits.rows.length}`).toBe(`${name}: 0`);
    }
  });

  it('is not made by a dry run', async () => {
    const { text } = await keyOf(tenantA);
    const { status, body } = await send('POST', '/v1/api-keys?dryRun=true', text, {
      name: 'dry',
      scopes: ['tenancy:read'],
    });
    expect({ status, key: body['key'] }).toEqual({ status: 201, key: undefined });
    expect((await send('GET', `/v1/api-keys/${String(body['keyId'])}`, text)).status).toBe(404);
  });
});

describe('nobody gives what it does not have', () => {
  it('a key makes no key with more scopes, and rotates none', async () => {
    const strong = await keyOf(tenantA);
    const weak = await keyOf(tenantA, { scopes: ['auth:write', 'auth:read'] });
    expect(await send('POST', '/v1/api-keys', weak.text, { name: 'more', scopes: ['counter:write'] })).toMatchObject({
      status: 403,
      body: { code: 'scope_not_held', scope: 'counter:write' },
    });
    expect(await send('POST', `/v1/api-keys/${strong.keyId}/rotation`, weak.text, {})).toMatchObject({
      status: 403,
      body: { code: 'scope_not_held', scope: '*' },
    });
  });

  it('a customer knows of its own party’s keys only', async () => {
    const party = '0190a000-0000-7000-8000-0000000000aa';
    const customer = await keyOf(tenantA, { actingFor: party });
    const staff = await keyOf(tenantA);
    expect((await send('GET', '/v1/api-keys', customer.text)).body['items']).toMatchObject([{ keyId: customer.keyId }]);
    for (const url of [`/v1/api-keys/${staff.keyId}/revocation`, `/v1/api-keys/${staff.keyId}/rotation`])
      expect((await send('POST', url, customer.text, {})).status).toBe(404);
    expect(
      (await send('POST', '/v1/api-keys', customer.text, { name: 'staff', scopes: ['tenancy:read'] })).body['code'],
    ).toBe('acting_for_not_held');
  });

  it('nobody makes a key for a party that is not there', async () => {
    const staff = await keyOf(tenantA);
    const body = { name: 'typo', scopes: ['tenancy:read'], actingFor: '00000000-0000-7000-8000-0000000000aa' };
    expect(await send('POST', '/v1/api-keys', staff.text, body)).toMatchObject({
      status: 422,
      body: { code: 'acting_for_unknown', errors: [{ field: '/body/actingFor' }] },
    });
  });

  it('a tenant knows nothing of another tenant’s keys', async () => {
    const own = await keyOf(tenantA);
    const foreign = await keyOf(tenantB);
    expect((await send('GET', `/v1/api-keys/${foreign.keyId}`, own.text)).status).toBe(404);
    expect((await send('POST', `/v1/api-keys/${foreign.keyId}/revocation`, own.text, {})).status).toBe(404);
  });

  it('the lookup by prefix answers nothing but a whole prefix', async () => {
    for (const probe of ['', '%', '_', "' or true --", null]) {
      expect((await stage.services.readPool.query('select * from finaegis_find_api_key($1)', [probe])).rows).toEqual(
        [],
      );
    }
    expect((await stage.services.readPool.query('select * from auth_api_keys')).rows).toEqual([]);
  });
});

describe('roles', () => {
  it('say what a key may do, as they are at each request', async () => {
    const owner = await keyOf(tenantA, { roles: ['owner'] });
    const define = (scopes: string[]) =>
      send('POST', '/v1/roles', owner.text, { role: 'reader', description: 'Reads keys', scopes });
    expect(await define(['auth:read'])).toMatchObject({ status: 200, body: { role: 'reader', isBuiltIn: false } });
    const { text } = await keyOf(tenantA, { roles: ['reader'] });
    expect((await send('GET', '/v1/api-keys', text)).status).toBe(200);
    await define(['counter:write']);
    second();
    expect(await send('GET', '/v1/api-keys', text)).toMatchObject({ status: 403, body: { permission: 'auth:read' } });
    await define(['auth:read']);
    second();
    expect((await send('GET', '/v1/api-keys', text)).status).toBe(200);
    expect((await send('POST', '/v1/roles/reader/retirement', owner.text)).body).toMatchObject({ status: 'retired' });
    second();
    expect((await send('GET', '/v1/api-keys', text)).body['code']).toBe('permission_missing');
    expect((await send('GET', '/v1/roles', owner.text)).body['items']).toMatchObject([
      ...Object.keys(stageRoles).map((role) => ({ role, isBuiltIn: true, status: 'active' })),
      { role: 'reader', isBuiltIn: false, status: 'retired' },
    ]);
    expect((await send('GET', '/v1/roles/reader', owner.text)).body).toMatchObject({ scopes: ['auth:read'] });
    expect((await send('GET', '/v1/roles/nobody', owner.text)).status).toBe(404);
  });

  it('of one tenant are nothing in another', async () => {
    const owner = await keyOf(tenantA);
    const role = { role: 'only-here', description: 'Everything', scopes: ['*'] };
    expect((await send('POST', '/v1/roles', owner.text, role)).status).toBe(200);
    const foreign = await keyOf(tenantB);
    expect((await send('GET', '/v1/roles/only-here', foreign.text)).status).toBe(404);
    expect(await send('POST', '/v1/api-keys', foreign.text, { name: 'borrowed', roles: ['only-here'] })).toMatchObject({
      status: 422,
      body: { code: 'role_unknown', errors: [{ field: '/body/roles/0' }] },
    });
  });

  it('nobody climbs by them', async () => {
    const roles = ['helper', 'counter'];
    const weak = await keyOf(tenantA, { scopes: ['auth:write', 'auth:roles'] });
    const tried = [
      await send('POST', '/v1/api-keys', weak.text, { name: 'up', roles: ['owner'] }),
      await send('POST', '/v1/roles', weak.text, { role: 'up', description: 'Up', scopes: ['*'] }),
      await send('POST', '/v1/roles', weak.text, { role: 'owner', description: 'Up', scopes: ['auth:write'] }),
      await send('POST', '/v1/api-keys', weak.text, { name: 'nothing' }),
      await send('POST', '/v1/api-keys', (await keyOf(tenantA)).text, { name: 'no party', roles: ['customer'] }),
      await send('POST', '/v1/api-keys', (await keyOf(tenantA, { roles: ['helper'] })).text, {
        name: 'unmasked',
        scopes: ['auth:read'],
      }),
      await send('POST', '/v1/api-keys', (await keyOf(tenantA, { roles })).text, { name: 'fine', roles: ['counter'] }),
    ];
    expect(tried.map(({ status, body }) => `${status} ${String(body['code'])}`)).toEqual([
      '403 scope_not_held',
      '403 scope_not_held',
      '409 role_is_built_in',
      '422 grants_missing',
      '422 role_needs_party',
      '403 unmasked_not_held',
      '201 undefined',
    ]);
  });

  it('a key that a user’s key makes is that user’s', async () => {
    const userId = '0190a000-0000-7000-8000-0000000000bb';
    const { text } = await keyOf(tenantA, { scopes: ['auth:*'], userId });
    expect((await send('POST', '/v1/api-keys', text, { name: 'mine', scopes: ['auth:read'] })).body).toMatchObject({
      userId,
    });
    const other = { name: 'another’s', scopes: ['auth:read'], userId: '0190a000-0000-7000-8000-0000000000cc' };
    expect((await send('POST', '/v1/api-keys', text, other)).body['code']).toBe('validation_failed');
  });
});

describe('a list of keys', () => {
  it('is walked newest first, page by page, each key once', async () => {
    const keys = [];
    for (let n = 0; n < 5; n++) keys.push((await keyOf(tenantB)).keyId);
    const { text } = await keyOf(tenantB);
    const seen: string[] = [];
    let url: string | undefined = '/v1/api-keys?limit=2';
    while (url !== undefined) {
      const { body } = await send('GET', url, text);
      const page = body as { items: { keyId: string }[]; nextCursor?: string };
      seen.push(...page.items.map(({ keyId }) => keyId));
      url = page.nextCursor === undefined ? undefined : `/v1/api-keys?limit=2&cursor=${page.nextCursor}`;
    }
    expect(seen).toEqual(seen.toSorted().toReversed());
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(keys));
  });
});

describe('the last use of a key', () => {
  it('is gathered and written together, and never goes back', async () => {
    const { text, keyId } = await keyOf(tenantA);
    let nowMs = Date.parse('2026-06-01T10:00:00.000Z');
    const lastUse = createKeyLastUse({ pool: stage.first.pool, now: () => nowMs });
    for (let n = 0; n < 100; n++) lastUse.note({ tenantId: tenantA, keyId });
    await lastUse.flush();
    nowMs -= 60_000;
    lastUse.note({ tenantId: tenantA, keyId });
    await lastUse.close();
    expect((await send('GET', `/v1/api-keys/${keyId}`, text)).body['lastUsedAt']).toBe('2026-06-01T10:00:00.000Z');
  });
});

describe('tenants', () => {
  const id = '0190a000-0000-7000-8000-00000000000c';

  it('are made by the platform, get their first key from it, and book from then on', async () => {
    const platform = await keyOf(platformTenantId);
    expect((await send('POST', '/v1/tenants', platform.text, { tenantId: id, name: 'Acme Bank' })).body).toMatchObject({
      tenantId: id,
      name: 'Acme Bank',
      status: 'active',
    });
    expect((await send('POST', '/v1/tenants', platform.text, { tenantId: id, name: 'Acme Bank' })).status).toBe(200);
    expect((await send('POST', '/v1/tenants', platform.text, { tenantId: id, name: 'Other' })).body['code']).toBe(
      'tenant_exists_with_different_name',
    );
    expect((await send('GET', '/v1/tenants', platform.text)).body['items']).toContainEqual(
      expect.objectContaining({ tenantId: id }),
    );
    const { status, body } = await send('POST', `/v1/tenants/${id}/api-keys`, platform.text, {
      name: 'first',
      scopes: ['*'],
    });
    expect(status).toBe(201);
    expect(
      (await send('POST', '/v1/api-keys', body['key'] as string, { name: 'second', scopes: ['auth:read'] })).status,
    ).toBe(201);
  });

  it('are nobody else’s to manage', async () => {
    const { text } = await keyOf(tenantA);
    const asked = [
      await send('GET', '/v1/tenants', text),
      await send('POST', '/v1/tenants', text, { name: 'Mine' }),
      await send('POST', `/v1/tenants/${tenantB}/suspension`, text, { reason: 'spite' }),
      await send('POST', `/v1/tenants/${tenantB}/resumption`, text),
      await send('POST', `/v1/tenants/${tenantB}/api-keys`, text, { name: 'in', scopes: ['*'] }),
    ];
    expect(asked.map(({ status, body }) => `${status} ${String(body['code'])}`)).toEqual(
      Array<string>(5).fill('403 platform_principal_required'),
    );
  });

  it('that are suspended read and do not write, until they are resumed', async () => {
    const platform = await keyOf(platformTenantId);
    await send('POST', '/v1/tenants', platform.text, { tenantId: id, name: 'Acme Bank' });
    const { text } = await keyOf(id);
    expect(
      (await send('POST', `/v1/tenants/${id}/suspension`, platform.text, { reason: 'unpaid' })).body,
    ).toMatchObject({ status: 'suspended' });
    second();
    expect((await send('GET', '/v1/api-keys', text)).status).toBe(200);
    expect(await send('POST', '/v1/api-keys', text, { name: 'no', scopes: ['auth:read'] })).toMatchObject({
      status: 403,
      body: { code: 'tenant_suspended' },
    });
    expect((await send('POST', `/v1/tenants/${id}/resumption`, platform.text)).body).toMatchObject({
      status: 'active',
    });
    second();
    expect((await send('POST', '/v1/api-keys', text, { name: 'yes', scopes: ['auth:read'] })).status).toBe(201);
  });

  it('that do not exist cannot be suspended, and the platform itself neither', async () => {
    const { text } = await keyOf(platformTenantId);
    expect(
      (await send('POST', '/v1/tenants/0190a000-0000-7000-8000-0000000000ff/suspension', text, { reason: 'none' }))
        .status,
    ).toBe(404);
    expect(
      (await send('POST', `/v1/tenants/${platformTenantId}/suspension`, text, { reason: 'none' })).body['code'],
    ).toBe('tenant_is_platform');
  });
});
