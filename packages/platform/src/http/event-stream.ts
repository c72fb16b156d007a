import { setTimeout as sleep } from 'node:timers/promises';
import { ProblemError } from './problem.ts';
import type { ApiAnswer, ApiRequest } from './route.ts';

/** What a stream has to say at one time. */
export interface Said {
  /** Names what is said: whoever has it is not told the same again, here or by another process. At most 200 of the printable ASCII characters. */
  readonly id: string;
  readonly data: unknown;
  /** Nothing more will happen. */
  readonly isLast: boolean;
}

/** How a stream is kept. Times in milliseconds. */
export interface EventStreamSettings {
  /** How often it is looked whether there is something new. */
  readonly lookEveryMs: number;
  /** Silence after which a comment is sent, so that nobody in between takes the connection for dead. */
  readonly silenceMaxMs: number;
  /** After so long it ends, and whoever wants more comes again, with a key that is looked at again. */
  readonly lifeMaxMs: number;
}

export const eventStreamSettings: EventStreamSettings = {
  lookEveryMs: 1_000,
  silenceMaxMs: 15_000,
  lifeMaxMs: 600_000,
};

/**
 * Answers with Server-Sent Events (WHATWG HTML §9.2): an event `progress` whenever what is said changes, and `end` with the last. It goes on after
 * `Last-Event-ID`; whoever has the end already is answered 204, which tells a browser not to come again. It ends when the client has gone, when the
 * process is to stop and when its life is over; the client comes again by itself, a second later.
 * @param look what there is to say now; undefined once the client may no longer be told
 */
export const answerEventStream = async (
  { headers, signal, draining }: Pick<ApiRequest, 'headers' | 'signal' | 'draining'>,
  look: () => Promise<Said | undefined>,
  settings: EventStreamSettings = eventStreamSettings,
): Promise<ApiAnswer> => {
  const lastId = headers['last-event-id'];
  const first = await look();
  if (first === undefined) throw new ProblemError('not_found');
  if (first.isLast && first.id === lastId) return { status: 204 };
  const over = AbortSignal.any([
    signal,
    AbortSignal.timeout(settings.lifeMaxMs),
    ...(draining === undefined ? [] : [draining]),
  ]);
  return {
    status: 200,
    contentType: 'text/event-stream',
    // A proxy that gathers answers would keep the news to itself; and a connection that goes idle only while the server stops would hold it up.
    headers: { 'x-accel-buffering': 'no', connection: 'close' },
    body: events(first, { look, lastId, over, settings }),
  };
};

async function* events(
  first: Said,
  {
    look,
    lastId,
    over,
    settings: { lookEveryMs, silenceMaxMs },
  }: {
    readonly look: () => Promise<Said | undefined>;
    readonly lastId: string | undefined;
    readonly over: AbortSignal;
    readonly settings: EventStreamSettings;
  },
): AsyncGenerator<string, void, undefined> {
  yield 'retry: 1000\n\n';
  let said = first;
  let knownId = lastId;
  let silentMs = 0;
  for (;;) {
    if (said.id !== knownId || said.isLast) {
      yield `id: ${said.id}\nevent: ${said.isLast ? 'end' : 'progress'}\ndata: ${JSON.stringify(said.data)}\n\n`;
      knownId = said.id;
      silentMs = 0;
    } else if (silentMs >= silenceMaxMs) {
      yield ': still here\n\n';
      silentMs = 0;
    }
    if (said.isLast || over.aborted) return;
    const isOver = await sleep(lookEveryMs, false, { signal: over }).catch(() => true);
    if (isOver) return;
    silentMs += lookEveryMs;
    const next = await look();
    if (next === undefined) return;
    said = next;
  }
}
