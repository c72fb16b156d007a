import { platformTenantId } from '../../auth/principal.ts';
import { inTransaction } from '../../database/transaction.ts';
import { ProblemError } from '../../http/problem.ts';
import type { ApiRequest } from '../../http/route.ts';
import type { Services } from '../../services.ts';

/**
 * Lets only principals of the platform's own tenant pass; with a tenant id, only when there is such a tenant.
 * @throws ProblemError `platform_principal_required`, `not_found`
 */
export const requirePlatform = async (
  { readPool }: Pick<Services, 'readPool'>,
  { principal }: Pick<ApiRequest, 'principal'>,
  tenantId?: string,
): Promise<void> => {
  if (principal.tenantId !== platformTenantId) throw new ProblemError('platform_principal_required');
  if (tenantId === undefined) return;
  const { rows } = await inTransaction(readPool, { tenants: [], readOnly: true }, (tx) =>
    tx.query({
      name: 'tenant-exists',
      text: 'select 1 from tenants where tenant_id = $1',
      values: [tenantId],
    }),
  );
  if (rows.length === 0) throw new ProblemError('not_found');
};
