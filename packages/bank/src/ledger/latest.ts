import type { Latest } from '@finaegis/platform/realtime/latest';
import { z } from 'zod';
import type { AssetDirectory } from '../asset/contract.ts';
import { balanceResource, showAccountNow, writerOf } from './http/balances-on-wire.ts';
import type { LedgerReads } from './reads.ts';

const euro = (amount: string) => ({ amount, asset: 'EUR' });

/** The balances of accounts as they are now, for whoever shows them: what `GET …/balances` answers, after everything that may have changed it. */
export const latestBalances = ({
  assets,
  reads,
}: {
  readonly assets: AssetDirectory;
  readonly reads: Pick<LedgerReads, 'accountsNow'>;
}): Latest => ({
  name: 'ledger.account.balances',
  summary: 'The balances of the account as they are now; only the newest is told.',
  schema: z.object({ account: z.string(), balances: z.array(balanceResource).describe('By asset.') }),
  sample: {
    account: '0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12',
    balances: [
      {
        asset: 'EUR',
        posted: euro('120.00'),
        available: euro('100.00'),
        spendable: euro('100.00'),
        heldOut: euro('20.00'),
        heldIn: euro('0.00'),
        blocked: euro('0.00'),
        overdraftLimit: euro('0.00'),
      },
    ],
  },
  after: ['ledger.*', 'account.*'],
  read: async (tenantId, accountIds) => {
    const found = await reads.accountsNow(tenantId, accountIds);
    const amount = await writerOf(assets, tenantId, found);
    return new Map(found.map((now) => [now.account, showAccountNow(now, amount)]));
  },
});
