import { createSession, expireSession } from './checkout-sessions.ts';
import { attachPaymentMethod, createCustomer, detachPaymentMethod } from './customers.ts';
import { closeDispute, updateDispute } from './disputes.ts';
import { listAll, listOf, listParams, searchIntents } from './lists.ts';
import type { Merchant } from './merchant.ts';
import { type Params, readText, readTexts, requireText } from './params.ts';
import { cancelIntent, captureIntent, confirmIntent, createIntent, updateIntent } from './payment-intents.ts';
import { createRefund } from './refunds.ts';

/** One endpoint: what it takes, and how it answers. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** Segments with a colon stand for an id. */
  readonly path: string;
  /** The parameters it takes beside `expand`; any other is refused. */
  readonly takes: readonly string[];
  readonly answer: (merchant: Merchant, call: { readonly id: string; readonly params: Params }) => object;
}

const confirming = ['payment_method', 'return_url', 'off_session'] as const;
const same = (params: Params, name: string, value: unknown): boolean => {
  const wanted = readText(params, name) ?? undefined;
  return wanted === undefined || wanted === value;
};

const paymentIntents: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/payment_intents',
    takes: [
      'amount',
      'currency',
      'customer',
      'description',
      'metadata',
      'capture_method',
      'confirm',
      ...confirming,
      'confirmation_method',
      'allowed_payment_method_types',
      'automatic_payment_methods',
      'receipt_email',
      'setup_future_usage',
      'statement_descriptor',
      'statement_descriptor_suffix',
      'transfer_group',
    ],
    answer: (merchant, { params }) => createIntent(merchant, params),
  },
  {
    method: 'GET',
    path: '/v1/payment_intents',
    takes: [...listParams, 'customer'],
    answer: (merchant, { params }) =>
      listOf(merchant, params, {
        kind: 'payment_intent',
        url: '/v1/payment_intents',
        belongs: ({ customer }) => same(params, 'customer', customer),
      }),
  },
  {
    method: 'GET',
    path: '/v1/payment_intents/search',
    takes: ['query', 'limit', 'page'],
    answer: (merchant, { params }) => searchIntents(merchant, params),
  },
  {
    method: 'GET',
    path: '/v1/payment_intents/:id',
    takes: ['client_secret'],
    answer: (merchant, { id }) => merchant.find('payment_intent', id, 'intent'),
  },
  {
    method: 'POST',
    path: '/v1/payment_intents/:id',
    takes: ['description', 'metadata'],
    answer: (merchant, { id, params }) => updateIntent(merchant, id, params),
  },
  {
    method: 'POST',
    path: '/v1/payment_intents/:id/confirm',
    takes: confirming,
    answer: (merchant, { id, params }) => confirmIntent(merchant, id, params),
  },
  {
    method: 'POST',
    path: '/v1/payment_intents/:id/capture',
    takes: ['amount_to_capture'],
    answer: (merchant, { id, params }) => captureIntent(merchant, id, params),
  },
  {
    method: 'POST',
    path: '/v1/payment_intents/:id/cancel',
    takes: ['cancellation_reason'],
    answer: (merchant, { id, params }) => cancelIntent(merchant, id, params),
  },
];

const payers: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/customers',
    takes: ['name', 'email', 'phone', 'description', 'metadata'],
    answer: (merchant, { params }) => createCustomer(merchant, params),
  },
  {
    method: 'GET',
    path: '/v1/customers/:id',
    takes: [],
    answer: (merchant, { id }) => merchant.find('customer', id, 'id'),
  },
  {
    method: 'GET',
    path: '/v1/customers/:id/payment_methods',
    takes: [...listParams, 'type'],
    answer: (merchant, { id, params }) => methodsOf(merchant, merchant.find('customer', id, 'customer').id, params),
  },
  {
    method: 'GET',
    path: '/v1/payment_methods',
    takes: [...listParams, 'customer', 'type'],
    answer: (merchant, { params }) => methodsOf(merchant, requireText(params, 'customer'), params),
  },
  {
    method: 'GET',
    path: '/v1/payment_methods/:id',
    takes: [],
    answer: (merchant, { id }) => merchant.find('payment_method', id, 'payment_method'),
  },
  {
    method: 'POST',
    path: '/v1/payment_methods/:id/attach',
    takes: ['customer'],
    answer: (merchant, { id, params }) => attachPaymentMethod(merchant, id, requireText(params, 'customer')),
  },
  {
    method: 'POST',
    path: '/v1/payment_methods/:id/detach',
    takes: [],
    answer: (merchant, { id }) => detachPaymentMethod(merchant, id),
  },
];

const methodsOf = (merchant: Merchant, owner: string, params: Params): object =>
  listOf(merchant, params, {
    kind: 'payment_method',
    url: '/v1/payment_methods',
    belongs: ({ customer, type }) => customer === owner && same(params, 'type', type),
  });

const moneyBack: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/refunds',
    takes: ['payment_intent', 'charge', 'amount', 'reason', 'metadata'],
    answer: (merchant, { params }) => createRefund(merchant, params),
  },
  {
    method: 'GET',
    path: '/v1/refunds',
    takes: [...listParams, 'payment_intent', 'charge'],
    answer: (merchant, { params }) =>
      listOf(merchant, params, {
        kind: 'refund',
        url: '/v1/refunds',
        belongs: ({ charge, payment_intent: intent }) =>
          same(params, 'charge', charge) && same(params, 'payment_intent', intent),
      }),
  },
  {
    method: 'GET',
    path: '/v1/refunds/:id',
    takes: [],
    answer: (merchant, { id }) => merchant.find('refund', id, 'refund'),
  },
  {
    method: 'GET',
    path: '/v1/disputes',
    takes: [...listParams, 'payment_intent', 'charge'],
    answer: (merchant, { params }) =>
      listOf(merchant, params, {
        kind: 'dispute',
        url: '/v1/disputes',
        belongs: ({ charge, payment_intent: intent }) =>
          same(params, 'charge', charge) && same(params, 'payment_intent', intent),
      }),
  },
  {
    method: 'GET',
    path: '/v1/disputes/:id',
    takes: [],
    answer: (merchant, { id }) => merchant.find('dispute', id, 'dispute'),
  },
  {
    method: 'POST',
    path: '/v1/disputes/:id',
    takes: ['evidence', 'submit', 'metadata'],
    answer: (merchant, { id, params }) => updateDispute(merchant, id, params),
  },
  {
    method: 'POST',
    path: '/v1/disputes/:id/close',
    takes: [],
    answer: (merchant, { id }) => closeDispute(merchant, id),
  },
];

const balance: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/charges',
    takes: [...listParams, 'payment_intent', 'customer'],
    answer: (merchant, { params }) =>
      listOf(merchant, params, {
        kind: 'charge',
        url: '/v1/charges',
        belongs: ({ customer, payment_intent: intent }) =>
          same(params, 'customer', customer) && same(params, 'payment_intent', intent),
      }),
  },
  {
    method: 'GET',
    path: '/v1/charges/:id',
    takes: [],
    answer: (merchant, { id }) => merchant.find('charge', id, 'charge'),
  },
  {
    method: 'GET',
    path: '/v1/balance_transactions',
    takes: [...listParams, 'payout', 'type', 'currency', 'source'],
    answer: (merchant, { params }) =>
      listOf(merchant, params, {
        kind: 'balance_transaction',
        url: '/v1/balance_transactions',
        belongs: ({ id, type, currency, source }) =>
          same(params, 'payout', merchant.payoutOf.get(id)) &&
          same(params, 'type', type) &&
          same(params, 'currency', currency) &&
          same(params, 'source', source),
      }),
  },
  {
    method: 'GET',
    path: '/v1/balance_transactions/:id',
    takes: [],
    answer: (merchant, { id }) => merchant.find('balance_transaction', id, 'id'),
  },
  {
    method: 'GET',
    path: '/v1/payouts',
    takes: [...listParams, 'status'],
    answer: (merchant, { params }) =>
      listOf(merchant, params, {
        kind: 'payout',
        url: '/v1/payouts',
        belongs: ({ status }) => same(params, 'status', status),
      }),
  },
  {
    method: 'GET',
    path: '/v1/payouts/:id',
    takes: [],
    answer: (merchant, { id }) => merchant.find('payout', id, 'payout'),
  },
];

const checkout: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/checkout/sessions',
    takes: [
      'mode',
      'line_items',
      'success_url',
      'cancel_url',
      'customer',
      'customer_email',
      'client_reference_id',
      'metadata',
      'payment_intent_data',
      'expires_at',
      'allowed_payment_method_types',
    ],
    answer: (merchant, { params }) => createSession(merchant, params),
  },
  {
    method: 'GET',
    path: '/v1/checkout/sessions',
    takes: [...listParams, 'payment_intent', 'customer', 'status'],
    answer: (merchant, { params }) =>
      listOf(merchant, params, {
        kind: 'checkout.session',
        url: '/v1/checkout/sessions',
        belongs: ({ payment_intent: intent, customer, status }) =>
          same(params, 'payment_intent', intent) &&
          same(params, 'customer', customer) &&
          same(params, 'status', status),
      }),
  },
  {
    method: 'GET',
    path: '/v1/checkout/sessions/:id',
    takes: [],
    answer: (merchant, { id }) => merchant.find('checkout.session', id, 'session'),
  },
  {
    method: 'POST',
    path: '/v1/checkout/sessions/:id/expire',
    takes: [],
    answer: (merchant, { id }) => expireSession(merchant, id),
  },
  {
    method: 'GET',
    path: '/v1/checkout/sessions/:id/line_items',
    takes: [...listParams],
    answer: (merchant, { id }) =>
      listAll(
        merchant.lineItems.get(merchant.find('checkout.session', id, 'session').id) ?? [],
        `/v1/checkout/sessions/${id}/line_items`,
      ),
  },
];

const events: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/events',
    takes: [...listParams, 'type', 'types'],
    answer: (merchant, { params }) => {
      const types = readTexts(params, 'types');
      return listOf(merchant, params, {
        kind: 'event',
        url: '/v1/events',
        belongs: ({ type }) => same(params, 'type', type) && (types?.includes(type) ?? true),
      });
    },
  },
  {
    method: 'GET',
    path: '/v1/events/:id',
    takes: [],
    answer: (merchant, { id }) => merchant.find('event', id, 'id'),
  },
];

/** Every endpoint of Stripe the double has. A path without an id stands before one that could swallow it. */
export const routes: readonly Route[] = [
  ...paymentIntents,
  ...payers,
  ...moneyBack,
  ...balance,
  ...checkout,
  ...events,
];
