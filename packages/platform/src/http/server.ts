import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

import underPressure from '@fastify/under-pressure';
import { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';

import type { Authenticate } from '../auth/authenticate.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { PublishedEvent } from '../published/published-event.ts';
import { type RouteServices, serveRoute } from './adapter.ts';
import { sendProblem } from './answer.ts';
import { commonProblems } from './common-problems.ts';
import { boundHalfOpen } from './half-open.ts';
import { type HealthCheck, serveHealth } from './health.ts';
import { createLargeBodies } from './large-bodies.ts';
import type { Refusals } from './noting-refused.ts';
import type { Looks } from './noting-shown.ts';
import { type ApiInfo, openApiDocument } from './openapi.ts';
import type { Json } from './openapi-schema.ts';
import { mergeProblems, ProblemError, type ProblemTable } from './problem.ts';
import type { RateLimiter } from './rate-limit.ts';
import { answerRaw, answerRawConnection } from './raw-connection.ts';
import { referencePaths, serveReference } from './reference-pages.ts';
import type { Route } from './route.ts';
import { timesSent } from './times-sent.ts';
import { type DiscardLimits, discardBody } from './unread-body.ts';
import { answerUnrouted } from './unrouted.ts';

/** Limits of the server; times in milliseconds, sizes in bytes. */
export type HttpLimits = {
  readonly bodyBytesMax: number;
  /** How many bodies over that, of routes that allow more, may be in hand at once. */
  readonly largeBodiesMax: number;
  /** Until the last header of a request has arrived. */
  readonly headersTimeoutMs: number;
  /** Until the last byte of a request has arrived. */
  readonly requestTimeoutMs: number;
  /** The same for routes that take no files. */
  readonly bodyTimeoutMs: number;
  /** Until the handler has answered. */
  readonly handlerTimeoutMs: number;
  /** How long a connection may idle between requests; longer than a balancer's own, or it reuses a connection we are closing. */
  readonly keepAliveTimeoutMs: number;
  /** How long a connection may be silent in the middle of anything. */
  readonly socketTimeoutMs: number;
  /** Between saying "not ready" and no longer accepting connections. */
  readonly drainDelayMs: number;
  /** How long requests in flight may take to finish once we are closing. */
  readonly drainTimeoutMs: number;
  /** A loop that lags more than this answers `overloaded`; 0 lets it lag. */
  readonly eventLoopDelayMaxMs: number;
  readonly connectionsMax: number;
  /** Of them those that have not asked for anything yet; beyond that the oldest is cut off. */
  readonly halfOpenMax: number;
} & DiscardLimits;

/** Limits that suit a server behind a balancer. */
export const defaultHttpLimits: HttpLimits = {
  bodyBytesMax: 4 * 1024 * 1024,
  largeBodiesMax: 1,
  headersTimeoutMs: 10_000,
  // As long as a file of 100,000 payments takes on a line of 10 Mbit/s; who is unknown is refused by the headers, within their own time.
  requestTimeoutMs: 120_000,
  bodyTimeoutMs: 30_000,
  handlerTimeoutMs: 30_000,
  keepAliveTimeoutMs: 65_000,
  socketTimeoutMs: 120_000,
  drainDelayMs: 0,
  drainTimeoutMs: 20_000,
  eventLoopDelayMaxMs: 1_000,
  // Those that are told what happens among them; what few file descriptors the system grants is less.
  connectionsMax: 15_000,
  halfOpenMax: 4_000,
  discardBytesMax: 8 * 1024 * 1024,
  discardTimeoutMs: 2_000,
};

export type HttpServerOptions = {
  readonly info: ApiInfo;
  readonly routes: readonly Route[];
  /** What is sent to those who subscribe, for the published document. */
  readonly published?: readonly PublishedEvent[];
  /** Writes the document of what is told as it happens; there is none without. */
  readonly asyncApi?: () => Json;
  /** The contexts' tables; the common problems are always there. */
  readonly problems: readonly ProblemTable[];
  readonly authenticate: Authenticate;
  readonly rateLimiter: RateLimiter;
  /** Told whose personal values staff were shown. */
  readonly looks?: Looks;
  /** Told what known principals were refused. */
  readonly refusals?: Refusals;
  readonly logger: Logger;
  readonly checks?: Readonly<Record<string, HealthCheck>>;
  readonly metrics?: Metrics;
  /** False when /metrics has a port of its own. */
  readonly exposesMetrics?: boolean;
  readonly limits?: Partial<HttpLimits>;
  /** Whether `X-Forwarded-For` is believed: true, or the addresses of the proxies in front. */
  readonly trustedProxies?: boolean | readonly string[];
  /** For tests: hold every answer against its schema and fail loudly. */
  readonly checkAnswers?: boolean;
  /** Makes a problem of a fault the platform knows, or answers undefined. */
  readonly translateFault?: (error: unknown) => ProblemError | undefined;
};

/** A server of the API. */
export type HttpServer = {
  listen(address: {
    readonly host: string;
    readonly port: number;
  }): Promise<{ readonly port: number; readonly url: string }>;
  /** Drains and stops: not ready → no new connections → requests in flight finish, or are cut at the deadline. Idempotent. */
  close(): Promise<void>;
  readonly inject: FastifyInstance['inject'];
  openapi(): Json;
  /** The node server. */
  readonly server: Server;
  /** Leaves every request for another protocol (WebSocket) to whoever listens here; without anybody they are answered as if they had not asked. */
  onUpgrade(listen: (request: IncomingMessage, socket: Duplex, head: Buffer) => void): void;
};

/**
 * Makes the server of the API from routes that are plain data.
 *
 * @throws Error when two routes collide, a route is inconsistent, or a problem code has two meanings
 */
export const createHttpServer = async (options: HttpServerOptions): Promise<HttpServer> => {
  const limits = { ...defaultHttpLimits, ...options.limits };
  const problems = mergeProblems(commonProblems, ...options.problems);
  const draining = new AbortController();
  const state: DrainState = { isDraining: false, begin: () => draining.abort() };
  // Every open stream listens, and there may be thousands.
  setMaxListeners(0, draining.signal);
  const app = createApp(options, limits, problems);
  const halfOpen = boundHalfOpen(app.server, limits.halfOpenMax);
  // First, so that a refusal for overload has its id and headers too.
  observe(app, options, state);
  answerInsteadOfNode(app);
  await refuseUnderPressure(app, limits);

  const { asyncApi } = options;
  const openapi = (): Json => openApiDocument(options.routes, problems, options.info, options.published);
  serveHealth(app, {
    checks: options.checks ?? {},
    isDraining: () => state.isDraining,
    onFailure: (check, error) => options.logger.warn({ check, err: error }, 'a readiness check failed'),
    checkTimeoutMs: 2_000,
  });
  serveMetricsPage(app, options);
  serveReference(app, {
    title: options.info.title,
    problems,
    openApiText: () => `${JSON.stringify(openapi(), null, 2)}\n`,
    asyncApiText: asyncApi && (() => `${JSON.stringify(asyncApi(), null, 2)}\n`),
  });
  const services = { ...routeServices(options, limits, problems), draining: draining.signal };
  for (const route of options.routes) serveRoute(app, route, services);
  const pages = ['/healthz', '/readyz', '/metrics', ...referencePaths].map((path) => ({ method: 'GET', path }));
  answerUnrouted(app, [...options.routes, ...pages]);
  await app.ready();

  let closing: Promise<void> | undefined;
  return {
    listen: async ({ host, port }) => {
      const url = await app.listen({ host, port });
      app.server.maxConnections = limits.connectionsMax;
      return { port: (app.server.address() as AddressInfo).port, url };
    },
    close: () => (closing ??= drain(app, limits, state)),
    inject: app.inject.bind(app) as FastifyInstance['inject'],
    openapi,
    server: app.server,
    onUpgrade: (listen) =>
      void app.server.on('upgrade', (request, socket, head) => {
        halfOpen.asked(socket);
        listen(request, socket, head);
      }),
  };
};

/** A request id of the sender's is kept when it cannot break a log line or a header. */
const requestId = (request: IncomingMessage): string => {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[A-Za-z0-9._-]{8,64}$/.test(given) ? given : randomUUID();
};

const createApp = (
  { logger, trustedProxies = false, checkAnswers = false, translateFault = () => undefined }: HttpServerOptions,
  limits: HttpLimits,
  problems: ProblemTable,
): FastifyInstance => {
  const app = fastify({
    logger: false,
    genReqId: requestId,
    requestIdHeader: false,
    bodyLimit: limits.bodyBytesMax,
    connectionTimeout: limits.socketTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    // Node looks for slow senders only so often, half a minute unless told.
    http: {
      // See answerInsteadOfNode.
      requireHostHeader: false,
      headersTimeout: limits.headersTimeoutMs,
      connectionsCheckingInterval: Math.min(1_000, limits.headersTimeoutMs),
    },
    forceCloseConnections: 'idle',
    // While draining, a request on an open connection is still served; its answer closes the connection.
    return503OnClosing: false,
    trustProxy: typeof trustedProxies === 'boolean' ? trustedProxies : [...trustedProxies],
    routerOptions: { maxParamLength: 200 },
    clientErrorHandler: (error, socket) => answerRawConnection(error, socket, randomUUID),
    frameworkErrors: (_, __, reply) =>
      void sendProblem(reply as unknown as FastifyReply, problems, new ProblemError('malformed_request')),
  });
  app.decorateRequest('principal', undefined);
  app.decorateRequest('largeBody', undefined);
  app.removeAllContentTypeParsers();
  // Bodies are read as bytes whatever they claim to be; what a route accepts, it says itself.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
  app.setErrorHandler((error, request, reply) =>
    answerError(error, request, reply, { logger, problems, limits, checkAnswers, translateFault }),
  );
  return app;
};

type ErrorServices = {
  readonly logger: Logger;
  readonly problems: ProblemTable;
  readonly limits: HttpLimits;
  readonly checkAnswers: boolean;
  readonly translateFault: (error: unknown) => ProblemError | undefined;
};

const answerError = (
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { logger, problems, limits, checkAnswers, translateFault }: ErrorServices,
): FastifyReply => {
  // Whoever authenticates asks the database as well, before any handler runs.
  const problem =
    error instanceof ProblemError
      ? error
      : (translateFault(error) ?? frameworkProblem(error as FastifyError, request.routeOptions.bodyLimit));
  if (problem?.code === 'body_too_large') {
    // The framework would close the connection while the sender still writes.
    reply.removeHeader('connection');
    discardBody(request.raw, reply.raw, limits);
  }
  if (problem !== undefined && Object.hasOwn(problems, problem.code)) return sendProblem(reply, problems, problem);
  // A sender that was cut off for being slow, or went away, is no fault of ours: nobody is to be woken by it.
  if (request.raw.errored === error && error !== null) {
    logger.info({ requestId: request.id, route: request.routeOptions.url }, 'a request never arrived whole');
    return sendProblem(reply, problems, new ProblemError('request_timeout'));
  }
  logger.error({ err: error, requestId: request.id, route: request.routeOptions.url }, 'a request failed');
  // Nothing of the fault leaves the house, except in tests, where it must be seen.
  const detail = checkAnswers && error instanceof Error ? { detail: error.message } : {};
  return sendProblem(reply, problems, new ProblemError('internal_fault', detail));
};

const frameworkProblem = ({ code }: FastifyError, bodyBytesMax: number): ProblemError | undefined => {
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ProblemError('body_too_large', {
        facts: { bytesMax: bodyBytesMax },
        errors: [{ field: '/body', code: 'body_too_large', message: `must have at most ${bodyBytesMax} bytes` }],
      });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new ProblemError('unsupported_media_type');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new ProblemError('malformed_request');
    default:
      return undefined;
  }
};

/**
 * Answers of an API are no pages: nothing in them may run, be framed, guessed at or kept. Written out, because helmet works
 * the same headers out anew for every answer. The pages replace the policy with their own.
 */
const answerHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
};

/** What Node would answer by itself, and not in the form of a problem. */
const answerInsteadOfNode = (app: FastifyInstance): void => {
  // What is expected of a server may be passed over (RFC 9110 §10.1.1); such a request is answered as any other.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  // We are nobody's proxy; Node would hang up without a word.
  app.server.on('connect', (_, socket) => answerRaw('method_not_allowed', socket, randomUUID()));
  app.addHook('onRequest', async ({ raw }, reply) => {
    // RFC 9112, section 3.2.
    const hosts = timesSent(raw.rawHeaders, 'host');
    if (hosts === 1 || (hosts === 0 && raw.httpVersion !== '1.1')) return;
    reply.header('connection', 'close');
    throw new ProblemError('malformed_request');
  });
};

/** Refusal before the process drowns. */
const refuseUnderPressure = async (app: FastifyInstance, { eventLoopDelayMaxMs }: HttpLimits): Promise<void> => {
  await app.register(underPressure, {
    maxEventLoopDelay: eventLoopDelayMaxMs,
    sampleInterval: 500,
    pressureHandler: (request) =>
      request.routeOptions.config.isProbe === true ? undefined : Promise.reject(new ProblemError('overloaded')),
  });
};

/** Request ids, one log line and one observation per request. Paths and queries are not logged: they hold ids and names. */
const observe = (
  app: FastifyInstance,
  { logger, metrics }: HttpServerOptions,
  state: { readonly isDraining: boolean },
): void => {
  // Looking for secrets takes longer than writing the line, whose seven fields are named below and hold none.
  const lines = logger.child({}, { redact: [] });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    reply.headers(answerHeaders);
  });
  app.addHook('onSend', async (_, reply) => {
    if (state.isDraining) reply.header('connection', 'close');
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unrouted';
    const milliseconds = reply.elapsedTime;
    metrics?.observeRequest({ method: request.method, route, status: reply.statusCode, seconds: milliseconds / 1000 });
    const level = request.routeOptions.config.isProbe === true ? 'debug' : 'info';
    lines[level](
      {
        requestId: request.id,
        method: request.method,
        route,
        status: reply.statusCode,
        durationMs: Math.round(milliseconds * 10) / 10,
        tenantId: request.principal?.tenantId,
        principalId: request.principal?.id,
      },
      'request answered',
    );
  });
};

const serveMetricsPage = (app: FastifyInstance, { metrics, exposesMetrics = true }: HttpServerOptions): void => {
  if (metrics === undefined || !exposesMetrics) return;
  app.get('/metrics', { config: { isProbe: true } }, async (_, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );
};

const routeServices = (
  {
    authenticate,
    rateLimiter,
    looks,
    refusals,
    logger,
    checkAnswers = false,
    translateFault = () => undefined,
  }: HttpServerOptions,
  { handlerTimeoutMs, bodyTimeoutMs, bodyBytesMax, largeBodiesMax }: HttpLimits,
  problems: ProblemTable,
): Omit<RouteServices, 'draining'> => ({
  problems,
  authenticate,
  rateLimiter,
  looks,
  refusals,
  handlerTimeoutMs,
  bodyTimeoutMs,
  bodyBytesMax,
  largeBodies: createLargeBodies(largeBodiesMax),
  checkAnswers,
  translateFault,
  onLateFault: (error, request) => logger.error({ err: error, ...request }, 'a handler failed after its deadline'),
});

interface DrainState {
  isDraining: boolean;
  /** Ends the answers that would go on by themselves. */
  readonly begin: () => void;
}

const drain = async (
  app: FastifyInstance,
  { drainDelayMs, drainTimeoutMs }: HttpLimits,
  state: DrainState,
): Promise<void> => {
  state.isDraining = true;
  state.begin();
  if (drainDelayMs > 0) await delay(drainDelayMs);
  const deadline = setTimeout(() => app.server.closeAllConnections(), drainTimeoutMs);
  try {
    await app.close();
  } finally {
    clearTimeout(deadline);
  }
};
