import type { AccountCommandRefusal } from './account/commands.ts';
import type { DepositRefusal } from './deposit.ts';
import type { NumberingRefusal } from './identifier/identifier.ts';
import type { OverdraftRefusal } from './overdraft.ts';
import type { ProductRefusal } from './product/product.ts';
import type { StandingOrderRefusal } from './standing-order/standing-order.ts';
import type { StatementRefusal } from './statement/statement.ts';

export { formatIban, type IbanProblem, isIban, parseIban } from '@finaegis/kernel/iban';
// Words.
export type { Account, Holder } from './account/account.ts';
// Commands, as plain JSON.
export { type CloseAccount, type OpenAccountData, openAccountSchema } from './account/commands.ts';
// Published events.
export { accountClosed, accountOpened, identifierIssued } from './account/events.ts';
export { type Deposit, type SuspensionReason, suspensionReasons } from './deposit.ts';
export type { AccountTerms } from './directory.ts';
export { allowsAsset } from './directory.ts';
export { setBankDetailsSchema } from './identifier/commands.ts';
export { bankDetailsSet } from './identifier/events.ts';
export type { BankDetails, Identifier, IdentifierScheme } from './identifier/identifier.ts';
export { type RecordDepositData, recordDepositSchema, type WithdrawData, withdrawSchema } from './movements.ts';
export type { AccountNumbers } from './numbers.ts';
export { publishProductSchema } from './product/commands.ts';
export { productPublished, type StatementCycle, statementCycles } from './product/events.ts';
export { firstProducts, type PublishProduct } from './product/product.ts';
export {
  orderTerms,
  type RegisterStandingOrderData,
  registerStandingOrderSchema,
} from './standing-order/commands.ts';
export { standingOrderCancelled, standingOrderRegistered } from './standing-order/events.ts';
export { type StandingOrder, standingOrderAggregate } from './standing-order/standing-order.ts';
export { issueStatementSchema } from './statement/commands.ts';
export { statementIssued } from './statement/events.ts';
export type { Statement } from './statement/statement.ts';
export type { StatementRun, StatementRunReport } from './statement-run.ts';

/** Every refusal of this context. */
export type AccountContextRefusal =
  | AccountCommandRefusal
  | NumberingRefusal
  | ProductRefusal
  | StatementRefusal
  | DepositRefusal
  | OverdraftRefusal
  | StandingOrderRefusal;
