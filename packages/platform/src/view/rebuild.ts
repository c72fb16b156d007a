import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { DatabaseFault, inTransaction, type Transaction } from '../database/transaction.ts';
import type { EventCatalogue } from '../event-store/catalogue.ts';
import { open } from '../event-store/envelope.ts';
import { readLog } from '../event-store/read.ts';
import { createTable } from './ensure.ts';
import { applyTo } from './follower.ts';
import { subscriptionName, tableName, type View, type ViewTables } from './view.ts';

/** What a rebuild needs. */
export interface RebuildOptions {
  /** As whoever migrates: makes, renames and drops tables. */
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
  readonly events: bigint;
}

/** A stretch of one tenant's log to fold. */
interface Stretch {
  readonly tenantId: string;
  readonly after: bigint;
  readonly upTo: bigint;
}

const stretch = 2_000;
const swapTries = 40;

// One rebuild of one view at a time; the second half of the key is the view's name.
const lockSpace = 703_211_084;

/**
 * Builds a view anew beside the live one while commands are taken and the live one is read and followed, then puts it in its place in one
 * transaction: followers pause, the rest is folded, the tables are renamed and the positions are set.
 * @throws Error when another rebuild of the view is under way; DatabaseFault
 */
export const rebuildView = async (options: RebuildOptions): Promise<RebuildReport> => {
  const { adminPool, view } = options;
  const guard = await adminPool.connect();
  try {
    const { rows } = await guard.query<{ taken: boolean }>('select pg_try_advisory_lock($1, hashtext($2)) as taken', [lockSpace, subscriptionName(view)]);
    if (rows[0]?.taken !== true) throw new Error(`${subscriptionName(view)} is being rebuilt by somebody else.`);
    await prepareTables(options);
    await catchUpAll(options);
    for (let tries = 1; ; tries++) {
      try {
        return await swap(options);
      } catch (error) {
        if (!isBusy(error) || tries === swapTries) throw error;
        await pause(25 * Math.min(tries, 10));
        await catchUpAll(options);
      }
    }
  } finally {
    // Given back in so many words, since a session that is closed holds its locks a moment longer; if it is lost, so are they.
    await guard.query('select pg_advisory_unlock_all()').catch(() => undefined);
    guard.release(true);
  }
};

const rebuildTables = (view: View, tenantId: string): ViewTables => ({ tenantId, table: (suffix) => `${tableName(view, suffix)}_rebuild` });
const rebuildPosition = (view: View): string => `${subscriptionName(view)}_rebuild`;

/** Folds a stretch of one tenant's log into tables of a view that are empty or were folded up to `after`. */
export const foldStretch = async (tx: Transaction, catalogue: EventCatalogue, { view, tables }: { readonly view: View; readonly tables: ViewTables }, { tenantId, after, upTo }: Stretch): Promise<void> => {
  for (let position = after; position < upTo; ) {
    const { rows } = await readLog(tx, { tenantId, contexts: view.contexts, after: position, upTo, limit: stretch });
    const events = rows.filter(({ type }) => view.consumes.includes(type)).map((row) => open(catalogue, row.envelope, row.seq));
    await applyTo(tx, tables, view, events, position);
    position = rows.length < stretch ? upTo : (rows.at(-1)?.seq ?? upTo);
  }
};

const asOwner = async <T>({ adminPool }: RebuildOptions, tenants: readonly string[], work: (tx: Transaction) => Promise<T>): Promise<T> =>
  inTransaction(adminPool, { tenants }, async (tx) => {
    await tx.query('set local role finaegis_owner');
    return work(tx);
  });

/** Empty tables beside the live ones; what a rebuild that died left behind is thrown away with its positions. */
const prepareTables = async (options: RebuildOptions): Promise<void> => {
  const { view } = options;
  await asOwner(options, await tenantsOf(options.adminPool), async (tx) => {
    for (const { suffix, create } of view.tables) {
      const name = rebuildTables(view, '').table(suffix);
      await tx.query(`drop table if exists ${name}`);
      await createTable(tx, name, create(name));
    }
    await tx.query('delete from subscriptions where name = $1', [rebuildPosition(view)]);
  });
};

const tenantsOf = async (adminPool: Pool): Promise<readonly string[]> => {
  const { rows } = await adminPool.query<{ tenant_id: string }>('select tenant_id from tenant_heads order by tenant_id');
  return rows.map(({ tenant_id: tenantId }) => tenantId);
};

/** How far the rebuild of a tenant's part has come, and how far its log reaches. */
interface Place {
  readonly tenant_id: string;
  readonly seq: bigint;
  readonly head: bigint;
}

const places = `select h.tenant_id, coalesce(s.seq, 0) as seq, h.seq as head from tenant_heads h
  left join subscriptions s on s.tenant_id = h.tenant_id and s.name = $1 order by h.tenant_id`;

/** Until nothing is left but what is written meanwhile. */
const catchUpAll = async (options: RebuildOptions): Promise<void> => {
  const { adminPool, view } = options;
  for (;;) {
    const tenants = await tenantsOf(adminPool);
    // A superuser is not held by row-level security; another administrator is, and names every tenant.
    const rows = await inTransaction(adminPool, { tenants, readOnly: true }, async (tx) => (await tx.query<Place>(places, [rebuildPosition(view)])).rows);
    for (const { tenant_id: tenantId, seq, head } of rows) await catchUp(options, { tenantId, after: seq, upTo: head });
    if (rows.every(({ seq, head }) => head - seq < BigInt(stretch))) return;
  }
};

const catchUp = async ({ pool, catalogue, view, onProgress }: RebuildOptions, { tenantId, after, upTo }: Stretch): Promise<void> => {
  for (let position = after; position < upTo; ) {
    const next = position + BigInt(stretch) < upTo ? position + BigInt(stretch) : upTo;
    await inTransaction(pool, { tenants: [tenantId] }, async (tx) => {
      await foldStretch(tx, catalogue, { view, tables: rebuildTables(view, tenantId) }, { tenantId, after: position, upTo: next });
      await setPosition(tx, tenantId, rebuildPosition(view), next);
    });
    position = next;
    onProgress?.({ tenantId, seq: position, head: upTo });
  }
};

const setPosition = (tx: Transaction, tenantId: string, name: string, seq: bigint): Promise<unknown> =>
  tx.query('insert into subscriptions (tenant_id, name, seq) values ($1, $2, $3) on conflict (tenant_id, name) do update set seq = excluded.seq', [tenantId, name, seq]);

/**
 * The positions are locked as a whole: followers of this and every other process end the stretch they are at and wait, and no tenant that is
 * new can slip in between. Then the view's tables are nobody's but the readers'.
 */
const swap = async (options: RebuildOptions): Promise<RebuildReport> => {
  const { catalogue, view } = options;
  return asOwner(options, await tenantsOf(options.adminPool), async (tx) => {
    // Readers take the tables in any order. Giving up well before PostgreSQL looks for deadlocks, it is never a reader who has to.
    await tx.query("set local lock_timeout = '400ms'");
    await tx.query('lock table subscriptions in exclusive mode');
    const tenants = (await tx.query<{ tenant_id: string }>('select tenant_id from tenant_heads')).rows.map(({ tenant_id: tenantId }) => tenantId);
    await tx.query("select set_config('app.tenants', $1, true)", [tenants.join(',')]);
    // One look at the heads: the log goes on growing, and what is folded must be what the positions say.
    const { rows } = await tx.query<Place>(places, [rebuildPosition(view)]);
    for (const { tenant_id: tenantId, seq, head } of rows) {
      await foldStretch(tx, catalogue, { view, tables: rebuildTables(view, tenantId) }, { tenantId, after: seq, upTo: head });
    }
    await putInPlace(tx, view);
    for (const { tenant_id: tenantId, head } of rows) await setPosition(tx, tenantId, subscriptionName(view), head);
    await tx.query('delete from subscriptions where name = $1', [rebuildPosition(view)]);
    return { tenants: rows.length, events: rows.reduce((sum, { head }) => sum + head, 0n) };
  });
};

const putInPlace = async (tx: Transaction, view: View): Promise<void> => {
  for (const { suffix } of view.tables) {
    const live = tableName(view, suffix);
    await tx.query(`drop table ${live}`);
    await tx.query(`alter table ${live}_rebuild rename to ${live}`);
    const { rows } = await tx.query<{ name: string }>('select indexrelid::regclass::text as name from pg_index where indrelid = $1::regclass', [live]);
    // So that the schema is the same whether or not it was ever rebuilt.
    for (const { name } of rows) if (name.includes('_rebuild')) await tx.query(`alter index ${name} rename to ${name.replace('_rebuild', '')}`);
  }
};

const isBusy = (error: unknown): boolean => error instanceof DatabaseFault && ['55P03', '40P01'].includes(error.code);
