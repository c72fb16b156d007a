import type { Balance } from '@finaegis/bank/ledger/balance';
import type { AccountRow } from '@finaegis/bank/ledger/views/accounts';
import { type BalanceDelta, balanceKey, emptyBalance, every } from '@finaegis/bank/ledger/views/balances';
import { rowName } from '@finaegis/platform/command/locked-table';
import type { MemoryDatabase, RowRules } from './memory-database.ts';

/** The row PostgreSQL makes for an account that meets an asset for the first time. */
const makeBalance = (database: MemoryDatabase, tenantId: string, key: string): Balance | undefined => {
  const [account = '', asset = ''] = key.split(' ');
  const row = database.table('ledger.accounts').get(rowName(tenantId, account)) as AccountRow | undefined;
  if (row === undefined || asset === every) return undefined;
  return { ...emptyBalance(row, asset), isNew: true };
};

/** How balance rows behave in PostgreSQL beyond plain upserts: made by the first lock, locked all at once, changed by deltas. */
export const balanceRules: RowRules = {
  make: makeBalance,
  expand: (database, tenantId, key) => {
    if (!key.endsWith(` ${every}`)) return undefined;
    const start = rowName(tenantId, key.slice(0, -every.length));
    return [...database.table('ledger.balances').keys()]
      .filter((name) => name.startsWith(start))
      .map((name) => name.slice(37))
      .sort();
  },
  applyScratch: (database, scratch) => {
    const rows = database.table('ledger.balances');
    for (const {
      tenantId,
      account,
      asset,
      debitsMinor,
      creditsMinor,
      bookedAt,
    } of scratch.values() as Iterable<BalanceDelta>) {
      const key = balanceKey(account, asset);
      const before = database.row('ledger.balances', { tenantId, key }) as Balance | undefined;
      if (before === undefined) continue;
      rows.set(rowName(tenantId, key), {
        ...before,
        isNew: true,
        debitsMinor: before.debitsMinor + debitsMinor,
        creditsMinor: before.creditsMinor + creditsMinor,
        bookedAt: before.bookedAt !== undefined && before.bookedAt > bookedAt ? before.bookedAt : bookedAt,
      });
    }
  },
};
