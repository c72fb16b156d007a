import { setAllocationHandler } from './allocation/commands.ts';
import { partnerBankHandlers } from './bank/commands.ts';
import { breakHandlers } from './break/commands.ts';
import { type BankDayTools, bankDayHandlers } from './day/commands.ts';
import type { CustodianPorts } from './ports.ts';
import { recordReconciliationHandler } from './reconciliation/commands.ts';
import {
  completeTransferHandler,
  failTransferHandler,
  requestTransferHandler,
  type TransferTools,
} from './transfer/commands.ts';

/** Every command of the context, built once per process. */
export const createCustodianHandlers = (
  { ledger, parties }: Pick<CustodianPorts, 'ledger' | 'parties'>,
  transfers: TransferTools,
  days: BankDayTools,
) => ({
  ...partnerBankHandlers(ledger.directory),
  setAllocation: setAllocationHandler(parties),
  requestTransfer: requestTransferHandler(transfers),
  completeTransfer: completeTransferHandler(),
  failTransfer: failTransferHandler(),
  recordReconciliation: recordReconciliationHandler(),
  ...bankDayHandlers(days),
  ...breakHandlers({ ledger: ledger.directory, balances: ledger.balances }),
});

/** The commands by name. */
export type CustodianHandlers = ReturnType<typeof createCustodianHandlers>;
