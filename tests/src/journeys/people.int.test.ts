import { totpCode } from '@finaegis/platform/auth/totp';
import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Body, type Caller, callerOf, itemsOf, textOf } from '../api.ts';

let bank: TestBank;
let api: TestApi;
let owner: Caller;
let nobody: Caller;
let offsetMs = 0;

beforeAll(async () => {
  bank = await startTestBank({ now: () => Date.now() + offsetMs });
  api = await bank.serve();
  owner = callerOf(api.url, api.authorization);
  nobody = callerOf(api.url, '');
});

afterAll(async () => {
  await assertCoherent(bank.bank, bank.tenantId);
  await api.close();
  await bank.close();
});

const password = 'vltava teče domů';
let people = 0;

const invite = (roles: readonly string[], more: object = {}): Promise<Body> =>
  owner.make('/v1/users', { email: `Person${++people}@bank.example`, roles, ...more });

const accept = (invitation: unknown, chosen: string = password): Promise<Answer> =>
  nobody.post('/v1/invitations/acceptance', { tenantId: bank.tenantId, invitation, password: chosen });

const logIn = (email: string, more: object = {}): Promise<Answer> =>
  nobody.post('/v1/sessions', { tenantId: bank.tenantId, email, password, ...more });

interface Person {
  readonly userId: string;
  readonly email: string;
  readonly token: string;
  readonly caller: Caller;
}

const enter = async (
  email: string,
  more: object = {},
): Promise<{ readonly token: string; readonly caller: Caller }> => {
  const { status, body, text } = await logIn(email, more);
  expect(status, text).toBe(201);
  const token = textOf(body, 'token');
  return { token, caller: callerOf(api.url, `Bearer ${token}`) };
};

const person = async (roles: readonly string[], more: object = {}): Promise<Person> => {
  const invited = await invite(roles, more);
  expect((await accept(invited['invitation'])).status).toBe(200);
  const email = textOf(invited, 'email');
  return { userId: textOf(invited, 'userId'), email, ...(await enter(email)) };
};

const code = ({ status, body }: Answer): string => `${status} ${String(body['code'])}`;
const forgotten = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1_000));

const eventsAbout = async (stream: string): Promise<readonly string[]> => {
  const { rows } = await bank.adminPool.query<{ type: string }>(
    'select type from events where tenant_id = $1 and stream = $2 order by version',
    [bank.tenantId, stream],
  );
  return rows.map(({ type }) => type);
};

interface Factor {
  readonly secret: string;
  /** The code it was confirmed with. */
  readonly used: string;
  readonly recoveryCodes: readonly string[];
}

const factor = async (caller: Caller): Promise<Factor> => {
  const secret = textOf(await caller.make('/v1/me/second-factor', undefined), 'secret');
  const used = totpCode(secret, Date.now() + offsetMs);
  const confirmed = await caller.make('/v1/me/second-factor/confirmation', { code: used });
  return { secret, used, recoveryCodes: confirmed['recoveryCodes'] as readonly string[] };
};

describe('a person', () => {
  it('is invited, chooses a password, logs in, works by its roles, and logs out', async () => {
    const invited = await invite(['operator']);
    expect(invited).toMatchObject({ status: 'invited', roles: ['operator'], hasSecondFactor: false });
    const email = textOf(invited, 'email');
    expect(code(await logIn(email))).toBe('401 login_failed');
    expect(code(await accept(invited['invitation'], 'Password123'))).toBe('422 password_too_common');
    expect((await accept(invited['invitation'])).body).toMatchObject({ status: 'active' });
    expect(code(await accept(invited['invitation']))).toBe('422 invitation_invalid');
    const { caller } = await enter(email.toUpperCase());
    expect((await caller.get('/v1/me')).body).toMatchObject({ email, status: 'active' });
    expect((await caller.get('/v1/accounts')).status).toBe(200);
    expect(code(await caller.get('/v1/users'))).toBe('403 permission_missing');
    const { items } = (await caller.get('/v1/me/sessions')).body as { items: readonly Body[] };
    expect(items).toMatchObject([{ isCurrent: true }]);
    const current = textOf(items[0] ?? {}, 'sessionId');
    expect((await caller.post(`/v1/me/sessions/${current}/revocation`, undefined)).body).toHaveProperty('revokedAt');
    await forgotten();
    expect(code(await caller.get('/v1/me'))).toBe('401 session_ended');
    expect(await eventsAbout(`user:${textOf(invited, 'userId')}`)).toEqual([
      'UserInvited',
      'UserPasswordSet',
      'LoginSucceeded',
    ]);
    expect(await eventsAbout(`session:${current}`)).toEqual(['SessionOpened', 'SessionRevoked']);
  });

  it('is felt everywhere within a second: other roles, a suspension, an end of all sessions, another password', async () => {
    const { userId, email, caller } = await person(['auditor']);
    expect((await caller.get('/v1/users')).status).toBe(200);
    await owner.make(`/v1/users/${userId}/roles`, { roles: ['support'] });
    await forgotten();
    expect(code(await caller.get('/v1/users'))).toBe('403 permission_missing');
    await owner.make(`/v1/users/${userId}/suspension`, { reason: 'leave' });
    await forgotten();
    expect(code(await caller.get('/v1/me'))).toBe('401 session_ended');
    expect(code(await logIn(email))).toBe('401 login_failed');
    await owner.make(`/v1/users/${userId}/resumption`, undefined);
    const again = await enter(email);
    await owner.make(`/v1/users/${userId}/sessions/end`, undefined);
    await forgotten();
    expect(code(await again.caller.get('/v1/me'))).toBe('401 session_ended');
    const third = await enter(email);
    const change = { currentPassword: password, password: 'berounka teče také' };
    expect(
      code(await third.caller.post('/v1/me/password', { ...change, currentPassword: 'wrong' }, { key: null })),
    ).toBe('422 password_wrong');
    expect((await third.caller.post('/v1/me/password', change, { key: null })).status).toBe(200);
    await forgotten();
    expect(code(await third.caller.get('/v1/me'))).toBe('401 session_ended');
    expect(code(await logIn(email))).toBe('401 login_failed');
    expect((await logIn(email, { password: change.password })).status).toBe(201);
  });

  it('who does nothing for half an hour logs in again, and who does something does not', async () => {
    const { userId, caller } = await person(['auditor']);
    const { items } = (await caller.get('/v1/me/sessions')).body as { items: readonly Body[] };
    const [sessionId] = items.map((item) => textOf(item, 'sessionId'));
    const age = async (minutes: number): Promise<void> => {
      const used = `now() - interval '${minutes} minutes'`;
      await bank.adminPool.query(
        `update auth_sessions set opened_at = now() - interval '2 hours' where tenant_id = $1 and user_id = $2`,
        [bank.tenantId, userId],
      );
      await bank.adminPool.query(
        `insert into key_last_use (tenant_id, key_id, used_at) values ($1, $2, ${used})
          on conflict (tenant_id, key_id) do update set used_at = excluded.used_at`,
        [bank.tenantId, sessionId],
      );
      // What is known of a session is at most a second old; an invitation's own end of sessions must not be what ends it.
      await bank.adminPool.query(
        `update identity_users_v1 set sessions_from = now() - interval '3 hours' where tenant_id = $1 and user_id = $2`,
        [bank.tenantId, userId],
      );
      await forgotten();
    };
    await age(29);
    expect((await caller.get('/v1/me')).status).toBe(200);
    await age(31);
    expect(code(await caller.get('/v1/me'))).toBe('401 session_ended');
  });

  it('is erased: its texts are gone, nothing of it opens anything, and its address is another’s to have', async () => {
    const { userId, email, caller } = await person(['owner']);
    const { key } = await caller.make('/v1/api-keys', { name: 'Own', scopes: ['asset:read'] });
    const erasure = `/v1/users/${userId}/erasure`;
    const reason = { reason: 'data_subject_request' };
    expect(code(await owner.post(erasure, { reason: 'bored' }))).toBe('400 validation_failed');
    expect((await owner.post(`${erasure}?dryRun=true`, reason)).body).toMatchObject({ status: 'erased' });
    expect((await caller.get('/v1/me')).status).toBe(200);
    expect(await owner.make(erasure, reason)).toMatchObject({
      status: 'erased',
      email: 'erased',
      hasSecondFactor: false,
    });
    expect(await owner.make(erasure, reason)).toMatchObject({ status: 'erased' });
    await forgotten();
    expect(code(await caller.get('/v1/me'))).toBe('401 session_ended');
    expect(code(await callerOf(api.url, `Bearer ${String(key)}`).get('/v1/assets'))).toBe('401 key_revoked');
    expect(code(await logIn(email))).toBe('401 login_failed');
    expect((await owner.get(`/v1/users/${userId}`)).body).toMatchObject({ status: 'erased', email: 'erased' });
    for (const [path, body] of [
      ['invitation', undefined],
      ['roles', { roles: ['support'] }],
      ['resumption', undefined],
      ['second-factor/removal', undefined],
    ] as const)
      expect(code(await owner.post(`/v1/users/${userId}/${path}`, body))).toBe('409 user_is_erased');
    const { rows } = await bank.adminPool.query<{ values: string; keys: string }>(
      `select (select count(*) from personal_data where tenant_id = $1 and subject = $2) as values,
        (select count(*) from subject_keys where tenant_id = $1 and subject = $2 and wrapped_key <> '') as keys`,
      [bank.tenantId, `user:${userId}`],
    );
    expect(rows[0]).toMatchObject({ values: 0n, keys: 0n });
    expect(await eventsAbout(`user:${userId}`)).toContain('UserErased');
    const again = await owner.make('/v1/users', { email, roles: ['support'] });
    expect(again['userId']).not.toBe(userId);
    expect((await accept(again['invitation'])).status).toBe(200);
    expect((await logIn(email)).status).toBe(201);
    const unknown = '/v1/users/0190a000-0000-7000-8000-0000000000ff/erasure';
    expect(code(await owner.post(unknown, reason))).toBe('404 user_unknown');
  });

  it('who lost its password is invited anew', async () => {
    const { userId, email } = await person(['support']);
    const { invitation } = await owner.make(`/v1/users/${userId}/invitation`, undefined);
    expect((await logIn(email)).status).toBe(201);
    expect((await accept(invitation, 'sázava teče pomalu')).status).toBe(200);
    expect(code(await logIn(email))).toBe('401 login_failed');
    expect((await logIn(email, { password: 'sázava teče pomalu' })).status).toBe(201);
  });

  it('for a customer sees the accounts of its party and no other', async () => {
    const mine = await bank.openCustomer();
    const other = await bank.openCustomer();
    const { caller } = await person(['customer'], { actingFor: mine.partyId });
    expect((await caller.get(`/v1/accounts/${mine.accountId}`)).status).toBe(200);
    expect((await caller.get(`/v1/accounts/${other.accountId}`)).status).toBe(404);
    expect(code(await owner.post('/v1/users', { email: 'c@bank.example', roles: ['customer'] }))).toBe(
      '422 role_needs_party',
    );
  });
});

describe('a second factor', () => {
  it('is asked for once it is confirmed; each code and each recovery code opens once', async () => {
    const { userId, email, caller } = await person(['operator']);
    const { secret, used, recoveryCodes } = await factor(caller);
    expect(recoveryCodes).toHaveLength(10);
    expect(code(await logIn(email))).toBe('401 second_factor_needed');
    expect(code(await logIn(email, { code: used }))).toBe('401 login_failed');
    offsetMs += 31_000;
    const next = totpCode(secret, Date.now() + offsetMs);
    const raced = await Promise.all([logIn(email, { code: next }), logIn(email, { code: next })]);
    expect(raced.map(code).toSorted()).toEqual(['201 undefined', '401 login_failed']);
    expect(code(await logIn(email, { code: next, password: 'wrong one' }))).toBe('401 login_failed');
    const recoveryCode = recoveryCodes[0]?.toUpperCase();
    expect((await logIn(email, { recoveryCode })).status).toBe(201);
    expect(code(await logIn(email, { recoveryCode }))).toBe('401 login_failed');
    expect(code(await caller.post('/v1/me/second-factor', undefined))).toBe('409 second_factor_in_force');
    expect((await owner.make(`/v1/users/${userId}/second-factor/removal`, undefined))['hasSecondFactor']).toBe(false);
    expect((await logIn(email)).status).toBe(201);
    expect(await eventsAbout(`user:${userId}`)).toContain('SecondFactorRemoved');
  });
});

describe('whoever attacks', () => {
  it('is answered the same, with the same work, for an address that is somebody’s and for one that is not', async () => {
    const { email } = await person(['support']);
    const tries = async (address: string) => {
      const told: { readonly what: unknown; readonly ms: number }[] = [];
      for (let n = 0; n < 7; n++) {
        const began = performance.now();
        const { status, body } = await logIn(address, { password: 'not the one' });
        const { instance: _, ...what } = body;
        told.push({ what: { status, what }, ms: performance.now() - began });
      }
      return told;
    };
    const [known, unknown] = [await tries(email), await tries('nobody@bank.example')];
    expect(known.map(({ what }) => what)).toEqual(unknown.map(({ what }) => what));
    const fastest = (told: typeof known) => Math.min(...told.map(({ ms }) => ms));
    // A refusal without the work would be many times faster.
    expect(fastest(unknown) / fastest(known)).toBeGreaterThan(0.4);
    expect(fastest(unknown) / fastest(known)).toBeLessThan(2.5);
    // Locked by now, and nobody is let in, not even with the right password.
    expect(code(await logIn(email))).toBe('401 login_failed');
    const { rows } = await bank.adminPool.query<{ count: string }>(
      "select stream, count(*)::text as count from events where tenant_id = $1 and type = 'LoginFailed' group by stream order by 2 desc limit 2",
      [bank.tenantId],
    );
    // Five failures were recorded of each, and nothing while it was locked.
    expect(rows.map(({ count }) => count)).toEqual(['5', '5']);
  });

  it('cannot fix a session beforehand: the token is always a new one, and what is sent with the login counts for nothing', async () => {
    const { email, token } = await person(['support']);
    const planted = callerOf(api.url, `Bearer ${token}`);
    const { body } = await planted.post('/v1/sessions', { tenantId: bank.tenantId, email, password });
    expect(body['token']).not.toBe(token);
    const invented = callerOf(api.url, `Bearer fin_session_0123456789ab_${'0'.repeat(52)}`);
    expect(code(await invented.get('/v1/me'))).toBe('401 unauthenticated');
    // A session's secret is no key's, and the other way round.
    expect(code(await callerOf(api.url, `Bearer ${token.replace('session', 'live')}`).get('/v1/me'))).toBe(
      '401 unauthenticated',
    );
  });

  it('gets no user of another tenant, and no tenant that is not there', async () => {
    const { email } = await person(['support']);
    const other = await bank.createTenant('Other');
    for (const tenantId of [other, '0190a000-0000-7000-8000-0000000000ff'])
      expect(code(await nobody.post('/v1/sessions', { tenantId, email, password }))).toBe('401 login_failed');
    const { rows } = await bank.adminPool.query('select 1 from subject_keys where tenant_id = $1', [
      '0190a000-0000-7000-8000-0000000000ff',
    ]);
    expect(rows).toEqual([]);
  });

  it('finds no password, code, token or invitation anywhere in the database', async () => {
    // Those who are shown nothing personal have passwords and factors, too.
    const { caller, token } = await person(['support']);
    const { secret, recoveryCodes } = await factor(caller);
    const { invitation } = await invite(['support']);
    const secrets = [
      password,
      secret,
      recoveryCodes[0] ?? '',
      token.split('_')[3] ?? '',
      String(invitation).split('_')[3],
    ];
    const { rows } = await bank.adminPool.query<{ name: string }>(
      "select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' and n.nspname = 'public'",
    );
    for (const { name } of rows) {
      const hits = await bank.adminPool.query(`select 1 from ${name} t where t::text like any ($1)`, [
        [...secrets.map((text) => `%${text}%`), '%$argon2id$%'],
      ]);
      expect(`${name}: ${hits.rows.length}`).toBe(`${name}: 0`);
    }
  });

  it('does not climb: nobody invites, resumes or re-invites who holds more than itself', async () => {
    const boss = await person(['owner']);
    const { caller } = await person(['admin']);
    const tried = [
      await caller.post('/v1/users', { email: 'second@bank.example', roles: ['owner'] }),
      await caller.post(`/v1/users/${boss.userId}/invitation`, undefined),
      await caller.post(`/v1/users/${boss.userId}/second-factor/removal`, undefined),
      await caller.post('/v1/users', { email: 'third@bank.example', roles: ['operator'] }),
    ];
    expect(tried.map(code)).toEqual(Array<string>(4).fill('403 scope_not_held'));
    expect(code(await owner.post('/v1/users', { email: boss.email, roles: ['support'] }))).toBe('409 email_taken');
  });
});

describe('a key that a user made', () => {
  it('does no more than its user may by now, and nothing once the user is suspended', async () => {
    const { userId, caller } = await person(['owner']);
    const made = await caller.make('/v1/api-keys', { name: 'robot', scopes: ['identity:read', 'account:read'] });
    expect(made['userId']).toBe(userId);
    const robot = callerOf(api.url, `Bearer ${textOf(made, 'key')}`);
    expect((await robot.get('/v1/users')).status).toBe(200);
    expect(code(await robot.get('/v1/me'))).toBe('403 permission_missing');
    await owner.make(`/v1/users/${userId}/roles`, { roles: ['operator'] });
    await forgotten();
    expect(code(await robot.get('/v1/users'))).toBe('403 permission_missing');
    expect((await robot.get('/v1/accounts')).status).toBe(200);
    await owner.make(`/v1/users/${userId}/suspension`, {});
    await forgotten();
    expect(code(await robot.get('/v1/accounts'))).toBe('401 key_revoked');
  });
});

it('users are listed newest first, with their addresses for those who may see them', async () => {
  const page = await owner.see('/v1/users?limit=2');
  expect(itemsOf(page)).toHaveLength(2);
  expect(JSON.stringify(page)).toContain('@bank.example');
  const { body } = await owner.get(`/v1/users?limit=2&cursor=${textOf(page, 'nextCursor')}`);
  expect(itemsOf(body)).toHaveLength(2);
});
