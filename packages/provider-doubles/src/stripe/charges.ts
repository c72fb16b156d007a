import type Stripe from 'stripe';
import { chargeFee, move } from './balance.ts';
import type { Merchant } from './merchant.ts';
import type { Decline, TestCard } from './test-cards.ts';

interface Attempt {
  readonly intent: Stripe.PaymentIntent;
  readonly method: Stripe.PaymentMethod;
  readonly card: TestCard;
}

/** An authorised charge, not captured yet: the payer's bank holds the amount, nothing has moved. */
export const authorise = (merchant: Merchant, attempt: Attempt): Stripe.Charge => {
  const charge = merchant.keep({
    ...charged(merchant, attempt),
    paid: true,
    status: 'succeeded',
    outcome: outcome({
      network_status: 'approved_by_network',
      seller_message: 'Payment complete.',
      type: 'authorized',
    }),
  });
  return charge;
};

/** A charge the payer's bank declined; kept, because disputes of payers with their banks refer to it. */
export const decline = (
  merchant: Merchant,
  attempt: Attempt,
  { code, declineCode, message }: Decline,
): Stripe.Charge => {
  const charge = merchant.keep({
    ...charged(merchant, attempt),
    paid: false,
    status: 'failed',
    failure_code: code,
    failure_message: message,
    outcome: outcome({
      network_status: 'declined_by_network',
      reason: declineCode,
      seller_message: 'The bank did not return any further details with this decline.',
      type: 'issuer_declined',
    }),
  });
  merchant.publish('charge.failed', charge);
  return charge;
};

/** Takes the money, or a part of it; what is not taken is released to the payer. */
export const capture = (merchant: Merchant, charge: Stripe.Charge, amount: number, card: TestCard): Stripe.Charge => {
  const moved = move(merchant, {
    type: 'charge',
    reportingCategory: 'charge',
    amount,
    fee: chargeFee(merchant, amount),
    currency: charge.currency,
    source: charge.id,
    description: charge.description,
    availableAfterSeconds: card.isAvailableAtOnce === true ? 0 : merchant.settings.availableAfterSeconds,
  });
  return merchant.keep({ ...charge, captured: true, amount_captured: amount, balance_transaction: moved.id });
};

/** Lets go of what was authorised and never captured. */
export const release = (merchant: Merchant, charge: Stripe.Charge): Stripe.Charge => {
  const released = merchant.keep({ ...charge, amount_refunded: charge.amount, refunded: true });
  merchant.publish('charge.refunded', released);
  return released;
};

const charged = (merchant: Merchant, { intent, method, card }: Attempt): Stripe.Charge => ({
  id: merchant.newId('ch'),
  object: 'charge',
  amount: intent.amount,
  amount_captured: 0,
  amount_refunded: 0,
  application: null,
  application_fee: null,
  application_fee_amount: null,
  balance_transaction: null,
  billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
  calculated_statement_descriptor: 'FINAEGIS DOUBLE',
  captured: false,
  created: merchant.now(),
  currency: intent.currency,
  customer: intent.customer,
  description: intent.description,
  disputed: false,
  failure_balance_transaction: null,
  failure_code: null,
  failure_message: null,
  fraud_details: {},
  livemode: false,
  metadata: { ...intent.metadata },
  on_behalf_of: null,
  outcome: null,
  paid: false,
  payment_intent: intent.id,
  payment_method: method.id,
  payment_method_details: cardDetails(intent, card),
  receipt_email: intent.receipt_email,
  receipt_number: null,
  receipt_url: null,
  refunded: false,
  review: null,
  shipping: null,
  source: null,
  source_transfer: null,
  statement_descriptor: intent.statement_descriptor,
  statement_descriptor_suffix: intent.statement_descriptor_suffix,
  status: 'pending',
  transfer_data: null,
  transfer_group: intent.transfer_group,
});

const cardDetails = (intent: Stripe.PaymentIntent, card: TestCard): Stripe.Charge.PaymentMethodDetails => ({
  card: {
    amount_authorized: intent.amount,
    authorization_code: null,
    brand: card.brand,
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
    country: 'US',
    electronic_commerce_indicator: null,
    exp_month: 12,
    exp_year: 2034,
    fingerprint: `double${card.last4}`,
    funding: 'credit',
    installments: null,
    last4: card.last4,
    mandate: null,
    network: card.brand,
    network_transaction_id: null,
    regulated_status: 'unregulated',
    three_d_secure: null,
    transaction_link_id: null,
    wallet: null,
  },
  type: 'card',
});

const outcome = (
  said: Pick<Stripe.Charge.Outcome, 'network_status' | 'seller_message' | 'type'> & { readonly reason?: string },
): Stripe.Charge.Outcome => ({
  advice_code: null,
  network_advice_code: null,
  network_decline_code: null,
  reason: null,
  risk_level: 'normal',
  ...said,
});
