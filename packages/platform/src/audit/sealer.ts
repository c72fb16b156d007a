import type { Pool } from 'pg';
import { admitKey } from './admit-key.ts';
import { type Alarm, createAlarm } from './alarm.ts';
import { headsExporter } from './heads-exporter.ts';
import type { HeadsSink } from './heads-file.ts';
import { CannotSeal, sealTenant } from './seal.ts';
import type { SigningKey } from './signing-key.ts';

/** Folds every tenant's log into its tree and signs its heads, behind the commits. */
export interface Sealer {
  /** Tells it that a log has grown; without this it looks by itself every `pollMs`. */
  wake(): void;
  /** Until the log of the tenant is sealed up to `seq`; false when that took longer than `timeoutMs`. */
  sealed(position: { readonly tenantId: string; readonly seq: bigint }, timeoutMs: number): Promise<boolean>;
  close(): Promise<void>;
}

/** What a sealer needs. */
export interface SealerOptions {
  /** As finaegis_system. */
  readonly systemPool: Pool;
  readonly key: SigningKey;
  /** The key before it, where the installation does not know `key` yet. */
  readonly previousKey?: SigningKey | undefined;
  /** Where heads are exported to; opened when the first one is there, and tried again until it can be. */
  readonly openSink?: (() => Promise<HeadsSink>) | undefined;
  readonly onError?: (error: unknown) => void;
  /** Longest time an event waits for a head: a little less than the second promised, so that sealing itself fits in. */
  readonly intervalMs?: number;
  readonly pollMs?: number;
}

// Whoever has this many events waiting does not wait for the interval.
const eventsPerHead = 1_000;
// However often it is woken, it asks for what is due no more often than this.
const pauseMs = 50;
const retryMs = 1_000;
// A log with a gap needs a person; it is told of from time to time and not at every turn.
const gapRetryMs = 30_000;

/** Starts sealing; every process may, see `sealTenant`. */
export const startSealer = (options: SealerOptions): Sealer => {
  const { systemPool, onError } = options;
  const exporter = headsExporter(options);
  const alarm = createAlarm();
  const gaps = new Map<string, number>();
  let isAdmitted = false;

  const loop = async (): Promise<void> => {
    while (!alarm.isOver) {
      try {
        if (!isAdmitted) await admitKey(systemPool, { key: options.key, previous: options.previousKey });
        isAdmitted = true;
        const nextMs = await sealDue(options, { alarm, gaps });
        await exporter.bringUp();
        await alarm.pause(pauseMs);
        await alarm.sleep(nextMs - pauseMs);
      } catch (error) {
        isAdmitted = false;
        onError?.(error);
        await alarm.pause(retryMs);
      }
    }
  };
  const running = loop();
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    alarm.end();
    await running;
    await exporter.close();
  };

  return {
    wake: () => alarm.ring(),
    sealed: async ({ tenantId, seq }, timeoutMs) => {
      const end = performance.now() + timeoutMs;
      for (;;) {
        if ((await sealedSize(systemPool, tenantId)) >= seq) return true;
        if (performance.now() >= end) return false;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    close: () => (closing ??= close()),
  };
};

/** Seals every tenant whose next head is due; gives back in how many milliseconds to look again. */
const sealDue = async (
  options: SealerOptions,
  { alarm, gaps }: { readonly alarm: Alarm; readonly gaps: Map<string, number> },
): Promise<number> => {
  const { systemPool, key, intervalMs = 900, pollMs = 250 } = options;
  let nextMs = pollMs;
  for (const { tenantId, waitMs } of await tenantsUnsealed(systemPool, intervalMs)) {
    if (performance.now() < (gaps.get(tenantId) ?? 0)) continue;
    nextMs = Math.min(nextMs, Math.max(0, waitMs));
    if (alarm.isOver || waitMs > 0) continue;
    try {
      await sealTenant(systemPool, tenantId, key);
    } catch (error) {
      // A log that cannot be sealed keeps no other tenant's from being sealed; a key or a database that fails does.
      if (!(error instanceof CannotSeal)) throw error;
      options.onError?.(error);
      gaps.set(tenantId, performance.now() + gapRetryMs);
    }
  }
  return nextMs;
};

const sealedSize = async (systemPool: Pool, tenantId: string): Promise<bigint> => {
  const { rows } = await systemPool.query<{ size: bigint }>({
    name: 'sealed-size',
    text: 'select size from audit_heads where tenant_id = $1 order by size desc limit 1',
    values: [tenantId],
  });
  return rows[0]?.size ?? 0n;
};

/** Tenants whose log has grown beyond its head, with how long the newest event may still wait for the next one. */
const tenantsUnsealed = async (
  systemPool: Pool,
  intervalMs: number,
): Promise<readonly { readonly tenantId: string; readonly waitMs: number }[]> => {
  const { rows } = await systemPool.query<{ tenant_id: string; wait_ms: number }>({
    name: 'tenants-unsealed',
    text: `select h.tenant_id, case when a.size is null or h.seq - a.size >= $1 then 0
        -- A head from the future means that the clock was set back; waiting for it could take for ever.
        else $2 - abs(extract(epoch from clock_timestamp() - a.signed_at)) * 1000 end::int as wait_ms
      from tenant_heads h
      left join lateral (select size, signed_at from audit_heads where tenant_id = h.tenant_id order by size desc limit 1) a on true
      where h.seq > coalesce(a.size, 0)
      order by h.tenant_id`,
    values: [eventsPerHead, intervalMs],
  });
  return rows.map(({ tenant_id: tenantId, wait_ms: waitMs }) => ({ tenantId, waitMs }));
};
