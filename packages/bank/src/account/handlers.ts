import { type AccountTools, closeAccountHandler, openAccountHandler } from './account/commands.ts';
import type { AccountDirectory } from './directory.ts';
import { setBankDetailsHandler } from './identifier/commands.ts';
import { type MovementTools, recordDepositHandler, withdrawHandler } from './movements.ts';
import { setOverdraftLimitHandler } from './overdraft.ts';
import type { LedgerAccountHandlers } from './ports.ts';
import { publishProductHandler } from './product/commands.ts';
import { cancelStandingOrderHandler, registerStandingOrderHandler } from './standing-order/commands.ts';
import { issueStatementHandler } from './statement/commands.ts';

/** What the commands of this context are built over. */
export interface HandlerTools extends AccountTools, MovementTools {
  readonly accounts: AccountDirectory;
  readonly ledgerHandlers: Pick<LedgerAccountHandlers, 'setOverdraftLimit'>;
}

/** Every command of the context, built once per process. */
export const createAccountHandlers = (tools: HandlerTools) => ({
  publishProduct: publishProductHandler(),
  setBankDetails: setBankDetailsHandler(),
  openAccount: openAccountHandler(tools),
  closeAccount: closeAccountHandler(tools),
  recordDeposit: recordDepositHandler(tools),
  withdraw: withdrawHandler(tools),
  setOverdraftLimit: setOverdraftLimitHandler(tools.ledgerHandlers.setOverdraftLimit, tools.accounts),
  issueStatement: issueStatementHandler(tools.accounts),
  registerStandingOrder: registerStandingOrderHandler(tools),
  cancelStandingOrder: cancelStandingOrderHandler(),
});

/** The commands by name. */
export type AccountHandlers = ReturnType<typeof createAccountHandlers>;
