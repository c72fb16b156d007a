import type { Pool } from 'pg';
import { createAlarm } from '../audit/alarm.ts';
import { mayListen } from './channel.ts';
import { createFeed, type Feed, type FeedTools } from './feed.ts';
import { type Ending, type Listener, routesOfAll } from './listener.ts';
import { readStandings, type Standing, type StandingsOptions, type Whose, whoseName } from './standings.ts';

/** Tells everybody who is connected to this process what is committed, by whichever process. */
export interface Hub {
  /** Tells it that a log has grown; without this it looks by itself every `pollMs`. */
  wake(): void;
  /**
   * Lets somebody listen; settles when it has caught up. Whether it may is asked anew.
   * @param from the last position it has seen, which it is told once more; undefined for whatever comes next
   */
  join(listener: Listener, from?: bigint): Promise<void>;
  leave(listener: Listener): void;
  /** What somebody may see now; undefined for whoever may see nothing. */
  viewerOf(whose: Whose): Promise<Extract<Standing, { isLost: false }> | undefined>;
  readonly listeners: number;
  close(): Promise<void>;
}

/** What it needs. */
export interface HubOptions extends Omit<FeedTools, 'inTurn'>, Omit<StandingsOptions, 'systemPool'> {
  /** As finaegis_system. */
  readonly systemPool: Pool;
  readonly onError?: ((error: unknown) => void) | undefined;
  readonly limits?: Partial<HubLimits> | undefined;
}

/** Times in milliseconds. */
export interface HubLimits {
  readonly pollMs: number;
  /** How often it is asked whether those who listen still may. */
  readonly standingEveryMs: number;
  /** Nobody is told anything on an answer that is older. */
  readonly standingAgeMaxMs: number;
  /** Readings of the past at once. */
  readonly readingsMax: number;
}

const defaults: HubLimits = { pollMs: 20, standingEveryMs: 500, standingAgeMaxMs: 1_500, readingsMax: 2 };
const retryMs = 500;

/** Starts it. It does nothing while nobody listens. */
export const startHub = (options: HubOptions): Hub => {
  const limits = { ...defaults, ...options.limits };
  const tools: FeedTools = { ...options, inTurn: turns(limits.readingsMax) };
  const feeds = new Map<string, Promise<Feed>>();
  const open = new Map<string, Feed>();
  /** How many are about to listen to a feed, so that it is not given up under them. */
  const joining = new Map<string, number>();
  const alarm = createAlarm();
  let standingAtMs = performance.now();

  const feedOf = (tenantId: string): Promise<Feed> => {
    const known = feeds.get(tenantId);
    if (known !== undefined) return known;
    const made = (async () => {
      const feed = createFeed(tools, tenantId, (await headsOf(options, [tenantId])).get(tenantId) ?? 0n);
      open.set(tenantId, feed);
      alarm.ring();
      return feed;
    })();
    feeds.set(tenantId, made);
    made.catch(() => feeds.delete(tenantId));
    return made;
  };
  const end = (feed: Feed, listener: Listener, why: Ending): void => {
    feed.leave(listener);
    listener.ear.ended(why);
  };
  const giveUpEmpty = (): void => {
    for (const [tenantId, feed] of open) {
      if (!feed.isEmpty || joining.has(tenantId)) continue;
      open.delete(tenantId);
      feeds.delete(tenantId);
    }
  };
  const holding = async (tenantId: string, work: (feed: Feed) => Promise<void>): Promise<void> => {
    joining.set(tenantId, (joining.get(tenantId) ?? 0) + 1);
    try {
      await work(await feedOf(tenantId));
    } finally {
      const left = (joining.get(tenantId) ?? 1) - 1;
      if (left === 0) joining.delete(tenantId);
      else joining.set(tenantId, left);
    }
  };
  const viewerOf = inBatches(options);
  const checkStandings = async (): Promise<void> => {
    const asked = performance.now();
    const its = [...open.values()].flatMap((feed) => [...feed.listeners].map((listener) => ({ feed, listener })));
    const whose = new Map(its.map(({ listener }) => [whoseName(listener), listener as Whose]));
    if (whose.size > 0) {
      const standings = await readStandings(options, [...whose.values()]);
      for (const { feed, listener } of its) {
        const standing = standings.get(whoseName(listener));
        if (!listener.isOver && standing !== undefined)
          applyStanding(feed, listener, { standing, now: options.now(), end });
      }
    }
    standingAtMs = asked;
  };
  const round = async (): Promise<boolean> => {
    let isWhole = true;
    giveUpEmpty();
    if (performance.now() - standingAtMs >= limits.standingEveryMs) await checkStandings();
    const heads = await headsOf(options, [...open.keys()]);
    for (const [tenantId, head] of heads) {
      const feed = open.get(tenantId);
      if (feed === undefined || feed.seq >= head) continue;
      if (performance.now() - standingAtMs > limits.standingAgeMaxMs) await checkStandings();
      // One tenant's log that cannot be told holds up no other tenant's.
      await feed.advance(head).catch((error: unknown) => {
        isWhole = false;
        options.onError?.(error);
      });
    }
    return isWhole;
  };
  const loop = async (): Promise<void> => {
    while (!alarm.isOver) {
      let isWhole = false;
      try {
        if (open.size === 0) standingAtMs = performance.now();
        isWhole = open.size === 0 || (await round());
      } catch (error) {
        options.onError?.(error);
      }
      if (isWhole) await alarm.sleep(open.size === 0 ? 60_000 : limits.pollMs);
      else await alarm.pause(retryMs);
    }
  };
  const running = loop();

  return {
    wake: () => {
      if (open.size > 0) alarm.ring();
    },
    join: (listener, from) =>
      holding(listener.tenantId, async (feed) => {
        // A position nobody has handed out yet would be waited for in silence.
        const isUnknown = from !== undefined && from > feed.seq && from > (await headOf(options, listener.tenantId));
        if (listener.isOver) return;
        if (isUnknown) return end(feed, listener, 'position_unknown');
        await feed.join(listener, from === undefined ? feed.seq : from - 1n);
      }),
    leave: (listener) => {
      listener.isOver = true;
      open.get(listener.tenantId)?.leave(listener);
    },
    viewerOf,
    get listeners() {
      return [...open.values()].reduce((sum, feed) => sum + [...feed.listeners].length, 0);
    },
    close: async () => {
      alarm.end();
      await running;
    },
  };
};

/** Asks for all who are asked about at once in one question: after a cut everybody comes back together. */
const inBatches = (options: StandingsOptions): Hub['viewerOf'] => {
  let next: { readonly whose: Whose[]; readonly answer: ReturnType<typeof readStandings> } | undefined;
  return async (its) => {
    if (next === undefined) {
      const whose: Whose[] = [];
      const answer = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
        next = undefined;
        return readStandings(options, [...new Map(whose.map((one) => [whoseName(one), one])).values()]);
      });
      next = { whose, answer };
    }
    next.whose.push(its);
    const standing = (await next.answer).get(whoseName(its));
    return standing === undefined || standing.isLost ? undefined : standing;
  };
};

/** What a listener's standing means for it: it goes on as before, under other accounts, or not at all. */
const applyStanding = (
  feed: Feed,
  listener: Listener,
  {
    standing,
    now,
    end,
  }: {
    readonly standing: Standing;
    readonly now: number;
    readonly end: (feed: Feed, listener: Listener, why: Ending) => void;
  },
): void => {
  if (standing.isLost) return end(feed, listener, standing.reason);
  const { supersededAtMs } = standing;
  if (supersededAtMs !== undefined && listener.authorisedAtMs < supersededAtMs && now >= supersededAtMs)
    return end(feed, listener, 'superseded');
  if (!listener.channels.every((channel) => mayListen(standing, channel))) return end(feed, listener, 'not_allowed');
  listener.viewer = standing;
  const routes = routesOfAll(listener.channels, standing);
  if (routes.length !== listener.routes.length || routes.some((route) => !listener.routes.includes(route)))
    feed.reroute(listener, routes);
};

const headsOf = async (
  { readPool }: Pick<HubOptions, 'readPool'>,
  tenantIds: readonly string[],
): Promise<ReadonlyMap<string, bigint>> => {
  const { rows } = await readPool.query<{ tenantId: string; seq: bigint }>({
    name: 'realtime-heads',
    text: 'select tenant_id as "tenantId", seq from tenant_heads where tenant_id = any ($1::uuid[])',
    values: [tenantIds],
  });
  return new Map(rows.map(({ tenantId, seq }) => [tenantId, seq]));
};

const headOf = async (options: Pick<HubOptions, 'readPool'>, tenantId: string): Promise<bigint> =>
  (await headsOf(options, [tenantId])).get(tenantId) ?? 0n;

/** So many at once; the others wait for their turn. */
const turns = (most: number): FeedTools['inTurn'] => {
  let working = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (working >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else working++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) working--;
      else next();
    }
  };
};
