import { ApprovalNeeded } from '@finaegis/platform/approval/four-eyes';
import { createAuthenticate } from '@finaegis/platform/auth/create-authenticate';
import { createKeyLastUse } from '@finaegis/platform/auth/key-last-use';
import type { Config } from '@finaegis/platform/config/config';
import { isPassingFault } from '@finaegis/platform/database/passing-fault';
import { CommitUnknown } from '@finaegis/platform/database/transaction';
import { readHead } from '@finaegis/platform/event-store/position';
import { provingProblem } from '@finaegis/platform/http/command-route';
import { ProblemError } from '@finaegis/platform/http/problem';
import { createRateLimiter } from '@finaegis/platform/http/rate-limit';
import { postgresRateTokens } from '@finaegis/platform/http/rate-tokens-postgres';
import { createHttpServer, type HttpLimits, type HttpServer } from '@finaegis/platform/http/server';
import type { ContextModule } from '@finaegis/platform/module';
import type { Logger } from '@finaegis/platform/observability/logger';
import type { Metrics } from '@finaegis/platform/observability/metrics';
import { type PublishedCatalogue, publishedCatalogue } from '@finaegis/platform/published/catalogue';
import { asyncApiDocument } from '@finaegis/platform/realtime/asyncapi';
import type { ChannelDeclaration } from '@finaegis/platform/realtime/channel';
import type { Gateway } from '@finaegis/platform/realtime/gateway';
import type { Latest } from '@finaegis/platform/realtime/latest';
import { createTenantGuard, guarded, type TenantGuard } from '@finaegis/platform/tenancy/guard';
import { type Follower, viewsReach } from '@finaegis/platform/view/follower';
import { type ReadYourWrites, readingOwnWrites } from '@finaegis/platform/view/read-your-writes';
import { subscriptionName } from '@finaegis/platform/view/view';
import type { Bank } from './bank.ts';
import { realtimeMetrics } from './bank-metrics.ts';
import { moduleList } from './modules.ts';

/** What the API is called and which version of it this is. */
export const apiInfo = {
  title: 'FinAegis',
  version: '1.0.0',
  description:
    'An open core-banking platform: one event-sourced, double-entry, multi-asset ledger and the bounded contexts around it.',
};

/** The routes and problems of all contexts. */
export const publishedApi = (
  modules: readonly ContextModule[],
): {
  readonly routes: ContextModule['routes'];
  readonly problems: readonly ContextModule['problems'][];
  readonly published: PublishedCatalogue['events'];
  readonly channels: readonly ChannelDeclaration[];
  readonly latest: readonly Latest[];
} => ({
  routes: modules.flatMap(({ routes }) => routes),
  problems: modules.map(({ problems }) => problems),
  published: publishedCatalogue(modules).events,
  channels: modules.flatMap(({ channels = [] }) => channels),
  latest: modules.flatMap(({ latest = [] }) => latest),
});

/** Routes with what holds for all of them: suspended tenants do not write, and a read that names a position has seen it. */
export const served = (
  routes: ContextModule['routes'],
  { guard, ...own }: ReadYourWrites & { readonly guard: TenantGuard },
): ContextModule['routes'] => readingOwnWrites(guarded(routes, guard), own);

/** What the HTTP server of a bank is built from. */
export interface ServeOptions {
  readonly bank: Bank;
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly follower: Follower | undefined;
}

/** The API of a bank over HTTP; `close` drains it. */
export const createServer = async ({ bank, config, logger, metrics, follower }: ServeOptions): Promise<HttpServer> => {
  const { routes, problems, published, channels, latest } = publishedApi(moduleList(bank.modules));
  const { pools } = bank;
  const names = moduleList(bank.modules).flatMap(({ views }) => views.map(subscriptionName));
  const lastUse = createKeyLastUse({
    pool: pools.write,
    onError: (error) => logger.warn({ err: error }, 'the last use of keys could not be noted'),
  });
  const watch = bank.modules.oversight.startWatch({
    onError: (error) => logger.warn({ err: error }, 'what staff were shown could not be noted'),
  });
  const server = await createHttpServer({
    info: apiInfo,
    routes: served(routes, {
      guard: createTenantGuard({ readPool: pools.read }),
      positions: () => bank.services.positions,
      reach: ({ tenantId, seq }, timeoutMs) => viewsReach(pools.system, { tenantId, seq, names }, timeoutMs),
      head: (tenantId) => readHead(pools.read, tenantId),
    }),
    problems,
    published,
    asyncApi: () => asyncApiDocument({ info: apiInfo, channels, published, latest }),
    authenticate: createAuthenticate({
      readPool: pools.read,
      roles: bank.modules.auth.roles,
      findUser: bank.modules.identity.findUser,
      accessTokens: bank.modules.auth.accessTokens,
      lastUse,
      now: () => Date.now() + config.CLOCK_OFFSET_MS,
    }),
    rateLimiter: createRateLimiter({
      tokens: postgresRateTokens(pools.write),
      limits: {
        read: config.RATE_LIMIT_READ,
        write: config.RATE_LIMIT_WRITE,
        bulk: config.RATE_LIMIT_BULK,
        sensitive: config.RATE_LIMIT_SENSITIVE,
      },
      onFault: (error) => logger.warn({ err: error }, 'the shared rate limits cannot be reached'),
    }),
    looks: watch.looks,
    refusals: watch.refusals,
    logger,
    metrics,
    exposesMetrics: config.METRICS_PORT === undefined,
    checks: {
      database: async () => {
        await pools.read.query('select 1');
      },
      views: async () => {
        for (const [view, reason] of follower?.stopped ?? []) throw new Error(`${view} has stopped: ${reason}`);
      },
    },
    limits: limitsOf(config),
    trustedProxies: config.FINAEGIS_TRUSTED_PROXIES,
    checkAnswers: config.FINAEGIS_CHECK_ANSWERS,
    translateFault,
  });
  const gateway: Gateway | undefined = config.FINAEGIS_ROLE.includes('realtime')
    ? bank.tellAsItHappens().attach(server, { onClosed: realtimeMetrics(metrics, () => gateway) })
    : undefined;
  return {
    ...server,
    close: async () => {
      await Promise.all([gateway?.close(), server.close()]);
      await Promise.all([lastUse.close(), watch.close()]);
    },
  };
};

const limitsOf = (config: Config): Partial<HttpLimits> => ({
  bodyBytesMax: config.HTTP_BODY_BYTES_MAX,
  handlerTimeoutMs: config.HTTP_HANDLER_TIMEOUT_MS,
  drainDelayMs: config.HTTP_DRAIN_DELAY_MS,
  drainTimeoutMs: config.HTTP_DRAIN_TIMEOUT_MS,
  eventLoopDelayMaxMs: config.HTTP_EVENT_LOOP_DELAY_MAX_MS,
});

/** A database that is away, or out of room, is not a fault of ours: the request was not carried out and may be repeated. */
const translateFault = (error: unknown): ProblemError | undefined => {
  const proving = provingProblem(error);
  if (proving !== undefined) return proving;
  if (error instanceof ApprovalNeeded) return new ProblemError('approval_needed', {}, { cause: error });
  return isPassingFault(error) && !(error instanceof CommitUnknown)
    ? new ProblemError('overloaded', {}, { cause: error })
    : undefined;
};
