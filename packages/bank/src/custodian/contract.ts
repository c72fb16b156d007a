import type { AllocationRefusal } from './allocation/allocation.ts';
import type { PartnerBankRefusal } from './bank/bank.ts';
import type { BreakRefusal } from './break/break.ts';
import type { TransferRefusal } from './transfer/transfer.ts';

// Words.
export type { Allocation } from './allocation/allocation.ts';
// Published events.
export { bankAllocationSet } from './allocation/events.ts';
export {
  type BankAmount,
  type BankShare,
  type Concentration,
  type Cover,
  concentrations,
  type DiversificationRule,
  diversificationRule,
  type Insurance,
  insuranceCover,
  type Spread,
  splitAmount,
} from './allocation/split.ts';
export type { Nostro, PartnerBank, PartnerTerms } from './bank/bank.ts';
export {
  nostroAssigned,
  type PartnerKind,
  partnerBankRegistered,
  partnerBankResumed,
  partnerBankSuspended,
  partnerBankTermsChanged,
} from './bank/events.ts';
export type { Break } from './break/break.ts';
export {
  breakCorrected,
  breakCorrectionProposed,
  breakCorrectionRejected,
  breakExplained,
  breakFound,
  breakMatched,
  breakWrittenOff,
} from './break/events.ts';
export type {
  BankMessage,
  BankOrder,
  BankOutcome,
  Capabilities,
  CustodianConnector,
  NostroStatement,
  PayeeMatch,
  StatementEntry,
  VerifiedWebhook,
} from './connector.ts';
export { bankDayClosed, bankDayOpened } from './day/events.ts';
export { nostroReconciled } from './reconciliation/events.ts';
export {
  custodianTransferCompleted,
  custodianTransferFailed,
  custodianTransferRequested,
} from './transfer/events.ts';
export { type Route, type RoutePolicy, routePolicy, routeTransfer } from './transfer/routing.ts';
export type { CustodianTransfer } from './transfer/transfer.ts';

/** Every refusal of this context. */
export type CustodianRefusal = PartnerBankRefusal | AllocationRefusal | TransferRefusal | BreakRefusal;
