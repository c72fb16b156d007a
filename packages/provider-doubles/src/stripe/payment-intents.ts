import type Stripe from 'stripe';
import { authorise, capture, decline, release } from './charges.ts';
import { cardOf, choosePaymentMethod } from './customers.ts';
import { openDispute } from './disputes.ts';
import { idOf, type Merchant } from './merchant.ts';
import {
  missing,
  type Params,
  readAmount,
  readChoice,
  readFlag,
  readMetadata,
  readParams,
  readText,
  readTexts,
  requireText,
} from './params.ts';
import { invalidRequest, StripeProblem, unexpectedState } from './problem.ts';
import { authenticationRequired, type Decline, type TestCard } from './test-cards.ts';

/** What a payment intent starts with; the double keeps only what decides something or is shown again. */
interface Opening {
  readonly amount: number;
  readonly currency: string;
  readonly captureMethod: 'automatic' | 'automatic_async' | 'manual';
  readonly customer: string | null;
  readonly description: string | null;
  readonly metadata: Record<string, string>;
  readonly redirects: 'always' | 'never' | null;
  readonly more?: Partial<Stripe.PaymentIntent>;
}

const amountMin = 50;

export const createIntent = (merchant: Merchant, params: Params): Stripe.PaymentIntent => {
  const amount = readAmount(params, 'amount');
  if (amount === undefined) throw missing('amount');
  if (amount < amountMin)
    throw invalidRequest('Amount must convert to at least 50 cents.', { code: 'amount_too_small', param: 'amount' });
  const customer = readText(params, 'customer') ?? null;
  if (customer !== null) merchant.find('customer', customer, 'customer');

  const intent = openIntent(merchant, {
    amount,
    currency: readCurrency(params),
    captureMethod:
      readChoice(params, 'capture_method', ['automatic', 'automatic_async', 'manual']) ?? 'automatic_async',
    customer,
    description: readText(params, 'description') ?? null,
    metadata: readMetadata(params),
    redirects: readRedirects(params),
    more: {
      allowed_payment_method_types: readTexts(params, 'allowed_payment_method_types')?.slice() ?? null,
      confirmation_method: readChoice(params, 'confirmation_method', ['automatic', 'manual']) ?? 'automatic',
      receipt_email: readText(params, 'receipt_email') ?? null,
      setup_future_usage: readChoice(params, 'setup_future_usage', ['off_session', 'on_session']) ?? null,
      statement_descriptor: readText(params, 'statement_descriptor') ?? null,
      statement_descriptor_suffix: readText(params, 'statement_descriptor_suffix') ?? null,
      transfer_group: readText(params, 'transfer_group') ?? null,
    },
  });
  const named = readText(params, 'payment_method') ?? undefined;
  const chosen = named === undefined ? intent : choose(merchant, intent, named);
  return readFlag(params, 'confirm') ? confirm(merchant, chosen, params) : chosen;
};

/** Three letters, as Stripe gives them back: in small ones. */
export const readCurrency = (params: Params): string => {
  const currency = requireText(params, 'currency').toLowerCase();
  if (!/^[a-z]{3}$/.test(currency)) throw invalidRequest(`Invalid currency: ${currency}`, { param: 'currency' });
  return currency;
};

// Whoever names no types gets the merchant's own list, which may redirect the payer; see confirm.
const readRedirects = (params: Params): 'always' | 'never' | null => {
  if (readTexts(params, 'allowed_payment_method_types') !== undefined) return null;
  const automatic = readParams(params, 'automatic_payment_methods');
  return readChoice<'always' | 'never'>(automatic, 'allow_redirects', ['always', 'never']) ?? 'always';
};

export const openIntent = (merchant: Merchant, opening: Opening): Stripe.PaymentIntent => {
  const id = merchant.newId('pi');
  const intent = merchant.keep({
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount: opening.amount,
    amount_capturable: 0,
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods:
      opening.redirects === null ? null : { allow_redirects: opening.redirects, enabled: true },
    canceled_at: null,
    cancellation_reason: null,
    capture_method: opening.captureMethod,
    client_secret: `${merchant.newId(`${id}_secret`)}`,
    confirmation_method: 'automatic',
    created: merchant.now(),
    currency: opening.currency,
    customer: opening.customer,
    customer_account: null,
    description: opening.description,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: opening.metadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' },
    },
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: null,
    ...opening.more,
  } satisfies Stripe.PaymentIntent);
  merchant.publish('payment_intent.created', intent);
  return intent;
};

const choose = (merchant: Merchant, intent: Stripe.PaymentIntent, named: string): Stripe.PaymentIntent => {
  const method = choosePaymentMethod(merchant, named);
  if (method.customer !== null && method.customer !== intent.customer)
    throw invalidRequest('The PaymentMethod belongs to a Customer; name that Customer on the PaymentIntent as well.', {
      param: 'payment_method',
    });
  return merchant.keep({ ...intent, payment_method: method.id, status: 'requires_confirmation' });
};

export const confirmIntent = (merchant: Merchant, id: string, params: Params): Stripe.PaymentIntent => {
  const intent = merchant.find('payment_intent', id, 'intent');
  const named = readText(params, 'payment_method') ?? undefined;
  assertConfirmable(intent);
  return confirm(merchant, named === undefined ? intent : choose(merchant, intent, named), params);
};

const confirmable = new Set(['requires_payment_method', 'requires_confirmation', 'requires_action']);
const assertConfirmable = (intent: Stripe.PaymentIntent): void => {
  if (!confirmable.has(intent.status))
    throw unexpectedState(
      intent,
      `This PaymentIntent's status is ${intent.status}, but must be one of ${[...confirmable].join(', ')} to be confirmed.`,
    );
};

const confirm = (merchant: Merchant, intent: Stripe.PaymentIntent, params: Params): Stripe.PaymentIntent => {
  const returnUrl = readText(params, 'return_url') ?? null;
  if (typeof intent.payment_method !== 'string')
    throw unexpectedState(intent, "You cannot confirm this PaymentIntent because it's missing a payment method.");
  if (returnUrl === null && intent.automatic_payment_methods?.allow_redirects === 'always')
    throw invalidRequest(
      'This PaymentIntent may redirect your customer; give a return_url, or set automatic_payment_methods[allow_redirects] to never.',
      { param: 'return_url' },
    );

  const card = cardOf(merchant, merchant.find('payment_method', intent.payment_method, 'payment_method'));
  if (card.isChallenged !== true) return pay(merchant, intent);
  return readFlag(params, 'off_session')
    ? refuseByBank(merchant, intent, authenticationRequired)
    : challenge(merchant, intent, returnUrl);
};

const challenge = (
  merchant: Merchant,
  intent: Stripe.PaymentIntent,
  returnUrl: string | null,
): Stripe.PaymentIntent => {
  const challenged = merchant.keep({
    ...intent,
    status: 'requires_action',
    next_action:
      returnUrl === null
        ? { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect' } }
        : {
            type: 'redirect_to_url',
            redirect_to_url: { return_url: returnUrl, url: `${merchant.url()}/challenge/${intent.id}` },
          },
  } satisfies Stripe.PaymentIntent);
  merchant.publish('payment_intent.requires_action', challenged);
  return challenged;
};

/** The payer passes the challenge of the bank, or does not. */
export const completeChallenge = (merchant: Merchant, id: string, isPassed: boolean): Stripe.PaymentIntent => {
  const intent = merchant.find('payment_intent', id, 'intent');
  if (intent.status !== 'requires_action') throw unexpectedState(intent, `${id} waits for no challenge`);
  const answered = merchant.keep({ ...intent, next_action: null });
  return isPassed ? pay(merchant, answered) : failAuthentication(merchant, answered);
};

const failAuthentication = (merchant: Merchant, intent: Stripe.PaymentIntent): Stripe.PaymentIntent =>
  fail(merchant, intent, {
    code: 'payment_intent_authentication_failure',
    message: 'The provided PaymentMethod has failed authentication.',
    type: 'invalid_request_error',
  });

/** Has the payer's bank decide, and takes the money or what was authorised. */
export const pay = (merchant: Merchant, intent: Stripe.PaymentIntent): Stripe.PaymentIntent => {
  const { card, method } = means(merchant, intent);
  if (card.decline !== undefined) return refuseByBank(merchant, intent, card.decline);

  const charge = authorise(merchant, { intent, method, card });
  if (intent.capture_method !== 'manual') return settle(merchant, intent, charge, charge.amount);
  const held = merchant.keep({
    ...intent,
    amount_capturable: intent.amount,
    last_payment_error: null,
    latest_charge: charge.id,
    status: 'requires_capture',
  });
  merchant.publish('charge.succeeded', charge);
  merchant.publish('payment_intent.amount_capturable_updated', held);
  return held;
};

const means = (merchant: Merchant, intent: Stripe.PaymentIntent) => {
  const method = merchant.find('payment_method', idOf(intent.payment_method), 'payment_method');
  return { method, card: cardOf(merchant, method) };
};

const settle = (merchant: Merchant, intent: Stripe.PaymentIntent, charge: Stripe.Charge, amount: number) => {
  const { card } = means(merchant, intent);
  const captured = capture(merchant, charge, amount, card);
  const succeeded = merchant.keep({
    ...intent,
    amount_capturable: 0,
    amount_received: amount,
    last_payment_error: null,
    latest_charge: charge.id,
    status: 'succeeded',
  });
  merchant.publish(intent.status === 'requires_capture' ? 'charge.captured' : 'charge.succeeded', captured);
  merchant.publish('payment_intent.succeeded', succeeded);
  disputeLater(merchant, captured, card);
  return succeeded;
};

const disputeLater = (merchant: Merchant, charge: Stripe.Charge, { disputeReason }: TestCard): void => {
  if (disputeReason !== undefined)
    merchant.afterwards(() => void openDispute(merchant, charge.id, { reason: disputeReason }));
};

const refuseByBank = (merchant: Merchant, intent: Stripe.PaymentIntent, declined: Decline): never => {
  const { card, method } = means(merchant, intent);
  const charge = decline(merchant, { intent, method, card }, declined);
  const said = {
    charge: charge.id,
    code: declined.code,
    decline_code: declined.declineCode,
    message: declined.message,
    type: 'card_error',
  } as const;
  const failed = fail(merchant, { ...intent, latest_charge: charge.id }, said);
  throw new StripeProblem(402, { ...said, payment_intent: failed, payment_method: method });
};

const fail = (
  merchant: Merchant,
  intent: Stripe.PaymentIntent,
  said: Stripe.PaymentIntent.LastPaymentError,
): Stripe.PaymentIntent => {
  const { method } = means(merchant, intent);
  const failed = merchant.keep({
    ...intent,
    last_payment_error: { ...said, payment_method: method },
    next_action: null,
    payment_method: null,
    status: 'requires_payment_method',
  });
  merchant.publish('payment_intent.payment_failed', failed);
  return failed;
};

export const captureIntent = (merchant: Merchant, id: string, params: Params): Stripe.PaymentIntent => {
  const intent = merchant.find('payment_intent', id, 'intent');
  const amount = readAmount(params, 'amount_to_capture') ?? intent.amount_capturable;
  if (intent.status !== 'requires_capture')
    throw unexpectedState(
      intent,
      `This PaymentIntent could not be captured because it has a status of ${intent.status}. Only a PaymentIntent with a status of requires_capture can be captured.`,
    );
  if (amount > intent.amount_capturable)
    throw invalidRequest(
      `The amount to capture (${amount}) is greater than the amount that can be captured (${intent.amount_capturable}).`,
      { code: 'amount_too_large', param: 'amount_to_capture' },
    );
  return settle(merchant, intent, merchant.find('charge', idOf(intent.latest_charge), 'charge'), amount);
};

const cancellable = new Set([...confirmable, 'requires_capture', 'processing']);

export const cancelIntent = (merchant: Merchant, id: string, params: Params): Stripe.PaymentIntent => {
  const intent = merchant.find('payment_intent', id, 'intent');
  const reason =
    readChoice(params, 'cancellation_reason', ['abandoned', 'duplicate', 'fraudulent', 'requested_by_customer']) ??
    null;
  if (!cancellable.has(intent.status))
    throw unexpectedState(
      intent,
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be canceled: ${[...cancellable].join(', ')}.`,
    );
  if (intent.status === 'requires_capture')
    release(merchant, merchant.find('charge', idOf(intent.latest_charge), 'charge'));
  const canceled = merchant.keep({
    ...intent,
    amount_capturable: 0,
    canceled_at: merchant.now(),
    cancellation_reason: reason,
    next_action: null,
    status: 'canceled',
  });
  merchant.publish('payment_intent.canceled', canceled);
  return canceled;
};

export const updateIntent = (merchant: Merchant, id: string, params: Params): Stripe.PaymentIntent => {
  const intent = merchant.find('payment_intent', id, 'intent');
  const description = readText(params, 'description');
  return merchant.keep({
    ...intent,
    description: description === undefined ? intent.description : description,
    metadata: readMetadata(params, intent.metadata),
  });
};
