import { all, type Transaction } from '@finaegis/platform/database/transaction';
import { subscriptionName } from '@finaegis/platform/view/view';
import { type AccountClass, normalSide } from '../terms.ts';
import { balancesName } from './balances.ts';
import { latestName, postingsView } from './postings.ts';

/** Counters of one entity in one asset; their difference is zero, always. */
export interface TrialBalance {
  readonly entity: string;
  readonly asset: string;
  readonly debitsMinor: bigint;
  readonly creditsMinor: bigint;
}

/** The trial balance of one entity, or of all. */
export const trialBalances = async (
  tx: Transaction,
  tenantId: string,
  entity?: string,
): Promise<readonly TrialBalance[]> => {
  const { rows } = await tx.query<{ entity: string; asset: string; debits: string; credits: string }>({
    name: 'trial-balances',
    text: `select entity, asset, sum(debits) as debits, sum(credits) as credits from ${balancesName}
      where tenant_id = $1 and ($2::text is null or entity = $2) group by entity, asset order by entity, asset`,
    values: [tenantId, entity ?? null],
  });
  return rows.map((row) => ({
    entity: row.entity,
    asset: row.asset,
    debitsMinor: BigInt(row.debits),
    creditsMinor: BigInt(row.credits),
  }));
};

/** A balance whose stored counters say something else than its postings add up to. */
export interface BalanceDifference {
  readonly account: string;
  readonly asset: string;
  readonly storedMinor: bigint;
  readonly postingsMinor: bigint;
}

/** Stored balances against the history. Comparable only when the history had folded the whole log at that moment. */
export interface Comparison {
  readonly isComparable: boolean;
  readonly differences: readonly BalanceDifference[];
}

/** Compares every stored balance with the postings that made it; `tx` must be one snapshot (repeatable read). */
export const compareWithPostings = async (tx: Transaction, tenantId: string): Promise<Comparison> => {
  const [places, balances] = await all([
    tx.query<{ head: bigint; reached: bigint }>(
      `select h.seq as head, coalesce(s.seq, 0) as reached from tenant_heads h
        left join subscriptions s on s.tenant_id = h.tenant_id and s.name = $2 where h.tenant_id = $1`,
      [tenantId, subscriptionName(postingsView)],
    ),
    tx.query<{
      account_id: string;
      asset: string;
      class: AccountClass;
      debits: string;
      credits: string;
      posted: string;
    }>(
      `select account_id, asset, b.class, coalesce(b.debits, 0) as debits, coalesce(b.credits, 0) as credits, coalesce(l.posted, 0) as posted
        from (select * from ${balancesName} where tenant_id = $1) b
        full join (select * from ${latestName} where tenant_id = $1) l using (tenant_id, account_id, asset)
        order by account_id, asset`,
      [tenantId],
    ),
  ]);
  const [place] = places.rows;
  const differences = balances.rows
    .map((row) => ({
      account: row.account_id,
      asset: row.asset,
      storedMinor: storedOf(row),
      postingsMinor: BigInt(row.posted),
    }))
    .filter(({ storedMinor, postingsMinor }) => storedMinor !== postingsMinor);
  return { isComparable: place === undefined || place.head === place.reached, differences };
};

// A history without a stored balance has no class; its counters are zero, so the side does not matter.
const storedOf = ({
  class: accountClass,
  debits,
  credits,
}: {
  readonly class: AccountClass | null;
  readonly debits: string;
  readonly credits: string;
}): bigint =>
  accountClass !== null && normalSide(accountClass) === 'debit'
    ? BigInt(debits) - BigInt(credits)
    : BigInt(credits) - BigInt(debits);
