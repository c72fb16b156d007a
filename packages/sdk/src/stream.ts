import type { BulkPayment } from './generated/schemas.ts';
import type { StateMessage, StreamMessage } from './messages.ts';
import { FinAegisFault, FinAegisProblem, type ProblemDocument } from './problem.ts';
import { isPassing, pause, retryAfterOf, waitMs } from './retry.ts';
import { readEvents, type StreamEvent } from './sse.ts';
import { alwaysSo, type Wire } from './transport.ts';

/** How long something is followed. */
export interface FollowOptions {
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
  /** Told of each cut; it comes again by itself. */
  readonly onCut?: ((why: unknown) => void) | undefined;
}

/** How a stream differs from one that begins now and goes on for ever. */
export interface StreamOptions extends FollowOptions {
  /** `position` of the last message that was worked on: what came after it is told first, and once more what stands at it. */
  readonly from?: string | undefined;
  /** Told whenever it listens, and from which place on: at first, and after each cut. */
  readonly onListening?: ((position: string) => void) | undefined;
  /** Told how things are now, behind the messages that made them so; only the newest is sent to whoever takes slowly. */
  readonly onState?: ((state: StateMessage) => void) | undefined;
}

/** How far a file of payments is. */
export interface BulkProgress {
  readonly bulkId: string;
  readonly status: BulkPayment['status'];
  readonly lineCount: number;
  /** How many lines stand where. */
  readonly progress: Readonly<Record<string, number>>;
}

/** Where requests go, and as whom. */
interface Server {
  readonly url: string;
  readonly wire: Wire;
}

interface Followed {
  readonly operation: string;
  readonly address: string;
  readonly lastId: string | undefined;
  /** Whether the other side says that it ends here, but not what is followed. */
  readonly isCut: (event: StreamEvent) => boolean;
}

// The server says something every 15 seconds; when it does not, nobody is there any more.
const silenceMaxMs = 45_000;

/**
 * Follows channels, in the order of the log, each message once. Ends when the signal does or whoever iterates stops.
 * @throws FinAegisProblem when it may not listen, or no longer; position_unknown when the log has been restored from before `from`
 */
export async function* subscribe(
  server: Server,
  channels: readonly string[],
  { from, onListening, onState, ...options }: StreamOptions,
): AsyncGenerator<StreamMessage, void, undefined> {
  let position = from;
  // What stands at the position a stream goes on from comes once more.
  let heard = new Set<string>();
  const followed: Followed = {
    operation: 'streamMessages',
    address: `/v1/stream?channels=${encodeURIComponent(channels.join(','))}`,
    lastId: from,
    isCut: ({ event }) => event === 'end',
  };
  for await (const { id = '', event, data } of follow(server, followed, options)) {
    if (event === 'begun') {
      onListening?.(id);
      continue;
    }
    const message = JSON.parse(data) as StreamMessage | StateMessage;
    if (!('id' in message)) {
      onState?.(message);
      continue;
    }
    if (message.position !== position) heard = new Set();
    position = message.position;
    if (heard.has(message.id)) continue;
    heard.add(message.id);
    yield message;
  }
}

/** Follows a file of payments until all its lines have come to an end. @throws FinAegisProblem where there is none that may be seen */
export async function* followBulkPayment(
  server: Server,
  bulkId: string,
  options: FollowOptions,
): AsyncGenerator<BulkProgress, void, undefined> {
  const address = `/v1/bulk-payments/${encodeURIComponent(bulkId)}/progress`;
  const followed: Followed = { operation: 'followBulkPayment', address, lastId: undefined, isCut: () => false };
  for await (const { event, data } of follow(server, followed, options)) {
    yield JSON.parse(data) as BulkProgress;
    if (event === 'end') return;
  }
}

/** Events of a stream, over as many connections as it takes. */
async function* follow(
  { url, wire }: Server,
  { operation, address, lastId: first, isCut }: Followed,
  { signal, onCut }: FollowOptions,
): AsyncGenerator<StreamEvent, void, undefined> {
  let lastId = first;
  for (let failures = 0; !isOver(signal); failures++) {
    const over = new AbortController();
    const authorization = await wire.authorization();
    const dog = watch(over);
    try {
      const both = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
      const asked = { operation, attempts: failures + 1 };
      const body = await open(wire, `${url}${address}`, { authorization, lastId, signal: both, asked });
      if (body === undefined) return;
      for await (const event of readEvents(body, dog.heard)) {
        if (isCut(event)) throw new Error(`The server ended the stream: ${event.data}`);
        failures = 0;
        lastId = event.id;
        yield event;
      }
      throw new Error('The stream was cut.');
    } catch (error) {
      if (isOver(signal)) return;
      if (error instanceof FinAegisProblem && !isPassing(error.status)) throw error;
      onCut?.(error);
      const asked = error instanceof FinAegisProblem ? error.retryAfterMs : undefined;
      await pause(waitMs(failures + 1, asked, Math.random()) ?? asked ?? 0, signal).catch(() => undefined);
    } finally {
      dog.stop();
      over.abort();
    }
  }
}

const isOver = (signal: AbortSignal | undefined): boolean => signal?.aborted === true;

const watch = (over: AbortController): { heard(): void; stop(): void } => {
  let timer: ReturnType<typeof setTimeout>;
  const stop = (): void => clearTimeout(timer);
  const heard = (): void => {
    stop();
    timer = setTimeout(() => over.abort(new Error('Nothing was heard for too long.')), silenceMaxMs);
  };
  heard();
  return { heard, stop };
};

interface Opening {
  readonly authorization: string;
  readonly lastId: string | undefined;
  readonly signal: AbortSignal;
  readonly asked: { readonly operation: string; readonly attempts: number };
}

/** Undefined where the server says that there is nothing more to come. */
const open = async (
  wire: Wire,
  address: string,
  { authorization, lastId, signal, asked }: Opening,
): Promise<ReadableStream<Uint8Array> | undefined> => {
  const response = await wire.fetch(address, {
    ...alwaysSo,
    headers: {
      accept: 'text/event-stream',
      authorization,
      ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
    },
    signal,
  });
  if (response.status === 204) return undefined;
  if (response.status === 200 && response.body !== null) return response.body;
  const text = await response.text();
  if (!/^application\/problem\+json\b/.test(response.headers.get('content-type') ?? ''))
    throw new FinAegisFault('answer_unreadable', asked, { status: response.status });
  const retryAfterMs = retryAfterOf(response.headers.get('retry-after'), Date.now());
  throw new FinAegisProblem(JSON.parse(text) as ProblemDocument, asked, retryAfterMs);
};
