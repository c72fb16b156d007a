import type { Answer, ReceivedRequest } from '../loopback-server.ts';
import {
  type Charge,
  type ChargeBook,
  cancelCharge,
  createCharge,
  findCharge,
  listCharges,
  resolveCharge,
} from './charges.ts';
import { CoinbaseProblem } from './coinbase-problem.ts';
import { readFields } from './request-body.ts';

const json = { 'content-type': 'application/json' } as const;

/** The HTTP of Coinbase Commerce: its key and version headers, `data` and `error` around the charges. */
export const answerCommerce = (book: ChargeBook, apiKey: string, request: ReceivedRequest): Answer => {
  try {
    if (request.headers['x-cc-api-key'] !== apiKey)
      throw new CoinbaseProblem(401, 'authentication_error', 'No valid API key was provided');
    const { status, ...answer } = perform(book, request);
    const warnings =
      request.headers['x-cc-version'] === undefined
        ? { warnings: ['Missing X-CC-Version header; serving latest API version (2018-03-22)'] }
        : {};
    return { status, headers: json, body: JSON.stringify({ ...answer, ...warnings }) };
  } catch (error) {
    if (error instanceof CoinbaseProblem) return commerceProblem(error);
    throw error;
  }
};

export const commerceProblem = ({ status, kind, message }: CoinbaseProblem): Answer => ({
  status,
  headers: json,
  body: JSON.stringify({ error: { type: kind, message } }),
});

const perform = (
  book: ChargeBook,
  { method, path, query, body }: ReceivedRequest,
): { readonly status: number; readonly data: unknown; readonly pagination?: object } => {
  const [, , codeOrId, action, ...rest] = path.split('/');
  if (rest.length === 0 && codeOrId === undefined && method === 'POST')
    return { status: 201, data: createCharge(book, readFields(body)) };
  if (rest.length === 0 && codeOrId === undefined && method === 'GET')
    return { status: 200, ...page(listCharges(book), new URLSearchParams(query)) };
  if (rest.length === 0 && codeOrId !== undefined && action === undefined && method === 'GET')
    return { status: 200, data: findCharge(book, codeOrId) };
  if (rest.length === 0 && codeOrId !== undefined && method === 'POST') {
    if (action === 'cancel') return { status: 200, data: cancelCharge(book, codeOrId) };
    if (action === 'resolve') return { status: 200, data: resolveCharge(book, codeOrId) };
  }
  throw new CoinbaseProblem(404, 'not_found', 'Not found');
};

const page = (
  all: readonly Charge[],
  query: URLSearchParams,
): { readonly data: unknown; readonly pagination: object } => {
  const limit = Number(query.get('limit') ?? '25');
  if (!Number.isInteger(limit) || limit < 1 || limit > 100)
    throw new CoinbaseProblem(400, 'invalid_request', 'limit must be a whole number from 1 to 100');
  const ordered = query.get('order') === 'asc' ? all.toReversed() : all;
  const after = query.get('starting_after');
  const start = after === null ? 0 : ordered.findIndex(({ id }) => id === after) + 1;
  const data = ordered.slice(start, start + limit);
  return { data, pagination: { limit, total: all.length, yielded: data.length, starting_after: after } };
};
