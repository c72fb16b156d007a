import { z } from 'zod';

/** The close codes and errors of the Pusher Channels protocol 7 that are used here: 40xx do not come again, 41xx come again after a while, 42xx at once. */
export const codes = {
  unknownApplication: 4001,
  applicationDisabled: 4003,
  overQuota: 4004,
  invalidVersion: 4006,
  unsupportedVersion: 4007,
  noVersion: 4008,
  unauthorized: 4009,
  overCapacity: 4100,
  tooSlow: 4110,
  goingAway: 4200,
  noPong: 4201,
  tooFast: 4301,
} as const;

/** Versions whose messages are these; older ones wrap them otherwise. */
export const versions = { least: 5, most: 7 } as const;

/** Bytes of the largest frame a client may send; the protocol's own bound on an event. */
export const frameBytesMax = 10_240;

const dataOf = z.preprocess((data) => {
  // Some libraries send the data of a message as text within the text.
  if (typeof data !== 'string') return data;
  try {
    return JSON.parse(data) as unknown;
  } catch {
    return data;
  }
}, z.unknown());

/** What a client sends. */
const clientFrame = z.object({ event: z.string().max(200), data: dataOf.optional(), channel: z.string().optional() });
export type ClientFrame = z.output<typeof clientFrame>;

/** Undefined for what is no message of the protocol. */
export const readFrame = (text: string): ClientFrame | undefined => {
  try {
    return clientFrame.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

export const subscribeData = z.object({
  channel: z.string().max(200),
  auth: z.string().max(300).optional(),
  channel_data: z.string().max(2_000).optional(),
  /** Beyond the protocol: the last position this client has seen. */
  position: z.string().max(200).optional(),
});

export type SubscribeData = z.output<typeof subscribeData>;

export const unsubscribeData = z.object({ channel: z.string().max(200) });

/** Members of `channel_data` that mean something here. */
const channelData = z.object({
  user_id: z.string().optional(),
  user_info: z.unknown().optional(),
  position: z.string().optional(),
});
export type ChannelData = z.output<typeof channelData>;

/** What was signed with a subscription; nothing for what is no JSON object. */
export const readChannelData = (text: string | undefined): ChannelData => {
  if (text === undefined) return {};
  try {
    return channelData.safeParse(JSON.parse(text)).data ?? {};
  } catch {
    return {};
  }
};

/** A message of ours; the protocol sends its data as text within the text. */
export const frame = (event: string, data: unknown, channel?: string): string =>
  JSON.stringify({ event, ...(channel === undefined ? {} : { channel }), data: JSON.stringify(data) });

/** An error is not wrapped. */
export const errorFrame = (message: string, code: number | null = null): string =>
  JSON.stringify({ event: 'pusher:error', data: { code, message } });
