import { all, type Transaction } from '@finaegis/platform/database/transaction';
import type { AccountClass } from '../terms.ts';
import { accountsName } from './accounts.ts';
import { balancesName } from './balances.ts';

/** Sums below one place of the chart: credits − debits is its net, and the nets of a whole chart are zero. */
export interface ChartTotal {
  readonly asset: string;
  readonly debitsMinor: bigint;
  readonly creditsMinor: bigint;
}

/** A place in the chart of accounts with everything below it. */
export interface ChartNode {
  /** `nostro/ing`; the root is ''. */
  readonly code: string;
  /** Absent for places that only gather others. */
  readonly account?:
    | {
        readonly accountId: string;
        readonly class: AccountClass;
        readonly hasFloor: boolean;
        readonly status: 'open' | 'closed';
      }
    | undefined;
  readonly totals: readonly ChartTotal[];
  readonly children: readonly ChartNode[];
}

/** The place under which all customers' accounts stand as one sum; no house account can have this code. */
export const customersCode = 'customers';

interface StoredLeaf {
  readonly account_id: string;
  readonly code: string;
  readonly class: AccountClass;
  readonly has_floor: boolean;
  readonly status: 'open' | 'closed';
}

interface StoredTotal {
  readonly code: string;
  readonly asset: string;
  readonly debits: string;
  readonly credits: string;
}

/** The chart of an entity as a tree: its house accounts by code, all customers' accounts in one place. */
export const chartOf = async (tx: Transaction, tenantId: string, entity: string): Promise<ChartNode> => {
  const [leaves, totals] = await all([
    tx.query<StoredLeaf>({
      name: 'chart-accounts',
      text: `select account_id, code, class, has_floor, status from ${accountsName} where tenant_id = $1 and entity = $2 and kind = 'house' order by code`,
      values: [tenantId, entity],
    }),
    tx.query<StoredTotal>({
      name: 'chart-totals',
      text: `select coalesce(a.code, '${customersCode}') as code, b.asset, sum(b.debits) as debits, sum(b.credits) as credits
        from ${balancesName} b left join ${accountsName} a on a.tenant_id = b.tenant_id and a.account_id = b.account_id and a.kind = 'house'
        where b.tenant_id = $1 and b.entity = $2 group by 1, 2`,
      values: [tenantId, entity],
    }),
  ]);
  return chartTree(leaves.rows, totals.rows);
};

interface Draft {
  readonly code: string;
  account?: ChartNode['account'];
  readonly totals: Map<string, { asset: string; debitsMinor: bigint; creditsMinor: bigint }>;
  readonly children: Map<string, Draft>;
}

const draft = (code: string): Draft => ({ code, totals: new Map(), children: new Map() });

/** Builds the tree; each total is counted in its own place and in every place above. */
export const chartTree = (leaves: readonly StoredLeaf[], totals: readonly StoredTotal[]): ChartNode => {
  const root = draft('');
  for (const { account_id: accountId, code, class: accountClass, has_floor: hasFloor, status } of leaves) {
    const place = pathTo(root, code).at(-1);
    if (place !== undefined) place.account = { accountId, class: accountClass, hasFloor, status };
  }
  for (const { code, asset, debits, credits } of totals) {
    for (const place of pathTo(root, code)) {
      const total = place.totals.get(asset) ?? { asset, debitsMinor: 0n, creditsMinor: 0n };
      total.debitsMinor += BigInt(debits);
      total.creditsMinor += BigInt(credits);
      place.totals.set(asset, total);
    }
  }
  return finished(root);
};

/** Every place from the root to a code, made where it is not there yet. */
const pathTo = (root: Draft, code: string): readonly Draft[] => {
  const path = [root];
  for (const part of code.split('/')) {
    const above = path.at(-1) ?? root;
    const child = above.children.get(part) ?? draft(above.code === '' ? part : `${above.code}/${part}`);
    above.children.set(part, child);
    path.push(child);
  }
  return path;
};

const byText = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

const finished = ({ code, account, totals, children }: Draft): ChartNode => ({
  code,
  ...(account === undefined ? {} : { account }),
  totals: [...totals].sort(byText).map(([, total]) => total),
  children: [...children].sort(byText).map(([, child]) => finished(child)),
});
