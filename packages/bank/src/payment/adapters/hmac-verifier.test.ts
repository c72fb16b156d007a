import { expect, it } from 'vitest';
import { createHmacVerifier, signWebhook } from './hmac-verifier.ts';

const now = '2025-01-30T10:00:00.000Z';
const rawBody = Buffer.from('{"id":"m-1","type":"known"}');
const { verify } = createHmacVerifier({ provider: 'acme', secretsOf: async () => ['new', 'old'] });
const said = async (signature: string | undefined, body: Uint8Array = rawBody, at = now) => {
  const verdict = await verify({
    tenantId: 't',
    provider: 'acme',
    headers: { 'webhook-signature': signature },
    rawBody: body,
    now: at,
  });
  return verdict.ok ? `${verdict.messageId} ${verdict.type}` : verdict.reason;
};
const signed = (secret: string, body: Uint8Array = rawBody) => signWebhook({ rawBody: body, now }, secret);

it('a message signed with the newest or the last secret is genuine', async () => {
  expect([await said(signed('new')), await said(signed('old'))]).toEqual(['m-1 known', 'm-1 known']);
  expect(await said(`${signed('guess')},${signed('old').split(',')[1] ?? ''}`)).toBe('m-1 known');
});

it.each<[string | undefined, Uint8Array, string, string]>([
  [undefined, rawBody, now, 'signature_missing'],
  ['t=,v1=', rawBody, now, 'signature_missing'],
  ['v1=00', rawBody, now, 'signature_missing'],
  [signed('guess'), rawBody, now, 'signature_wrong'],
  [signed('new'), Buffer.from('{"id":"m-2","type":"known"}'), now, 'signature_wrong'],
  // Another time under the same signature: the time is signed too.
  [signed('new').replace(/^t=\d+/, 't=1738231201'), rawBody, now, 'signature_wrong'],
  [signed('new'), rawBody, '2025-01-30T10:05:00.001Z', 'signature_stale'],
  [signed('new'), rawBody, '2025-01-30T09:54:59.999Z', 'signature_stale'],
  [signed('new', Buffer.from([0xff])), Buffer.from([0xff]), now, 'malformed'],
  [signed('new', Buffer.from('[]')), Buffer.from('[]'), now, 'malformed'],
  [signed('new', Buffer.from('{"id":1}')), Buffer.from('{"id":1}'), now, 'malformed'],
])('%s over %s at %s is %s', async (signature, body, at, reason) => {
  expect(await said(signature, body, at)).toBe(reason);
});
