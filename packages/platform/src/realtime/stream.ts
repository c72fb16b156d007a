import { setTimeout as sleep } from 'node:timers/promises';
import { eventStreamSettings } from '../http/event-stream.ts';
import type { NamedChannel, Viewer } from './channel.ts';
import type { Hub } from './hub.ts';
import { createListener, type Ear } from './listener.ts';
import type { Whose } from './standings.ts';
import { createWaitingLine } from './waiting-line.ts';

/** What a stream of messages is made of. */
export interface StreamOptions {
  readonly hub: Pick<Hub, 'join' | 'leave'>;
  readonly whose: Whose;
  readonly viewer: Viewer;
  readonly channels: readonly NamedChannel[];
  readonly authorisedAtMs: number;
  /** The last position the client has seen. */
  readonly from: bigint | undefined;
  readonly position: (seq: bigint) => string;
  /** The client has gone, or the process stops. */
  readonly over: AbortSignal;
  readonly bytesMax: number;
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** So many bytes wait before the past is read on. */
const drainedBytes = 65_536;

/**
 * Messages as Server-Sent Events (WHATWG HTML §9.2), each with its position as id; an event `end` says why there are no more. The client comes
 * again with `Last-Event-ID`, also after it was too slow.
 */
export const messageStream = (options: StreamOptions): AsyncIterable<string> => {
  const { hub, over, bytesMax, position } = options;
  const line = createWaitingLine<string>();
  let reason: string | undefined;
  let wake = new AbortController();
  let waiters: (() => void)[] = [];
  const push = (text: string, key?: string): void => {
    if (reason !== undefined) return;
    line.push(text, Buffer.byteLength(text), key);
    if (line.size > bytesMax) finish('too_slow');
    wake.abort();
  };
  const finish = (why: string): void => {
    reason ??= why;
    hub.leave(listener);
    release();
    wake.abort();
  };
  const release = (): void => {
    const its = waiters;
    waiters = [];
    for (const waiter of its) waiter();
  };
  const ear: Ear = {
    begun: (seq) => push(`retry: 1000\nid: ${position(seq < 0n ? 0n : seq)}\nevent: begun\ndata: {}\n\n`),
    hear: ({ name, seq }, body) => push(`id: ${position(seq)}\nevent: ${name}\ndata: ${body}\n\n`),
    // Without an id: whoever comes back is told of facts, not of this again.
    hearLatest: ({ name, accountId, body }) => push(`event: ${name}\ndata: ${body}\n\n`, `${name} ${accountId}`),
    drained: () =>
      line.size < drainedBytes || reason !== undefined
        ? Promise.resolve()
        : new Promise((resolve) => waiters.push(resolve)),
    ended: finish,
  };
  const listener = createListener({ ...options.whose, ...options, ear });
  over.addEventListener('abort', () => finish('over'), { once: true });
  hub.join(listener, options.from).catch((error: unknown) => {
    options.onError?.(error);
    finish('unavailable');
  });

  async function* texts(): AsyncGenerator<string, void, undefined> {
    try {
      for (;;) {
        if (!line.isEmpty) {
          const texts: string[] = [];
          line.take(
            () => true,
            (text) => texts.push(text),
          );
          release();
          yield texts.join('');
        } else if (reason !== undefined) {
          if (!over.aborted) yield `event: end\ndata: ${JSON.stringify({ reason })}\n\n`;
          return;
        } else {
          wake = new AbortController();
          const isSilent = await sleep(eventStreamSettings.silenceMaxMs, true, { signal: wake.signal }).catch(
            () => false,
          );
          if (isSilent) yield ': still here\n\n';
        }
      }
    } finally {
      finish('over');
    }
  }
  return texts();
};
