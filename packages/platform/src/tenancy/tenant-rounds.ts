import type { Pool } from 'pg';
import { type Rounds, startRounds } from '../rounds.ts';

/** How rounds are made. */
export interface TenantRoundsOptions {
  /** As finaegis_system: knows all tenants. */
  readonly systemPool: Pick<Pool, 'query'>;
  /** Pause between two rounds; 60,000 ms unless told. */
  readonly everyMs?: number;
  readonly onError?: (error: unknown) => void;
}

/**
 * Looks at every tenant that has ever written anything, one after the other, again and again. Every process that has workers does so; that what a look
 * leads to is done once is for the look to see to. A tenant where it fails keeps none of the others from it.
 */
export const startTenantRounds = (
  look: (tenantId: string) => Promise<unknown>,
  { systemPool, everyMs = 60_000, onError }: TenantRoundsOptions,
): Rounds =>
  startRounds(
    async (isClosed) => {
      const { rows } = await systemPool.query<{ tenant_id: string }>(
        'select tenant_id from tenant_heads where seq > 0 order by tenant_id',
      );
      for (const { tenant_id: tenantId } of rows) {
        if (isClosed()) return;
        await look(tenantId).catch((error: unknown) => onError?.(error));
      }
    },
    { everyMs, onError },
  );
