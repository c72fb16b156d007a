import type Stripe from 'stripe';
import { move } from './balance.ts';
import { idOf, type Merchant } from './merchant.ts';
import { type Params, readAmount, readChoice, readMetadata, readText } from './params.ts';
import { invalidRequest, unexpectedState } from './problem.ts';

export const createRefund = (merchant: Merchant, params: Params): Stripe.Refund => {
  const charge = readCharge(merchant, params);
  const left = charge.amount_captured - charge.amount_refunded;
  if (charge.disputed)
    throw invalidRequest(`Charge ${charge.id} has been charged back; cannot issue a refund.`, {
      code: 'charge_disputed',
    });
  if (left === 0)
    throw invalidRequest(`Charge ${charge.id} has already been refunded.`, { code: 'charge_already_refunded' });
  const amount = readAmount(params, 'amount') ?? left;
  if (amount > left)
    throw invalidRequest(`Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`, {
      param: 'amount',
    });

  const refund = book(merchant, charge, {
    amount,
    metadata: readMetadata(params),
    reason: readChoice(params, 'reason', ['duplicate', 'fraudulent', 'requested_by_customer']) ?? null,
  });
  changeRefunded(merchant, charge.id, amount);
  merchant.publish('refund.created', refund);
  merchant.publish('charge.refunded', merchant.find('charge', charge.id, 'charge'));
  if (howRefunded(merchant, charge) === 'fails') merchant.afterwards(() => void failRefund(merchant, refund.id));
  return refund;
};

const readCharge = (merchant: Merchant, params: Params): Stripe.Charge => {
  const [charge, intentId] = [readText(params, 'charge') ?? undefined, readText(params, 'payment_intent') ?? undefined];
  if ((charge === undefined) === (intentId === undefined))
    throw invalidRequest('One of the following params should be provided for this request: payment_intent or charge.', {
      code: charge === undefined ? 'parameter_missing' : 'parameters_exclusive',
    });
  if (intentId === undefined) return assertCaptured(merchant.find('charge', String(charge), 'charge'));

  const intent = merchant.find('payment_intent', intentId, 'payment_intent');
  if (intent.status !== 'succeeded')
    throw unexpectedState(intent, `This PaymentIntent (${intentId}) does not have a successful charge to refund.`);
  return merchant.find('charge', idOf(intent.latest_charge), 'charge');
};

const assertCaptured = (charge: Stripe.Charge): Stripe.Charge => {
  if (!charge.captured)
    throw invalidRequest(`Charge ${charge.id} has not been captured; cancel its PaymentIntent instead.`, {
      code: 'charge_not_refundable',
    });
  return charge;
};

const howRefunded = (merchant: Merchant, charge: Stripe.Charge): 'pending' | 'fails' | undefined =>
  merchant.cards.get(idOf(charge.payment_method))?.refund;

interface Booking {
  readonly amount: number;
  readonly reason: Stripe.Refund.Reason | null;
  readonly metadata: Record<string, string>;
}

// The money leaves the merchant's balance at once, also while the refund is pending. The fee of the charge stays taken.
const book = (merchant: Merchant, charge: Stripe.Charge, { amount, reason, metadata }: Booking): Stripe.Refund => {
  const id = merchant.newId('re');
  const isPending = howRefunded(merchant, charge) === 'pending';
  const moved = move(merchant, {
    type: 'refund',
    reportingCategory: 'refund',
    amount: -amount,
    currency: charge.currency,
    source: id,
    description: 'REFUND FOR CHARGE',
  });
  return merchant.keep({
    id,
    object: 'refund',
    amount,
    balance_transaction: moved.id,
    charge: charge.id,
    created: merchant.now(),
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: {
      card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
      type: 'card',
    },
    metadata,
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    ...(isPending ? { pending_reason: 'processing' as const } : {}),
    reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: isPending ? 'pending' : 'succeeded',
    transfer_reversal: null,
  } satisfies Stripe.Refund);
};

const changeRefunded = (merchant: Merchant, chargeId: string, amount: number): void => {
  const charge = merchant.find('charge', chargeId, 'charge');
  const refunded = charge.amount_refunded + amount;
  merchant.keep({ ...charge, amount_refunded: refunded, refunded: refunded === charge.amount_captured });
};

/** A pending refund reaches the payer. */
export const settleRefund = (merchant: Merchant, refundId: string): Stripe.Refund => {
  const { pending_reason: _, ...refund } = merchant.find('refund', refundId, 'refund');
  if (refund.status !== 'pending') throw new RangeError(`${refundId} is ${refund.status}, not pending`);
  const settled = merchant.keep({ ...refund, status: 'succeeded' });
  announce(merchant, settled);
  return settled;
};

/**
 * The payer's bank sends a refund back, which happens also after it was called succeeded: the money is on the merchant's balance again.
 * @param reason one of Stripe's failure reasons, such as `lost_or_stolen_card` or `expired_or_canceled_card`
 */
export const failRefund = (
  merchant: Merchant,
  refundId: string,
  reason = 'expired_or_canceled_card',
): Stripe.Refund => {
  const { pending_reason: _, ...refund } = merchant.find('refund', refundId, 'refund');
  if (refund.status !== 'pending' && refund.status !== 'succeeded')
    throw new RangeError(`${refundId} is ${refund.status} and can fail no more`);
  const returned = move(merchant, {
    type: 'refund_failure',
    reportingCategory: 'refund_failure',
    amount: refund.amount,
    currency: refund.currency,
    source: refundId,
    description: 'REFUND FAILURE',
  });
  const failed = merchant.keep({
    ...refund,
    failure_balance_transaction: returned.id,
    failure_reason: reason,
    status: 'failed',
  });
  changeRefunded(merchant, idOf(refund.charge), -refund.amount);
  announce(merchant, failed);
  merchant.publish('refund.failed', failed);
  return failed;
};

const announce = (merchant: Merchant, refund: Stripe.Refund): void => {
  merchant.publish('refund.updated', refund);
  merchant.publish('charge.refund.updated', refund);
};
