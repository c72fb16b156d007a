import type Stripe from 'stripe';
import { choosePaymentMethod } from './customers.ts';
import type { Merchant } from './merchant.ts';
import {
  missing,
  type Params,
  readAmount,
  readChoice,
  readInteger,
  readMetadata,
  readParams,
  readText,
  requireText,
} from './params.ts';
import { openIntent, pay, readCurrency } from './payment-intents.ts';
import { invalidRequest, StripeProblem } from './problem.ts';

const day = 86_400;

export const createSession = (merchant: Merchant, params: Params): Stripe.Checkout.Session => {
  if (readChoice(params, 'mode', ['payment']) === undefined) throw missing('mode');
  const id = `cs_test_${merchant.newId('').slice(1)}`;
  const customer = readText(params, 'customer') ?? null;
  if (customer !== null) merchant.find('customer', customer, 'customer');
  const items = readLineItems(merchant, params);
  const [{ currency }] = items;
  if (items.some((item) => item.currency !== currency))
    throw invalidRequest('All line items must have the same currency.', { param: 'line_items' });

  merchant.lineItems.set(id, items);
  const payment = readParams(params, 'payment_intent_data');
  merchant.intentParams.set(id, {
    description: readText(payment, 'description') ?? null,
    metadata: readMetadata(payment),
    captureMethod: readChoice(payment, 'capture_method', ['automatic', 'manual']) ?? 'automatic',
  });
  return merchant.keep({
    ...emptySession,
    id,
    amount_subtotal: items.reduce((sum, { amount_subtotal }) => sum + amount_subtotal, 0),
    amount_total: items.reduce((sum, { amount_total }) => sum + amount_total, 0),
    cancel_url: readText(params, 'cancel_url') ?? null,
    client_reference_id: readText(params, 'client_reference_id') ?? null,
    created: merchant.now(),
    currency,
    customer,
    customer_email: readText(params, 'customer_email') ?? null,
    expires_at: readExpiry(merchant, params),
    metadata: readMetadata(params),
    success_url: requireText(params, 'success_url'),
    url: `${merchant.url()}/pay/${id}`,
  } satisfies Stripe.Checkout.Session);
};

const readExpiry = (merchant: Merchant, params: Params): number => {
  const now = merchant.now();
  const expiresAt = readInteger(params, 'expires_at') ?? now + day;
  if (expiresAt < now + 1_800 || expiresAt > now + day)
    throw invalidRequest(
      'The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.',
      {
        param: 'expires_at',
      },
    );
  return expiresAt;
};

const readLineItems = (merchant: Merchant, params: Params): [Stripe.LineItem, ...Stripe.LineItem[]] => {
  const [first, ...others] = Object.values(readParams(params, 'line_items')).map((item, index) => {
    const where = `line_items[${index}]`;
    if (item === undefined || typeof item === 'string') throw invalidRequest('Invalid object', { param: where });
    return readLineItem(merchant, item as Params, where);
  });
  if (first === undefined) throw missing('line_items');
  return [first, ...others];
};

const readLineItem = (merchant: Merchant, item: Params, where: string): Stripe.LineItem => {
  const price = readParams(item, 'price_data');
  const unit = readAmount(price, 'unit_amount');
  if (unit === undefined) throw missing(`${where}[price_data][unit_amount]`);
  const quantity = readInteger(item, 'quantity') ?? 1;
  return {
    id: merchant.newId('li'),
    object: 'item',
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: unit * quantity,
    amount_tax: 0,
    amount_total: unit * quantity,
    currency: readCurrency(price),
    description: readText(readParams(price, 'product_data'), 'name') ?? null,
    metadata: {},
    price: null,
    quantity,
  };
};

/** The payer pays on the page, having passed whatever their bank asked; a declined card leaves the session open. */
export const completeSession = (
  merchant: Merchant,
  id: string,
  paymentMethod = 'pm_card_visa',
): Stripe.Checkout.Session => {
  const session = merchant.find('checkout.session', id, 'session');
  if (session.status !== 'open') throw new RangeError(`${id} is ${session.status} and takes no payment`);
  const method = choosePaymentMethod(merchant, paymentMethod);
  const intent = intentOf(merchant, session);
  const begun = merchant.keep({ ...session, payment_intent: intent.id });
  const prepared = merchant.keep({ ...intent, payment_method: method.id, status: 'requires_confirmation' });
  if (!isPaid(merchant, prepared)) return begun;

  const complete = merchant.keep({
    ...begun,
    payment_status: 'paid',
    status: 'complete',
    url: null,
    customer_details: {
      address: null,
      business_name: null,
      email: session.customer_email,
      individual_name: null,
      name: null,
      phone: null,
      tax_exempt: 'none',
      tax_ids: [],
    },
  } satisfies Stripe.Checkout.Session);
  merchant.publish('checkout.session.completed', complete);
  return complete;
};

// A second try on the page is a second try of the same payment intent.
const intentOf = (merchant: Merchant, session: Stripe.Checkout.Session): Stripe.PaymentIntent => {
  if (typeof session.payment_intent === 'string')
    return merchant.find('payment_intent', session.payment_intent, 'payment_intent');
  const payment = merchant.intentParams.get(session.id);
  return openIntent(merchant, {
    amount: session.amount_total ?? 0,
    currency: session.currency ?? '',
    captureMethod: payment?.captureMethod ?? 'automatic',
    customer: typeof session.customer === 'string' ? session.customer : null,
    description: payment?.description ?? null,
    metadata: payment?.metadata ?? {},
    redirects: null,
  });
};

const isPaid = (merchant: Merchant, intent: Stripe.PaymentIntent): boolean => {
  try {
    pay(merchant, intent);
    return true;
  } catch (error) {
    // The page tells the payer; nobody else asked.
    if (error instanceof StripeProblem && error.status === 402) return false;
    throw error;
  }
};

export const expireSession = (merchant: Merchant, id: string): Stripe.Checkout.Session => {
  const session = merchant.find('checkout.session', id, 'session');
  if (session.status !== 'open')
    throw invalidRequest(
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ${session.status}.`,
    );
  return expire(merchant, session);
};

/** Expires what nobody paid in time, as time does. */
export const expireSessions = (merchant: Merchant): void => {
  for (const session of merchant.all('checkout.session'))
    if (session.status === 'open' && session.expires_at <= merchant.now()) expire(merchant, session);
};

const expire = (merchant: Merchant, session: Stripe.Checkout.Session): Stripe.Checkout.Session => {
  const expired = merchant.keep({ ...session, status: 'expired', url: null });
  merchant.publish('checkout.session.expired', expired);
  return expired;
};

const emptySession = {
  object: 'checkout.session',
  adaptive_pricing: null,
  after_expiration: null,
  allow_promotion_codes: null,
  allowed_payment_method_types: null,
  automatic_tax: { enabled: false, liability: null, provider: null, status: null },
  billing_address_collection: null,
  client_secret: null,
  collected_information: null,
  consent: null,
  consent_collection: null,
  currency_conversion: null,
  custom_fields: [],
  custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
  customer_account: null,
  customer_creation: 'if_required',
  customer_details: null,
  discounts: [],
  integration_identifier: null,
  invoice: null,
  invoice_creation: null,
  livemode: false,
  locale: null,
  managed_payments: null,
  mode: 'payment',
  origin_context: null,
  payment_intent: null,
  payment_link: null,
  payment_method_collection: 'if_required',
  payment_method_configuration_details: null,
  payment_method_options: {},
  payment_method_types: ['card'],
  payment_status: 'unpaid',
  permissions: null,
  recovered_from: null,
  saved_payment_method_options: null,
  setup_intent: null,
  shipping_address_collection: null,
  shipping_cost: null,
  shipping_options: [],
  status: 'open',
  submit_type: null,
  subscription: null,
  total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
  ui_mode: 'hosted_page',
  wallet_options: null,
} as const satisfies Partial<Stripe.Checkout.Session>;
