import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createFinAegis } from './client.ts';
import type { StreamMessage } from './messages.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const messageOf = (id: string, position: string): string =>
  `id: ${position}\nevent: x\ndata: ${JSON.stringify({ id, type: 'account.account.closed', position, data: { accountId: 'a' } })}\n\n`;
const begun = (position: string): string => `retry: 1000\nid: ${position}\nevent: begun\ndata: {}\n\n`;
const problem = (status: number, code: string): Response =>
  new Response(JSON.stringify({ type: `/problems/${code}`, title: 'It is so', status, code, instance: 'r-1' }), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  });

/** A connection that says this, and then ends, or says nothing more until it is let go of. */
const saying =
  (text: string, { isOpen = false } = {}) =>
  (signal: AbortSignal): Response =>
    new Response(
      new ReadableStream<Uint8Array>({
        start: (controller) => {
          controller.enqueue(new TextEncoder().encode(text));
          if (isOpen) signal.addEventListener('abort', () => controller.error(signal.reason));
          else controller.close();
        },
      }),
      { headers: { 'content-type': 'text/event-stream' } },
    );

/** A server whose connections are these, and a listener that has heard enough of it after so many messages. */
const listen = async (connections: readonly ((signal: AbortSignal) => Response)[], enough: number) => {
  const asked: (string | null)[] = [];
  const cuts: unknown[] = [];
  const client = createFinAegis({
    url: 'https://bank.example',
    apiKey: 'fin_key',
    fetch: async (_, init) => {
      asked.push(new Headers(init?.headers).get('last-event-id'));
      const connection = connections[asked.length - 1];
      if (connection === undefined || !(init?.signal instanceof AbortSignal)) throw new TypeError('fetch failed');
      return connection(init.signal);
    },
  });
  const heard: StreamMessage[] = [];
  const over = new AbortController();
  const listening = (async () => {
    for await (const message of client.subscribe(['c'], { signal: over.signal, onCut: (why) => cuts.push(why) }))
      if (heard.push(message) >= enough) return;
  })();
  listening.catch(() => undefined);
  return { asked, cuts, listening, ids: () => heard.map(({ id }) => id), stop: () => over.abort() };
};

describe('a stream', () => {
  test('goes on where it was when the other side ends it, when it cannot be reached and when it is too busy', async () => {
    const { listening, ids, asked, cuts } = await listen(
      [
        saying(
          begun('p0') + messageOf('m1', 'p1') + messageOf('m2', 'p1') + 'event: end\ndata: {"reason":"too_slow"}\n\n',
        ),
        () => problem(503, 'overloaded'),
        () => {
          throw new TypeError('fetch failed');
        },
        saying(begun('p1') + messageOf('m1', 'p1') + messageOf('m2', 'p1') + messageOf('m3', 'p2')),
      ],
      3,
    );
    await vi.advanceTimersByTimeAsync(30_000);
    await listening;
    expect(ids()).toEqual(['m1', 'm2', 'm3']);
    expect(asked).toEqual([null, 'p1', 'p1', 'p1']);
    expect(cuts).toHaveLength(3);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('that says nothing for three quarters of a minute is given up for another', async () => {
    const { listening, ids, asked } = await listen(
      [saying(begun('p0'), { isOpen: true }), saying(begun('p0') + messageOf('m1', 'p1'))],
      1,
    );
    await vi.advanceTimersByTimeAsync(44_999);
    expect(asked).toEqual([null]);
    await vi.advanceTimersByTimeAsync(1_000);
    await listening;
    expect(ids()).toEqual(['m1']);
    expect(asked).toEqual([null, 'p0']);
  });

  test('is not asked for again by whoever may not listen any more', async () => {
    const { listening, asked, cuts } = await listen([saying(begun('p0')), () => problem(401, 'key_revoked')], 1);
    await vi.advanceTimersByTimeAsync(30_000);
    await expect(listening).rejects.toMatchObject({ code: 'key_revoked' });
    expect([asked.length, cuts.length]).toEqual([2, 1]);
  });

  test('comes back at first at once, then ever more slowly, but never more than ten seconds apart', async () => {
    const { asked, listening, stop } = await listen([saying(begun('p0'))], 1);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(asked.length).toBeGreaterThan(60);
    expect(asked.length).toBeLessThan(600);
    stop();
    await listening;
    expect(vi.getTimerCount()).toBe(0);
  });
});
