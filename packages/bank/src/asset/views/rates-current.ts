import { setTimeout as pause } from 'node:timers/promises';
import { platformTenantId } from '@finaegis/platform/auth/principal';
import { inTransaction } from '@finaegis/platform/database/transaction';
import { ProblemError } from '@finaegis/platform/http/problem';
import type { Services } from '@finaegis/platform/services';
import { subscriptionName } from '@finaegis/platform/view/view';
import { ratesView } from './rates.ts';

const waitMs = 2_000;
const lookEveryMs = 20;

/**
 * A price that will be bound must know every rate that was published before it was asked for; the view of rates follows the log, so it is waited
 * for. @throws ProblemError view_behind when it takes longer than two seconds
 */
export const untilCurrent = async (services: Pick<Services, 'readPool'>, tenantId: string): Promise<void> => {
  const end = performance.now() + waitMs;
  while (await isViewBehind(services, [tenantId, platformTenantId])) {
    if (performance.now() > end) throw new ProblemError('view_behind');
    await pause(lookEveryMs);
  }
};

const isViewBehind = (services: Pick<Services, 'readPool'>, tenants: readonly string[]): Promise<boolean> =>
  inTransaction(services.readPool, { tenants: [...new Set(tenants)], readOnly: true }, async (tx) => {
    const { rows } = await tx.query<{ is_behind: boolean }>({
      name: 'rates-behind',
      text: `select exists (
        select from unnest($1::uuid[]) as wanted (tenant_id)
        cross join lateral (
          select 1 from events
          where context = 'asset' and tenant_id = wanted.tenant_id and seq > 0 and seq > coalesce(
            (select s.seq from subscriptions s where s.tenant_id = wanted.tenant_id and s.name = $2), 0)
          limit 1) unfolded) as is_behind`,
      values: [[...new Set(tenants)], subscriptionName(ratesView)],
    });
    return rows[0]?.is_behind === true;
  });
