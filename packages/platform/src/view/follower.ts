import { EventEmitter } from 'node:events';
import type { Pool } from 'pg';
import { isPassingFault } from '../database/passing-fault.ts';
import { inTransaction, type Transaction } from '../database/transaction.ts';
import type { EventCatalogue } from '../event-store/catalogue.ts';
import { applyTo, readStretch } from './fold.ts';
import { liveTables, subscriptionName, type View } from './view.ts';

/** Follows the log on behalf of all subscribed views of this process. */
export interface Follower {
  /** Tells it that a tenant's log has grown; without this it looks by itself every `pollMs`. */
  wake(): void;
  /** Until every view of the tenant has folded everything up to `seq`; false when that took longer than `timeoutMs`. */
  caughtUp(
    position: { readonly tenantId: string; readonly seq: bigint; readonly views?: readonly string[] },
    timeoutMs: number,
  ): Promise<boolean>;
  /** Views that stopped, with the reason: shown by /readyz. They are tried again from time to time. */
  readonly stopped: ReadonlyMap<string, string>;
  close(): Promise<void>;
}

/** What a follower needs. */
export interface FollowerOptions {
  /** As finaegis_write: folds views, one tenant at a time. */
  readonly pool: Pool;
  /** As finaegis_system: sees all heads and positions. */
  readonly systemPool: Pool;
  readonly catalogue: EventCatalogue;
  readonly views: readonly View[];
  readonly pollMs?: number;
  /** How often a stopped view is tried again; 30,000 ms unless told. */
  readonly retryMs?: number;
  readonly onError?: (view: string, error: unknown) => void;
}

interface Behind {
  readonly tenant_id: string;
  readonly head: bigint;
}

/** Starts following; every process may, the row lock on a subscription lets one of them at a time advance it. */
export const startFollower = (options: FollowerOptions): Follower => {
  const { views, pollMs = 250, retryMs = 30_000 } = options;
  const stopped = new Map<string, string>();
  const progress = new EventEmitter().setMaxListeners(0);
  let isClosed = false;
  let isWoken = false;
  let wakeUp: (() => void) | undefined;

  const sleep = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, pollMs);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const round = async (): Promise<void> => {
    const names = views.map(subscriptionName).filter((name) => !stopped.has(name));
    if (names.length === 0) return;
    for (const { tenant_id: tenantId, head } of await tenantsBehind(options.systemPool, names)) {
      if (isClosed) return;
      await advance(options, stopped, { tenantId, head });
      progress.emit('advanced');
    }
  };

  let retriedAt = performance.now();
  const loop = async (): Promise<void> => {
    while (!isClosed) {
      isWoken = false;
      try {
        await round();
        if (stopped.size > 0 && performance.now() - retriedAt >= retryMs) {
          await retryStopped(options, stopped);
          retriedAt = performance.now();
        }
      } catch (error) {
        options.onError?.('follower', error);
        await sleep();
      }
      if (!isWoken && !isClosed) await sleep();
    }
  };
  const running = loop();

  return {
    wake: () => {
      isWoken = true;
      wakeUp?.();
    },
    caughtUp: ({ tenantId, seq, views: names }, timeoutMs) =>
      waitUntil(progress, timeoutMs, () =>
        isAt(options.systemPool, { tenantId, seq, names: names ?? views.map(subscriptionName) }),
      ),
    stopped,
    close: async () => {
      isClosed = true;
      wakeUp?.();
      await running;
    },
  };
};

/** Tenants with a view whose position is behind the head; a view that has no position yet is at 0. */
const tenantsBehind = async (systemPool: Pool, names: readonly string[]): Promise<readonly Behind[]> => {
  const { rows } = await systemPool.query<Behind>({
    name: 'tenants-behind',
    text: `select h.tenant_id, h.seq as head from tenant_heads h
      where h.seq > 0 and exists (
        select from unnest($1::text[]) as wanted (name)
        left join subscriptions s on s.tenant_id = h.tenant_id and s.name = wanted.name
        where coalesce(s.seq, 0) < h.seq)
      order by h.tenant_id`,
    values: [names],
  });
  return rows;
};

/** Whether every view named has folded the tenant's log up to `seq`. */
const isAt = async (
  systemPool: Pool,
  { tenantId, seq, names }: { readonly tenantId: string; readonly seq: bigint; readonly names: readonly string[] },
): Promise<boolean> => {
  const { rows } = await systemPool.query<{ behind: boolean }>({
    name: 'is-at',
    text: `select exists (
        select from unnest($2::text[]) as wanted (name)
        left join subscriptions s on s.tenant_id = $1 and s.name = wanted.name
        where coalesce(s.seq, 0) < $3) as behind`,
    values: [tenantId, names, seq],
  });
  return rows[0]?.behind === false;
};

/**
 * Waits until every view named has folded a tenant's log up to `seq`, whichever process folds it; false when that took longer than `timeoutMs`.
 * @param systemPool as finaegis_system
 */
export const viewsReach = (
  systemPool: Pool,
  position: { readonly tenantId: string; readonly seq: bigint; readonly names: readonly string[] },
  timeoutMs: number,
): Promise<boolean> => waitUntil(new EventEmitter(), timeoutMs, () => isAt(systemPool, position));

const waitUntil = async (
  progress: EventEmitter,
  timeoutMs: number,
  isTrue: () => Promise<boolean>,
): Promise<boolean> => {
  const end = performance.now() + timeoutMs;
  for (;;) {
    if (await isTrue()) return true;
    const left = end - performance.now();
    if (left <= 0) return false;
    // Another process may be the one that advances the view, so a look from time to time is needed besides the signal.
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        progress.off('advanced', done);
        resolve();
      };
      const timer = setTimeout(done, Math.min(left, 50));
      progress.once('advanced', done);
    });
  }
};

/** Brings all views of one tenant up to its head, a stretch at a time: one transaction folds the stretch into every view and moves the positions. */
const advance = async (
  options: FollowerOptions,
  stopped: Map<string, string>,
  { tenantId, head }: { readonly tenantId: string; readonly head: bigint },
): Promise<void> => {
  for (;;) {
    const live = options.views.filter((view) => !stopped.has(subscriptionName(view)));
    try {
      if (!(await advanceTogether(options, live, { tenantId, head }))) return;
    } catch (error) {
      if (live.length === 1) return stop(options, stopped, live[0], error);
      // Find the view that fails by folding each alone; the others go on.
      for (const view of live) {
        try {
          while (await advanceTogether(options, [view], { tenantId, head }));
        } catch (alone) {
          stop(options, stopped, view, alone);
        }
      }
      return;
    }
  }
};

/** Tries stopped views alone: a rebuild, or a newer process that went past the event, may have removed what stopped them. */
const retryStopped = async (options: FollowerOptions, stopped: Map<string, string>): Promise<void> => {
  for (const view of options.views) {
    const name = subscriptionName(view);
    if (!stopped.has(name)) continue;
    try {
      for (const { tenant_id: tenantId, head } of await tenantsBehind(options.systemPool, [name])) {
        while (await advanceTogether(options, [view], { tenantId, head }));
      }
      stopped.delete(name);
    } catch (error) {
      stop(options, stopped, view, error);
    }
  }
};

const stop = (options: FollowerOptions, stopped: Map<string, string>, view: View | undefined, error: unknown): void => {
  if (view === undefined) return;
  // The next round tries what passes by itself; anything else needs a person or a newer release.
  if (!isPassingFault(error))
    stopped.set(subscriptionName(view), error instanceof Error ? error.message : String(error));
  options.onError?.(subscriptionName(view), error);
};

/** One stretch; true when there may be more. */
const advanceTogether = (
  options: FollowerOptions,
  views: readonly View[],
  { tenantId, head }: { readonly tenantId: string; readonly head: bigint },
): Promise<boolean> =>
  inTransaction(options.pool, { tenants: [tenantId] }, async (tx) => {
    const positions = await lockPositions(tx, tenantId, views.map(subscriptionName));
    const taken = views.filter((view) => (positions.get(subscriptionName(view)) ?? head) < head);
    if (taken.length === 0) return false;
    const after = taken.map((view) => positions.get(subscriptionName(view)) ?? 0n).reduce((a, b) => (a < b ? a : b));
    const { reached, events } = await readStretch(tx, options.catalogue, taken, { tenantId, after, upTo: head });
    for (const view of taken)
      await applyTo(tx, liveTables(view, tenantId), view, events, positions.get(subscriptionName(view)) ?? 0n);
    const moved = taken.map(subscriptionName).filter((name) => (positions.get(name) ?? 0n) < reached);
    await tx.query({
      name: 'move-positions',
      text: 'update subscriptions set seq = $3 where tenant_id = $1 and name = any ($2)',
      values: [tenantId, moved, reached],
    });
    return reached < head;
  });

/** Locks the positions nobody else is advancing; those another process holds are left to it. */
const lockPositions = async (
  tx: Transaction,
  tenantId: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, bigint>> => {
  const [, { rows }] = await Promise.all([
    tx.query({
      name: 'make-positions',
      text: 'insert into subscriptions (tenant_id, name) select $1, name from unnest($2::text[]) as wanted (name) where not exists (select from subscriptions s where s.tenant_id = $1 and s.name = wanted.name) order by name on conflict do nothing',
      values: [tenantId, names],
    }),
    tx.query<{ name: string; seq: bigint }>({
      name: 'lock-positions',
      text: 'select name, seq from subscriptions where tenant_id = $1 and name = any ($2) order by name for update skip locked',
      values: [tenantId, names],
    }),
  ]);
  return new Map(rows.map(({ name, seq }) => [name, seq]));
};
