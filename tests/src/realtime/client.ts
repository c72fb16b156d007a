import { createRequire } from 'node:module';
import type PusherModule from 'pusher-js';
import WebSocket from 'ws';

/** A client of pusher-js. Its types say that it has a default export; what is published for Node has none. */
export type Pusher = PusherModule.default;
const PusherJs = createRequire(import.meta.url)('pusher-js') as typeof PusherModule.default;

/** A message as it is told, whichever way. */
export interface Message {
  readonly id: string;
  readonly type: string;
  readonly position: string;
  readonly isPart?: boolean;
  readonly isTooLarge?: boolean;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Whom a client speaks to, and as whom. */
export interface ClientTerms {
  readonly url: string;
  readonly tenantId: string;
  /** `Authorization` header. */
  readonly authorization: string;
}

/** pusher-js as its makers publish it, pointed at us. `positionOf` is asked at each subscription. */
export const pusherOf = (
  { url, tenantId, authorization }: ClientTerms,
  positionOf?: (channel: string) => string | undefined,
): Pusher => {
  const { hostname, port } = new URL(url);
  const endpoint = `${url}/v1/realtime/auth`;
  return new PusherJs(tenantId, {
    cluster: '',
    wsHost: hostname,
    wsPort: Number(port),
    forceTLS: false,
    enabledTransports: ['ws'],
    enableStats: false,
    channelAuthorization:
      positionOf === undefined
        ? { endpoint, transport: 'ajax', headers: { authorization } }
        : {
            endpoint,
            transport: 'ajax',
            customHandler: ({ socketId, channelName }, callback) => {
              const fields = { socket_id: socketId, channel_name: channelName };
              const position = positionOf(channelName);
              void answerOf(
                signatureFor({ url, authorization }, position === undefined ? fields : { ...fields, position }),
              ).then(({ error, signed }) => setImmediate(callback, error, signed));
            },
          },
  });
};

const answerOf = async (
  asked: Promise<object>,
): Promise<{ readonly error: Error | null; readonly signed: { readonly auth: string } | null }> => {
  try {
    return { error: null, signed: (await asked) as { readonly auth: string } };
  } catch (error) {
    return { error: error as Error, signed: null };
  }
};

/** What a channel says from here on, facts (which have an id) and how things are apart, and whether it let us in. */
export const listenTo = (
  pusher: Pusher,
  name: string,
): {
  readonly channel: PusherModule.Channel;
  readonly heard: Message[];
  readonly states: Omit<Message, 'id'>[];
  readonly subscribed: Promise<unknown>;
} => {
  const channel = pusher.subscribe(name);
  const heard: Message[] = [];
  const states: Omit<Message, 'id'>[] = [];
  channel.bind_global((event: string, data: Message | Omit<Message, 'id'>) => {
    if (event.startsWith('pusher')) return;
    if ('id' in data) heard.push(data);
    else states.push(data);
  });
  const subscribed = new Promise((resolve, reject) => {
    channel.bind('pusher:subscription_succeeded', resolve);
    channel.bind('pusher:subscription_error', (error: unknown) => reject(new Error(JSON.stringify(error))));
  });
  subscribed.catch(() => undefined);
  return { channel, heard, states, subscribed };
};

/** Waits until something is so. */
export const until = async (isTrue: () => boolean | Promise<boolean>, timeoutMs = 20_000): Promise<void> => {
  const end = performance.now() + timeoutMs;
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error('It did not happen in time.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

/** A frame as it came. */
export interface Frame {
  readonly event: string;
  readonly channel?: string;
  readonly data: unknown;
}

/** A client that speaks the protocol by hand, for what pusher-js would never send. */
export interface RawClient {
  readonly socket: WebSocket;
  readonly frames: readonly Frame[];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  send(event: string, data: unknown): void;
  /** The first frame of this kind. */
  next(event: string, timeoutMs?: number): Promise<Frame>;
  /** Asks for a signature and subscribes with it. */
  subscribe(terms: ClientTerms, channel: string, more?: object): Promise<void>;
}

/** Connects by hand; `path` is everything after the host. */
export const rawClient = (url: string, path: string): RawClient => {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`);
  const frames: Frame[] = [];
  socket.on('message', (bytes: Buffer) => {
    const { data, ...frame } = JSON.parse(bytes.toString()) as Frame;
    frames.push({ ...frame, data: typeof data === 'string' ? (JSON.parse(data) as unknown) : data });
  });
  socket.on('error', () => undefined);
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
  );
  const next = async (event: string, timeoutMs = 5_000): Promise<Frame> => {
    await until(() => frames.some((frame) => frame.event === event), timeoutMs);
    return frames.find((frame) => frame.event === event) as Frame;
  };
  const send = (event: string, data: unknown): void => socket.send(JSON.stringify({ event, data }));
  return {
    socket,
    frames,
    closed,
    send,
    next,
    subscribe: async ({ url: its, authorization }, channel, more = {}) => {
      const established = await next('pusher:connection_established');
      const { socket_id: socketId } = established.data as { readonly socket_id: string };
      const signed = await signatureFor({ url: its, authorization }, { socket_id: socketId, channel_name: channel });
      send('pusher:subscribe', { channel, ...signed, ...more });
    },
  };
};

/** Asks for a signature as a client of the protocol does, by a form. */
export const signatureFor = async (
  { url, authorization }: Pick<ClientTerms, 'url' | 'authorization'>,
  fields: Readonly<Record<string, string>>,
): Promise<object> => {
  const response = await fetch(`${url}/v1/realtime/auth`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  });
  if (response.status !== 200) throw new Error(`Not signed: ${response.status} ${await response.text()}`);
  return (await response.json()) as object;
};

/** Until a server that has just come up is no longer busy with that: pusher-js does not ask again for a signature it was not given. */
export const calm = async ({ url, authorization }: Pick<ClientTerms, 'url' | 'authorization'>): Promise<void> => {
  // Whether the process is overloaded is looked at twice a second.
  await new Promise((resolve) => setTimeout(resolve, 600));
  await until(async () => {
    const { status } = await fetch(`${url}/v1/event-types/ledger.hold.placed`, { headers: { authorization } });
    return status === 200;
  });
};

/** Server-Sent Events of a stream, as they come. */
export interface EventStream {
  readonly status: number;
  readonly events: readonly { readonly id: string; readonly event: string; readonly data: Message }[];
  readonly ended: Promise<void>;
  close(): void;
}

/** Opens `/v1/stream` and reads it until it is closed. */
export const streamOf = async (
  { url, authorization }: Pick<ClientTerms, 'url' | 'authorization'>,
  channels: readonly string[],
  lastId?: string,
): Promise<EventStream> => {
  const over = new AbortController();
  const response = await fetch(`${url}/v1/stream?channels=${encodeURIComponent(channels.join(','))}`, {
    headers: { authorization, ...(lastId === undefined ? {} : { 'last-event-id': lastId }) },
    signal: over.signal,
  });
  const events: { id: string; event: string; data: Message }[] = [];
  const read = async (): Promise<void> => {
    let text = '';
    for await (const bytes of response.body ?? []) {
      text += Buffer.from(bytes as Uint8Array).toString();
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
        if (field('event') !== '')
          events.push({ id: field('id'), event: field('event'), data: JSON.parse(field('data')) as Message });
      }
    }
  };
  const ended = response.status === 200 ? read().catch(() => undefined) : Promise.resolve();
  return { status: response.status, events, ended, close: () => over.abort() };
};
