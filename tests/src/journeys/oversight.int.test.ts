import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Body, type Caller, callerOf, eur, itemsOf, textOf } from '../api.ts';
import { enter, type Person } from '../person.ts';

let bank: TestBank;
let api: TestApi;
let owner: Caller;
let auditor: Person;
let operator: Person;

beforeAll(async () => {
  bank = await startTestBank();
  api = await bank.serve();
  owner = callerOf(api.url, api.authorization);
  auditor = await enter({ bank, api }, ['auditor']);
  operator = await enter({ bank, api }, ['operator']);
});

afterAll(async () => {
  await assertCoherent(bank.bank, bank.tenantId);
  await api.close();
  await bank.close();
});

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What is listed once something is; what is written a moment after an answer is looked for until then. */
const listed = async (path: string, isThere: (items: readonly Body[]) => boolean): Promise<readonly Body[]> => {
  const until = Date.now() + 15_000;
  for (;;) {
    const { status, body, text } = await auditor.caller.get(path);
    expect(status, text).toBe(200);
    const items = itemsOf(body);
    if (isThere(items) || Date.now() > until) return items;
    await pause(100);
  }
};
const some = (items: readonly Body[]): boolean => items.length > 0;
const looksAt = (subject: string): Promise<readonly Body[]> =>
  listed(`/v1/personal-data-looks?subject=${subject}`, some);

describe('somebody of the bank who is shown a customer’s data', () => {
  it('leaves a line: who, whose, when, by which operation and request', async () => {
    const { partyId } = await bank.openCustomer();
    const before = new Date().toISOString();
    const { headers } = await operator.caller.get(`/v1/parties/${partyId}`);
    const [line, ...more] = await looksAt(`party:${partyId}`);
    expect(more).toEqual([]);
    expect(line).toEqual({
      at: expect.any(String),
      subject: `party:${partyId}`,
      operationId: 'getParty',
      channel: 'api',
      principalId: operator.userId,
      userId: operator.userId,
      requestId: headers.get('x-request-id'),
    });
    expect(textOf(line ?? {}, 'at') >= before).toBe(true);
  });

  it('leaves one by its key too, found under its own name', async () => {
    const { partyId } = await bank.openCustomer();
    const made = await enter({ bank, api }, ['owner']);
    const { key, keyId } = await made.caller.make('/v1/api-keys', { name: 'Desk', scopes: ['party:read'] });
    await callerOf(api.url, `Bearer ${String(key)}`).get(`/v1/parties/${partyId}`);
    const lines = await listed(`/v1/personal-data-looks?principalId=${made.userId}`, some);
    expect(lines).toMatchObject([{ subject: `party:${partyId}`, principalId: keyId, userId: made.userId }]);
  });

  it('leaves one for each customer of a list, of statements, of texts on accounts, of a command that shows what is stored', async () => {
    const [one, two] = [await bank.openCustomer({ amountMinor: 50_000n }), await bank.openCustomer()];
    await bank.settle();
    const transfer = { from: one.accountId, to: two.accountId, amount: eur('1.00'), description: 'for the garden' };
    await owner.make('/v1/transfers', transfer);
    await operator.caller.see('/v1/parties');
    for (const { partyId } of [one, two])
      expect(await looksAt(`party:${partyId}`)).toMatchObject([{ operationId: 'listParties' }]);
    await operator.caller.see(`/v1/accounts/${one.accountId}/transactions`);
    expect(await looksAt(`account:${one.accountId}`)).toMatchObject([{ operationId: 'listTransactions' }]);
    const compliance = await enter({ bank, api }, ['compliance']);
    const kyc = await compliance.caller.post(`/v1/parties/${two.partyId}/kyc?dryRun=true`, {
      status: 'verified',
      level: 'standard',
    });
    expect([kyc.status, kyc.text]).toEqual([200, expect.stringContaining('Customer')]);
    const lines = await listed(
      `/v1/personal-data-looks?subject=party:${two.partyId}&principalId=${compliance.userId}`,
      some,
    );
    expect(lines).toMatchObject([{ operationId: 'setPartyKyc' }]);
  });

  it('leaves none where it is shown nothing: masked, refused, not found, erased', async () => {
    const newcomer = { kind: 'person', name: { family: 'Nováková' } };
    const partyId = textOf(await owner.make('/v1/parties', newcomer), 'partyId');
    const support = await enter({ bank, api }, ['support']);
    const stranger = callerOf(api.url, `Bearer ${await bank.createKey({ scopes: ['asset:read'] })}`);
    expect((await support.caller.get(`/v1/parties/${partyId}`)).text).toContain('masked');
    expect((await stranger.get(`/v1/parties/${partyId}`)).status).toBe(403);
    expect((await operator.caller.get('/v1/parties/0190a000-0000-7000-8000-0000000000ff')).status).toBe(404);
    await owner.make(`/v1/parties/${partyId}/erasure`, { reason: 'entered_in_error' });
    expect((await operator.caller.see(`/v1/parties/${partyId}`))['status']).toBe('erased');
    // Whatever was asked after these has been written, and so would they have been.
    const other = await bank.openCustomer();
    await operator.caller.get(`/v1/parties/${other.partyId}`);
    await looksAt(`party:${other.partyId}`);
    expect(itemsOf((await auditor.caller.get(`/v1/personal-data-looks?subject=party:${partyId}`)).body)).toEqual([]);
  });

  it('is not the customer itself, which looks at its own as often as it likes', async () => {
    const { partyId, accountId } = await bank.openCustomer({ amountMinor: 100n });
    await bank.settle();
    const own = await enter({ bank, api }, ['customer'], { actingFor: partyId });
    expect((await own.caller.get(`/v1/parties/${partyId}`)).text).toContain('Customer');
    await own.caller.see(`/v1/accounts/${accountId}/transactions`);
    const other = await bank.openCustomer();
    await operator.caller.get(`/v1/parties/${other.partyId}`);
    await looksAt(`party:${other.partyId}`);
    expect(itemsOf((await auditor.caller.get(`/v1/personal-data-looks?principalId=${own.userId}`)).body)).toEqual([]);
  });

  it('cannot take the line back, and neither can anybody: it is an event under the signed heads', async () => {
    const { rows } = await bank.adminPool.query<{ envelope: string }>(
      `select envelope from events where tenant_id = $1 and context = 'oversight' and type = 'PersonalDataShown' order by seq limit 1`,
      [bank.tenantId],
    );
    expect(JSON.parse(rows[0]?.envelope ?? '{}')).toMatchObject({
      metadata: { actor: 'oversight', channel: 'system' },
      data: { looks: [{ principalId: operator.userId }] },
    });
    // A line names people by their ids only.
    expect(rows[0]?.envelope).not.toContain('Customer');
  });

  it('is listed page by page without a gap, and only within the period asked for', async () => {
    const all = await listed('/v1/personal-data-looks?limit=200', (items) => items.length > 5);
    const paged: Body[] = [];
    let more = '';
    while (paged.length < all.length) {
      const { body } = await auditor.caller.get(`/v1/personal-data-looks?limit=2${more}`);
      paged.push(...itemsOf(body));
      if (body['nextCursor'] === undefined) break;
      more = `&cursor=${textOf(body, 'nextCursor')}`;
    }
    expect(paged).toEqual(all);
    const early = await auditor.caller.get('/v1/personal-data-looks?to=2020-01-01T00:00:00.000Z');
    expect(itemsOf(early.body)).toEqual([]);
  });
});

describe('what happened to the doors', () => {
  const securityOf = (query: string, isThere = some): Promise<readonly Body[]> =>
    listed(`/v1/security-events?limit=200&${query}`, isThere);

  it('names keys made, rotated and revoked, roles, and people', async () => {
    const { keyId } = await owner.make('/v1/api-keys', { name: 'Till', scopes: ['asset:read'] });
    await owner.make(`/v1/api-keys/${String(keyId)}/rotation`, { graceSeconds: 60 });
    await owner.make(`/v1/api-keys/${String(keyId)}/revocation`, { reason: 'lost' });
    const of = await securityOf(`about=api-key:${String(keyId)}`, (items) => items.length === 3);
    expect(of.map(({ kind }) => kind)).toEqual(['key_revoked', 'key_rotated', 'key_created']);
    expect(of[0]).toMatchObject({ detail: 'lost', count: 1 });
    await owner.make('/v1/roles', { role: 'teller', description: 'Counter', scopes: ['asset:read'] });
    expect(await securityOf('about=role:teller')).toMatchObject([{ kind: 'role_defined', detail: 'asset:read' }]);
    const kinds = (await securityOf(`about=user:${operator.userId}`, (items) => items.length > 2)).map(
      ({ kind }) => kind,
    );
    expect(kinds).toEqual(['signed_in', 'password_set', 'user_invited']);
  });

  it('names sign-ins that were refused and when they locked an address, under its user where it is somebody’s', async () => {
    const { userId, email } = await enter({ bank, api }, ['auditor']);
    const nobody = callerOf(api.url, '');
    for (let times = 0; times < 5; times++)
      await nobody.post('/v1/sessions', { tenantId: bank.tenantId, email, password: 'wrong' }, { key: null });
    const refused = await securityOf(`principalId=${userId}&kind=sign_in_refused`, (items) => items.length === 5);
    expect(refused).toMatchObject([{ detail: '5', userId }, { detail: '4' }, {}, {}, {}]);
    const [locked] = await securityOf(`principalId=${userId}&kind=locked_out`);
    expect(textOf(locked ?? {}, 'detail') > new Date().toISOString()).toBe(true);
    expect(JSON.stringify(refused)).not.toContain(email);
  });

  it('counts what known principals are refused, at the door and inside, and of a flood keeps one line', async () => {
    const { accountId } = await bank.openCustomer();
    const clerk = await enter({ bank, api }, ['support']);
    for (let times = 0; times < 30; times++) await clerk.caller.get('/v1/users');
    const customer = await bank.openCustomer();
    const own = await enter({ bank, api }, ['customer'], { actingFor: customer.partyId });
    await own.caller.post('/v1/parties', { kind: 'person', name: { family: 'X' } });
    await own.caller.post('/v1/api-keys', { name: 'More', scopes: ['asset:read'] });
    const refusals = await securityOf(`principalId=${clerk.userId}&kind=access_refused`);
    const lines = refusals.filter(({ about }) => about === 'operation:listUsers');
    expect(lines.reduce((sum, { count }) => sum + Number(count), 0)).toBe(30);
    expect(lines.length).toBeLessThanOrEqual(2);
    expect(lines[0]).toMatchObject({ detail: 'permission_missing', userId: clerk.userId });
    const inside = await securityOf(`principalId=${own.userId}&kind=access_refused`, (items) => items.length >= 2);
    expect(inside.map(({ about, detail }) => `${String(about)} ${String(detail)}`).toSorted()).toEqual([
      'operation:createApiKey acting_for_not_held',
      'operation:registerParty permission_missing',
    ]);
    expect(accountId).toBeDefined();
  });

  it('knows whose key it was that a wrong secret was tried with, and says nothing of keys that are nobody’s', async () => {
    const { key, keyId } = await owner.make('/v1/api-keys', { name: 'Guessed', scopes: ['asset:read'] });
    const wrong = `${String(key).slice(0, -4)}0000`;
    expect((await callerOf(api.url, `Bearer ${wrong}`).get('/v1/assets')).status).toBe(401);
    const unknown = String(key).replace(/_[0-9a-z]{12}_/, '_000000000000_');
    expect((await callerOf(api.url, `Bearer ${unknown}`).get('/v1/assets')).status).toBe(401);
    const lines = await securityOf(`principalId=${String(keyId)}&kind=access_refused`);
    expect(lines).toMatchObject([{ about: 'operation:listAssets', detail: 'unauthenticated', count: 1 }]);
  });

  it('is for those who look after the others: no customer, no operator, no other tenant', async () => {
    const { partyId } = await bank.openCustomer();
    const own = callerOf(api.url, `Bearer ${await bank.createKey({ scopes: ['*'], actingFor: partyId })}`);
    const other = callerOf(api.url, `Bearer ${await bank.createKey({ tenantId: await bank.createTenant('Other') })}`);
    for (const path of ['/v1/personal-data-looks', '/v1/security-events']) {
      expect((await own.get(path)).body['code']).toBe('staff_only');
      expect((await operator.caller.get(path)).body['code']).toBe('permission_missing');
      const theirs = itemsOf((await other.get(path)).body);
      expect(theirs.filter(({ principalId }) => principalId === operator.userId)).toEqual([]);
      for (const wrong of ['yesterday', '0000-01-01T00:00:00.000Z']) {
        const errors = (await auditor.caller.get(`${path}?from=${wrong}`)).body['errors'] as readonly Body[];
        expect(errors.map(({ field }) => field)).toContain('/query/from');
      }
      expect((await auditor.caller.get(`${path}?cursor=x`)).body['code']).toBe('position_unknown');
    }
  });
});
