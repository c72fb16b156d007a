import { Readable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';

import type { FastifyReply } from 'fastify';

import { type ProblemError, type ProblemTable, problemContentType, problemDocument, problemText } from './problem.ts';
import type { ApiAnswer, Route } from './route.ts';
import { problemsOf } from './route-problems.ts';
import { responsesOf } from './route-responses.ts';

const jsonContentType = 'application/json; charset=utf-8';

/** Sends what a handler answered: JSON, or with a content type of its own a text, bytes or a stream as they are. */
export const sendAnswer = (
  reply: FastifyReply,
  { status, body, contentType, headers, position }: ApiAnswer,
): FastifyReply => {
  reply.code(status);
  if (position !== undefined) reply.header('finaegis-position', position);
  if (headers !== undefined) reply.headers(headers);
  if (contentType === undefined)
    return body === undefined ? reply.send() : reply.header('content-type', jsonContentType).send(JSON.stringify(body));
  reply.header('content-type', contentType);
  // As bytes, because the framework would write a charset after the media type of a text.
  if (typeof body === 'string') return reply.send(Buffer.from(body));
  if (Buffer.isBuffer(body)) return reply.send(body);
  if (isAsyncIterable(body)) return reply.send(Readable.from(body));
  throw new TypeError(`an answer of ${contentType} must be a text, bytes or a stream`);
};

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

/** Sends a problem as problem+json (RFC 9457). A code without a row is a bug of ours, and said so. */
export const sendProblem = (
  reply: FastifyReply,
  problems: ProblemTable,
  { code, extras }: ProblemError,
): FastifyReply => {
  const problem = problems[code];
  if (problem === undefined) throw new Error(`the problem ${code} is in no table`);
  if (problem.status === 503 && extras.headers?.['retry-after'] === undefined) reply.header('retry-after', '1');
  if (extras.headers !== undefined) reply.headers(extras.headers);
  return reply
    .code(problem.status)
    .header('content-type', problemContentType)
    .send(Buffer.from(problemText(problemDocument(code, problem, reply.request.id, extras))));
};

/**
 * Holds an answer against the schema its route publishes; for tests, since it costs as much as validating a request.
 *
 * @throws Error when the status is not declared, a field is wrong, or a field is there that the schema does not name
 */
export const checkAnswer = (route: Route, { status, body, contentType }: ApiAnswer): void => {
  const declared = responsesOf(route)[status];
  if (declared === undefined) {
    if (contentType === problemContentType && typeof body === 'string') {
      checkProblemCode(route, body);
      return;
    }
    throw new Error(`${route.operationId} answered ${status}, which it does not declare`);
  }
  if (declared.schema === undefined) {
    if (body !== undefined && contentType === undefined)
      throw new Error(`${route.operationId} answered ${status} with a body, for which it declares no schema`);
    return;
  }
  // The schema is of the JSON form; a route may hand out the same thing as a file as well.
  if (contentType !== undefined && !contentType.startsWith('application/json')) return;
  const sent: unknown = JSON.parse(
    typeof body === 'string' && contentType !== undefined ? body : JSON.stringify(body ?? null),
  );
  const result = declared.schema.safeParse(sent);
  if (!result.success)
    throw new Error(`${route.operationId} answered ${status} against its schema: ${result.error.message}`);
  // zod drops what an open object does not name, so a difference is a field nobody has documented.
  if (!isDeepStrictEqual(result.data, sent))
    throw new Error(
      `${route.operationId} answered ${status} with fields its schema does not name: ${JSON.stringify(sent)}`,
    );
};

/** A refusal that was stored is answered as a text; its code must be one the route publishes all the same. */
const checkProblemCode = (route: Route, body: string): void => {
  const { code } = JSON.parse(body) as { code: string };
  if (!problemsOf(route).includes(code))
    throw new Error(`${route.operationId} answered the problem ${code}, which it does not declare`);
};
