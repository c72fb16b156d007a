import type Stripe from 'stripe';
import type { Merchant } from './merchant.ts';
import { type Params, readMetadata, readText } from './params.ts';
import { invalidRequest, noSuch } from './problem.ts';
import { type TestCard, testCards } from './test-cards.ts';

export const createCustomer = (merchant: Merchant, params: Params): Stripe.Customer => {
  const created = merchant.keep({
    id: merchant.newId('cus'),
    object: 'customer',
    address: null,
    balance: 0,
    created: merchant.now(),
    currency: null,
    default_source: null,
    delinquent: false,
    description: readText(params, 'description') ?? null,
    discount: null,
    email: readText(params, 'email') ?? null,
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata: readMetadata(params),
    name: readText(params, 'name') ?? null,
    phone: readText(params, 'phone') ?? null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  } satisfies Stripe.Customer);
  merchant.publish('customer.created', created);
  return created;
};

/** The card behind a payment method, named by its id or by a test name; a test name makes a new payment method, as in test mode. */
export const choosePaymentMethod = (merchant: Merchant, idOrName: string): Stripe.PaymentMethod => {
  const card = testCards[idOrName];
  return card === undefined
    ? merchant.find('payment_method', idOrName, 'payment_method')
    : createPaymentMethod(merchant, card);
};

export const cardOf = (merchant: Merchant, { id }: Stripe.PaymentMethod): TestCard => {
  const card = merchant.cards.get(id);
  if (card === undefined) throw noSuch('payment_method', id, 'payment_method');
  return card;
};

const createPaymentMethod = (merchant: Merchant, card: TestCard): Stripe.PaymentMethod => {
  const id = merchant.newId('pm');
  merchant.cards.set(id, card);
  return merchant.keep({
    id,
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    card: {
      brand: card.brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
      country: 'US',
      display_brand: card.brand,
      exp_month: 12,
      exp_year: 2034,
      fingerprint: `double${card.last4}`,
      funding: 'credit',
      generated_from: null,
      last4: card.last4,
      networks: { available: [card.brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: merchant.now(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: 'card',
  } satisfies Stripe.PaymentMethod);
};

export const attachPaymentMethod = (merchant: Merchant, idOrName: string, customerId: string): Stripe.PaymentMethod => {
  const { id: customer } = merchant.find('customer', customerId, 'customer');
  const method = choosePaymentMethod(merchant, idOrName);
  if (method.customer === customer) return method;
  if (method.customer !== null)
    throw invalidRequest('The payment method you provided has already been attached to a customer.');
  const attached = merchant.keep({ ...method, customer });
  merchant.publish('payment_method.attached', attached);
  return attached;
};

export const detachPaymentMethod = (merchant: Merchant, id: string): Stripe.PaymentMethod => {
  const method = merchant.find('payment_method', id, 'payment_method');
  if (method.customer === null)
    throw invalidRequest('The payment method you provided is not attached to a customer so detachment is impossible.');
  const detached = merchant.keep({ ...method, customer: null });
  merchant.publish('payment_method.detached', detached);
  return detached;
};
