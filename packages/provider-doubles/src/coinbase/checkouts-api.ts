import type { Answer, ReceivedRequest } from '../loopback-server.ts';
import { type PlatformKey, tokenFaultOf } from './bearer-token.ts';
import {
  type CheckoutBook,
  createCheckout,
  deactivateCheckout,
  findCheckout,
  listCheckouts,
  refundCheckout,
} from './checkouts.ts';
import { CoinbaseProblem } from './coinbase-problem.ts';
import { readFields } from './request-body.ts';

interface CheckoutsApiOptions {
  readonly book: CheckoutBook;
  readonly key: PlatformKey;
  readonly now: () => Date;
  readonly nextRequestId: () => string;
}

interface Remembered {
  readonly fingerprint: string;
  readonly answer: Answer;
}

export type CheckoutsApi = (request: ReceivedRequest) => Answer;

const json = { 'content-type': 'application/json' } as const;

/** The HTTP of the Checkouts API: bearer tokens, X-Idempotency-Key and its errors around the checkouts. */
export const createCheckoutsApi = ({ book, key, now, nextRequestId }: CheckoutsApiOptions): CheckoutsApi => {
  const remembered = new Map<string, Remembered>();

  const once = (request: ReceivedRequest): Answer => {
    const idempotencyKey = request.method === 'POST' ? request.headers['x-idempotency-key'] : undefined;
    if (typeof idempotencyKey !== 'string') return perform(book, request);
    const fingerprint = JSON.stringify([request.path, request.body]);
    const known = remembered.get(idempotencyKey);
    if (known !== undefined && known.fingerprint !== fingerprint)
      throw new CoinbaseProblem(422, 'idempotency_error', 'This idempotency key was used for another request.');
    const answer = known?.answer ?? perform(book, request);
    remembered.set(idempotencyKey, { fingerprint, answer });
    return answer;
  };

  return (request) => {
    try {
      authorise(request, key, now());
      return once(request);
    } catch (error) {
      if (error instanceof CoinbaseProblem) return checkoutsProblem(error, nextRequestId());
      throw error;
    }
  };
};

export const checkoutsProblem = ({ status, kind, message }: CoinbaseProblem, correlationId: string): Answer => ({
  status,
  headers: json,
  body: JSON.stringify({ errorType: kind, errorMessage: message, correlationId }),
});

const authorise = ({ method, path, headers }: ReceivedRequest, key: PlatformKey, now: Date): void => {
  const [scheme = '', token = ''] = (headers.authorization ?? '').split(' ', 2);
  const hosts = [headers.host ?? '', 'business.coinbase.com'];
  const fault =
    scheme.toLowerCase() === 'bearer' ? tokenFaultOf(token, key, { method, path, hosts, now }) : 'malformed';
  if (fault !== undefined) throw new CoinbaseProblem(401, 'unauthorized', `The bearer token is refused: ${fault}.`);
};

const perform = (book: CheckoutBook, request: ReceivedRequest): Answer => {
  const { method, path } = request;
  const [id, action, ...rest] = path.split('/').slice(4);
  if (rest.length > 0) throw noSuchPath(request);
  if (id === undefined && method === 'POST') return answer(201, createCheckout(book, readFields(request.body)));
  if (id === undefined && method === 'GET') return answer(200, page(book, new URLSearchParams(request.query)));
  if (id !== undefined && action === undefined && method === 'GET') return answer(200, findCheckout(book, id));
  if (id !== undefined && action === 'deactivate' && method === 'POST')
    return answer(200, deactivateCheckout(book, id));
  if (id !== undefined && action === 'refund' && method === 'POST')
    return answer(200, refundCheckout(book, id, readFields(request.body)));
  throw noSuchPath(request);
};

const answer = (status: number, body: object): Answer => ({ status, headers: json, body: JSON.stringify(body) });

const noSuchPath = ({ method, path }: ReceivedRequest): CoinbaseProblem =>
  new CoinbaseProblem(404, 'not_found', `There is no ${method} ${path}.`);

const page = (book: CheckoutBook, query: URLSearchParams): object => {
  const size = Number(query.get('pageSize') ?? '20');
  const start = Number(query.get('pageToken') ?? '0');
  if (!Number.isInteger(size) || size < 1 || size > 100)
    throw new CoinbaseProblem(400, 'invalid_request', 'pageSize must be a whole number from 1 to 100.');
  if (!Number.isInteger(start) || start < 0)
    throw new CoinbaseProblem(400, 'invalid_request', 'pageToken must be a token this list gave.');
  const status = query.get('status');
  const found = listCheckouts(book).filter((checkout) => status === null || checkout.status === status);
  const end = start + size;
  return { checkouts: found.slice(start, end), ...(found.length > end ? { nextPageToken: String(end) } : {}) };
};
