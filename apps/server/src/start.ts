import { bankConnectionSchema } from '@finaegis/bank/custodian/adapters/configured-connections';
import { type Config, readConfig } from '@finaegis/platform/config/config';
import { gatherStatistics } from '@finaegis/platform/database/statistics';
import type { HttpServer } from '@finaegis/platform/http/server';
import { createLogger, type Logger } from '@finaegis/platform/observability/logger';
import { createMetrics, type Metrics, serveMetrics } from '@finaegis/platform/observability/metrics';
import { startTracing } from '@finaegis/platform/observability/tracing';
import { healthMetrics, watchHealth } from '@finaegis/platform/resilience/health-changes';
import { assertServable } from '@finaegis/platform/tenancy/roles';
import { z } from 'zod';
import { type Bank, openBank } from './bank.ts';
import { bankGauges, batchMetrics, sagaMetrics } from './bank-metrics.ts';
import { type OpenDatabase, openDatabase } from './database.ts';
import type { CoinbaseAccounts, OutsideWorld } from './modules.ts';
import { createServer } from './server.ts';
import { type Sealing, startWorkers } from './workers.ts';

/** A running process of the platform. */
export interface Running {
  readonly url: string;
  readonly port: number;
  readonly bank: Bank;
  readonly database: OpenDatabase;
  readonly http: HttpServer;
  readonly logger: Logger;
  /** Drains requests, settles commands, stops workers, leaves the database. */
  stop(): Promise<void>;
}

/** Starts one process: database, contexts, workers by role, and the API. */
export const start = async (config: Config = readConfig(process.env)): Promise<Running> => {
  const logger = createLogger({ level: config.LOG_LEVEL, service: 'finaegis' });
  const stopTracing = await startTracing({ target: config.FINAEGIS_TRACING, service: 'finaegis', version: '0.1.0' });
  const metrics = createMetrics();
  const database = await openDatabase(config);
  const revive = reviver(database, logger);
  const report = (where: string, error: unknown): void => {
    logger.warn({ where, err: error }, 'a fault in the background');
    revive();
  };
  const bank = await openBank({
    connections: database,
    masterKey: database.masterKey,
    ...outsideOf(config),
    pools: {
      write: config.DATABASE_POOL_WRITE + 2,
      read: config.DATABASE_POOL_READ,
      system: config.DATABASE_POOL_SYSTEM,
    },
    // The edge clock only: what is booked carries the database's.
    now: () => Date.now() + config.CLOCK_OFFSET_MS,
    onError: report,
    onBatch: batchMetrics(metrics),
    onSagaSettled: sagaMetrics(metrics),
  });
  bankGauges(metrics, bank);
  tellHealth(bank, metrics, logger);
  await Promise.all([assertServable(bank.pools.write), assertServable(bank.pools.read)]);
  if ((await bank.modules.asset.seed()).registered > 0) await gatherStatistics(bank.pools.write);
  const isWorker = config.FINAEGIS_ROLE.includes('worker');
  const follower = isWorker ? bank.follow() : undefined;
  const workers = isWorker ? startWorkers(bank, sealingOf(config, database), report) : undefined;
  const http = await createServer({ bank, config, logger, metrics, follower });
  const { port, url } = await http.listen({ host: config.HOST, port: config.PORT });
  const metricsServer =
    config.METRICS_PORT === undefined
      ? undefined
      : await serveMetrics(metrics, { host: config.HOST, port: config.METRICS_PORT });
  logger.info({ port, roles: config.FINAEGIS_ROLE }, 'ready');

  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await http.close();
    await workers?.stop();
    await bank.close();
    await metricsServer?.close();
    await stopTracing();
    await database.close();
    logger.info('stopped');
  };
  return { url, port, bank, database, http, logger, stop: () => (stopping ??= stop()) };
};

/** Says of every provider when it stops answering and when it is back, for whoever is to be woken. */
const tellHealth = ({ modules, services }: Bank, metrics: Metrics, logger: Logger): void => {
  const count = healthMetrics(metrics);
  watchHealth(
    modules.resilience.breakers,
    () => Date.parse(services.now()),
    (change) => {
      count(change);
      if (change.health === 'well') logger.info(change, 'a provider answers again');
      else logger.warn(change, 'a provider does not answer');
    },
  );
};

const sealingOf = (config: Config, { auditKey }: OpenDatabase): Sealing => ({
  key: auditKey,
  previousKey: config.AUDIT_SIGNING_KEY_PREVIOUS,
  headsFile: config.AUDIT_HEADS_FILE,
});

/** Restarts the embedded server when its connections die: somebody killed it, and nobody else is there to bring it back. */
const reviver = ({ embedded }: OpenDatabase, logger: Logger): (() => void) => {
  let reviving: Promise<void> | undefined;
  return () => {
    if (embedded === undefined || reviving !== undefined) return;
    reviving = embedded
      .revive()
      .catch((error: unknown) => logger.error({ err: error }, 'the embedded database could not be brought back'))
      .then(() => {
        reviving = undefined;
      });
  };
};

/** @throws TypeError for bank connections of another shape, and for a provider's key without the secret that its messages are verified by */
const outsideOf = (config: Config): OutsideWorld => {
  const connections = z.array(bankConnectionSchema).safeParse(config.BANK_CONNECTIONS ?? []);
  if (!connections.success) throw new TypeError(`BANK_CONNECTIONS: ${z.prettifyError(connections.error)}`);
  const { STRIPE_API_KEY: apiKey, STRIPE_WEBHOOK_SECRET: webhookSecret, STRIPE_URL: url } = config;
  const banks = {
    bankConnections: connections.data,
    coinbase: coinbaseOf(config),
    ecbUrl: config.RATES_ECB_URL,
    publicUrl: config.PUBLIC_URL,
    webhooks: { allowsLoopback: config.WEBHOOKS_ALLOW_LOOPBACK },
  };
  if (apiKey === undefined) return banks;
  if (webhookSecret === undefined) throw new TypeError('STRIPE_API_KEY needs STRIPE_WEBHOOK_SECRET beside it.');
  const { STRIPE_ASSETS: assets, STRIPE_PAYOUT_BANK: payoutBank } = config;
  return { ...banks, stripe: { apiKey, webhookSecret, assets, payoutBank, ...(url === undefined ? {} : { url }) } };
};

/** @throws TypeError for a key without what belongs beside it */
const coinbaseOf = (config: Config): CoinbaseAccounts => {
  const { COINBASE_KEY_ID: keyId, COINBASE_PRIVATE_KEY: privateKey, COINBASE_WEBHOOK_SECRET: webhookSecret } = config;
  const { COINBASE_COMMERCE_API_KEY: apiKey, COINBASE_COMMERCE_WEBHOOK_SECRET: commerceSecret } = config;
  if (keyId !== undefined && (privateKey === undefined || webhookSecret === undefined))
    throw new TypeError('COINBASE_KEY_ID needs COINBASE_PRIVATE_KEY and COINBASE_WEBHOOK_SECRET beside it.');
  if (apiKey !== undefined && commerceSecret === undefined)
    throw new TypeError('COINBASE_COMMERCE_API_KEY needs COINBASE_COMMERCE_WEBHOOK_SECRET beside it.');
  return {
    ...(keyId === undefined || privateKey === undefined || webhookSecret === undefined
      ? {}
      : { checkouts: { keyId, privateKey, webhookSecret, url: config.COINBASE_URL } }),
    ...(apiKey === undefined || commerceSecret === undefined
      ? {}
      : { commerce: { apiKey, webhookSecret: commerceSecret, url: config.COINBASE_COMMERCE_URL } }),
  };
};
