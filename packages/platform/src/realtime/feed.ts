import type { Pool } from 'pg';
import { inTransaction } from '../database/transaction.ts';
import { open } from '../event-store/envelope.ts';
import { readLog } from '../event-store/read.ts';
import { messagesOf, type PublisherTools } from '../published/publisher.ts';
import { changes, type Latest, readLatest } from './latest.ts';
import { type Listener, tell, tellLatest } from './listener.ts';
import { type Told, toldOf } from './told.ts';

/** What a feed reads the log with. */
export interface FeedTools extends PublisherTools {
  /** As finaegis_read. */
  readonly readPool: Pool;
  /** Runs no more readings of the past at once than the pool can bear, tenants in turns. */
  readonly inTurn: <T>(tenantId: string, work: () => Promise<T>) => Promise<T>;
  /** What is told of accounts as they are now. */
  readonly latest: readonly Latest[];
}

const accountRoute = 'account:';
const stretchMax = 500;
/** So many messages are kept, so that many who come back at once do not each read the log. */
const recentMax = 2_000;
/** So many are told before a listener that catches up is waited for. */
const gulp = 100;

/** One tenant's log as those hear it who are connected to this process. */
export class Feed {
  readonly tenantId: string;
  readonly listeners: Set<Listener> = new Set();
  readonly #tools: FeedTools;
  readonly #byRoute = new Map<string, Set<Listener>>();
  /** Accounts somebody listens to that something has happened to since it was told how they are. */
  readonly #moved = new Map<Latest, Set<string>>();
  #seq: bigint;
  #recent: Told[] = [];
  /** What comes after this is in `#recent`. */
  #recentAfter: bigint;

  /** A feed that has told everything up to `seq`. */
  constructor(tools: FeedTools, tenantId: string, seq: bigint) {
    this.#tools = tools;
    this.tenantId = tenantId;
    this.#seq = seq;
    this.#recentAfter = seq;
  }

  /** Everything up to here was told. */
  get seq(): bigint {
    return this.#seq;
  }

  /** Whether it still has to tell how accounts are now. */
  get owes(): boolean {
    return this.#moved.size > 0;
  }

  /** Tells what has been committed up to `head`, and then how the accounts are that it happened to: once, however much it was. */
  async advance(head: bigint): Promise<void> {
    while (this.#seq < head) {
      const stretch = { tenantId: this.tenantId, after: this.#seq, upTo: head };
      const { messages, reached } = await readStretch(this.#tools, stretch);
      this.#seq = reached;
      for (const told of messages) this.#tellAll(told);
      this.#remember(messages);
    }
    for (const [latest, accounts] of this.#moved) await this.#tellLatest(latest, [...accounts]);
  }

  /** Lets a listener hear from after `after` on; settles when it has caught up, and from then on hears with the others. */
  async join(listener: Listener, after: bigint): Promise<void> {
    this.listeners.add(listener);
    listener.seq = after;
    listener.ear.begun(after < this.#seq ? after : this.#seq);
    while (!listener.isOver) {
      if (listener.seq < this.#seq) {
        await this.#tellPast(listener);
        continue;
      }
      // Nothing is awaited between the look and the entry, so nothing is told in between.
      listener.isLive = true;
      this.#enter(listener);
      return;
    }
  }

  leave(listener: Listener): void {
    listener.isOver = true;
    this.listeners.delete(listener);
    this.#withdraw(listener);
  }

  /** Finds a listener under other accounts than before. */
  reroute(listener: Listener, routes: readonly string[]): void {
    this.#withdraw(listener);
    listener.routes = routes;
    if (listener.isLive && !listener.isOver) this.#enter(listener);
  }

  /** A piece of what a listener has not heard yet: from memory where it is recent, else from the log. */
  async #tellPast(listener: Listener): Promise<void> {
    const [after, upTo] = [listener.seq, this.#seq];
    if (after >= this.#recentAfter) {
      const missed = this.#recent.filter((told) => told.seq > after && told.seq <= upTo);
      await tellInGulps(listener, missed);
      listener.seq = upTo;
      return;
    }
    const { tenantId } = this;
    const { messages, reached } = await this.#tools.inTurn(tenantId, () =>
      readStretch(this.#tools, { tenantId, after, upTo }),
    );
    await tellInGulps(listener, messages);
    listener.seq = reached;
  }

  #tellAll(told: Told): void {
    for (const route of told.routes)
      for (const listener of this.#byRoute.get(route) ?? []) {
        // One may stand under several accounts of a journal, and hears of it once.
        if (told.seq <= listener.seq || listener.heard === told.id) continue;
        listener.heard = told.id;
        tell(listener, told);
      }
    told.forget();
    this.#note(told);
  }

  #note({ name, routes }: Told): void {
    for (const latest of this.#tools.latest) {
      if (!changes(latest, name)) continue;
      for (const route of routes) {
        if (!route.startsWith(accountRoute) || !this.#byRoute.has(route)) continue;
        const accounts = this.#moved.get(latest) ?? new Set();
        this.#moved.set(latest, accounts.add(route.slice(accountRoute.length)));
      }
    }
  }

  async #tellLatest(latest: Latest, accountIds: readonly string[]): Promise<void> {
    const asked = { tenantId: this.tenantId, accountIds, seq: this.#seq };
    const told = await readLatest(latest, asked, this.#tools.positions);
    this.#moved.delete(latest);
    for (const one of told)
      for (const listener of this.#byRoute.get(`${accountRoute}${one.accountId}`) ?? []) tellLatest(listener, one);
  }

  #remember(messages: readonly Told[]): void {
    for (const told of messages) this.#recent.push(told);
    if (this.#recent.length <= 2 * recentMax) return;
    // Cut between events, never between the messages of one.
    const cut = this.#recent.at(-recentMax)?.seq ?? this.#seq;
    this.#recent = this.#recent.filter((told) => told.seq > cut);
    this.#recentAfter = cut;
  }

  #enter(listener: Listener): void {
    for (const route of listener.routes)
      this.#byRoute.set(route, (this.#byRoute.get(route) ?? new Set()).add(listener));
  }

  #withdraw(listener: Listener): void {
    for (const route of listener.routes) {
      const its = this.#byRoute.get(route);
      its?.delete(listener);
      if (its?.size === 0) this.#byRoute.delete(route);
    }
  }
}

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
