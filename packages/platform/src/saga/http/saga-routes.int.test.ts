import { derivedUuid } from '@finaegis/kernel/id';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { declareSagas } from '@finaegis/testing/declare-sagas';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { defineSaga } from '../definition.ts';
import type { SagaWorker } from '../worker.ts';

let bank: TestBank;
let api: TestApi;
let worker: SagaWorker;
const failing = new Set<string>();
/** What telling waits for, where a test wants to look meanwhile. */
const gates = new Map<string, Promise<void>>();
const input = z.strictObject({ errand: z.string(), pin: z.string() });
const once = { attempts: 1, firstMs: 1, factor: 1, waitMaxMs: 1 };

/** Waits for a yes, does what cannot be taken back, and then has to tell somebody. */
const errand = defineSaga<z.output<typeof input>>({
  name: 'testing.errand',
  version: 1,
  input,
  secrets: ['pin'],
  subject: ({ errand: name }) => `errand:${name}`,
  steps: [
    {
      name: 'prepare',
      intend: ({ input: { pin } }) => ({ ask: { pin } }),
      run: async ({ input: { pin } }) => ({ kind: 'done', result: { room: 7, pin } }),
      undo: { run: async () => ({ kind: 'done' }) },
    },
    { name: 'approve', wait: { signals: ['approved'] } },
    { name: 'deliver', run: async () => ({ kind: 'done', result: 'gone' }), isPointOfNoReturn: true },
    {
      name: 'tell',
      run: async ({ input: { errand: name } }) => {
        await gates.get(name);
        if (failing.has(name)) throw Object.assign(new Error('down'), { code: 'provider_fault' });
        return { kind: 'done' };
      },
      retry: once,
    },
  ],
});
/** Has nothing to wait for. */
const stroll = defineSaga<null>({
  name: 'testing.stroll',
  version: 1,
  input: z.null(),
  steps: [{ name: 'walk', run: async () => ({ kind: 'done' }) }],
});

beforeAll(async () => {
  bank = await startTestBank({ isFollowing: false });
  declareSagas(bank.bank, [errand, stroll]);
  worker = bank.bank.runSagas();
  api = await bank.serve();
});
afterAll(async () => {
  await api.close();
  await worker.close();
  await bank.close();
});

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly text: string;
}
const ask = async (
  path: string,
  { authorization = api.authorization, body }: { authorization?: string; body?: unknown } = {},
): Promise<Answer> => {
  const response = await fetch(`${api.url}/v1/sagas${path}`, {
    headers: { authorization, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, body: JSON.parse(text) as Record<string, unknown> };
};
const keyOf = async (terms: Parameters<TestBank['createKey']>[0]): Promise<string> =>
  `Bearer ${await bank.createKey(terms)}`;

/** Starts an errand and waits until it wants its yes. */
const begin = async (name: string): Promise<string> => {
  const sagaId = derivedUuid('errand', name);
  const { start } = bank.bank.services.sagas.handlers;
  await bank.accept(start, { definition: 'testing.errand', sagaId, input: { errand: name, pin: '4711' } });
  bank.bank.services.sagas.adopt({ tenantId: bank.tenantId, sagaId });
  await expect.poll(async () => (await ask(`/${sagaId}`)).body['step'], { timeout: 5_000 }).toBe('approve');
  return sagaId;
};
const approve = async (sagaId: string): Promise<void> => {
  const { signal } = bank.bank.services.sagas.handlers;
  await bank.accept(signal, { sagaId, signal: 'approved', signalId: 'yes', data: { by: 'k-1', pin: '4711' } });
  bank.bank.services.sagas.adopt({ tenantId: bank.tenantId, sagaId });
  await bank.bank.services.sagas.settled({ tenantId: bank.tenantId, sagaId }, 5_000);
};
/** One that stands still past its point of no return. */
const park = async (name: string): Promise<string> => {
  failing.add(name);
  const sagaId = await begin(name);
  await approve(sagaId);
  return sagaId;
};
const typesOf = ({ body }: Answer): unknown[] =>
  (body['history'] as readonly { readonly type: string }[]).map(({ type }) => type);

test('the story of a saga tells where it stands and everything that happened, secrets blacked out', async () => {
  const sagaId = await begin('story');
  const waiting = await ask(`/${sagaId}`);
  expect(waiting.body).toMatchObject({
    sagaId,
    definition: 'testing.errand',
    version: 1,
    subject: 'errand:story',
    status: 'running',
    step: 'approve',
    canBeCancelled: true,
    input: { errand: 'story', pin: '[redacted]' },
    results: { prepare: { room: 7, pin: '[redacted]' } },
  });
  expect(waiting.body).not.toHaveProperty('dueAt');
  await approve(sagaId);
  const over = await ask(`/${sagaId}`);
  expect(over.body).toMatchObject({ status: 'completed', canBeCancelled: false });
  expect(typesOf(over)).toEqual([
    'SagaStarted',
    'SagaStepIntended',
    'SagaStepDone',
    'SagaStepIntended',
    'SagaStepWaiting',
    'SagaSignalled',
    'SagaStepDone',
    'SagaStepIntended',
    'SagaStepDone',
    'SagaStepIntended',
    'SagaStepDone',
    'SagaEnded',
  ]);
  expect(over.body['history']).toContainEqual(
    expect.objectContaining({ type: 'SagaStarted', actor: 'tester', input: { errand: 'story', pin: '[redacted]' } }),
  );
  expect(over.text).not.toContain('4711');
});

test('sagas are listed newest first, by status, definition and subject, a page at a time', async () => {
  const { start } = bank.bank.services.sagas.handlers;
  for (let index = 0; index < 5; index++) {
    const sagaId = derivedUuid('stroll', String(index));
    await bank.accept(start, { definition: 'testing.stroll', sagaId, input: null });
    bank.bank.services.sagas.adopt({ tenantId: bank.tenantId, sagaId });
    await bank.bank.services.sagas.settled({ tenantId: bank.tenantId, sagaId }, 5_000);
  }
  const waiting = await begin('listed');
  const idsOf = ({ body }: Answer) => (body['items'] as readonly { sagaId: string }[]).map(({ sagaId }) => sagaId);
  const strolls: string[] = [];
  let cursor = '';
  do {
    const page: Answer = await ask(`?definition=testing.stroll&status=completed&limit=2${cursor}`);
    strolls.push(...idsOf(page));
    cursor = page.body['nextCursor'] === undefined ? '' : `&cursor=${page.body['nextCursor'] as string}`;
  } while (cursor !== '' && strolls.length < 20);
  expect(strolls).toEqual([4, 3, 2, 1, 0].map((index) => derivedUuid('stroll', String(index))));
  expect(idsOf(await ask('?subject=errand:listed'))).toEqual([waiting]);
  expect(idsOf(await ask('?status=running&subject=errand:listed'))).toEqual([waiting]);
  expect(idsOf(await ask('?status=completed&subject=errand:listed'))).toEqual([]);
  expect((await ask('?status=asleep')).body).toMatchObject({ code: 'validation_failed' });
  expect((await ask('?cursor=nonsense')).status).toBe(400);
});

test('a parked saga is shown with why, and tried again when a person says so', async () => {
  const sagaId = await park('retried');
  const parked = await ask(`/${sagaId}`);
  expect(parked.body).toMatchObject({
    status: 'parked',
    step: 'tell',
    failure: { step: 'tell', code: 'attempts_exhausted', facts: { attempts: 1, lastCode: 'provider_fault' } },
  });
  expect(parked.body).not.toHaveProperty('dueAt');
  failing.delete('retried');
  let open = (): void => undefined;
  gates.set('retried', new Promise((resolve) => (open = resolve)));
  expect((await ask(`/${sagaId}/retry`, { body: {} })).body).toMatchObject({ status: 'running', step: 'tell' });
  const [listed] = (await ask('?subject=errand:retried')).body['items'] as readonly object[];
  expect(listed).toMatchObject({ status: 'running' });
  expect(listed).not.toHaveProperty('failure');
  open();
  await bank.bank.services.sagas.settled({ tenantId: bank.tenantId, sagaId }, 5_000);
  const over = await ask(`/${sagaId}`);
  expect(over.body).toMatchObject({ status: 'completed' });
  const actors = (over.body['history'] as readonly { type: string; actor: string }[]).filter(
    ({ type }) => type === 'SagaRetried',
  );
  // The person who decided stands in the log, not whoever started it.
  expect(actors).toEqual([expect.objectContaining({ actor: expect.not.stringMatching(/^tester$/) })]);
  expect((await ask(`/${sagaId}/retry`, { body: {} })).body).toMatchObject({
    status: 409,
    code: 'saga_not_parked',
    saga: sagaId,
  });
});

test('a person who has seen that the step is done lets the saga go on, with a reason that is a code', async () => {
  const sagaId = await park('resumed');
  const wordy = await ask(`/${sagaId}/resume`, { body: { reason: 'Jana called and said it is fine' } });
  expect([wordy.status, wordy.body['code']]).toEqual([400, 'validation_failed']);
  expect(wordy.body['errors']).toMatchObject([{ field: '/body/reason' }]);
  const resumed = await ask(`/${sagaId}/resume`, { body: { reason: 'seen_there', result: { pin: '4711' } } });
  expect(resumed.body).toMatchObject({ status: 'completed' });
  // What it stood still for is over, in the list too.
  expect((await ask('?subject=errand:resumed')).body['items']).toEqual([
    expect.not.objectContaining({ failure: expect.anything() }),
  ]);
  const story = await ask(`/${sagaId}`);
  expect(story.body['results']).toMatchObject({ tell: { pin: '[redacted]' } });
  expect(typesOf(story)).toContain('SagaResumed');
  expect(story.text).not.toContain('4711');
  expect((await ask(`/${sagaId}/resume`, { body: { reason: 'again' } })).body['code']).toBe('saga_not_parked');
});

test('what waits is taken back when somebody cancels it; what is past its point of no return is not', async () => {
  const waiting = await begin('cancelled');
  const cancelled = await ask(`/${waiting}/cancel`, { body: { reason: 'changed_mind' } });
  expect(cancelled).toMatchObject({ status: 200, body: { status: 'undoing', failure: { code: 'cancelled' } } });
  await bank.bank.services.sagas.settled({ tenantId: bank.tenantId, sagaId: waiting }, 5_000);
  expect((await ask(`/${waiting}`)).body).toMatchObject({ status: 'undone', failure: { code: 'cancelled' } });
  const parked = await park('too late');
  expect((await ask(`/${parked}`)).body).toMatchObject({ canBeCancelled: false });
  expect((await ask(`/${parked}/cancel`, { body: { reason: 'changed_mind' } })).body).toMatchObject({
    status: 409,
    code: 'saga_past_return',
  });
  const over = await begin('over');
  await approve(over);
  expect((await ask(`/${over}/cancel`, { body: { reason: 'changed_mind' } })).body).toMatchObject({
    code: 'saga_ended',
    outcome: 'completed',
  });
});

test('only staff with the permission see sagas or decide about them', async () => {
  const sagaId = await begin('private');
  const { partyId } = await bank.openCustomer();
  const customer = await keyOf({ actingFor: partyId });
  const reader = await keyOf({ scopes: ['saga:read'] });
  const clerk = await keyOf({ scopes: ['ledger:read'] });
  for (const path of ['', `/${sagaId}`]) {
    expect((await ask(path, { authorization: customer })).body).toMatchObject({ status: 403, code: 'staff_only' });
    expect((await ask(path, { authorization: clerk })).status).toBe(403);
    expect((await ask(path, { authorization: reader })).status).toBe(200);
  }
  const decisions = [
    ['retry', {}],
    ['resume', { reason: 'seen_there' }],
    ['cancel', { reason: 'changed_mind' }],
  ] as const;
  for (const [decision, body] of decisions) {
    const path = `/${sagaId}/${decision}`;
    expect((await ask(path, { authorization: customer, body })).body).toMatchObject({ code: 'staff_only' });
    expect((await ask(path, { authorization: reader, body })).status).toBe(403);
  }
  expect((await ask(`/${sagaId}`)).body).toMatchObject({ status: 'running' });
});

test('another tenant sees no saga and decides about none', async () => {
  const sagaId = await begin('walled');
  const authorization = await keyOf({ tenantId: await bank.createTenant('Other') });
  expect((await ask('', { authorization })).body).toEqual({ items: [] });
  const unknown = { status: 404, code: 'saga_unknown', saga: sagaId };
  expect((await ask(`/${sagaId}`, { authorization })).body).toMatchObject(unknown);
  const cancel = await ask(`/${sagaId}/cancel`, { authorization, body: { reason: 'changed_mind' } });
  expect(cancel.body).toMatchObject(unknown);
  expect((await ask(`/${sagaId}`)).body).toMatchObject({ status: 'running' });
});

test('what nobody could have meant is a problem of the caller, never of ours', async () => {
  const sagaId = await park('abused');
  await begin('a page before');
  for (const query of ['?subject=a%00b', '?definition=%00', '?limit=1e9', '?cursor=%00'])
    expect([query, (await ask(query)).status]).toEqual([query, 400]);
  const { body: page } = await ask('?limit=1');
  const [version, list, epoch, , id] = JSON.parse(Buffer.from(page['nextCursor'] as string, 'base64url').toString());
  for (const at of ['0000-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z']) {
    const cursor = Buffer.from(JSON.stringify([version, list, epoch, at, id])).toString('base64url');
    expect((await ask(`?cursor=${cursor}`)).status).toBeLessThan(500);
  }
  const results = [
    JSON.parse(`${'['.repeat(3_000)}${']'.repeat(3_000)}`),
    { text: 'a\0b' },
    { text: '\ud800' },
    'x'.repeat(200_000),
  ];
  for (const result of results) {
    const answer = await ask(`/${sagaId}/resume`, { body: { reason: 'seen_there', result } });
    expect([JSON.stringify(result).slice(0, 20), answer.status]).toEqual([JSON.stringify(result).slice(0, 20), 400]);
  }
  expect((await ask(`/${sagaId}`)).body).toMatchObject({ status: 'parked' });
});
