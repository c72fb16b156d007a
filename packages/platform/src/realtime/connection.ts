import { randomInt } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Positions } from '../event-store/position.ts';
import { type ChannelTable, mayListen } from './channel.ts';
import type { Hub } from './hub.ts';
import { createListener, type Ear, type Ending, type Listener } from './listener.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import type { Member, Presence, Seat } from './presence.ts';
import {
  type ClientFrame,
  codes,
  errorFrame,
  frame,
  readChannelData,
  readFrame,
  type SubscribeData,
  subscribeData,
  unsubscribeData,
} from './protocol.ts';
import type { Signer } from './signature.ts';

/** One client over WebSocket. */
export interface Connection {
  readonly tenantId: string;
  /** Whether it was let into a channel. */
  readonly isAuthorised: boolean;
  /** Looks at the time: asks a silent client whether it is there, closes one that does not answer or was never let in. */
  tick(nowMs: number): void;
  close(code: number, reason: string): void;
}

/** Times in milliseconds, sizes in bytes. */
export interface ConnectionLimits {
  /** Silence after which the client, and then we, ask whether the other is there. */
  readonly activityTimeoutMs: number;
  readonly pongTimeoutMs: number;
  /** How long a connection may be in no channel at first. */
  readonly unauthorisedMs: number;
  readonly subscriptionsMax: number;
  /** What may wait for a client that takes it slowly. */
  readonly outboxBytesMax: number;
  /** Messages a client may send at once, and a second. */
  readonly inboundBurst: number;
  readonly inboundPerSecond: number;
}

export const defaultConnectionLimits: ConnectionLimits = {
  activityTimeoutMs: 120_000,
  pongTimeoutMs: 30_000,
  unauthorisedMs: 30_000,
  subscriptionsMax: 100,
  outboxBytesMax: 1_048_576,
  inboundBurst: 300,
  inboundPerSecond: 20,
};

/** What every connection of a process shares. */
export interface ConnectionTools {
  readonly hub: Hub;
  readonly signer: Signer;
  readonly channels: ChannelTable;
  readonly presence: Presence;
  readonly positions: Positions;
  /** The clock keys expire by, in milliseconds since 1970. */
  readonly now: () => number;
  readonly limits: ConnectionLimits;
  readonly onError?: ((error: unknown) => void) | undefined;
}

interface Subscription {
  listener?: Listener;
  seat?: Seat;
}

/** Serves a client that was shaken hands with; calls `onGone` once, whoever ends it, and `onAuthorised` when it is in its first channel. */
export const serveConnection = (tools: ConnectionTools, wire: Wire, told: ConnectionTold): Connection =>
  new ServedConnection(tools, wire, told);

/** What a client is connected by. */
export interface Wire {
  readonly webSocket: WebSocket;
  /** What the WebSocket stands on. */
  readonly socket: Duplex;
  readonly tenantId: string;
}

interface ConnectionTold {
  readonly onGone: (code: number) => void;
  readonly onAuthorised: () => void;
}

class ServedConnection implements Connection {
  readonly tenantId: string;
  readonly #tools: ConnectionTools;
  readonly #webSocket: WebSocket;
  readonly #told: ConnectionTold;
  readonly #outbox: Outbox;
  readonly #socketId = `${randomInt(1, 2 ** 47)}.${randomInt(1, 2 ** 47)}`;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #openedAtMs = performance.now();
  #heardAtMs = this.#openedAtMs;
  #pingedAtMs: number | undefined;
  #allowance: number;
  #isAuthorised = false;
  /** The code it was closed with. */
  #closing: number | undefined;

  constructor(tools: ConnectionTools, { webSocket, socket, tenantId }: Wire, told: ConnectionTold) {
    this.tenantId = tenantId;
    this.#tools = tools;
    this.#webSocket = webSocket;
    this.#told = told;
    const { inboundBurst, outboxBytesMax: bytesMax, activityTimeoutMs } = tools.limits;
    this.#allowance = inboundBurst;
    const onOverflow = (): void =>
      this.close(codes.tooSlow, `More than ${bytesMax} bytes were waiting for this client.`);
    this.#outbox = createOutbox({ webSocket, socket, bytesMax, onOverflow });
    webSocket.on('message', (bytes: Buffer, isBinary: boolean) => this.#take(bytes, isBinary));
    // The close that follows tells; what the client did is no fault of ours.
    webSocket.on('error', () => undefined);
    webSocket.on('close', (code: number) => {
      this.#end(code);
      told.onGone(this.#closing ?? code);
    });
    const activityTimeout = Math.ceil(activityTimeoutMs / 1_000);
    const established = { socket_id: this.#socketId, activity_timeout: activityTimeout };
    this.#say(frame('pusher:connection_established', established));
  }

  get isAuthorised(): boolean {
    return this.#isAuthorised;
  }

  tick(nowMs: number): void {
    if (this.#closing !== undefined) return;
    const { unauthorisedMs, pongTimeoutMs, activityTimeoutMs } = this.#tools.limits;
    if (!this.#isAuthorised && nowMs - this.#openedAtMs > unauthorisedMs)
      return this.close(codes.unauthorized, 'Nothing was subscribed to in time.');
    if (this.#pingedAtMs !== undefined) {
      if (nowMs - this.#pingedAtMs > pongTimeoutMs) this.close(codes.noPong, 'A ping was not answered.');
    } else if (nowMs - this.#heardAtMs > activityTimeoutMs) {
      this.#pingedAtMs = nowMs;
      this.#say(frame('pusher:ping', {}));
    }
  }

  close(code: number, reason: string): void {
    if (this.#closing !== undefined) return;
    this.#end(code);
    // Clients of the protocol read the code of the close; older ones the message.
    if (this.#webSocket.readyState === this.#webSocket.OPEN) this.#webSocket.send(errorFrame(reason, code));
    this.#webSocket.close(code, reason.slice(0, 120));
  }

  #end(code: number): void {
    this.#closing ??= code;
    this.#outbox.close();
    for (const name of this.#subscriptions.keys()) this.#drop(name);
  }

  #say(text: string): void {
    this.#outbox.send(Buffer.from(text));
  }

  #take(bytes: Buffer, isBinary: boolean): void {
    const { inboundBurst, inboundPerSecond } = this.#tools.limits;
    const nowMs = performance.now();
    const earned = ((nowMs - this.#heardAtMs) * inboundPerSecond) / 1_000;
    this.#allowance = Math.min(inboundBurst, this.#allowance + earned) - 1;
    this.#heardAtMs = nowMs;
    this.#pingedAtMs = undefined;
    if (this.#closing !== undefined) return;
    if (this.#allowance < 0) return this.close(codes.tooFast, 'This client sends too much.');
    const message = isBinary ? undefined : readFrame(bytes.toString('utf8'));
    if (message === undefined) return this.#say(errorFrame('This is no message of the protocol.'));
    this.#obey(message);
  }

  #obey({ event, data }: ClientFrame): void {
    if (event === 'pusher:ping') return this.#say(frame('pusher:pong', {}));
    if (event === 'pusher:pong') return;
    if (event === 'pusher:unsubscribe') return this.#drop(unsubscribeData.safeParse(data).data?.channel ?? '');
    if (event.startsWith('client-'))
      return this.#say(errorFrame('Events of clients are not passed on.', codes.tooFast));
    if (event !== 'pusher:subscribe') return this.#say(errorFrame(`${event} is nothing that is taken here.`));
    const parsed = subscribeData.safeParse(data).data;
    if (parsed === undefined) return this.#say(errorFrame('A subscription names a channel.'));
    this.#subscribe(parsed).catch((error: unknown) => {
      this.#tools.onError?.(error);
      this.close(codes.overCapacity, 'The log cannot be read at the moment.');
    });
  }

  async #subscribe(asked: SubscribeData): Promise<void> {
    const { hub, signer, limits, now } = this.#tools;
    const { channel: name, auth = '', channel_data: channelData } = asked;
    if (this.#subscriptions.has(name)) return this.#say(errorFrame(`Existing subscription to channel ${name}`));
    if (this.#subscriptions.size >= limits.subscriptionsMax)
      return this.#refuse(name, 429, `A connection has at most ${limits.subscriptionsMax} channels.`);
    const { tenantId } = this;
    const channel = this.#tools.channels.find(name);
    const principalId = signer.verify(auth, { tenantId, socketId: this.#socketId, channel: name, channelData });
    if (channel === undefined || principalId === undefined)
      return this.#refuse(name, 401, 'The signature is not of this connection and channel.');
    const subscription: Subscription = {};
    this.#subscriptions.set(name, subscription);
    const authorisedAtMs = now();
    const viewer = await hub.viewerOf({ tenantId, principalId });
    // It may have left, or gone, while this was asked.
    if (this.#subscriptions.get(name) !== subscription) return;
    if (viewer === undefined || !mayListen(viewer, channel)) return this.#ended(name, 'not_allowed');
    const who = { tenantId, principalId, channels: [channel], viewer, authorisedAtMs };
    await this.#listen(subscription, who, asked);
  }

  /** Lets a client that may listen do so, from the position it names. */
  async #listen(
    subscription: Subscription,
    who: Omit<Parameters<typeof createListener>[0], 'ear'>,
    { channel: name, channel_data: channelData, position }: SubscribeData,
  ): Promise<void> {
    const { user_id: userId, user_info: info, position: signedPosition } = readChannelData(channelData);
    const isPresence = who.channels.some((channel) => channel.isPresence);
    if (isPresence && userId !== who.principalId)
      return this.#refuse(name, 401, 'A presence channel is entered as oneself.');
    const named = position ?? signedPosition;
    const from = named === undefined ? undefined : this.#tools.positions.decode(named);
    if (named !== undefined && from === undefined) return this.#ended(name, 'position_unknown');
    const member = { userId: who.principalId, ...(info === undefined ? {} : { info }) };
    const ear = this.#earOf(name, subscription, isPresence ? member : undefined);
    const listener = createListener({ ...who, ear });
    subscription.listener = listener;
    await this.#tools.hub.join(listener, from);
  }

  #earOf(name: string, subscription: Subscription, member: Member | undefined): Ear {
    return {
      begun: (seq) => {
        if (!this.#isAuthorised) this.#told.onAuthorised();
        this.#isAuthorised = true;
        const position = this.#tools.positions.encode(seq < 0n ? 0n : seq);
        const members = member === undefined ? {} : this.#takeSeat(name, subscription, member);
        this.#say(frame('pusher_internal:subscription_succeeded', { position, ...members }, name));
      },
      hear: (message, body) => {
        const made = message.once(name, body, () =>
          Buffer.from(JSON.stringify({ event: message.name, channel: name, data: body })),
        );
        this.#outbox.send(made);
      },
      hearLatest: ({ name: event, accountId, body }) =>
        this.#outbox.sendLatest(
          `${name} ${event} ${accountId}`,
          Buffer.from(JSON.stringify({ event, channel: name, data: body })),
        ),
      drained: () => this.#outbox.drained(),
      ended: (why) => {
        if (this.#subscriptions.get(name) === subscription) this.#ended(name, why);
      },
    };
  }

  /** Takes a seat when it is told who is there, so that nobody comes or goes in between. */
  #takeSeat(name: string, subscription: Subscription, member: Member): object {
    const seat: Seat = {
      member,
      told: (event, { userId, info }) =>
        this.#say(frame(`pusher_internal:${event}`, { user_id: userId, user_info: info }, name)),
    };
    subscription.seat = seat;
    const members = this.#tools.presence.enter(name, seat);
    const ids = members.map(({ userId }) => userId);
    const hash = Object.fromEntries(members.map(({ userId, info }) => [userId, info ?? null]));
    return { presence: { count: ids.length, ids, hash } };
  }

  #drop(name: string): void {
    const { listener, seat } = this.#subscriptions.get(name) ?? {};
    this.#subscriptions.delete(name);
    if (listener !== undefined) this.#tools.hub.leave(listener);
    if (seat !== undefined) this.#tools.presence.leave(name, seat);
  }

  #refuse(name: string, status: number, error: string): void {
    this.#drop(name);
    this.#say(frame('pusher:subscription_error', { type: 'AuthError', status, error }, name));
  }

  #ended(name: string, why: Ending): void {
    if (why === 'not_allowed') return this.#refuse(name, 403, 'This principal may not listen here.');
    if (why === 'position_unknown') return this.#refuse(name, 410, 'This log has not handed out that position.');
    if (why === 'tenant_suspended') return this.close(codes.applicationDisabled, 'The tenant is suspended.');
    if (why === 'superseded')
      return this.close(codes.goingAway, 'The secret this was authorised with has been replaced.');
    this.close(codes.unauthorized, `The key this was authorised with is ${why}.`);
  }
}
