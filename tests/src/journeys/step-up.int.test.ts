import { totpCode } from '@finaegis/platform/auth/totp';
import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Asking, type Body, balanceOf, type Caller, callerOf, eur, textOf } from '../api.ts';
import { enter, type Person } from '../person.ts';

let bank: TestBank;
let api: TestApi;
let owner: Caller;
let from: string;
let to: string;
let other: string;
let offsetMs = 0;

beforeAll(async () => {
  bank = await startTestBank({ now: () => Date.now() + offsetMs });
  api = await bank.serve();
  owner = callerOf(api.url, api.authorization);
  from = (await bank.openCustomer({ amountMinor: 1_000_000n })).accountId;
  to = (await bank.openCustomer()).accountId;
  other = (await bank.openCustomer()).accountId;
  await owner.make('/v1/step-up-policies', { command: 'ledger.PostJournal', from: [eur('100.00')] });
  for (const command of ['identity.ChangeRoles', 'auth.CreateApiKey', 'ledger.PostLinkedJournals', 'auth.DefineRole'])
    await owner.make('/v1/step-up-policies', { command });
  await felt();
});

afterAll(async () => {
  await assertCoherent(bank.bank, bank.tenantId);
  await api.close();
  await bank.close();
});

/** Until a policy counts. */
const felt = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1_000));
const code = ({ status, body }: Answer): string => `${status} ${String(body['code'])}`;

interface Armed extends Person {
  /** A code nobody has used yet: each time the one of the next half minute. */
  fresh(): string;
  readonly recoveryCodes: readonly string[];
}

const armed = async (roles: readonly string[], more: { readonly actingFor?: string } = {}): Promise<Armed> => {
  const person = await enter({ bank, api }, roles, more);
  const secret = textOf(await person.caller.make('/v1/me/second-factor', undefined), 'secret');
  const used = totpCode(secret, Date.now() + offsetMs);
  const confirmed = await person.caller.make('/v1/me/second-factor/confirmation', { code: used });
  const recoveryCodes = confirmed['recoveryCodes'] as readonly string[];
  const fresh = (): string => {
    offsetMs += 31_000;
    return totpCode(secret, Date.now() + offsetMs);
  };
  return { ...person, fresh, recoveryCodes };
};

const transfer = (amount: string, payee = to) => ({ from, to: payee, amount: eur(amount) });
const proof = (challenge: unknown, its: string): Asking => ({
  headers: { 'finaegis-step-up': `${String(challenge)} ${its}` },
});
const challengeOf = async (caller: Caller, path: string, body: unknown): Promise<string> => {
  const answer = await caller.post(path, body);
  expect(code(answer), answer.text).toBe('403 step_up_needed');
  return textOf(answer.body, 'challenge');
};
const posted = async (account: string): Promise<unknown> => (await balanceOf(owner, account))['posted'];
const eventsOf = async (stream: string): Promise<readonly Body[]> => {
  const { rows } = await bank.adminPool.query<{ envelope: string }>(
    'select envelope from events where tenant_id = $1 and stream = $2 order by version',
    [bank.tenantId, stream],
  );
  return rows.map(({ envelope }) => JSON.parse(envelope) as Body);
};
const last = async (userId: string): Promise<Body> => (await eventsOf(`user:${userId}`)).at(-1) ?? {};

describe('a command that needs a fresh code', () => {
  it('below its amount needs none; from it on shows what it would come to, and is done with a code for exactly that', async () => {
    const me = await armed(['operator']);
    expect((await me.caller.post('/v1/transfers', transfer('99.99'))).status).toBe(201);
    const before = await posted(to);
    const wish = { ...transfer('100.00'), description: 'rent of the garden' };
    const asked = await me.caller.post('/v1/transfers', wish);
    expect(code(asked)).toBe('403 step_up_needed');
    expect(asked.body).toMatchObject({
      command: 'ledger.PostJournal',
      challenge: expect.stringMatching(/^[0-9a-f]{64}$/),
      preview: {
        status: 201,
        body: {
          kind: 'transfer',
          description: 'rent of the garden',
          postings: [{ account: from, amount: eur('100.00') }, { account: to }],
        },
      },
      errors: [{ field: '/headers/finaegis-step-up', code: 'required' }],
    });
    expect(await posted(to)).toEqual(before);
    const done = await me.caller.post('/v1/transfers', wish, proof(asked.body['challenge'], me.fresh()));
    expect(done.status, done.text).toBe(201);
    const event = await last(me.userId);
    expect(event).toMatchObject({
      type: 'SecondFactorUsed',
      data: { command: 'ledger.PostJournal', challenge: asked.body['challenge'] },
    });
    // One commit holds both: neither is there without the other.
    const [journal] = await eventsOf(`journal:${textOf(done.body, 'journalId')}`);
    expect(journal?.['bookedAt']).toBe(event['bookedAt']);
  });

  it('takes no code that is for another amount, another payee, another person, another route', async () => {
    const me = await armed(['owner']);
    const you = await armed(['owner']);
    const challenge = await challengeOf(me.caller, '/v1/transfers', transfer('500.00'));
    const before = [await posted(to), await posted(other)];
    const its = me.fresh();
    for (const [caller, body] of [
      [me.caller, transfer('500.01')],
      [me.caller, transfer('500.00', other)],
      [me.caller, { ...transfer('500.00'), metadata: { order: '1' } }],
      [you.caller, transfer('500.00')],
    ] as const)
      expect(code(await caller.post('/v1/transfers', body, proof(challenge, its)))).toBe(
        '403 step_up_for_other_content',
      );
    const role = { role: 'teller', description: 'Counter', scopes: ['asset:read'] };
    expect(code(await me.caller.post('/v1/roles', role, proof(challenge, its)))).toBe('403 step_up_for_other_content');
    expect([await posted(to), await posted(other)]).toEqual(before);
    // None of that has spent the code.
    expect((await me.caller.post('/v1/transfers', transfer('500.00'), proof(challenge, its))).status).toBe(201);
  });

  it('takes no code twice: not for the same content, not for another, not at once, not for logging in', async () => {
    const me = await armed(['operator']);
    const [one, two] = [transfer('101.00'), transfer('102.00')];
    const [first, second] = [
      await challengeOf(me.caller, '/v1/transfers', one),
      await challengeOf(me.caller, '/v1/transfers', two),
    ];
    const its = me.fresh();
    const told = await Promise.all([
      me.caller.post('/v1/transfers', one, proof(first, its)),
      me.caller.post('/v1/transfers', two, proof(second, its)),
      me.caller.post('/v1/transfers', one, proof(first, its)),
    ]);
    expect(told.map(code).toSorted()).toEqual(['201 undefined', '403 step_up_code_wrong', '403 step_up_code_wrong']);
    expect(code(await me.caller.post('/v1/transfers', one, proof(first, its)))).toBe('403 step_up_code_wrong');
    const entering = { tenantId: bank.tenantId, email: me.email, password: 'vltava teče domů', code: its };
    expect((await callerOf(api.url, '').post('/v1/sessions', entering, { key: null })).body['code']).toBe(
      'login_failed',
    );
    const recovery = me.recoveryCodes[0] ?? '';
    expect((await me.caller.post('/v1/transfers', two, proof(second, recovery))).status).toBe(201);
    expect(code(await me.caller.post('/v1/transfers', two, proof(second, recovery)))).toBe('403 step_up_code_wrong');
  });

  it('under its Idempotency-Key is answered as the first time, when the code has long been used', async () => {
    const me = await armed(['operator']);
    const challenge = await challengeOf(me.caller, '/v1/transfers', transfer('103.00'));
    const asking = { ...proof(challenge, me.fresh()), key: 'once-only' };
    const first = await me.caller.post('/v1/transfers', transfer('103.00'), asking);
    offsetMs += 120_000;
    const again = await me.caller.post('/v1/transfers', transfer('103.00'), asking);
    expect([first.status, again.status, again.text]).toEqual([201, 201, first.text]);
    expect((await eventsOf(`user:${me.userId}`)).filter(({ type }) => type === 'SecondFactorUsed')).toHaveLength(1);
  });

  it('that would be refused is refused before any code is asked for, and only tried needs none', async () => {
    const me = await armed(['operator']);
    expect(code(await me.caller.post('/v1/transfers', transfer('99999.00', other)))).toBe('422 insufficient_funds');
    expect((await me.caller.post('/v1/transfers?dryRun=true', transfer('100.00'))).status).toBe(201);
    const poor = await bank.openCustomer({ amountMinor: 20_000n });
    const all = { ...transfer('200.00'), from: poor.accountId };
    const challenge = await challengeOf(me.caller, '/v1/transfers', all);
    await owner.make('/v1/transfers', { ...all, amount: eur('1.00') });
    const its = me.fresh();
    const late = await me.caller.post('/v1/transfers', all, proof(challenge, its));
    expect(code(late)).toBe('422 insufficient_funds');
    expect((await last(me.userId))['type']).not.toBe('SecondFactorUsed');
  });

  it('is guessed at five times and then not for half a minute, however right the sixth is', async () => {
    const me = await armed(['operator']);
    const challenge = await challengeOf(me.caller, '/v1/transfers', transfer('104.00'));
    const right = me.fresh();
    const wrong = right === '000000' ? '000001' : '000000';
    for (let times = 0; times < 5; times++)
      expect(code(await me.caller.post('/v1/transfers', transfer('104.00'), proof(challenge, wrong)))).toBe(
        '403 step_up_code_wrong',
      );
    const locked = await me.caller.post('/v1/transfers', transfer('104.00'), proof(challenge, right));
    expect(code(locked)).toBe('403 step_up_locked');
    expect(textOf(locked.body, 'lockedUntil') > new Date().toISOString()).toBe(true);
    const count = (await eventsOf(`user:${me.userId}`)).length;
    for (let times = 0; times < 3; times++)
      expect(code(await me.caller.post('/v1/transfers', transfer('104.00'), proof(challenge, wrong)))).toBe(
        '403 step_up_locked',
      );
    expect(await eventsOf(`user:${me.userId}`)).toHaveLength(count);
    expect(await last(me.userId)).toMatchObject({ type: 'SecondFactorFailed', data: { failures: 5 } });
  });

  it('binds the user’s own keys, and not those that are nobody’s; who has no factor cannot', async () => {
    const plain = await enter({ bank, api }, ['operator']);
    const challenge = await challengeOf(plain.caller, '/v1/transfers', transfer('105.00'));
    expect(code(await plain.caller.post('/v1/transfers', transfer('105.00'), proof(challenge, '123456')))).toBe(
      '403 second_factor_missing',
    );
    const me = await armed(['owner']);
    const body = { name: 'Robot', scopes: ['ledger:transfer', 'ledger:read'] };
    const forKey = await challengeOf(me.caller, '/v1/api-keys', body);
    const { key } = await me.caller.make('/v1/api-keys', body, proof(forKey, me.fresh()));
    const robot = callerOf(api.url, `Bearer ${String(key)}`);
    expect(code(await robot.post('/v1/transfers', transfer('105.00')))).toBe('403 step_up_needed');
    expect((await owner.post('/v1/transfers', transfer('105.00'))).status).toBe(201);
  });

  it('covers roles of users; requests of several commands cannot carry a code', async () => {
    const me = await armed(['owner']);
    const target = await enter({ bank, api }, ['support']);
    const path = `/v1/users/${target.userId}/roles`;
    const challenge = await challengeOf(me.caller, path, { roles: ['owner'] });
    expect(code(await me.caller.post(path, { roles: ['admin'] }, proof(challenge, me.fresh())))).toBe(
      '403 step_up_for_other_content',
    );
    expect((await me.caller.post(path, { roles: ['owner'] }, proof(challenge, me.fresh()))).status).toBe(200);
    const batch = { mode: 'linked', transfers: [transfer('200.00'), transfer('201.00')] };
    expect(code(await me.caller.post('/v1/transfer-batches', batch))).toBe('403 step_up_impossible');
    const apart = await me.caller.post('/v1/transfer-batches', { ...batch, mode: 'independent' });
    expect(code(apart)).toBe('403 step_up_impossible');
  });

  it('names the header that is malformed, and does nothing', async () => {
    const me = await armed(['operator']);
    for (const header of [
      '123456',
      `${'0'.repeat(64)} 12345`,
      `${'g'.repeat(64)} 123456`,
      `${'0'.repeat(64)}:123456`,
    ]) {
      const answer = await me.caller.post('/v1/transfers', transfer('100.00'), {
        headers: { 'finaegis-step-up': header },
      });
      expect(code(answer)).toBe('400 validation_failed');
      expect(answer.body['errors']).toMatchObject([{ field: '/headers/finaegis-step-up' }]);
    }
  });

  it('may need a second person besides: the code is used up by putting it aside, and the checker needs none', async () => {
    await owner.make('/v1/approval-policies', { command: 'ledger.PostJournal', from: [eur('800.00')] });
    await felt();
    const [maker, checker] = [await armed(['operator']), await armed(['operator'])];
    const challenge = await challengeOf(maker.caller, '/v1/transfers', transfer('800.00'));
    const its = maker.fresh();
    const waiting = await maker.caller.post('/v1/transfers', transfer('800.00'), proof(challenge, its));
    expect(waiting.status, waiting.text).toBe(202);
    expect(await last(maker.userId)).toMatchObject({ type: 'SecondFactorUsed', data: { challenge } });
    expect(code(await maker.caller.post('/v1/transfers', transfer('800.00'), proof(challenge, its)))).toBe(
      '403 step_up_code_wrong',
    );
    const agreed = await checker.caller.post(`/v1/approvals/${textOf(waiting.body, 'approvalId')}/approval`, undefined);
    expect(agreed.body).toMatchObject({ approval: { status: 'executed' } });
    await owner.make('/v1/approval-policies/ledger.PostJournal/removal', undefined);
  });
});

describe('policies about fresh codes', () => {
  it('are listed, are of commands there are, and end', async () => {
    const { items, commands } = (await owner.get('/v1/step-up-policies')).body as {
      items: readonly Body[];
      commands: string[];
    };
    expect(items.find(({ command }) => command === 'ledger.PostJournal')).toMatchObject({ from: [eur('100.00')] });
    expect(commands).toContain('payment.Create');
    expect(code(await owner.post('/v1/step-up-policies', { command: 'ledger.PostJurnal' }))).toBe(
      '422 step_up_command_unknown',
    );
    expect(code(await owner.post('/v1/step-up-policies', { command: 'identity.LogIn' }))).toBe(
      '422 step_up_command_unknown',
    );
    const wrong = await owner.post('/v1/step-up-policies', { command: 'x', from: [eur('1.001')] });
    expect(wrong.body['errors']).toMatchObject([{ field: '/body/command' }]);
    const off = await owner.make('/v1/step-up-policies/auth.DefineRole/removal', undefined);
    expect(off).toMatchObject({ command: 'auth.DefineRole', isInForce: false });
    await felt();
    const me = await enter({ bank, api }, ['owner']);
    await me.caller.make('/v1/roles', { role: 'clerk', description: 'Counter', scopes: ['asset:read'] });
  });
});
