import { rehydrate } from '@finaegis/platform/event-store/read';
import { read, type Services } from '@finaegis/platform/services';
import {
  type CryptoDeposit,
  type CryptoDepositState,
  cryptoDepositAggregate,
} from './crypto-deposit/crypto-deposit.ts';
import { type CryptoDepositFilter, listCryptoDeposits } from './views/crypto-deposits.ts';
import { readStates } from './views/payments.ts';

/** The read side of crypto deposits. Nothing here asks who may see it. */
export interface CryptoReads {
  deposit(tenantId: string, depositId: string): Promise<CryptoDepositState>;
  list(
    tenantId: string,
    filter: CryptoDepositFilter,
    page: { readonly before?: bigint | undefined; readonly limit: number },
  ): Promise<readonly { readonly seq: bigint; readonly item: CryptoDeposit }[]>;
}

/** The read side over the database; `services` is used by requests only, since it is complete only after all contexts are wired. */
export const createCryptoReads = (services: Services): CryptoReads => ({
  deposit: (tenantId, id) =>
    read(
      services,
      tenantId,
      async (tx) => (await rehydrate(tx, services.catalogue, cryptoDepositAggregate, { tenantId, id })).state,
    ),
  list: (tenantId, filter, page) =>
    read(services, tenantId, async (tx) => {
      const rows = await listCryptoDeposits(tx, tenantId, filter, page);
      const ids = rows.map(({ id }) => id);
      const states = await readStates(tx, services.catalogue, cryptoDepositAggregate, { tenantId, ids });
      return rows.map(({ seq }, index) => ({ seq, item: states[index] as CryptoDeposit }));
    }),
});
