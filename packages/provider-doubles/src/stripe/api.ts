import type { Answer, ReceivedRequest } from '../loopback-server.ts';
import { ripenBalance } from './balance.ts';
import { expireSessions } from './checkout-sessions.ts';
import { expandAlong } from './lists.ts';
import type { Merchant } from './merchant.ts';
import { decodeForm, readTexts, refuseUnknown } from './params.ts';
import { invalidRequest, StripeProblem } from './problem.ts';
import { type Route, routes } from './routes.ts';

interface Remembered {
  readonly fingerprint: string;
  readonly answer: Answer;
  readonly requestId: string;
}

export interface StripeApi {
  readonly answer: (request: ReceivedRequest) => Answer;
  readonly failure: (status: 500 | 429) => Answer;
}

/** Stripe's HTTP: keys, idempotency, errors and request ids around the routes. */
export const createStripeApi = (merchant: Merchant, apiKey: string): StripeApi => {
  const remembered = new Map<string, Remembered>();

  const answer = (request: ReceivedRequest): Answer => {
    const requestId = merchant.newId('req');
    const key = request.method === 'POST' ? textOf(request.headers['idempotency-key']) : undefined;
    const headers = {
      ...json,
      'request-id': requestId,
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      'stripe-version': textOf(request.headers['stripe-version']) ?? merchant.settings.apiVersion,
    };
    if (keyOf(request) !== apiKey) return { ...problem(unauthorised(keyOf(request))), headers };
    if (key === undefined) return { ...perform(merchant, request, { id: requestId, idempotency_key: null }), headers };
    if (key.length > 255)
      return { ...problem(invalidRequest('Idempotency keys have at most 255 characters.')), headers };

    const fingerprint = fingerprintOf(request);
    const known = remembered.get(key);
    if (known !== undefined && known.fingerprint !== fingerprint) return { ...problem(otherRequest(key)), headers };
    if (known !== undefined)
      return {
        ...known.answer,
        headers: { ...headers, 'idempotent-replayed': 'true', 'original-request': known.requestId },
      };
    const fresh = { ...perform(merchant, request, { id: requestId, idempotency_key: key }), headers };
    // A failure of the server decides nothing, so the key stays free for the next try.
    if (fresh.status < 500) remembered.set(key, { fingerprint, answer: fresh, requestId });
    return fresh;
  };

  return {
    answer,
    failure: (status) => ({ ...problem(status === 500 ? serverError : rateLimited), headers: json }),
  };
};

const json = { 'content-type': 'application/json' } as const;

const perform = (
  merchant: Merchant,
  request: ReceivedRequest,
  cause: { readonly id: string; readonly idempotency_key: string | null },
): Omit<Answer, 'headers'> => {
  ripenBalance(merchant);
  expireSessions(merchant);
  try {
    const { route, id } = findRoute(request);
    const params = decodeForm(request.method === 'POST' ? request.body : request.query);
    refuseUnknown(params, [...route.takes, 'expand']);
    const paths = readTexts(params, 'expand') ?? [];
    // Written down inside, before what follows by itself.
    const body = merchant.carryOut(cause, () =>
      JSON.stringify(expandAlong(merchant, route.answer(merchant, { id, params }), paths)),
    );
    return { status: 200, body };
  } catch (error) {
    if (error instanceof StripeProblem) return problem(error);
    throw error;
  }
};

const findRoute = ({ method, path }: ReceivedRequest): { readonly route: Route; readonly id: string } => {
  const segments = path.split('/');
  for (const route of routes) {
    const wanted = route.path.split('/');
    const fits =
      wanted.length === segments.length && wanted.every((each, index) => each === ':id' || each === segments[index]);
    if (fits && route.method === method) return { route, id: segments[wanted.indexOf(':id')] ?? '' };
  }
  throw new StripeProblem(404, {
    type: 'invalid_request_error',
    message: `Unrecognized request URL (${method}: ${path}). If you are trying to list objects, remove the trailing slash.`,
  });
};

const keyOf = ({ headers: { authorization = '' } }: ReceivedRequest): string => {
  const [scheme = '', credentials = ''] = authorization.split(' ', 2);
  // Basic carries the key as the user's name, without a password.
  return scheme.toLowerCase() === 'basic'
    ? (Buffer.from(credentials, 'base64').toString('utf8').split(':', 1)[0] ?? '')
    : credentials;
};

const fingerprintOf = ({ method, path, body }: ReceivedRequest): string =>
  JSON.stringify([method, path, [...new URLSearchParams(body)].map((pair) => pair.join('=')).toSorted()]);

const textOf = (header: string | readonly string[] | undefined): string | undefined =>
  typeof header === 'string' ? header : undefined;

const problem = ({ status, body }: StripeProblem): Omit<Answer, 'headers'> => ({
  status,
  body: JSON.stringify({ error: body }),
});

const unauthorised = (key: string): StripeProblem =>
  new StripeProblem(401, {
    type: 'invalid_request_error',
    message:
      key === ''
        ? 'You did not provide an API key.'
        : `Invalid API Key provided: ${key.slice(0, 7)}${'*'.repeat(Math.max(0, key.length - 11))}${key.length > 11 ? key.slice(-4) : ''}`,
  });

const otherRequest = (key: string): StripeProblem =>
  new StripeProblem(400, {
    type: 'idempotency_error',
    message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
  });

const serverError = new StripeProblem(500, {
  type: 'api_error',
  message: 'An unknown error occurred.',
});

const rateLimited = new StripeProblem(429, {
  type: 'invalid_request_error',
  code: 'rate_limit',
  message: 'Request rate limit exceeded.',
});
