import type { Pool } from 'pg';
import { briefCache } from '../auth/brief-cache.ts';
import { inTransaction } from '../database/transaction.ts';
import type { Proof } from '../proof/step-up.ts';
import { isGoverned } from './amounts.ts';
import { type PolicyRow, policiesName, policyColumns } from './policies-table.ts';

/** What the door to the write side asks of every command somebody wishes for. */
export interface FourEyes {
  /** For how long the command may wait for a second person; undefined where it needs none. */
  waitSeconds(command: {
    readonly name: string;
    readonly data: unknown;
    readonly tenantId: string;
  }): Promise<number | undefined>;
}

/** Thrown at the door: the command needs a second person, and nothing was done. */
export class ApprovalNeeded extends Error {
  override readonly name = 'ApprovalNeeded';
  readonly validForSeconds: number;
  /** A fresh code of the maker's, to be used up by putting the command aside. */
  readonly proof: Proof | undefined;

  constructor(command: string, validForSeconds: number, proof?: Proof) {
    super(`${command} needs a second person.`);
    this.validForSeconds = validForSeconds;
    this.proof = proof;
  }
}

// With the time the lookup takes a policy counts everywhere within a second.
const ageMaxMs = 900;

/** Policies of every tenant, each looked up at most once a second. @param readPool as finaegis_read */
export const createFourEyes = (readPool: () => Pool): FourEyes => {
  const policies = briefCache({
    ageMaxMs,
    entriesMax: 10_000,
    load: async (tenantId: string) => {
      const { rows } = await inTransaction(readPool(), { tenants: [tenantId], readOnly: true }, (tx) =>
        tx.query<PolicyRow>({
          name: 'policies-in-force',
          text: `select ${policyColumns} from ${policiesName} p where p.tenant_id = $1 and p.is_in_force`,
          values: [tenantId],
        }),
      );
      return new Map(rows.map((row) => [row.command, row]));
    },
  });
  return {
    waitSeconds: async ({ name, data, tenantId }) => {
      const policy = (await policies.get(tenantId)).get(name);
      if (policy === undefined) return undefined;
      const from = policy.thresholds.map(({ asset, amountMinor }) => ({ asset, amountMinor: BigInt(amountMinor) }));
      return isGoverned({ from }, data) ? policy.validForSeconds : undefined;
    },
  };
};
