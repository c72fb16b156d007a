import type { InvestmentRefusal } from './investment/investment.ts';
import type { OfferingRefusal, OpenRoundRefusal } from './round/commands.ts';

// Commands, as plain JSON.
export { type RequestInvestmentData, requestInvestmentSchema } from './investment/commands.ts';
// Published events.
export {
  investmentAgreementSigned,
  investmentCancelled,
  investmentConfirmed,
  investmentExpired,
  investmentFailed,
  investmentPaid,
  investmentRefunded,
  investmentRefundRequested,
  investmentRefundReviewed,
  investmentRequested,
  investmentReserved,
  investmentReviewed,
  investmentReviewRequested,
  investmentSharesReturned,
} from './investment/events.ts';
// Words.
export { type Investment, type InvestmentStatus, investmentStatuses } from './investment/investment.ts';
export type {
  Candidate,
  Compliance,
  InvestmentPayments,
  PaymentRequest,
  PaymentState,
  PaymentToSendBack,
  Verdict,
} from './ports.ts';
export { type OpenRoundData, openRoundSchema } from './round/commands.ts';
export { pricingRoundClosed, pricingRoundOpened } from './round/events.ts';
export { type Round, shareAssetOf } from './round/round.ts';
export { type OfferingSettings, offeringDefaults, type PaymentMethod } from './settings.ts';
// For whoever takes payments: which saga is to be told of one.
export { sagaWaitingFor } from './with-saga.ts';

/** Every refusal of this context. */
export type CgoContextRefusal = OfferingRefusal | OpenRoundRefusal | InvestmentRefusal;
