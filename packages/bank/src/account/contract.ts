import type { AccountCommandRefusal } from './account/commands.ts';
import type { DepositRefusal } from './deposit.ts';
import type { NumberingRefusal } from './identifier/identifier.ts';
import type { OverdraftRefusal } from './overdraft.ts';
import type { ProductRefusal } from './product/product.ts';
import type { StatementRefusal } from './statement/statement.ts';

// Commands, as plain JSON.
export { type CloseAccount, type OpenAccountData, openAccountSchema } from './account/commands.ts';
export { setBankDetailsSchema } from './identifier/commands.ts';
export { type RecordDepositData, type WithdrawData, recordDepositSchema, withdrawSchema } from './movements.ts';
export { publishProductSchema } from './product/commands.ts';
export { issueStatementSchema } from './statement/commands.ts';

// Words.
export { type Account, type Holder } from './account/account.ts';
export { type Deposit, type SuspensionReason, suspensionReasons } from './deposit.ts';
export { type IbanProblem, formatIban, isIban, parseIban } from './identifier/iban.ts';
export { type BankDetails, type Identifier, type IdentifierScheme } from './identifier/identifier.ts';
export { type StatementCycle, statementCycles } from './product/events.ts';
export { type PublishProduct, firstProducts } from './product/product.ts';
export { type Statement } from './statement/statement.ts';
export type { StatementRun, StatementRunReport } from './statement-run.ts';

// Published events.
export { accountClosed, accountOpened, identifierIssued } from './account/events.ts';
export { bankDetailsSet } from './identifier/events.ts';
export { productPublished } from './product/events.ts';
export { statementIssued } from './statement/events.ts';

/** Every refusal of this context. */
export type AccountContextRefusal =
  | AccountCommandRefusal
  | NumberingRefusal
  | ProductRefusal
  | StatementRefusal
  | DepositRefusal
  | OverdraftRefusal;
