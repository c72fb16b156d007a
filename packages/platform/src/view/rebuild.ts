import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { DatabaseFault, inTransaction, type Transaction } from '../database/transaction.ts';
import type { EventCatalogue } from '../event-store/catalogue.ts';
import { createTable } from './ensure.ts';
import { applyTo, readStretch, type Stretch, stretchMax } from './fold.ts';
import { putInPlace, rebuildName } from './swap-tables.ts';
import { subscriptionName, tableName, type View, type ViewTables } from './view.ts';

/** What a rebuild needs. */
export interface RebuildOptions {
  /** As whoever migrates (a member of finaegis_owner): makes, renames and drops tables. Needs two connections. */
  readonly adminPool: Pool;
  /** As finaegis_write: folds, one tenant at a time. */
  readonly pool: Pool;
  readonly catalogue: EventCatalogue;
  readonly view: View;
  /** Told after each stretch of a tenant's log. */
  readonly onProgress?: (done: { readonly tenantId: string; readonly seq: bigint; readonly head: bigint }) => void;
}

/** What a rebuild did. */
export interface RebuildReport {
  readonly tenants: number;
  /** Events of the tenants' logs that were passed over, those the view does not consume among them. */
  readonly events: number;
  readonly seconds: number;
}

// A log that grows faster than it is folded would otherwise be followed for ever; the swap folds whatever is left.
const passesMax = 20;
const swapTriesMax = 100;
const swapPauseMaxMs = 2_000;
// While followers are waited for nobody waits in turn; while readers are waited for, all later readers queue up behind.
const followerTimeoutMs = 5_000;
const readerTimeoutMs = 200;

// One rebuild of one view at a time; the second half of the key is the view's name.
const lockSpace = 703_211_084;

/**
 * Builds a view anew beside the live one while commands are taken and the live one is read and followed, then puts it in its place in one
 * transaction. It starts from nothing: what a rebuild that died has left behind is thrown away. When it fails, the live view is as it was.
 * Only a repeatable-read transaction older than the swap that looks at the view for the first time after it sees too little of it.
 * @throws Error when another rebuild of the view is under way, or readers never let it swap; DatabaseFault
 */
export const rebuildView = async (options: RebuildOptions): Promise<RebuildReport> => {
  const { adminPool, view } = options;
  const startedMs = performance.now();
  const guard = await adminPool.connect();
  try {
    const { rows } = await guard.query<{ taken: boolean }>('select pg_try_advisory_lock($1, hashtext($2)) as taken', [
      lockSpace,
      subscriptionName(view),
    ]);
    if (rows[0]?.taken !== true) throw new Error(`${subscriptionName(view)} is being rebuilt by somebody else.`);
    await prepareTables(options);
    await catchUpAll(options);
    await analyse(options);
    const reached = await swapPatiently(options);
    return {
      tenants: reached.length,
      events: Number(reached.reduce((sum, seq) => sum + seq, 0n)),
      seconds: (performance.now() - startedMs) / 1_000,
    };
  } finally {
    // Given back in so many words, since a session that is closed holds its locks a moment longer; if it is lost, so are they.
    await guard.query('select pg_advisory_unlock_all()').catch(() => undefined);
    guard.release(true);
  }
};

/** Folds a stretch of one tenant's log, however long, into tables of a view that are empty or were folded up to `after`. */
export const foldStretch = async (
  tx: Transaction,
  catalogue: EventCatalogue,
  { view, tables }: { readonly view: View; readonly tables: ViewTables },
  { tenantId, after, upTo }: Stretch,
): Promise<void> => {
  for (let position = after; position < upTo; ) {
    const { reached, events } = await readStretch(tx, catalogue, [view], { tenantId, after: position, upTo });
    await applyTo(tx, tables, view, events, position);
    position = reached;
  }
};

const tablesBeside = (view: View, tenantId: string): ViewTables => ({
  tenantId,
  table: (suffix) => rebuildName(tableName(view, suffix)),
});

/** The name of the position a rebuild keeps; no view has a colon in its name. */
const positionName = (view: View): string => `${subscriptionName(view)}:rebuild`;

const asOwner = <T>(
  { adminPool }: RebuildOptions,
  tenants: readonly string[],
  work: (tx: Transaction) => Promise<T>,
): Promise<T> =>
  inTransaction(adminPool, { tenants }, async (tx) => {
    await tx.query('set local role finaegis_owner');
    return work(tx);
  });

const prepareTables = async (options: RebuildOptions): Promise<void> => {
  const { adminPool, view } = options;
  await asOwner(options, await tenantsOf(adminPool), async (tx) => {
    // Positions before tables, as everybody else takes them.
    await tx.query('delete from subscriptions where name = $1', [positionName(view)]);
    for (const { suffix, create } of view.tables) {
      const name = rebuildName(tableName(view, suffix));
      await tx.query(`drop table if exists ${name}`);
      await createTable(tx, name, create(name));
    }
  });
};

/** A statement planned on a table without statistics stays slow for as long as its connection lives, so they are there before the first. */
const analyse = (options: RebuildOptions): Promise<void> =>
  asOwner(options, [], async (tx) => {
    for (const { suffix } of options.view.tables)
      await tx.query(`analyze ${rebuildName(tableName(options.view, suffix))}`);
  });

const tenantsOf = async (client: Pick<Transaction, 'query'> | Pool): Promise<readonly string[]> => {
  const { rows } = await (client as Pool).query<{ tenant_id: string }>(
    'select tenant_id from tenant_heads order by tenant_id',
  );
  return rows.map(({ tenant_id: tenantId }) => tenantId);
};

/** How far the rebuild of a tenant's part and the live view have come, and how far the log reaches. */
interface Place {
  readonly tenant_id: string;
  readonly built: bigint;
  readonly live: bigint;
  readonly head: bigint;
}

const readPlaces = async (tx: Transaction, view: View, tenants: readonly string[]): Promise<readonly Place[]> => {
  const { rows } = await tx.query<Place>(
    `select h.tenant_id, coalesce(b.seq, 0) as built, coalesce(l.seq, 0) as live, h.seq as head from tenant_heads h
      left join subscriptions b on b.tenant_id = h.tenant_id and b.name = $2
      left join subscriptions l on l.tenant_id = h.tenant_id and l.name = $3
      where h.tenant_id = any ($1::uuid[]) order by h.tenant_id`,
    [tenants, positionName(view), subscriptionName(view)],
  );
  return rows;
};

/** Until little is left but what is written meanwhile. */
const catchUpAll = async (options: RebuildOptions): Promise<void> => {
  const { adminPool, view } = options;
  for (let pass = 0; pass < passesMax; pass++) {
    const tenants = await tenantsOf(adminPool);
    // A superuser is not held by row-level security; another administrator is, and names every tenant.
    const places = await inTransaction(adminPool, { tenants, readOnly: true }, (tx) => readPlaces(tx, view, tenants));
    for (const { tenant_id: tenantId, built, head } of places)
      await catchUp(options, { tenantId, after: built, upTo: head });
    if (places.reduce((sum, { built, head }) => sum + head - built, 0n) <= BigInt(stretchMax)) return;
  }
};

const catchUp = async (options: RebuildOptions, { tenantId, after, upTo }: Stretch): Promise<void> => {
  const { pool, catalogue, view, onProgress } = options;
  const tables = tablesBeside(view, tenantId);
  for (let position = after; position < upTo; ) {
    position = await inTransaction(pool, { tenants: [tenantId] }, async (tx) => {
      const { reached, events } = await readStretch(tx, catalogue, [view], { tenantId, after: position, upTo });
      await movePosition(tx, view, { tenantId, after: position, upTo: reached });
      await applyTo(tx, tables, view, events, position);
      return reached;
    });
    onProgress?.({ tenantId, seq: position, head: upTo });
  }
};

/** Only from where this rebuild left it: whoever lost the lock's session, and with it the lock, finds that somebody else has taken over. */
const movePosition = async (tx: Transaction, view: View, { tenantId, after, upTo }: Stretch): Promise<void> => {
  const { rowCount } = await tx.query(
    after === 0n
      ? 'insert into subscriptions as s (tenant_id, name, seq) values ($1, $2, $4) on conflict (tenant_id, name) do update set seq = excluded.seq where s.seq = $3'
      : 'update subscriptions set seq = $4 where tenant_id = $1 and name = $2 and seq = $3',
    [tenantId, positionName(view), after, upTo],
  );
  if (rowCount !== 1) throw new Error(`${subscriptionName(view)} has been taken over by another rebuild.`);
};

/** A tenant came while the positions were being locked: a follower may have folded it into the tables that are to go. */
class TenantCame extends Error {
  override readonly name = 'TenantCame';
}

const swapPatiently = async (options: RebuildOptions): Promise<readonly bigint[]> => {
  for (let tries = 1; ; tries++) {
    try {
      return await swap(options);
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (tries === swapTriesMax)
        throw new Error(
          `${subscriptionName(options.view)} is read without a pause, so its tables cannot be exchanged.`,
          {
            cause: error,
          },
        );
      await pause(Math.min(25 * tries, swapPauseMaxMs));
      await catchUpAll(options);
    }
  }
};

const isBusy = (error: unknown): boolean =>
  error instanceof TenantCame || (error instanceof DatabaseFault && ['55P03', '40P01'].includes(error.code));

/**
 * First followers are kept from this view, by the positions they lock themselves; then the rest is folded, while the live tables are still
 * read; then readers wait, for the few statements that exchange the tables. Both giving up long before PostgreSQL looks for deadlocks and the
 * order in which followers lock see to it that nobody else ever has to. Gives back the positions reached.
 */
const swap = async (options: RebuildOptions): Promise<readonly bigint[]> => {
  const { adminPool, catalogue, view } = options;
  const tenants = await tenantsOf(adminPool);
  return asOwner(options, tenants, async (tx) => {
    await tx.query(`set local lock_timeout = '${followerTimeoutMs}ms'`);
    await lockPositions(tx, view, tenants);
    const places = await readPlaces(tx, view, tenants);
    for (const { tenant_id: tenantId, built, live } of places) {
      if (built >= live) continue;
      await actFor(tx, [tenantId]);
      await foldStretch(
        tx,
        catalogue,
        { view, tables: tablesBeside(view, tenantId) },
        { tenantId, after: built, upTo: live },
      );
    }
    await actFor(tx, tenants);
    await tx.query(`set local lock_timeout = '${readerTimeoutMs}ms'`);
    const names = view.tables.map(({ suffix }) => tableName(view, suffix));
    await tx.query(`lock table ${names.join(', ')} in access exclusive mode`);
    // From here on no follower can have written to the tables for anybody who is not in this list.
    if ((await tenantsOf(tx)).length !== tenants.length) throw new TenantCame();
    for (const name of names) await putInPlace(tx, name);
    return setPositions(tx, view, places);
  });
};

/** Row-level security shows `apply` one tenant at a time, as it does when a follower calls it. */
const actFor = (tx: Transaction, tenants: readonly string[]): Promise<unknown> =>
  tx.query("select set_config('app.tenants', $1, true)", [tenants.join(',')]);

const lockPositions = async (tx: Transaction, view: View, tenants: readonly string[]): Promise<void> => {
  await tx.query(
    'insert into subscriptions (tenant_id, name) select tenant_id, $2 from unnest($1::uuid[]) as every (tenant_id) order by tenant_id on conflict do nothing',
    [tenants, subscriptionName(view)],
  );
  await tx.query(
    'select from subscriptions where tenant_id = any ($1::uuid[]) and name = any ($2::text[]) order by tenant_id, name for update',
    [tenants, [subscriptionName(view), positionName(view)]],
  );
};

/** A live view that had stopped, or was slower, takes over the rebuild's place: positions never go back. */
const setPositions = async (tx: Transaction, view: View, places: readonly Place[]): Promise<readonly bigint[]> => {
  const reached = places.map(({ built, live }) => (built > live ? built : live));
  await tx.query(
    `update subscriptions s set seq = p.seq from unnest($1::uuid[], $2::bigint[]) as p (tenant_id, seq)
      where s.tenant_id = p.tenant_id and s.name = $3`,
    [places.map(({ tenant_id: tenantId }) => tenantId), reached, subscriptionName(view)],
  );
  await tx.query('delete from subscriptions where name = $1', [positionName(view)]);
  return reached;
};
