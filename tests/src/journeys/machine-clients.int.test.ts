import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Body, type Caller, callerOf, itemsOf, textOf } from '../api.ts';
import { enter } from '../person.ts';

let bank: TestBank;
let api: TestApi;
let owner: Caller;
let offsetMs = 0;

beforeAll(async () => {
  bank = await startTestBank({ now: () => Date.now() + offsetMs });
  api = await bank.serve();
  owner = callerOf(api.url, api.authorization);
});

afterAll(async () => {
  await assertCoherent(bank.bank, bank.tenantId);
  await api.close();
  await bank.close();
});

const felt = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1_000));

interface Client {
  readonly id: string;
  readonly secret: string;
}

const client = async (scopes: readonly string[], more: object = {}): Promise<Client> => {
  const made = await owner.make('/v1/api-keys', { name: 'Machine', scopes, ...more });
  return { id: textOf(made, 'keyId'), secret: textOf(made, 'key') };
};

interface Told {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
}

const ask = async (
  endpoint: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Told> => {
  const answer = await fetch(`${api.url}/v1/oauth/${endpoint}`, {
    method: 'POST',
    headers,
    body: new URLSearchParams(fields),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? {} : (JSON.parse(text) as Body) };
};
const basic = ({ id, secret }: Client) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});
const posted = ({ id, secret }: Client) => ({ client_id: id, client_secret: secret });
const grant = { grant_type: 'client_credentials' };
const tokenOf = async (its: Client, fields: Readonly<Record<string, string>> = {}): Promise<string> => {
  const { status, body } = await ask('token', { ...grant, ...fields }, basic(its));
  expect(status, JSON.stringify(body)).toBe(200);
  return textOf(body, 'access_token');
};
const by = (token: string): Caller => callerOf(api.url, `Bearer ${token}`);
const codeAt = async (caller: Caller, path = '/v1/assets'): Promise<string> => {
  const { status, body } = await caller.get(path);
  return `${status} ${String(body['code'])}`;
};

describe('a machine client', () => {
  it('gets a token by either way of showing its secret, and works with it, for what it asked and no more', async () => {
    const its = await client(['asset:read', 'party:read']);
    const all = await ask('token', grant, basic(its));
    expect(all).toMatchObject({
      status: 200,
      body: { token_type: 'Bearer', expires_in: 600, scope: 'asset:read party:read' },
    });
    expect(all.headers.get('cache-control')).toBe('no-store');
    const some = await ask('token', { ...grant, scope: 'asset:read', ...posted(its) });
    expect(some.body).toMatchObject({ scope: 'asset:read' });
    const narrow = by(textOf(some.body, 'access_token'));
    expect(await codeAt(narrow)).toBe('200 undefined');
    expect(await codeAt(narrow, '/v1/parties')).toBe('403 permission_missing');
    expect(await codeAt(by(textOf(all.body, 'access_token')), '/v1/parties')).toBe('200 undefined');
  });

  it('is told what is wrong in OAuth’s words', async () => {
    const its = await client(['asset:read']);
    const other = await client(['asset:read']);
    const session = (await enter({ bank, api }, ['owner'])).caller;
    const wrong = { ...its, secret: `${its.secret.slice(0, -3)}000` };
    const tries: readonly (readonly [Readonly<Record<string, string>>, Readonly<Record<string, string>>, string])[] = [
      [{}, basic(its), '400 invalid_request'],
      [{ grant_type: 'password' }, basic(its), '400 unsupported_grant_type'],
      [{ ...grant, scope: 'ledger:post' }, basic(its), '400 invalid_scope'],
      [{ ...grant, scope: '*' }, basic(its), '400 invalid_scope'],
      [{ ...grant, ...posted(its) }, basic(its), '400 invalid_request'],
      [grant, {}, '401 invalid_client'],
      [grant, basic(wrong), '401 invalid_client'],
      [grant, basic({ id: other.id, secret: its.secret }), '401 invalid_client'],
      [grant, { authorization: 'Basic %%%' }, '401 invalid_client'],
      [grant, { authorization: `Bearer ${its.secret}` }, '401 invalid_client'],
      [{ ...grant, ...posted({ id: its.id, secret: 'x' }) }, {}, '401 invalid_client'],
    ];
    for (const [fields, headers, expected] of tries) {
      const { status, body, headers: told } = await ask('token', fields, headers);
      expect(`${status} ${String(body['error'])}`).toBe(expected);
      expect(told.get('content-type')).toContain('application/json');
      if (status === 401 && headers['authorization'] !== undefined)
        expect(told.get('www-authenticate')).toContain('Basic');
    }
    expect((await session.get('/v1/me')).status).toBe(200);
    const twice = await fetch(`${api.url}/v1/oauth/token`, {
      method: 'POST',
      headers: { ...basic(its), 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=client_credentials&grant_type=password',
    });
    expect([twice.status, ((await twice.json()) as Body)['code']]).toEqual([400, 'validation_failed']);
  });

  it('is known in the list of security events when somebody tries its id with a wrong secret', async () => {
    const its = await client(['asset:read']);
    await ask('token', grant, basic({ ...its, secret: `${its.secret.slice(0, -3)}000` }));
    const auditor = await enter({ bank, api }, ['auditor']);
    await expect
      .poll(
        async () =>
          itemsOf((await auditor.caller.get(`/v1/security-events?principalId=${its.id}&kind=access_refused`)).body),
        { timeout: 15_000 },
      )
      .toMatchObject([{ about: 'operation:issueAccessToken', detail: 'invalid_client' }]);
  });
});

describe('an access token', () => {
  it('ends after ten minutes, with its key, with its secret, and when it is taken back', async () => {
    const its = await client(['asset:read']);
    const [late, back, kept] = [await tokenOf(its), await tokenOf(its), await tokenOf(its)];
    expect(await ask('revocation', { token: back }, basic(its))).toMatchObject({ status: 200 });
    expect(await ask('revocation', { token: back }, basic(its))).toMatchObject({ status: 200 });
    await felt();
    expect(await codeAt(by(back))).toBe('401 token_over');
    expect(await codeAt(by(kept))).toBe('200 undefined');
    await owner.make(`/v1/api-keys/${its.id}/rotation`, { graceSeconds: 0 });
    await felt();
    expect(await codeAt(by(kept))).toBe('401 token_over');
    const second = await client(['asset:read']);
    const gone = await tokenOf(second);
    await owner.make(`/v1/api-keys/${second.id}/revocation`, {});
    await felt();
    expect(await codeAt(by(gone))).toBe('401 token_over');
    expect(await codeAt(by(late))).toBe('401 token_over');
    expect((await ask('token', grant, basic(second))).body).toMatchObject({ error: 'invalid_client' });
  });

  it('is good for no more than its key is by now, whatever it was given', async () => {
    const role = { role: 'desk', description: 'Front desk' };
    await owner.make('/v1/roles', { ...role, scopes: ['asset:read', 'party:read'] });
    const made = await owner.make('/v1/api-keys', { name: 'Desk', roles: ['desk'] });
    const token = by(await tokenOf({ id: textOf(made, 'keyId'), secret: textOf(made, 'key') }));
    expect(await codeAt(token, '/v1/parties')).toBe('200 undefined');
    await owner.make('/v1/roles', { ...role, scopes: ['asset:read'] });
    await felt();
    expect([await codeAt(token), await codeAt(token, '/v1/parties')]).toEqual([
      '200 undefined',
      '403 permission_missing',
    ]);
  });

  it('is looked at by the clock of whoever authenticates', async () => {
    const its = await client(['asset:read']);
    offsetMs = -11 * 60_000;
    const old = await tokenOf(its);
    offsetMs = 0;
    expect(await codeAt(by(old))).toBe('401 token_over');
    expect((await ask('introspection', { token: old }, basic(its))).body).toEqual({ active: false });
  });

  it('cannot be forged: neither its scopes, nor its key, nor its tenant, nor its end', async () => {
    const its = await client(['asset:read']);
    const token = await tokenOf(its);
    const [payload = '', mac = ''] = token.slice('fin_access_'.length).split('.');
    const parts = JSON.parse(Buffer.from(payload, 'base64url').toString()) as unknown[];
    const strong = await client(['*']);
    const changes: readonly (readonly [number, unknown])[] = [
      [1, await bank.createTenant('Other')],
      [2, strong.id],
      [3, strong.secret.split('_')[2]],
      [4, '*'],
      [6, 9e15],
    ];
    for (const [at, value] of changes) {
      const changed = Buffer.from(JSON.stringify(parts.with(at, value))).toString('base64url');
      expect(await codeAt(by(`fin_access_${changed}.${mac}`))).toBe('401 unauthenticated');
    }
    for (const wrong of [`fin_access_${payload}.`, `fin_access_${payload}`, `fin_access_.${mac}`, `${token}A`])
      expect(await codeAt(by(wrong))).toBe('401 unauthenticated');
  });

  it('makes no keys and takes no other client’s token back', async () => {
    const its = await client(['*']);
    const token = by(await tokenOf(its));
    const refused = await token.post('/v1/api-keys', { name: 'More', scopes: ['asset:read'] });
    expect([refused.status, refused.body['code']]).toEqual([403, 'token_makes_no_key']);
    const rotated = await token.post(`/v1/api-keys/${its.id}/rotation`, {});
    expect([rotated.status, rotated.body['code']]).toEqual([403, 'token_makes_no_key']);
    const other = await client(['asset:read']);
    const theirs = await tokenOf(other);
    expect((await ask('revocation', { token: theirs }, basic(its))).body).toMatchObject({
      error: 'unauthorized_client',
    });
    expect((await ask('revocation', { token: 'nonsense' }, basic(its))).status).toBe(200);
    expect((await ask('revocation', {}, basic(its))).body).toMatchObject({ error: 'invalid_request' });
    expect((await ask('revocation', { token: theirs })).body).toMatchObject({ error: 'invalid_client' });
    await felt();
    expect(await codeAt(by(theirs))).toBe('200 undefined');
  });

  it('is told of to its client, and to who may read all keys of its tenant', async () => {
    const its = await client(['asset:read']);
    const token = await tokenOf(its, { scope: 'asset:read' });
    const active = { active: true, client_id: its.id, sub: its.id, scope: 'asset:read', token_type: 'Bearer' };
    expect((await ask('introspection', { token }, basic(its))).body).toMatchObject(active);
    expect((await ask('introspection', { token }, basic(await client(['auth:read'])))).body).toMatchObject(active);
    const { partyId } = await bank.openCustomer();
    const foreign = await bank.createKey({ tenantId: await bank.createTenant('Elsewhere') });
    const { items } = (await callerOf(api.url, `Bearer ${foreign}`).get('/v1/api-keys')).body as { items: Body[] };
    const strangers = [
      await client(['asset:read']),
      await client(['auth:read'], { actingFor: partyId }),
      { id: textOf(items[0] ?? {}, 'keyId'), secret: foreign },
    ];
    for (const stranger of strangers)
      expect((await ask('introspection', { token }, basic(stranger))).body).toEqual({ active: false });
    await owner.make(`/v1/api-keys/${its.id}/revocation`, {});
    expect((await ask('introspection', { token }, basic(await client(['auth:read'])))).body).toEqual({ active: false });
  });

  it('of a customer’s client sees what the customer sees', async () => {
    const { partyId } = await bank.openCustomer();
    const other = await bank.openCustomer();
    const token = by(await tokenOf(await client(['party:read'], { actingFor: partyId })));
    expect(await codeAt(token, `/v1/parties/${partyId}`)).toBe('200 undefined');
    expect(await codeAt(token, `/v1/parties/${other.partyId}`)).toBe('404 not_found');
  });
});

it('where the endpoints are is told to everybody', async () => {
  const answer = await fetch(`${api.url}/.well-known/oauth-authorization-server`);
  expect(await answer.json()).toMatchObject({
    issuer: api.url,
    token_endpoint: `${api.url}/v1/oauth/token`,
    revocation_endpoint: `${api.url}/v1/oauth/revocation`,
    introspection_endpoint: `${api.url}/v1/oauth/introspection`,
    grant_types_supported: ['client_credentials'],
  });
});
