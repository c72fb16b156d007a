import type { NamedChannel, Viewer } from './channel.ts';
import { carries, routesOf } from './channel.ts';
import { type LatestTold, tellsLatest } from './latest.ts';
import type { Loss, Whose } from './standings.ts';
import type { Told } from './told.ts';

/** Why a listener is told nothing more, though it did not leave. */
export type Ending = Loss | 'superseded' | 'not_allowed' | 'position_unknown';

/** What stands at the other end. */
export interface Ear {
  /** It is listening, from this place of the log on; said before anything else. */
  begun(seq: bigint): void;
  hear(told: Told, body: string, channel: NamedChannel): void;
  /** As something is now; what it was told of the same before and has not taken yet need not reach it any more. */
  hearLatest(told: LatestTold): void;
  /** Until it has taken most of what it was told; the past is read no faster than it is heard. */
  drained(): Promise<void>;
  ended(why: Ending): void;
}

/** Somebody who listens to a channel, or to several as one: in the log's order, and to each message once. */
export interface Listener extends Whose {
  readonly channels: readonly NamedChannel[];
  /** When it was let in, by the clock keys expire by. */
  readonly authorisedAtMs: number;
  readonly ear: Ear;
  viewer: Viewer;
  routes: readonly string[];
  /** Told of everything it was for up to here. */
  seq: bigint;
  /** Id of the message it was told of last. */
  heard: string;
  /** It has caught up, and hears with the others. */
  isLive: boolean;
  isOver: boolean;
}

/** A listener that has heard nothing yet. */
export const createListener = (
  who: Pick<Listener, 'tenantId' | 'principalId' | 'channels' | 'authorisedAtMs' | 'ear' | 'viewer'>,
): Listener => ({
  ...who,
  routes: routesOfAll(who.channels, who.viewer),
  seq: -1n,
  heard: '',
  isLive: false,
  isOver: false,
});

/** Under what a listener is found. */
export const routesOfAll = (channels: readonly NamedChannel[], viewer: Viewer): readonly string[] => [
  ...new Set(channels.flatMap((channel) => routesOf(channel, viewer))),
];

/** Tells a listener that was found under one of the message's routes, where the message is for it. */
export const tell = ({ channels, viewer, ear }: Listener, told: Told): void => {
  for (const channel of channels) {
    if (!carries(channel, viewer.principal, told.name)) continue;
    if (channels.length > 1 && !routesOf(channel, viewer).some((route) => told.routes.includes(route))) continue;
    const body = told.bodyFor(viewer, channel);
    if (body !== undefined) return ear.hear(told, body, channel);
  }
};

/** Tells a listener of an account how it is now, where one of its channels does. */
export const tellLatest = ({ channels, viewer, ear }: Listener, told: LatestTold): void => {
  if (channels.some((channel) => tellsLatest(channel, viewer.principal, told))) ear.hearLatest(told);
};
