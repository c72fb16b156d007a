/** The `error` member of an answer of Stripe, as far as the double fills it. */
export interface StripeErrorBody {
  readonly type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
  readonly message: string;
  readonly code?: string;
  readonly decline_code?: string;
  readonly param?: string;
  readonly doc_url?: string;
  readonly charge?: string;
  readonly payment_intent?: object;
  readonly payment_method?: object;
}

/** A request that Stripe would not carry out, with the answer it would give. */
export class StripeProblem extends Error {
  readonly status: number;
  readonly body: StripeErrorBody;

  constructor(status: number, body: StripeErrorBody) {
    super(body.message);
    this.name = 'StripeProblem';
    this.status = status;
    this.body =
      body.code === undefined ? body : { doc_url: `https://stripe.com/docs/error-codes/${dashed(body.code)}`, ...body };
  }
}

const dashed = (code: string): string => code.replaceAll('_', '-');

/** 400: the request makes no sense, mostly because of one parameter. */
export const invalidRequest = (message: string, about: { readonly code?: string; readonly param?: string } = {}) =>
  new StripeProblem(400, { type: 'invalid_request_error', message, ...about });

/** 404: nothing has this id. */
export const noSuch = (kind: string, id: string, param: string): StripeProblem =>
  new StripeProblem(404, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${kind}: '${id}'`,
    param,
  });

/** 400: the payment intent is not where it would have to be. */
export const unexpectedState = (intent: { readonly status: string }, message: string): StripeProblem =>
  new StripeProblem(400, {
    type: 'invalid_request_error',
    code: 'payment_intent_unexpected_state',
    message,
    payment_intent: intent,
  });
