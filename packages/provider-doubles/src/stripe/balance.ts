import type Stripe from 'stripe';
import type { Merchant } from './merchant.ts';

interface Movement {
  readonly type: 'adjustment' | 'charge' | 'payout' | 'payout_failure' | 'refund' | 'refund_failure' | 'stripe_fee';
  readonly reportingCategory: string;
  /** What moves, gross; negative when it leaves. */
  readonly amount: number;
  /** What Stripe takes for it. */
  readonly fee?: number;
  readonly feeDescription?: string;
  readonly currency: string;
  /** Nothing stands behind what Stripe moves by itself. */
  readonly source: string | null;
  readonly description?: string | null;
  readonly availableAfterSeconds?: number;
}

/** Books a movement on the merchant's balance: net = gross − fee. */
export const move = (merchant: Merchant, movement: Movement): Stripe.BalanceTransaction => {
  const { type, reportingCategory, amount, fee = 0, currency, source, availableAfterSeconds = 0 } = movement;
  const created = merchant.now();
  return merchant.keep({
    id: merchant.newId('txn'),
    object: 'balance_transaction',
    amount,
    available_on: created + availableAfterSeconds,
    balance_type: 'payments',
    created,
    currency,
    description: movement.description ?? null,
    exchange_rate: null,
    fee,
    fee_details:
      fee === 0
        ? []
        : [
            {
              amount: fee,
              application: null,
              currency,
              description: movement.feeDescription ?? 'Stripe processing fees',
              type: 'stripe_fee',
            },
          ],
    net: amount - fee,
    reporting_category: reportingCategory,
    source,
    status: availableAfterSeconds === 0 ? 'available' : 'pending',
    type,
  });
};

/** Stripe's fee on a charge, the share rounded half up to whole minor units. */
export const chargeFee = ({ settings }: Merchant, amount: number): number =>
  Math.floor((amount * settings.feeBasisPoints + 5_000) / 10_000) + settings.feeFixedMinor;

/** Turns what is due by now from pending to available, as time does. */
export const ripenBalance = (merchant: Merchant): void => {
  for (const transaction of merchant.all('balance_transaction'))
    if (transaction.status === 'pending' && transaction.available_on <= merchant.now())
      merchant.keep({ ...transaction, status: 'available' });
};

/**
 * Pays the available balance of a currency out to the bank: every balance transaction that no payout took yet goes along.
 * @throws RangeError when there is nothing to pay out.
 */
export const payOut = (merchant: Merchant, currency: string): Stripe.Payout => {
  ripenBalance(merchant);
  const along = merchant
    .all('balance_transaction')
    .filter((each) => each.currency === currency && each.status === 'available' && !merchant.payoutOf.has(each.id));
  const amount = along.reduce((sum, { net }) => sum + net, 0);
  if (amount <= 0) throw new RangeError(`There is nothing to pay out: the available balance is ${amount} ${currency}`);

  const id = merchant.newId('po');
  const booked = move(merchant, {
    type: 'payout',
    reportingCategory: 'payout',
    amount: -amount,
    currency,
    source: id,
    description: 'STRIPE PAYOUT',
  });
  for (const each of [...along, booked]) merchant.payoutOf.set(each.id, id);
  const payout = merchant.keep({
    id,
    object: 'payout',
    amount,
    application_fee: null,
    application_fee_amount: null,
    arrival_date: merchant.now(),
    automatic: true,
    balance_transaction: booked.id,
    created: merchant.now(),
    currency,
    description: 'STRIPE PAYOUT',
    destination: null,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    livemode: false,
    metadata: {},
    method: 'standard',
    original_payout: null,
    payout_method: null,
    reconciliation_status: 'completed',
    reversed_by: null,
    source_type: 'card',
    statement_descriptor: null,
    status: 'in_transit',
    trace_id: null,
    type: 'bank_account',
  } satisfies Stripe.Payout);
  merchant.publish('payout.created', payout);
  merchant.publish('payout.reconciliation_completed', payout);
  return arrive(merchant, payout);
};

const arrive = (merchant: Merchant, payout: Stripe.Payout): Stripe.Payout => {
  const paid = merchant.keep({ ...payout, status: 'paid' });
  merchant.publish('payout.paid', paid);
  return paid;
};

/** The bank sends a payout back, which can happen after it was called paid. */
export const failPayout = (merchant: Merchant, payoutId: string): Stripe.Payout => {
  const payout = merchant.find('payout', payoutId, 'payout');
  if (payout.status === 'failed') throw new RangeError(`${payoutId} has failed already`);
  const returned = move(merchant, {
    type: 'payout_failure',
    reportingCategory: 'payout_reversal',
    amount: payout.amount,
    currency: payout.currency,
    source: payoutId,
    description: 'STRIPE PAYOUT FAILURE',
  });
  const failed = merchant.keep({
    ...payout,
    status: 'failed',
    failure_balance_transaction: returned.id,
    failure_code: 'account_closed',
    failure_message: 'The bank account has been closed.',
  });
  merchant.publish('payout.failed', failed);
  return failed;
};
