import type { Pool } from 'pg';
import { inTransaction } from '../database/transaction.ts';

/** Remembers when each key was last used. */
export interface KeyLastUse {
  note(use: { readonly tenantId: string; readonly keyId: string }): void;
  /** Writes what was noted; called by itself every ten seconds. */
  flush(): Promise<void>;
  /** Stops, after a last flush. */
  close(): Promise<void>;
}

/** What it needs. */
export interface KeyLastUseOptions {
  /** As finaegis_write. */
  readonly pool: Pool;
  readonly everyMs?: number;
  /** The wall clock, in milliseconds since 1970. */
  readonly now?: () => number;
  /** Told of a flush that failed; its uses are kept for the next one. */
  readonly onError?: (error: unknown) => void;
}

/** Uses are gathered in memory and flushed together: one statement per tenant every ten seconds, however busy the keys are. */
export const createKeyLastUse = ({
  pool,
  everyMs = 10_000,
  now = Date.now,
  onError,
}: KeyLastUseOptions): KeyLastUse => {
  let uses = new Map<string, Map<string, number>>();

  const note: KeyLastUse['note'] = ({ tenantId, keyId }) => {
    const keys = uses.get(tenantId) ?? new Map<string, number>();
    uses.set(tenantId, keys.set(keyId, now()));
  };

  const flush = async (): Promise<void> => {
    const taken = uses;
    uses = new Map();
    for (const [tenantId, keys] of taken) {
      try {
        await write(pool, tenantId, keys);
      } catch (error) {
        onError?.(error);
        for (const [keyId, usedAtMs] of keys) {
          const newer = uses.get(tenantId) ?? new Map<string, number>();
          uses.set(tenantId, newer.set(keyId, Math.max(usedAtMs, newer.get(keyId) ?? 0)));
        }
      }
    }
  };

  let flushing = Promise.resolve();
  // One flush after the other; a slow database must not pile them up.
  const flushNext = (): Promise<void> => (flushing = flushing.then(flush));
  const timer = setInterval(() => void flushNext(), everyMs);
  timer.unref();
  return {
    note,
    flush: flushNext,
    close: async () => {
      clearInterval(timer);
      await flushNext();
    },
  };
};

const write = (pool: Pool, tenantId: string, keys: ReadonlyMap<string, number>): Promise<unknown> =>
  inTransaction(pool, { tenants: [tenantId] }, (tx) => {
    const sorted = [...keys].sort(([a], [b]) => (a < b ? -1 : 1));
    return tx.query({
      name: 'write-last-use',
      text: `insert into key_last_use (tenant_id, key_id, used_at)
        select $1, key_id, used_at from unnest($2::uuid[], $3::timestamptz[]) as seen (key_id, used_at)
        on conflict (tenant_id, key_id) do update set used_at = greatest(key_last_use.used_at, excluded.used_at)`,
      values: [
        tenantId,
        sorted.map(([keyId]) => keyId),
        sorted.map(([, usedAtMs]) => new Date(usedAtMs).toISOString()),
      ],
    });
  });
