import type { Pool } from 'pg';
import { inTransaction } from '../database/transaction.ts';
import { open } from '../event-store/envelope.ts';
import { readLog } from '../event-store/read.ts';
import { messagesOf, type PublisherTools } from '../published/publisher.ts';
import { type Listener, tell } from './listener.ts';
import { type Told, toldOf } from './told.ts';

/** One tenant's log as those hear it who are connected to this process. */
export interface Feed {
  readonly tenantId: string;
  /** Everything up to here was told. */
  readonly seq: bigint;
  readonly isEmpty: boolean;
  readonly listeners: Iterable<Listener>;
  /** Tells what has been committed up to `head`. */
  advance(head: bigint): Promise<void>;
  /** Lets a listener hear from after `after` on; settles when it has caught up, and from then on hears with the others. */
  join(listener: Listener, after: bigint): Promise<void>;
  leave(listener: Listener): void;
  /** Finds a listener under other accounts than before. */
  reroute(listener: Listener, routes: readonly string[]): void;
}

/** What a feed reads the log with. */
export interface FeedTools extends PublisherTools {
  /** As finaegis_read. */
  readonly readPool: Pool;
  /** Runs no more readings of the past at once than the pool can bear. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
}

const stretchMax = 500;
/** So many messages are kept, so that many who come back at once do not each read the log. */
const recentMax = 2_000;
/** So many are told before a listener that catches up is waited for. */
const gulp = 100;

/** A feed that has told everything up to `seq`. */
export const createFeed = (tools: FeedTools, tenantId: string, seq: bigint): Feed => {
  const listeners = new Set<Listener>();
  const byRoute = new Map<string, Set<Listener>>();
  let at = seq;
  let recent: Told[] = [];
  /** What comes after this is in `recent`. */
  let recentAfter = seq;

  const enter = (listener: Listener): void => {
    for (const route of listener.routes) byRoute.set(route, (byRoute.get(route) ?? new Set()).add(listener));
  };
  const withdraw = (listener: Listener): void => {
    for (const route of listener.routes) {
      const its = byRoute.get(route);
      its?.delete(listener);
      if (its?.size === 0) byRoute.delete(route);
    }
  };
  const tellAll = (told: Told): void => {
    for (const route of told.routes)
      for (const listener of byRoute.get(route) ?? []) {
        // One may stand under several accounts of a journal, and hears of it once.
        if (told.seq <= listener.seq || listener.heard === told.id) continue;
        listener.heard = told.id;
        tell(listener, told);
      }
    told.forget();
  };
  const remember = (messages: readonly Told[]): void => {
    recent.push(...messages);
    if (recent.length <= 2 * recentMax) return;
    // Cut between events, never between the messages of one.
    const cut = recent.at(-recentMax)?.seq ?? at;
    recent = recent.filter((told) => told.seq > cut);
    recentAfter = cut;
  };

  const catchUp = async (listener: Listener): Promise<void> => {
    while (!listener.isOver) {
      if (listener.seq >= at) {
        // Nothing is awaited between the look and the entry, so nothing is told in between.
        listener.isLive = true;
        enter(listener);
        return;
      }
      if (listener.seq >= recentAfter) {
        const { seq: after } = listener;
        const upTo = at;
        await tellInGulps(
          listener,
          recent.filter((told) => told.seq > after && told.seq <= upTo),
        );
        listener.seq = upTo;
        continue;
      }
      const { messages, reached } = await tools.inTurn(() =>
        readStretch(tools, { tenantId, after: listener.seq, upTo: at }),
      );
      await tellInGulps(listener, messages);
      listener.seq = reached;
    }
  };

  return {
    tenantId,
    get seq() {
      return at;
    },
    get isEmpty() {
      return listeners.size === 0;
    },
    listeners,
    advance: async (head) => {
      while (at < head) {
        const { messages, reached } = await readStretch(tools, { tenantId, after: at, upTo: head });
        at = reached;
        for (const told of messages) tellAll(told);
        remember(messages);
      }
    },
    join: async (listener, after) => {
      listeners.add(listener);
      listener.seq = after;
      listener.ear.begun(after < at ? after : at);
      await catchUp(listener);
    },
    leave: (listener) => {
      listener.isOver = true;
      listeners.delete(listener);
      withdraw(listener);
    },
    reroute: (listener, routes) => {
      withdraw(listener);
      listener.routes = routes;
      if (listener.isLive && !listener.isOver) enter(listener);
    },
  };
};

const tellInGulps = async (listener: Listener, messages: readonly Told[]): Promise<void> => {
  let left = gulp;
  for (const told of messages) {
    if (listener.isOver) return;
    if (!told.routes.some((route) => listener.routes.includes(route))) continue;
    tell(listener, told);
    told.forget();
    if (--left > 0) continue;
    await listener.ear.drained();
    left = gulp;
  }
};

/** What a stretch of the log is told as, and how far it reached. */
const readStretch = async (
  tools: FeedTools,
  { tenantId, after, upTo }: { readonly tenantId: string; readonly after: bigint; readonly upTo: bigint },
): Promise<{ readonly messages: readonly Told[]; readonly reached: bigint }> =>
  inTransaction(tools.readPool, { tenants: [tenantId], readOnly: true }, async (tx) => {
    const { contexts } = tools.published;
    const { rows } = await readLog(tx, { tenantId, contexts, after, upTo, limit: stretchMax });
    const reached = rows.length < stretchMax ? upTo : (rows.at(-1)?.seq ?? upTo);
    const events = rows
      .filter(({ type }) => tools.published.madeOf(type).length > 0)
      .map((row) => open(tools.catalogue, row.envelope, row.seq));
    const messages = await messagesOf(tx, tools, { tenantId, events });
    return { messages: messages.map((message) => toldOf(message, tools.positions)), reached };
  });
