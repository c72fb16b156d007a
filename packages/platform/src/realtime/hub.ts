import type { Pool } from 'pg';
import { createAlarm } from '../audit/alarm.ts';
import { FairGate } from '../command/fair-gate.ts';
import { mayListen } from './channel.ts';
import { Feed, type FeedTools } from './feed.ts';
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
const idleMs = 60_000;

/** Starts it. It does nothing while nobody listens. */
export const startHub = (options: HubOptions): Hub => new LogHub(options);

class LogHub implements Hub {
  readonly viewerOf: Hub['viewerOf'];
  readonly #options: HubOptions;
  readonly #limits: HubLimits;
  readonly #tools: FeedTools;
  readonly #making = new Map<string, Promise<Feed>>();
  readonly #open = new Map<string, Feed>();
  /** How many are about to listen to a feed, so that it is not given up under them. */
  readonly #joining = new Map<string, number>();
  readonly #alarm = createAlarm();
  readonly #running: Promise<void>;
  #standingAtMs = performance.now();

  constructor(options: HubOptions) {
    this.#options = options;
    this.#limits = { ...defaults, ...options.limits };
    const gate = new FairGate(this.#limits.readingsMax);
    this.#tools = { ...options, inTurn: (tenantId, work) => gate.through(tenantId, work) };
    this.viewerOf = inBatches(options);
    this.#running = this.#loop();
  }

  get listeners(): number {
    return [...this.#open.values()].reduce((sum, { listeners }) => sum + listeners.size, 0);
  }

  wake(): void {
    if (this.#open.size > 0) this.#alarm.ring();
  }

  async join(listener: Listener, from?: bigint): Promise<void> {
    const { tenantId } = listener;
    this.#joining.set(tenantId, (this.#joining.get(tenantId) ?? 0) + 1);
    try {
      const feed = await this.#feedOf(tenantId);
      // A position nobody has handed out yet would be waited for in silence.
      const isUnknown = from !== undefined && from > feed.seq && from > (await headOf(this.#options, tenantId));
      if (listener.isOver) return;
      if (isUnknown) return end(feed, listener, 'position_unknown');
      await feed.join(listener, from === undefined ? feed.seq : from - 1n);
    } finally {
      const left = (this.#joining.get(tenantId) ?? 1) - 1;
      if (left === 0) this.#joining.delete(tenantId);
      else this.#joining.set(tenantId, left);
    }
  }

  leave(listener: Listener): void {
    listener.isOver = true;
    this.#open.get(listener.tenantId)?.leave(listener);
  }

  async close(): Promise<void> {
    this.#alarm.end();
    await this.#running;
  }

  #feedOf(tenantId: string): Promise<Feed> {
    const known = this.#making.get(tenantId);
    if (known !== undefined) return known;
    const making = headOf(this.#options, tenantId).then((head) => {
      const feed = new Feed(this.#tools, tenantId, head);
      this.#open.set(tenantId, feed);
      this.#alarm.ring();
      return feed;
    });
    this.#making.set(tenantId, making);
    making.catch(() => this.#making.delete(tenantId));
    return making;
  }

  async #loop(): Promise<void> {
    while (!this.#alarm.isOver) {
      let isWhole = true;
      try {
        if (this.#open.size === 0) this.#standingAtMs = performance.now();
        else isWhole = await this.#round();
      } catch (error) {
        isWhole = false;
        this.#options.onError?.(error);
      }
      if (isWhole) await this.#alarm.sleep(this.#open.size === 0 ? idleMs : this.#limits.pollMs);
      else await this.#alarm.pause(retryMs);
    }
  }

  /** Tells everything there is to tell; false when something of it could not be told. */
  async #round(): Promise<boolean> {
    let isWhole = true;
    this.#giveUpEmpty();
    const { standingEveryMs, standingAgeMaxMs } = this.#limits;
    if (performance.now() - this.#standingAtMs >= standingEveryMs) await this.#checkStandings();
    for (const [tenantId, head] of await headsOf(this.#options, [...this.#open.keys()])) {
      const feed = this.#open.get(tenantId);
      if (feed === undefined || (feed.seq >= head && !feed.owes)) continue;
      if (performance.now() - this.#standingAtMs > standingAgeMaxMs) await this.#checkStandings();
      // One tenant's log that cannot be told holds up no other tenant's.
      await feed.advance(head).catch((error: unknown) => {
        isWhole = false;
        this.#options.onError?.(error);
      });
    }
    return isWhole;
  }

  #giveUpEmpty(): void {
    for (const [tenantId, { listeners }] of this.#open) {
      if (listeners.size > 0 || this.#joining.has(tenantId)) continue;
      this.#open.delete(tenantId);
      this.#making.delete(tenantId);
    }
  }

  async #checkStandings(): Promise<void> {
    const askedAtMs = performance.now();
    const its = [...this.#open.values()].flatMap((feed) => [...feed.listeners].map((listener) => ({ feed, listener })));
    const whose = new Map(its.map(({ listener }) => [whoseName(listener), listener as Whose]));
    if (whose.size > 0) {
      const standings = await readStandings(this.#options, [...whose.values()]);
      for (const { feed, listener } of its) {
        const standing = standings.get(whoseName(listener));
        if (!listener.isOver && standing !== undefined)
          applyStanding(feed, listener, { standing, now: this.#options.now() });
      }
    }
    this.#standingAtMs = askedAtMs;
  }
}

const end = (feed: Feed, listener: Listener, why: Ending): void => {
  feed.leave(listener);
  listener.ear.ended(why);
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
  { standing, now }: { readonly standing: Standing; readonly now: number },
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
