import { z } from 'zod';
import type { Access } from '../../auth/access.ts';
import type { Principal } from '../../auth/principal.ts';
import { ProblemError } from '../../http/problem.ts';
import { defineRoute, type Route, readRoute } from '../../http/route.ts';
import type { Services } from '../../services.ts';
import { type ChannelTable, listenPermission, mayListen, type NamedChannel, type Viewer } from '../channel.ts';
import type { Hub } from '../hub.ts';
import type { Signer } from '../signature.ts';
import { messageStream } from '../stream.ts';

/** What the routes need. */
export interface RealtimeHttp {
  readonly services: Services;
  readonly access: Pick<Access, 'visibleAccounts'>;
  readonly channels: () => ChannelTable;
  readonly signer: Signer;
  /** Undefined in a process that does not serve what happens. */
  readonly hub: () => Hub | undefined;
}

const tag = 'Real-time';
const channelsMax = 20;
const streamBytesMax = 1_048_576;

const viewerOf = async ({ access }: RealtimeHttp, principal: Principal): Promise<Viewer> => {
  const visible = await access.visibleAccounts(principal);
  return { principal, accounts: visible === undefined ? undefined : new Set(visible) };
};

/** @throws ProblemError `channel_not_allowed`, in the same words whether there is no such channel or it is another's */
const requireChannel = (
  http: RealtimeHttp,
  viewer: Viewer,
  { name, field }: Record<'name' | 'field', string>,
): NamedChannel => {
  const channel = http.channels().find(name);
  if (channel !== undefined && mayListen(viewer, channel)) return channel;
  const message = 'must be a channel that this key may listen to';
  throw new ProblemError('channel_not_allowed', {
    facts: { channel: name },
    errors: [{ field, code: 'channel_not_allowed', message }],
  });
};

/** @throws ProblemError `position_unknown` for what this log did not hand out */
const placeOf = ({ services }: RealtimeHttp, position: string, field: string): bigint => {
  const seq = services.positions.decode(position);
  if (seq !== undefined) return seq;
  const message = 'must be a position this log has answered';
  throw new ProblemError('position_unknown', { errors: [{ field, code: 'position_unknown', message }] });
};

const name = z.string().min(1).max(200);
const position = z.string().min(1).max(200);

const authorise = (http: RealtimeHttp): Route =>
  defineRoute({
    method: 'POST',
    path: '/v1/realtime/auth',
    operationId: 'authorizeChannel',
    summary: 'Sign a subscription to a channel',
    description:
      'Asked by clients of the Pusher protocol before they subscribe. The signature is good for this connection and channel only; whether the key may still listen is looked at again and again while it does. With `position`, what came after it is sent first.',
    tag,
    permission: listenPermission,
    rateClass: 'read',
    idempotency: 'none',
    request: {
      body: z.strictObject({
        socket_id: z
          .string()
          .regex(/^\d{1,20}\.\d{1,20}$/, 'must be the id the connection was given')
          .describe('Id the connection was given.'),
        channel_name: name.describe('`private-` or `presence-` and the channel’s name.'),
        position: position.optional().describe('Last position this client has seen on the channel.'),
      }),
      takesForm: true,
    },
    responses: {
      200: {
        description: 'What the client subscribes with.',
        schema: z.object({
          auth: z.string().describe('Id of the key, a colon, and HMAC-SHA256 in hex.'),
          channel_data: z.string().optional().describe('Part of what is signed; to be sent as it stands.'),
        }),
      },
    },
    problems: ['channel_not_allowed', 'position_unknown'],
    handle: async ({ body, principal, tenantId }) => {
      const { socket_id: socketId, channel_name: channelName } = body;
      const viewer = await viewerOf(http, principal);
      const channel = requireChannel(http, viewer, { name: channelName, field: '/body/channel_name' });
      if (body.position !== undefined) placeOf(http, body.position, '/body/position');
      const data = {
        ...(channel.isPresence ? { user_id: principal.id } : {}),
        ...(body.position === undefined ? {} : { position: body.position }),
      };
      const channelData = Object.keys(data).length === 0 ? undefined : JSON.stringify(data);
      const claim = { tenantId, principalId: principal.id, socketId, channel: channelName, channelData };
      const auth = http.signer.sign(claim);
      return { status: 200, body: { auth, ...(channelData === undefined ? {} : { channel_data: channelData }) } };
    },
  });

const stream = (http: RealtimeHttp): Route =>
  defineRoute({
    ...readRoute,
    path: '/v1/stream',
    operationId: 'streamMessages',
    summary: 'Follow what happens',
    description:
      'Server-Sent Events: what the channels named would send over WebSocket, in the order of the log, each message once. A client that comes again with `Last-Event-ID` (or `position`) is sent what it missed.',
    tag,
    permission: listenPermission,
    request: {
      query: z.strictObject({
        channels: z.string().min(1).max(4_000).describe(`At most ${channelsMax} channels, divided by commas.`),
        position: position.optional().describe('Where to go on, for clients that cannot send `Last-Event-ID`.'),
      }),
    },
    responses: { 200: { description: 'Messages as they happen.', contentType: 'text/event-stream' } },
    problems: ['channel_not_allowed', 'position_unknown', 'realtime_not_served'],
    handle: async ({ query, headers, principal, tenantId, signal, draining }) => {
      const hub = http.hub();
      if (hub === undefined) throw new ProblemError('realtime_not_served');
      const authorisedAtMs = Date.parse(http.services.now());
      const viewer = await viewerOf(http, principal);
      const names = [...new Set(query.channels.split(',').map((text) => text.trim()))];
      if (names.length > channelsMax)
        throw new ProblemError('validation_failed', {
          errors: [{ field: '/query/channels', code: 'too_many', message: `must be at most ${channelsMax}` }],
        });
      const channels = names.map((its) => requireChannel(http, viewer, { name: its, field: '/query/channels' }));
      const lastId = headers['last-event-id'];
      const from =
        lastId === undefined
          ? query.position && placeOf(http, query.position, '/query/position')
          : placeOf(http, lastId, '/headers/last-event-id');
      return {
        status: 200,
        contentType: 'text/event-stream',
        // A proxy that gathers answers would keep the news to itself; and a connection that goes idle only while the server stops would hold it up.
        headers: { 'x-accel-buffering': 'no', connection: 'close' },
        body: messageStream({
          hub,
          whose: { tenantId, principalId: principal.id },
          viewer,
          channels,
          authorisedAtMs,
          from: typeof from === 'bigint' ? from : undefined,
          position: (seq) => http.services.positions.encode(seq),
          over: AbortSignal.any([signal, ...(draining === undefined ? [] : [draining])]),
          bytesMax: streamBytesMax,
        }),
      };
    },
  });

/** What is asked over HTTP: to sign a subscription, and the same messages as a stream. */
export const realtimeRoutes = (http: RealtimeHttp): readonly Route[] => [authorise(http), stream(http)];
