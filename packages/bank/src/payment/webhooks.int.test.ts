import { randomBytes } from 'node:crypto';
import { platformTenantId } from '@finaegis/platform/auth/principal';
import { readRequest } from '@finaegis/platform/http/request';
import type { Route } from '@finaegis/platform/http/route';
import { otherTenantId, tenantId } from '@finaegis/testing/context';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signWebhook } from './adapters/hmac-verifier.ts';
import { acmeSecret, type PaymentBank, startPaymentBank } from './fixtures/payment-bank.ts';
import { inboxSagaId } from './inbox/commands.ts';
import { messageKeyOf } from './inbox/inbox-message.ts';
import type { WebhookMessage } from './ports.ts';

let bank: PaymentBank;
beforeAll(async () => {
  bank = await startPaymentBank();
});
afterAll(() => bank.close());

const messageOf = (id: string, type = 'known', more: object = {}): string => JSON.stringify({ id, type, ...more });

/** Sends raw bytes as a provider does, without a key of ours. */
const send = async (
  text: string,
  {
    signature,
    tenant = tenantId,
    provider = 'acme',
  }: { readonly signature?: string | undefined; readonly tenant?: string; readonly provider?: string } = {},
): Promise<{ readonly status: number; readonly body: unknown }> => {
  const route = bank.modules.payment.routes.find(({ operationId }) => operationId === 'receiveWebhook') as Route;
  const bytes = Buffer.from(text);
  const genuine = signWebhook({ rawBody: bytes, now: new Date().toISOString() }, acmeSecret);
  const request = readRequest(route, {
    params: { tenantId: tenant, provider },
    query: {},
    headers: { 'content-type': 'application/json', 'webhook-signature': signature ?? genuine },
    bytes,
    ip: '127.0.0.1',
    id: `request-${randomBytes(4).toString('hex')}`,
    principal: { kind: 'anonymous', id: 'anonymous', tenantId: platformTenantId, scopes: [] },
    signal: new AbortController().signal,
    deadlineMs: Date.now() + 30_000,
  });
  try {
    const { status, body } = await route.handle(request);
    return { status, body };
  } catch (error) {
    const { code, extras } = error as { readonly code: string; readonly extras?: { readonly facts?: unknown } };
    return { status: code === 'webhook_refused' ? 401 : 404, body: { code, facts: extras?.facts } };
  }
};
const ended = (id: string, replay = 0) =>
  bank.services.sagas.settled({ tenantId, sagaId: inboxSagaId(messageKeyOf('acme', id), replay) }, 5_000);
const listed = async (query: Record<string, string> = {}) => {
  await bank.settle();
  return (await bank.call('listWebhookMessages', { query })).body.items ?? [];
};
const events = async (type: string): Promise<number> =>
  (await bank.adminPool.query('select 1 from events where envelope like $1', [`%"type":"${type}"%`])).rows.length;

describe('a provider’s message', () => {
  it('is stored before it is answered, and worked on once, however often it is sent', async () => {
    const seen: WebhookMessage[] = [];
    bank.world.onWebhook = async (message) => {
      seen.push(message);
    };
    const text = messageOf('m-1', 'known', { payer: 'Anna Payer' });
    const answers = await Promise.all([send(text), send(text), send(text)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await ended('m-1')).toMatchObject({ status: 'completed' });
    expect(seen).toMatchObject([{ tenantId, provider: 'acme', messageId: 'm-1', type: 'known', body: text }]);
    expect(await listed({ status: 'processed' })).toMatchObject([{ messageId: 'm-1', replays: 0 }]);
    // What it says of people lies under its own key, in no event.
    const { rows } = await bank.adminPool.query("select 1 from events where envelope like '%Anna Payer%'");
    expect(rows).toEqual([]);
  });

  it('of a type nobody knows is kept as ignored, and can be worked on later', async () => {
    expect((await send(messageOf('m-2', 'not.known.yet'))).status).toBe(200);
    await ended('m-2');
    expect(await listed({ status: 'ignored' })).toMatchObject([{ messageId: 'm-2', type: 'not.known.yet' }]);
    const key = messageKeyOf('acme', 'm-2');
    expect(await bank.call('replayWebhookMessage', { params: { key } })).toMatchObject({
      status: 200,
      body: { replays: 1 },
    });
    expect(await ended('m-2', 1)).toMatchObject({ status: 'completed' });
    expect(await events('WebhookReplayed')).toBe(1);
  });

  it('whose work keeps failing is marked as failed and replayed by hand', async () => {
    let isBroken = true;
    bank.world.onWebhook = async () => {
      if (isBroken) throw Object.assign(new Error('down'), { code: 'provider_fault' });
    };
    await send(messageOf('m-3'));
    expect(await ended('m-3')).toMatchObject({ status: 'undone' });
    expect(await listed({ status: 'failed' })).toMatchObject([{ messageId: 'm-3', failure: 'attempts_exhausted' }]);
    isBroken = false;
    const key = messageKeyOf('acme', 'm-3');
    expect((await bank.call('replayWebhookMessage', { params: { key } })).status).toBe(200);
    await ended('m-3', 1);
    expect((await listed({ status: 'processed' })).map(({ messageId }) => messageId)).toContain('m-3');
    expect(await events('WebhookFailed')).toBe(1);
  });

  it('that is being worked on is not replayed beside it, nor one that never came', async () => {
    let finish = (): void => undefined;
    bank.world.onWebhook = () =>
      new Promise((resolve) => {
        finish = resolve;
      });
    await send(messageOf('m-4'));
    const key = messageKeyOf('acme', 'm-4');
    const replay = (its: string) => bank.call('replayWebhookMessage', { params: { key: its } });
    expect(await replay(key)).toMatchObject({ status: 409, body: { code: 'webhook_message_under_way' } });
    expect(await replay(messageKeyOf('acme', 'never'))).toMatchObject({
      status: 404,
      body: { code: 'webhook_message_unknown' },
    });
    finish();
    await ended('m-4');
    bank.world.onWebhook = async () => undefined;
  });
});

describe('what is no message of a provider', () => {
  it.each<[string, () => string | undefined, string, string]>([
    ['without a signature', () => 'none', messageOf('f-1'), 'signature_missing'],
    [
      'signed with another secret',
      () => signWebhook({ rawBody: Buffer.from(messageOf('f-2')), now: new Date().toISOString() }, 'guess'),
      messageOf('f-2'),
      'signature_wrong',
    ],
    [
      'changed on the way',
      () => signWebhook({ rawBody: Buffer.from(messageOf('f-3')), now: new Date().toISOString() }, acmeSecret),
      messageOf('f-3', 'known', { amount: 1 }),
      'signature_wrong',
    ],
    [
      'signed long ago',
      () => signWebhook({ rawBody: Buffer.from(messageOf('f-4')), now: '2020-01-01T00:00:00.000Z' }, acmeSecret),
      messageOf('f-4'),
      'signature_stale',
    ],
    ['that is signed and makes no sense', () => undefined, 'no json', 'malformed'],
  ])('%s is refused, and leaves only a line in the audit log', async (_, signature, text, reason) => {
    const [refused, received] = [await events('WebhookRefused'), await events('WebhookReceived')];
    expect(await send(text, { signature: signature() })).toEqual({
      status: 401,
      body: { code: 'webhook_refused', facts: { reason } },
    });
    expect([await events('WebhookRefused'), await events('WebhookReceived')]).toEqual([refused + 1, received]);
    const { rows } = await bank.adminPool.query('select 1 from events where envelope like $1', [
      `%${text.slice(1, 20)}%`,
    ]);
    expect(rows).toEqual([]);
  });

  it('of a provider or tenant nobody knows finds nothing there', async () => {
    expect((await send(messageOf('x-1'), { provider: 'nobody' })).status).toBe(404);
    expect((await send(messageOf('x-1'), { tenant: '0190a000-0000-7000-8000-0000000000ff' })).status).toBe(404);
  });

  it('is another tenant’s', async () => {
    expect((await send(messageOf('m-9'), { tenant: otherTenantId })).status).toBe(200);
    expect((await listed()).map(({ messageId }) => messageId)).not.toContain('m-9');
  });
});

it('a genuine message whose names cannot be kept is refused, and nothing of it is stored', async () => {
  const before = await events('WebhookReceived');
  for (const text of [
    messageOf('x'.repeat(201)),
    messageOf('a\0b'),
    messageOf('\ud800'),
    messageOf('m-long', 't'.repeat(101)),
  ])
    expect(await send(text)).toEqual({
      status: 401,
      body: { code: 'webhook_refused', facts: { reason: 'malformed' } },
    });
  expect(await events('WebhookReceived')).toBe(before);
});
