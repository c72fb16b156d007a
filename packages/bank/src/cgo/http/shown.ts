import { formatAmount } from '@finaegis/kernel/money';
import { amountSchema, assetCode, instant, uuid } from '@finaegis/platform/http/amount';
import { z } from 'zod';
import type { ShowAmount } from '../../asset/contract.ts';
import { type Investment, investmentStatuses, lacksSignature } from '../investment/investment.ts';
import { currentRefund } from '../investment/refund.ts';
import type { Round } from '../round/round.ts';
import { dueDiligences, paymentMethods } from '../settings.ts';
import { shareDecimals } from '../terms.ts';
import type { RoundTotals } from '../views/holdings.ts';

/** A number of shares, or the price of one, with its four decimals. */
export const fourDecimals = z
  .string()
  .max(30)
  .regex(/^(0|[1-9][0-9]*)(\.[0-9]{1,4})?$/, 'must be a decimal with at most four decimals')
  .meta({ id: 'FourDecimals', description: 'Decimal string with at most four decimals.', examples: ['12.5000'] });

/** Part of a whole. */
export const percentage = z.string().describe('Percent with six decimals.');

/** Minor units of shares as they are written. */
export const sharesText = (minor: bigint): string => formatAmount(minor, shareDecimals);

/** Part of a whole in percent, with six decimals, rounded down. */
export const percentText = (part: bigint, whole: bigint): string => formatAmount((part * 100_000_000n) / whole, 6);

/** A round as it is answered. */
export const roundResource = z
  .object({
    round: z.int(),
    name: z.string(),
    status: z.enum(['open', 'closed']),
    entity: z.string(),
    asset: assetCode.describe('What it is paid in.'),
    shareAsset: assetCode.describe('What is counted in the share register.'),
    sharePrice: fourDecimals,
    sharesMax: fourDecimals,
    sharesSold: fourDecimals,
    raised: amountSchema,
    investors: z.int(),
    investmentMin: amountSchema,
    investmentMax: amountSchema,
    opensAt: instant,
    closesAt: instant.optional(),
    coolingOffDays: z.int(),
    needsSignature: z.boolean().describe('Whether agreements have to be signed before they can be paid.'),
  })
  .meta({ id: 'PricingRound', description: 'Shares offered at one price.' });

export const showRound = (round: Round, totals: RoundTotals | undefined, amount: ShowAmount) => ({
  round: round.round,
  name: round.name,
  status: round.status,
  entity: round.entity,
  asset: round.asset,
  shareAsset: round.shareAsset,
  sharePrice: sharesText(round.priceTenThousandths),
  sharesMax: sharesText(round.sharesMaxMinor),
  sharesSold: sharesText(totals?.soldMinor ?? 0n),
  raised: amount(round.asset, totals?.raisedMinor ?? 0n),
  investors: totals?.investors ?? 0,
  investmentMin: amount(round.asset, round.investmentMinMinor),
  investmentMax: amount(round.asset, round.investmentMaxMinor),
  opensAt: round.opensAt,
  ...(round.closesAt === undefined ? {} : { closesAt: round.closesAt }),
  coolingOffDays: round.coolingOffDays,
  needsSignature: round.needsSignature === true,
});

/** An investment as it is answered. */
export const investmentResource = z
  .object({
    investmentId: uuid,
    status: z.enum(investmentStatuses),
    round: z.int(),
    partyId: uuid,
    accountId: uuid,
    amount: amountSchema,
    fee: amountSchema.optional(),
    shares: fourDecimals,
    sharePrice: fourDecimals,
    tier: z.string(),
    paymentMethod: z.enum(paymentMethods),
    reference: z.string().describe('To be quoted when it is paid.'),
    requiredLevel: z.enum(dueDiligences).optional().describe('Due diligence that is missing.'),
    flags: z.array(z.string()).optional().describe('What a check found; shown to staff.'),
    agreementNumber: z.string().optional(),
    agreementHash: z.string().optional().describe('SHA3-256 over what the agreement says; it is what is signed.'),
    signature: z
      .enum(['missing', 'given'])
      .optional()
      .describe('Missing where the agreement has to be signed before it can be paid.'),
    signedAt: instant.optional(),
    coolingOffEndsAt: instant.optional(),
    certificateNumber: z.string().optional(),
    confirmedAt: instant.optional(),
    voidedAt: instant.optional(),
    reason: z.string().optional().describe('Why it ended before it was confirmed.'),
    refund: z
      .object({
        refundId: uuid,
        reason: z.string(),
        status: z.enum(['requested', 'approved', 'rejected', 'completed']),
      })
      .optional(),
    requestedAt: instant,
    changedAt: instant,
  })
  .meta({ id: 'Investment', description: 'Shares somebody has, or wants.' });

/** A customer is told that documents are missing, and not that he was looked at: telling him may be forbidden. */
export const showInvestment = (investment: Investment, amount: ShowAmount, isOfCustomer: boolean) => {
  const { asset, feeMinor, review, status } = investment;
  const refund = currentRefund(investment) ?? investment.refunds.at(-1);
  return {
    investmentId: investment.investmentId,
    status: isOfCustomer && status === 'aml_review' ? ('requested' as const) : status,
    round: investment.round,
    partyId: investment.partyId,
    accountId: investment.accountId,
    amount: amount(asset, investment.amountMinor),
    ...(feeMinor === 0n ? {} : { fee: amount(asset, feeMinor) }),
    shares: sharesText(investment.sharesMinor),
    sharePrice: sharesText(investment.priceTenThousandths),
    tier: investment.tier,
    paymentMethod: investment.method,
    reference: investment.reference,
    ...(status === 'kyc_required' && review !== undefined ? { requiredLevel: review.level } : {}),
    ...(review === undefined || isOfCustomer ? {} : { flags: review.flags }),
    ...(investment.agreementNumber === undefined
      ? {}
      : { agreementNumber: investment.agreementNumber, agreementHash: investment.agreementHash }),
    ...signatureOf(investment),
    ...(investment.coolingOffEndsAt === undefined ? {} : { coolingOffEndsAt: investment.coolingOffEndsAt }),
    ...(investment.certificateNumber === undefined ? {} : { certificateNumber: investment.certificateNumber }),
    ...(investment.confirmedAt === undefined ? {} : { confirmedAt: investment.confirmedAt }),
    ...(investment.voidedAt === undefined ? {} : { voidedAt: investment.voidedAt }),
    ...(investment.reason === undefined ? {} : { reason: investment.reason }),
    ...(refund === undefined
      ? {}
      : { refund: { refundId: refund.refundId, reason: refund.reason, status: refund.status } }),
    requestedAt: investment.requestedAt,
    changedAt: investment.changedAt,
  };
};

const signatureOf = (investment: Investment) => {
  const { signature, agreementNumber } = investment;
  if (signature !== undefined) return { signature: 'given', signedAt: signature.signedAt } as const;
  return agreementNumber !== undefined && lacksSignature(investment) ? ({ signature: 'missing' } as const) : {};
};

/** What one investor owns of one round. */
export const holdingResource = z
  .object({
    round: z.int(),
    partyId: uuid,
    shares: fourDecimals,
    invested: amountSchema,
    ownership: percentage,
  })
  .meta({ id: 'ShareHolding' });
