import type { Pool } from 'pg';
import { briefCache } from '../auth/brief-cache.ts';
import { platformTenantId } from '../auth/principal.ts';
import { inTransaction } from '../database/transaction.ts';
import { ProblemError } from '../http/problem.ts';
import type { Route } from '../http/route.ts';

/** Lets a tenant's write pass, or refuses it. */
export interface TenantGuard {
  /** @throws ProblemError `tenant_suspended` for a tenant that is suspended or was never created */
  requireActive(tenantId: string): Promise<void>;
}

// With the time the lookup itself takes, a suspension is felt everywhere within a second.
const ageMaxMs = 900;

/** A guard over the register of tenants, at most a second behind it. */
export const createTenantGuard = ({
  readPool,
  now,
}: {
  readonly readPool: Pool;
  readonly now?: () => number;
}): TenantGuard => {
  const statuses = briefCache({
    load: async (tenantId) => {
      const { rows } = await inTransaction(readPool, { tenants: [], readOnly: true }, (tx) =>
        tx.query<{ status: string }>({
          name: 'tenant-status',
          text: 'select status from tenants where tenant_id = $1',
          values: [tenantId],
        }),
      );
      return rows[0]?.status;
    },
    ageMaxMs,
    entriesMax: 10_000,
    ...(now === undefined ? {} : { now }),
  });
  return {
    requireActive: async (tenantId) => {
      if (tenantId === platformTenantId) return;
      if ((await statuses.get(tenantId)) !== 'active') throw new ProblemError('tenant_suspended');
    },
  };
};

/**
 * The same routes, of which those that may write first ask the guard. It wraps routes instead of living in authentication, because whether a
 * request writes is known by its route; the server is given `guarded(routes, guard)` and knows nothing of tenants' lives.
 */
export const guarded = (routes: readonly Route[], guard: TenantGuard): readonly Route[] =>
  routes.map((route) =>
    route.method === 'GET' || route.permission === 'public'
      ? route
      : {
          ...route,
          problems: [...route.problems, 'tenant_suspended'],
          handle: async (request) => {
            await guard.requireActive(request.tenantId);
            return route.handle(request);
          },
        },
  );
