import { signatures } from '@finaegis/platform/webhook/sender';
import { verifyWebhook, type WebhookRefusal, WebhookRefused } from '@finaegis/sdk';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';

const [secret, other] = ['one', 'two'].map((text) => `whsec_${Buffer.from(text.repeat(11)).toString('base64')}`) as [
  string,
  string,
];
const nowMs = Date.UTC(2026, 2, 2, 10);
const timestamp = nowMs / 1_000;
const body = JSON.stringify({ id: 'msg_1', type: 'account.account.closed', data: { accountId: 'Žofie €' } });
const headersOf = (signature: string, at: number = timestamp, id = 'msg_1') => ({
  'webhook-id': id,
  'webhook-timestamp': String(at),
  'webhook-signature': signature,
});
const ours = (its: readonly string[], at: number = timestamp): string =>
  signatures(its, { messageId: 'msg_1', timestamp: at, body });
const theirs = (its: string): string => new Webhook(its).sign('msg_1', new Date(nowMs), body);

const refusal = async (asked: Promise<unknown>): Promise<WebhookRefusal | undefined> => {
  try {
    await asked;
  } catch (error) {
    if (error instanceof WebhookRefused) return error.code;
    throw error;
  }
  return undefined;
};

describe('a message is verified', () => {
  it.each([
    ['by our sender', ours([secret])],
    ['by the published library of the specification', theirs(secret)],
    ['by two secrets, of which the receiver knows the second', ours([other, secret])],
    ['beside a version of the signature that nobody knows yet', `v1a,AAAA v2, ${ours([secret])} v1`],
  ])('signed %s', async (_, signature) => {
    const message = await verifyWebhook({ body, headers: headersOf(signature) }, { secrets: secret, nowMs });
    expect(message).toEqual(JSON.parse(body));
    if (message.type === 'account.account.closed') expect(message.data.accountId).toBe('Žofie €');
  });

  it('by any of several secrets, while one takes the place of the other', async () => {
    const headers = headersOf(ours([secret]));
    expect(await refusal(verifyWebhook({ body, headers }, { secrets: [other, secret], nowMs }))).toBeUndefined();
    expect(await refusal(verifyWebhook({ body, headers }, { secrets: [other], nowMs }))).toBe('signature_wrong');
    expect(await refusal(verifyWebhook({ body, headers }, { secrets: [], nowMs }))).toBe('signature_wrong');
  });

  it('from text, bytes and buffers, and headers as fetch, Node and frameworks write them', async () => {
    const plain = headersOf(ours([secret]));
    const bytes = new TextEncoder().encode(body);
    const shouted = Object.fromEntries(Object.entries(plain).map(([name, value]) => [name.toUpperCase(), [value]]));
    for (const its of [body, Uint8Array.from(bytes), Uint8Array.from(bytes).buffer])
      for (const headers of [plain, new Headers(plain), shouted])
        expect(await verifyWebhook({ body: its, headers }, { secrets: secret, nowMs })).toMatchObject({ id: 'msg_1' });
  });

  it('whatever the secret, id and body are, as the published library does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 24, maxLength: 64 }),
        fc.stringMatching(/^[\w.-]{1,40}$/),
        fc.string({ unit: 'grapheme' }),
        async (bytes, id, text) => {
          const its = `whsec_${Buffer.from(bytes).toString('base64')}`;
          const sent = JSON.stringify({ id, type: 'account.account.closed', data: { text } });
          const headers = headersOf(new Webhook(its).sign(id, new Date(nowMs), sent), timestamp, id);
          expect(await verifyWebhook({ body: sent, headers }, { secrets: its, nowMs })).toEqual(JSON.parse(sent));
          expect(await refusal(verifyWebhook({ body: `${sent} `, headers }, { secrets: its, nowMs }))).toBe(
            'signature_wrong',
          );
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('what was not sent by the bank, or not now, is refused', () => {
  const good = headersOf(ours([secret]));
  const verify = (headers: Readonly<Record<string, string | undefined>>, its = body) =>
    refusal(verifyWebhook({ body: its, headers }, { secrets: secret, nowMs }));

  it.each([
    ['another id', { ...good, 'webhook-id': 'msg_2' }],
    ['another instant', { ...good, 'webhook-timestamp': String(timestamp + 1) }],
    ['no version', { ...good, 'webhook-signature': good['webhook-signature'].slice(3) }],
    ['a signature cut short', { ...good, 'webhook-signature': good['webhook-signature'].slice(0, -8) }],
    ['an empty signature', { ...good, 'webhook-signature': 'v1,' }],
    ['a signature that is not base64', { ...good, 'webhook-signature': 'v1,*' }],
    ['the signature of another secret', headersOf(ours([other]))],
  ])('%s', async (_, headers) => {
    expect(await verify(headers)).toBe('signature_wrong');
  });

  it('another body', async () => {
    expect(await verify(good, body.replace('Žofie', 'Zofie'))).toBe('signature_wrong');
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('without %s', async (name) => {
    expect(await verify({ ...good, [name]: undefined })).toBe('header_missing');
    expect(await verify({ ...good, [name]: '' })).toBe('header_missing');
  });

  it.each([
    [-301, 'timestamp_too_old'],
    [-300, undefined],
    [300, undefined],
    [301, 'timestamp_in_future'],
  ] as const)('signed %i seconds from now: %s', async (seconds, code) => {
    const at = timestamp + seconds;
    expect(await verify(headersOf(ours([secret], at), at))).toBe(code);
  });

  it.each(['soon', '-5', '1e9', '', '12.5'])('signed at "%s"', async (text) => {
    expect(await verify({ ...good, 'webhook-timestamp': text })).toMatch(/timestamp_malformed|header_missing/);
  });

  it('what is signed but is no message', async () => {
    for (const text of ['null', '[]', '{"id":1,"type":"x"}', 'no JSON']) {
      const headers = headersOf(signatures([secret], { messageId: 'msg_1', timestamp, body: text }));
      expect(await verify(headers, text)).toBe('body_not_a_message');
    }
  });

  it('a secret that is none is a mistake of ours, whatever was sent', async () => {
    for (const none of ['', 'whsec_', 'whsec_***'])
      await expect(verifyWebhook({ body, headers: good }, { secrets: none, nowMs })).rejects.toThrow(TypeError);
  });
});
