import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ZodNever, ZodObject } from 'zod';

import type { Authenticate } from '../auth/authenticate.ts';
import { anonymous, mayCall, type Principal } from '../auth/principal.ts';
import { whileMasking } from '../event-store/masking.ts';
import { withSpan } from '../observability/tracing.ts';
import { checkAnswer, sendAnswer } from './answer.ts';
import { type LargeBodies, type LargeBodyPlace, mayBeLarge } from './large-bodies.ts';
import { noteRefused, type Refusals, refusalAnswered, refusalThrown } from './noting-refused.ts';
import { type Looks, notingShown } from './noting-shown.ts';
import { handleNamingFields } from './offending-fields.ts';
import { ProblemError, type ProblemTable } from './problem.ts';
import { type RateLimiter, rateLimitHeaders } from './rate-limit.ts';
import { answerRaw } from './raw-connection.ts';
import { readRequest } from './request.ts';
import type { ApiAnswer, RateClass, Route } from './route.ts';
import { problemsOf } from './route-problems.ts';
import { timesSent } from './times-sent.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before the body is read. */
    principal: Principal | undefined;
    /** Of a body over the usual limit. */
    largeBody: LargeBodyPlace | undefined;
  }
  interface FastifyContextConfig {
    /** The path pattern is what logs and metrics name; the path itself may hold ids. */
    readonly route?: Route;
    /** Answered even when the server is overloaded, and not logged at info. */
    readonly isProbe?: boolean;
  }
}

/** What serving a route needs beside the route. */
export type RouteServices = {
  readonly authenticate: Authenticate;
  readonly rateLimiter: RateLimiter;
  /** How long a handler may take. */
  readonly handlerTimeoutMs: number;
  /** How long the body of a route that asks for no larger one may take to arrive. */
  readonly bodyTimeoutMs: number;
  /** Largest body of a route that does not ask for more. */
  readonly bodyBytesMax: number;
  readonly largeBodies: LargeBodies;
  /** Aborted when the server begins to stop. */
  readonly draining: AbortSignal;
  /** For tests: hold every answer and every problem against what the route declares. */
  readonly checkAnswers: boolean;
  /** Makes a problem of a fault the platform knows (a lost COMMIT, a full queue), or answers undefined. */
  readonly translateFault: (error: unknown) => ProblemError | undefined;
  /** Every table merged; their rows say which field a problem is about. */
  readonly problems: ProblemTable;
  /** Told whose personal values staff were shown. */
  readonly looks: Looks | undefined;
  /** Told what known principals were refused. */
  readonly refusals: Refusals | undefined;
  /** Told of a handler that failed after its answer had been given up. */
  readonly onLateFault: (error: unknown, request: { readonly requestId: string; readonly route: string }) => void;
};

/**
 * Serves one route on the framework: authenticate → permission and rate limit (both before the body is read) → idempotency key →
 * schemas → handler, within a deadline.
 */
export const serveRoute = (app: FastifyInstance, route: Route, services: RouteServices): void => {
  assertRoute(route);
  const allowedProblems = new Set(problemsOf(route));
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<ApiAnswer> => {
    const attributes = {
      'http.request.method': route.method,
      'http.route': route.path,
      'finaegis.request_id': request.id,
    };
    try {
      const given = await withSpan(
        `${route.method} ${route.path}`,
        { kind: 'server', parent: request.headers, attributes },
        () => answerInTime(route, request, reply, services),
      );
      if (services.checkAnswers) checkAnswer(route, given);
      return given;
    } catch (error) {
      const problem = error instanceof ProblemError ? error : services.translateFault(error);
      if (problem !== undefined && services.checkAnswers && !allowedProblems.has(problem.code)) {
        throw new Error(`${route.operationId} answered the problem ${problem.code}, which it does not declare`, {
          cause: error,
        });
      }
      throw problem ?? error;
    }
  };
  app.route({
    method: route.method,
    url: route.path,
    config: { route },
    bodyLimit: bodyLimitOf(route, services),
    onRequest: async (request, reply) => {
      if (bodyLimitOf(route, services) === services.bodyBytesMax) awaitBody(request.raw, services.bodyTimeoutMs);
      // A database that neither answers nor closes the connection must not keep whoever asks waiting before the handler's deadline begins.
      const admission = admit(route, request, reply, services);
      const late = (): ProblemError => new ProblemError('overloaded', { headers: { 'retry-after': '1' } });
      request.principal = await within(admission, services.handlerTimeoutMs, late);
      makeRoom(route, request, reply, services);
    },
    handler: async (request, reply) => sendAnswer(reply, await answer(request, reply)),
  });
};

const bodyLimitOf = ({ request: { file } }: Route, { bodyBytesMax }: RouteServices): number =>
  Math.max(file?.bytesMax ?? 0, bodyBytesMax);

/** Cuts a sender off that takes too long, whether it was answered meanwhile or not, as Node does when the time for any request is over. */
const awaitBody = (raw: IncomingMessage, timeoutMs: number): void => {
  const { socket, headers } = raw;
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  // A request that never came over a connection is whole.
  if (!hasBody || raw.complete || !(socket instanceof Socket)) return;
  const timer = setTimeout(() => {
    if (raw.complete) return;
    if (raw.readableFlowing === true && !socket.destroyed) answerRaw('request_timeout', socket, randomUUID());
    else socket.destroy();
  }, timeoutMs).unref();
  const isOver = (): void => clearTimeout(timer);
  raw.once('end', isOver);
  raw.once('close', isOver);
};

/** Before the first byte of a large body is read: as many as come at once would otherwise be held at once. */
const makeRoom = (route: Route, request: FastifyRequest, reply: FastifyReply, services: RouteServices): void => {
  const { bodyBytesMax, largeBodies } = services;
  if (bodyLimitOf(route, services) === bodyBytesMax || !mayBeLarge(request.headers, bodyBytesMax)) return;
  const place = largeBodies.enter();
  if (place === undefined) throw new ProblemError('overloaded', { headers: { 'retry-after': '10' } });
  request.largeBody = place;
  reply.raw.once('close', () => place.abandon());
};

const admit = async (
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  { authenticate, rateLimiter, refusals }: RouteServices,
): Promise<Principal> => {
  const take = async ({ tenantId, id }: Pick<Principal, 'tenantId' | 'id'>, rateClass: RateClass): Promise<void> => {
    const verdict = await rateLimiter.take({ tenantId, principalId: id, rateClass });
    const headers = rateLimitHeaders(rateClass, verdict);
    if (!verdict.isAllowed) throw new ProblemError('rate_limited', { headers });
    reply.headers(headers);
  };
  const sender = { tenantId: anonymous.tenantId, id: request.ip };
  requireOneAuthorization(request);
  if (route.permission === 'public') {
    await take(sender, route.rateClass);
    return anonymous;
  }
  const { authorization } = request.headers;
  const found = await authenticate({ authorization, ip: request.ip });
  if ('problem' in found) {
    if (found.known !== undefined) noteRefused(refusals, route, found.known, found.problem);
    // Whoever tries keys is slowed down by address; whoever has one is not slowed by those who share the address.
    await take(sender, 'sensitive');
    const challenge = authorization === undefined ? 'Bearer' : 'Bearer error="invalid_token"';
    throw new ProblemError(found.problem, {
      ...(found.detail === undefined ? {} : { detail: found.detail }),
      ...(found.problem === 'address_not_allowed' ? {} : { errors: [{ ...refusedKey, code: found.problem }] }),
      headers: { 'www-authenticate': challenge },
    });
  }
  await take(found, route.rateClass);
  if (mayCall(found, route)) return found;
  noteRefused(refusals, route, found, 'permission_missing');
  throw new ProblemError('permission_missing', {
    facts: { permission: route.permission },
    errors: [{ ...refusedKey, code: 'permission_missing', message: `must have the scope ${route.permission}` }],
  });
};

const requireOneAuthorization = ({ raw: { rawHeaders } }: FastifyRequest): void => {
  if (timesSent(rawHeaders, 'authorization') < 2) return;
  throw new ProblemError('validation_failed', {
    errors: [{ field: '/headers/authorization', code: 'not_allowed', message: 'must be there once' }],
  });
};

const refusedKey = { field: '/headers/authorization', message: 'must be an API key that is in force' };

/** Calls the handler, and gives it up at the deadline: what it may have written by then is not known. */
const answerInTime = async (
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  services: RouteServices,
): Promise<ApiAnswer> => {
  const controller = lazyAbort();
  const timeoutMs = Math.max(route.handlerTimeoutMs ?? 0, services.handlerTimeoutMs);
  const received = {
    params: request.params as Record<string, unknown>,
    query: request.query as Record<string, unknown>,
    search: request.url.split('?', 2)[1] ?? '',
    headers: request.headers as Record<string, string | undefined>,
    bytes: request.body as Buffer | undefined,
    ip: request.ip,
    id: request.id,
    principal: request.principal ?? anonymous,
    deadlineMs: Date.now() + timeoutMs,
    draining: services.draining,
    get signal() {
      return controller.signal();
    },
  };
  request.largeBody?.work();
  const handled = handleRead(route, received, services).finally(() => request.largeBody?.leave());
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return within(handled, timeoutMs, () => {
    controller.abort();
    handled.catch((error: unknown) => services.onLateFault(error, { requestId: request.id, route: route.path }));
    return new ProblemError(route.method === 'GET' ? 'deadline_exceeded' : 'outcome_unknown');
  });
};

const handleRead = async (
  route: Route,
  received: Parameters<typeof readRequest>[1],
  { problems, looks, refusals, checkAnswers }: RouteServices,
): Promise<ApiAnswer> => {
  const { principal } = received;
  const note = (code: string | undefined): void => {
    if (code !== undefined && principal.kind !== 'anonymous') noteRefused(refusals, route, principal, code);
  };
  const handle = () => handleNamingFields(route, readRequest(route, received), problems);
  try {
    const answer = await (principal.isMasked === true
      ? whileMasking(handle)
      : notingShown(route, received, handle, { looks, checkAnswers }));
    note(refusalAnswered(answer));
    if (answer.refused !== undefined) noteRefused(refusals, route, answer.refused.known, answer.refused.code);
    return answer;
  } catch (error) {
    note(refusalThrown(error, problems));
    throw error;
  }
};

/** What the work gives, or what `onLate` says when it takes longer than `timeoutMs`; the work itself goes on. */
const within = <T>(work: Promise<T>, timeoutMs: number, onLate: () => Error): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(onLate()), timeoutMs);
  });
  return Promise.race([work, deadline]).finally(() => clearTimeout(timer));
};

/** An abort controller that costs nothing until somebody asks for its signal. */
const lazyAbort = (): { signal: () => AbortSignal; abort: () => void } => {
  let controller: AbortController | undefined;
  let isAborted = false;
  return {
    signal: () => {
      controller ??= new AbortController();
      if (isAborted) controller.abort();
      return controller.signal;
    },
    abort: () => {
      isAborted = true;
      controller?.abort();
    },
  };
};

/** Refuses at start-up what would be a hole later. */
const assertRoute = ({ operationId, method, path, idempotency, request }: Route): void => {
  const fail = (why: string): never => {
    throw new Error(`route ${operationId} (${method} ${path}): ${why}`);
  };
  if (idempotency !== 'none' && method !== 'POST') fail('only POST has idempotency keys');
  if (method === 'GET' && (request.body !== undefined || request.file !== undefined)) fail('GET has no body');
  if (request.body !== undefined && request.file !== undefined) fail('a body is JSON or a file, not both');
  for (const [name, schema] of Object.entries({ params: request.params, query: request.query, body: request.body })) {
    if (schema instanceof ZodObject && !(schema.def.catchall instanceof ZodNever))
      fail(`${name} must be a strict object, so that unknown fields are refused`);
  }
  const named = [...path.matchAll(/:([A-Za-z0-9_]+)/g)].map(([, name]) => name ?? '');
  const declared = request.params instanceof ZodObject ? Object.keys(request.params.shape) : [];
  const isSame = named.length === declared.length && named.every((name) => declared.includes(name));
  if (!isSame) fail(`the path has the parameters (${named.join()}) but params declares (${declared.join()})`);
};
