import type { StreamMessage } from './messages.ts';
import { FinAegisFault, FinAegisProblem, type ProblemDocument } from './problem.ts';
import { isPassing, pause, retryAfterOf, waitMs } from './retry.ts';
import { readEvents } from './sse.ts';
import { alwaysSo, type Wire } from './transport.ts';

/** How a stream differs from one that begins now and goes on for ever. */
export interface StreamOptions {
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
  /** `position` of the last message that was worked on: what came after it is told first. */
  readonly from?: string | undefined;
  /** Told whenever it listens, and from which place on: at first, and after each cut. */
  readonly onListening?: ((position: string) => void) | undefined;
  /** Told of each cut; it comes again by itself. */
  readonly onCut?: ((why: unknown) => void) | undefined;
}

// The server says something every 15 seconds; when it does not, nobody is there any more.
const silenceMaxMs = 45_000;

/**
 * Follows channels, in the order of the log, each message once. Ends when the signal does or whoever iterates stops.
 * @throws FinAegisProblem when it may not listen, or no longer; position_unknown when the log has been restored from before `from`
 */
export async function* subscribe(
  { url, wire }: { readonly url: string; readonly wire: Wire },
  channels: readonly string[],
  { signal, from, onListening, onCut }: StreamOptions,
): AsyncGenerator<StreamMessage, void, undefined> {
  const address = `${url}/v1/stream?channels=${encodeURIComponent(channels.join(','))}`;
  let position = from;
  // What stands at the position a stream goes on from comes once more.
  let heard = new Set<string>();
  for (let failures = 0; !isOver(signal); failures++) {
    const over = new AbortController();
    const authorization = await wire.authorization();
    const dog = watch(over);
    try {
      const both = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
      const body = await open(wire, address, { authorization, position, signal: both, attempts: failures + 1 });
      for await (const { id, event, data } of readEvents(body, dog.heard)) {
        failures = 0;
        if (event === 'end') throw new Error(`The stream was ended: ${data}`);
        if (event === 'begun') {
          position ??= id;
          onListening?.(id ?? '');
          continue;
        }
        const message = JSON.parse(data) as StreamMessage;
        if (message.position !== position) heard = new Set();
        position = message.position;
        if (heard.has(message.id)) continue;
        heard.add(message.id);
        yield message;
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
  readonly position: string | undefined;
  readonly signal: AbortSignal;
  readonly attempts: number;
}

const open = async (
  wire: Wire,
  address: string,
  { authorization, position, signal, attempts }: Opening,
): Promise<ReadableStream<Uint8Array>> => {
  const asked = { operation: 'streamMessages', attempts };
  const response = await wire.fetch(address, {
    ...alwaysSo,
    headers: {
      accept: 'text/event-stream',
      authorization,
      ...(position === undefined ? {} : { 'last-event-id': position }),
    },
    signal,
  });
  if (response.status === 200 && response.body !== null) return response.body;
  const text = await response.text();
  if (!/^application\/problem\+json\b/.test(response.headers.get('content-type') ?? ''))
    throw new FinAegisFault('answer_unreadable', asked, { status: response.status });
  const retryAfterMs = retryAfterOf(response.headers.get('retry-after'), Date.now());
  throw new FinAegisProblem(JSON.parse(text) as ProblemDocument, asked, retryAfterMs);
};
