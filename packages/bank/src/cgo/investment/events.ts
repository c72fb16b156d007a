import { defineEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';
import { dueDiligences, paymentMethods } from '../settings.ts';
import { minor } from '../terms.ts';

const investment = { investmentId: z.string(), round: z.number(), partyId: z.string() };
const money = { amountMinor: minor, sharesMinor: minor };

/** Somebody wants shares of a round; nothing is reserved or booked. */
export const investmentRequested = defineEvent({
  type: 'InvestmentRequested',
  schemaVersion: 1,
  schema: z.strictObject({
    ...investment,
    ...money,
    /** The investor's account: the shares are registered there, and it pays where it is the means of payment. */
    accountId: z.string(),
    entity: z.string(),
    asset: z.string(),
    assetDecimals: z.number(),
    shareAsset: z.string(),
    priceTenThousandths: minor,
    feeMinor: minor,
    tier: z.string(),
    tierInitial: z.string(),
    method: z.enum(paymentMethods),
    coolingOffDays: z.number(),
    /** The agreement has to be signed before it can be paid. */
    needsSignature: z.boolean().optional(),
    reference: z.string(),
    requestedAt: z.string(),
  }),
});

/** Documents are missing, or a person has to look at it first. */
export const investmentReviewRequested = defineEvent({
  type: 'InvestmentReviewRequested',
  schemaVersion: 1,
  schema: z.strictObject({
    ...investment,
    kind: z.enum(['kyc_required', 'aml_review']),
    level: z.enum(dueDiligences),
    flags: z.array(z.string()).readonly(),
    riskScore: z.number(),
  }),
});

/** A person decided whether it may go on. */
export const investmentReviewed = defineEvent({
  type: 'InvestmentReviewed',
  schemaVersion: 1,
  schema: z.strictObject({
    ...investment,
    decision: z.enum(['approved', 'rejected']),
    reviewedBy: z.string(),
    reason: z.string().optional(),
  }),
});

/** Its shares are reserved and the agreement is drawn up: it can be paid. */
export const investmentReserved = defineEvent({
  type: 'InvestmentReserved',
  schemaVersion: 1,
  schema: z.strictObject({
    ...investment,
    holdId: z.string(),
    agreementNumber: z.string(),
    agreementHash: z.string(),
    reservedAt: z.string(),
  }),
});

/** The investor agreed to the agreement: to what its hash is over, at that time. */
export const investmentAgreementSigned = defineEvent({
  type: 'InvestmentAgreementSigned',
  schemaVersion: 1,
  schema: z.strictObject({
    ...investment,
    agreementNumber: z.string(),
    agreementHash: z.string(),
    signedAt: z.string(),
    /** Who gave the signature: the investor's own user or key, or whoever may act for him. */
    signedBy: z.string(),
  }),
});

/** It is paid; until the cooling-off is over the money is the investor's to have back. */
export const investmentPaid = defineEvent({
  type: 'InvestmentPaid',
  schemaVersion: 1,
  schema: z.strictObject({
    ...investment,
    paidMinor: minor,
    payer: z.string(),
    journalId: z.string(),
    paidAt: z.string(),
    coolingOffEndsAt: z.string(),
  }),
});

/** Another amount arrived than was asked for: it is booked, and goes back. */
export const investmentPaymentDiffered = defineEvent({
  type: 'InvestmentPaymentDiffered',
  schemaVersion: 1,
  schema: z.strictObject({ ...investment, paidMinor: minor, payer: z.string(), journalId: z.string() }),
});

/** What was paid in was taken out of the subscriptions again, to be paid back. */
export const investmentPaymentReturned = defineEvent({
  type: 'InvestmentPaymentReturned',
  schemaVersion: 1,
  schema: z.strictObject({ ...investment, journalId: z.string() }),
});

/** The investor owns the shares. */
export const investmentConfirmed = defineEvent({
  type: 'InvestmentConfirmed',
  schemaVersion: 1,
  schema: z.strictObject({
    ...investment,
    ...money,
    certificateNumber: z.string(),
    certificateHash: z.string(),
    journalId: z.string(),
    confirmedAt: z.string(),
  }),
});

const ended = z.strictObject({ ...investment, ...money, reason: z.string() });

/** The investor, or the bank for him, thought better of it in time. */
export const investmentCancelled = defineEvent({ type: 'InvestmentCancelled', schemaVersion: 1, schema: ended });

/** It did not come about: refused, declined, sold out. */
export const investmentFailed = defineEvent({ type: 'InvestmentFailed', schemaVersion: 1, schema: ended });

/** Documents, review or payment did not come in time. */
export const investmentExpired = defineEvent({ type: 'InvestmentExpired', schemaVersion: 1, schema: ended });

const refund = { ...investment, refundId: z.string() };

/** Somebody wants the money of a confirmed investment back. */
export const investmentRefundRequested = defineEvent({
  type: 'InvestmentRefundRequested',
  schemaVersion: 1,
  schema: z.strictObject({ ...refund, reason: z.string(), needsApproval: z.boolean(), requestedAt: z.string() }),
});

/** Another person decided about it. */
export const investmentRefundReviewed = defineEvent({
  type: 'InvestmentRefundReviewed',
  schemaVersion: 1,
  schema: z.strictObject({
    ...refund,
    decision: z.enum(['approved', 'rejected']),
    reviewedBy: z.string(),
    reason: z.string().optional(),
  }),
});

/** The shares are back in the round and the certificate is void; the money is on its way. */
export const investmentSharesReturned = defineEvent({
  type: 'InvestmentSharesReturned',
  schemaVersion: 1,
  schema: z.strictObject({
    ...refund,
    ...money,
    certificateNumber: z.string(),
    journalId: z.string(),
    returnedAt: z.string(),
  }),
});

/** The investor has the money back. */
export const investmentRefunded = defineEvent({
  type: 'InvestmentRefunded',
  schemaVersion: 1,
  schema: z.strictObject(refund),
});

/** All events of an investment's stream, in the order of its life. */
export const investmentEvents = [
  investmentRequested,
  investmentReviewRequested,
  investmentReviewed,
  investmentReserved,
  investmentAgreementSigned,
  investmentPaid,
  investmentPaymentDiffered,
  investmentPaymentReturned,
  investmentConfirmed,
  investmentCancelled,
  investmentFailed,
  investmentExpired,
  investmentRefundRequested,
  investmentRefundReviewed,
  investmentSharesReturned,
  investmentRefunded,
] as const;
