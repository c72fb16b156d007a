import type { Pool } from 'pg';
import { isGoverned } from '../approval/amounts.ts';
import { briefCache } from '../auth/brief-cache.ts';
import { inTransaction } from '../database/transaction.ts';
import { type StepUpPolicyRow, stepUpPoliciesName, stepUpPolicyColumns } from './policies-table.ts';
import type { StepUp } from './step-up.ts';

// With the time the lookup takes a policy counts everywhere within a second.
const ageMaxMs = 900;

/** Whether a policy asks for a fresh code; each tenant's are looked up at most once a second. @param readPool as finaegis_read */
export const createIsNeeded = (readPool: () => Pool): StepUp['isNeeded'] => {
  const policies = briefCache({
    ageMaxMs,
    entriesMax: 10_000,
    load: async (tenantId: string) => {
      const { rows } = await inTransaction(readPool(), { tenants: [tenantId], readOnly: true }, (tx) =>
        tx.query<StepUpPolicyRow>({
          name: 'step-up-policies-in-force',
          text: `select ${stepUpPolicyColumns} from ${stepUpPoliciesName} p where p.tenant_id = $1 and p.is_in_force`,
          values: [tenantId],
        }),
      );
      return new Map(rows.map((row) => [row.command, row]));
    },
  });
  return async ({ name, data, tenantId }) => {
    const policy = (await policies.get(tenantId)).get(name);
    if (policy === undefined) return false;
    const from = policy.thresholds.map(({ asset, amountMinor }) => ({ asset, amountMinor: BigInt(amountMinor) }));
    return isGoverned({ from }, data);
  };
};
