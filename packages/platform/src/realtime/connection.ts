import { randomInt } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Positions } from '../event-store/position.ts';
import { type ChannelTable, mayListen } from './channel.ts';
import type { Hub } from './hub.ts';
import { createListener, type Ear, type Ending, type Listener } from './listener.ts';
import { createOutbox } from './outbox.ts';
import type { Presence, Seat } from './presence.ts';
import {
  type ClientFrame,
  codes,
  errorFrame,
  frame,
  readChannelData,
  readFrame,
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
export const serveConnection = (
  tools: ConnectionTools,
  {
    webSocket,
    socket,
    tenantId,
  }: { readonly webSocket: WebSocket; readonly socket: Duplex; readonly tenantId: string },
  told: { readonly onGone: (code: number) => void; readonly onAuthorised: () => void },
): Connection => {
  const { hub, limits, presence } = tools;
  const socketId = `${randomInt(1, 2 ** 47)}.${randomInt(1, 2 ** 47)}`;
  const subscriptions = new Map<string, Subscription>();
  const openedAtMs = performance.now();
  let [heardAtMs, pingedAtMs]: [number, number | undefined] = [openedAtMs, undefined];
  let [allowance, allowanceAtMs] = [limits.inboundBurst, openedAtMs];
  let [isAuthorised, closing]: [boolean, number | undefined] = [false, undefined];

  const close = (code: number, reason: string): void => {
    if (closing !== undefined) return;
    closing = code;
    outbox.close();
    for (const name of [...subscriptions.keys()]) drop(name);
    // Clients of the protocol read the code of the close; older ones the message.
    if (webSocket.readyState === webSocket.OPEN) webSocket.send(errorFrame(reason, code));
    webSocket.close(code, reason.slice(0, 120));
  };
  const outbox = createOutbox({
    webSocket,
    socket,
    bytesMax: limits.outboxBytesMax,
    onOverflow: () => close(codes.tooSlow, `More than ${limits.outboxBytesMax} bytes were waiting for this client.`),
  });
  const say = (text: string): void => outbox.send(Buffer.from(text));
  const drop = (name: string): void => {
    const { listener, seat } = subscriptions.get(name) ?? {};
    subscriptions.delete(name);
    if (listener !== undefined) hub.leave(listener);
    if (seat !== undefined) presence.leave(name, seat);
  };
  const refuse = (name: string, status: number, error: string): void => {
    drop(name);
    say(frame('pusher:subscription_error', { type: 'AuthError', status, error }, name));
  };
  const ended = (name: string, why: Ending): void => {
    if (why === 'not_allowed') return refuse(name, 403, 'This principal may not listen here any more.');
    if (why === 'position_unknown') return refuse(name, 410, 'This log has not handed out that position.');
    if (why === 'tenant_suspended') return close(codes.applicationDisabled, 'The tenant is suspended.');
    if (why === 'superseded') return close(codes.goingAway, 'The secret this was authorised with has been replaced.');
    close(codes.unauthorized, `The key this was authorised with is ${why}.`);
  };
  const earOf = (name: string, subscription: Subscription, members: () => object): Ear => ({
    begun: (seq) => {
      if (!isAuthorised) told.onAuthorised();
      isAuthorised = true;
      const position = tools.positions.encode(seq < 0n ? 0n : seq);
      say(frame('pusher_internal:subscription_succeeded', { position, ...members() }, name));
    },
    hear: (message, body) => {
      const made = message.once(name, body, () =>
        Buffer.from(JSON.stringify({ event: message.name, channel: name, data: body })),
      );
      outbox.send(made);
    },
    drained: () => outbox.drained(),
    ended: (why) => {
      if (subscriptions.get(name) === subscription) ended(name, why);
    },
  });
  /** Takes a seat when it is told who is there, so that nobody comes or goes in between. */
  const membersOf = (name: string, subscription: Subscription, userId: string, info: unknown) => () => {
    const seat: Seat = {
      member: { userId, ...(info === undefined ? {} : { info }) },
      told: (event, member) =>
        say(frame(`pusher_internal:${event}`, { user_id: member.userId, user_info: member.info }, name)),
    };
    subscription.seat = seat;
    const members = presence.enter(name, seat);
    const ids = members.map((member) => member.userId);
    const hash = Object.fromEntries(members.map((member) => [member.userId, member.info ?? null]));
    return { presence: { count: ids.length, ids, hash } };
  };
  const subscribe = async (data: unknown): Promise<void> => {
    const parsed = subscribeData.safeParse(data).data;
    if (parsed === undefined) return say(errorFrame('A subscription names a channel.'));
    const { channel: name, auth = '', channel_data: channelData, position } = parsed;
    if (subscriptions.has(name)) return say(errorFrame(`Existing subscription to channel ${name}`));
    if (subscriptions.size >= limits.subscriptionsMax)
      return refuse(name, 429, `A connection has at most ${limits.subscriptionsMax} channels.`);
    const channel = tools.channels.find(name);
    const principalId = tools.signer.verify(auth, { tenantId, socketId, channel: name, channelData });
    if (channel === undefined || principalId === undefined)
      return refuse(name, 401, 'The signature is not of this connection and channel.');
    const subscription: Subscription = {};
    subscriptions.set(name, subscription);
    const authorisedAtMs = tools.now();
    const viewer = await hub.viewerOf({ tenantId, principalId });
    // It may have left, or gone, while this was asked.
    if (subscriptions.get(name) !== subscription) return;
    if (viewer === undefined || !mayListen(viewer, channel)) return ended(name, 'not_allowed');
    const { user_id: userId, user_info: info, position: signedPosition } = readChannelData(channelData);
    if (channel.isPresence && userId !== principalId)
      return refuse(name, 401, 'A presence channel is entered as oneself.');
    const named = position ?? signedPosition;
    const from = named === undefined ? undefined : tools.positions.decode(named);
    if (named !== undefined && from === undefined) return ended(name, 'position_unknown');
    const members = channel.isPresence ? membersOf(name, subscription, principalId, info) : () => ({});
    const ear = earOf(name, subscription, members);
    const listener = createListener({ tenantId, principalId, channels: [channel], viewer, authorisedAtMs, ear });
    subscription.listener = listener;
    await hub.join(listener, from);
  };
  const take = (message: ClientFrame): void => {
    const { event, data } = message;
    if (event === 'pusher:ping') return say(frame('pusher:pong', {}));
    if (event === 'pusher:pong') return;
    if (event === 'pusher:unsubscribe') return drop(unsubscribeData.safeParse(data).data?.channel ?? '');
    if (event.startsWith('client-')) return say(errorFrame('Events of clients are not passed on.', codes.tooFast));
    if (event !== 'pusher:subscribe') return say(errorFrame(`${event} is nothing that is taken here.`));
    subscribe(data).catch((error: unknown) => {
      tools.onError?.(error);
      close(codes.overCapacity, 'The log cannot be read at the moment.');
    });
  };

  webSocket.on('message', (bytes: Buffer, isBinary: boolean) => {
    const nowMs = performance.now();
    heardAtMs = nowMs;
    pingedAtMs = undefined;
    allowance = Math.min(limits.inboundBurst, allowance + ((nowMs - allowanceAtMs) * limits.inboundPerSecond) / 1_000);
    allowanceAtMs = nowMs;
    if (closing !== undefined) return;
    if (--allowance < 0) return close(codes.tooFast, 'This client sends too much.');
    const message = isBinary ? undefined : readFrame(bytes.toString('utf8'));
    if (message === undefined) return say(errorFrame('This is no message of the protocol.'));
    take(message);
  });
  // The close that follows tells; what the client did is no fault of ours.
  webSocket.on('error', () => undefined);
  webSocket.on('close', (code: number) => {
    closing ??= code;
    outbox.close();
    for (const name of [...subscriptions.keys()]) drop(name);
    told.onGone(closing);
  });
  say(
    frame('pusher:connection_established', {
      socket_id: socketId,
      activity_timeout: Math.ceil(limits.activityTimeoutMs / 1_000),
    }),
  );

  return {
    tenantId,
    get isAuthorised() {
      return isAuthorised;
    },
    tick: (nowMs) => {
      if (closing !== undefined) return;
      if (!isAuthorised && nowMs - openedAtMs > limits.unauthorisedMs)
        return close(codes.unauthorized, 'Nothing was subscribed to in time.');
      if (pingedAtMs !== undefined) {
        if (nowMs - pingedAtMs > limits.pongTimeoutMs) close(codes.noPong, 'A ping was not answered.');
      } else if (nowMs - heardAtMs > limits.activityTimeoutMs) {
        pingedAtMs = nowMs;
        say(frame('pusher:ping', {}));
      }
    },
    close,
  };
};
