import { describe, expect, test } from 'vitest';
import { createFinAegis } from './client.ts';

interface Seen {
  readonly at: number;
  readonly method: string;
  readonly key: string | null;
  readonly authorization: string | null;
}

const problem = (status: number, code: string, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(JSON.stringify({ type: `/problems/${code}`, title: 'It is so', status, code, instance: 'r-1' }), {
    status,
    headers: { 'content-type': 'application/problem+json; charset=utf-8', ...headers },
  });
const done = (): Response =>
  new Response('{"journalId":"j-1"}', { status: 201, headers: { 'content-type': 'application/json' } });

/** A server that answers these, one after the other. */
const serverOf = (...answers: readonly (() => Response | Promise<Response>)[]) => {
  const seen: Seen[] = [];
  const client = createFinAegis({
    url: 'https://bank.example',
    apiKey: () => `fin_${seen.length + 1}`,
    timeoutMs: 1_000,
    fetch: async (_, init) => {
      const headers = new Headers(init?.headers);
      const [key, authorization] = [headers.get('idempotency-key'), headers.get('authorization')];
      seen.push({ at: performance.now(), method: init?.method ?? '', key, authorization });
      const answer = answers[seen.length - 1] ?? done;
      return Promise.race([
        answer(),
        new Promise<never>((_resolve, reject) =>
          init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error)),
        ),
      ]);
    },
  });
  return { client, seen };
};
const transfer = { from: 'a', to: 'b', amount: { amount: '1.00', asset: 'EUR' } };
const caught = (asked: Promise<unknown>): Promise<unknown> => asked.catch((error: unknown) => error);

describe('a server that says: not now', () => {
  test.each([429, 502, 503, 504])(
    'is asked again after %i, under the same key, as whoever asks then',
    async (status) => {
      const { client, seen } = serverOf(() => problem(status, 'overloaded'));
      expect(await client.transfers.create(transfer)).toEqual({ journalId: 'j-1' });
      expect(seen.map(({ authorization }) => authorization)).toEqual(['Bearer fin_1', 'Bearer fin_2']);
      expect(new Set(seen.map(({ key }) => key)).size).toBe(1);
    },
  );

  test('is left alone as long as it asks for', async () => {
    const { client, seen } = serverOf(() => problem(429, 'rate_limited', { 'retry-after': '1' }));
    await client.transfers.create(transfer, { idempotencyKey: 'mine' });
    expect((seen[1]?.at ?? 0) - (seen[0]?.at ?? 0)).toBeGreaterThanOrEqual(990);
    expect(seen.map(({ key }) => key)).toEqual(['mine', 'mine']);
  });

  test('is not waited for beyond a minute; its caller is told how long it asks for', async () => {
    const { client, seen } = serverOf(() => problem(503, 'overloaded', { 'retry-after': '3600' }));
    expect(await caught(client.transfers.create(transfer))).toMatchObject({
      code: 'overloaded',
      retryAfterMs: 3_600_000,
    });
    expect(seen).toHaveLength(1);
  });
});

describe('a server that says: no', () => {
  test.each([400, 401, 403, 404, 409, 422, 500])('is believed at once: %i', async (status) => {
    const { client, seen } = serverOf(() => problem(status, 'newer_than_this_client'));
    expect(await caught(client.transfers.create(transfer))).toMatchObject({
      name: 'FinAegisProblem',
      code: 'newer_than_this_client',
      status,
      requestId: 'r-1',
    });
    expect(seen).toHaveLength(1);
  });
});

describe('what has no key', () => {
  test('is asked once, whatever happens', async () => {
    const { client, seen } = serverOf(() => problem(503, 'overloaded'));
    expect(await caught(client.webhookEndpoints.change('e', { url: 'https://x.example' }))).toMatchObject({
      status: 503,
    });
    expect(seen).toMatchObject([{ method: 'PATCH', key: null }]);
  });
});

describe('a server that says nothing', () => {
  test('is asked again when its time is over', async () => {
    const { client, seen } = serverOf(() => new Promise<never>(() => undefined));
    await client.transfers.create(transfer, { timeoutMs: 20 });
    expect(seen).toHaveLength(2);
  });

  test('is given up in the end, with what is known of it', async () => {
    const never = () => new Promise<never>(() => undefined);
    const { client } = serverOf(never, never);
    const asked = client.transfers.create(transfer, { timeoutMs: 20, attemptsMax: 2, idempotencyKey: 'mine' });
    expect(await caught(asked)).toMatchObject({
      name: 'FinAegisFault',
      reason: 'timed_out',
      asked: { operation: 'createTransfer', idempotencyKey: 'mine', attempts: 2 },
    });
  });
});
