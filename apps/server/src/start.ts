import { type Config, readConfig } from '@finaegis/platform/config/config';
import type { HttpServer } from '@finaegis/platform/http/server';
import { createLogger, type Logger } from '@finaegis/platform/observability/logger';
import { createMetrics, serveMetrics } from '@finaegis/platform/observability/metrics';
import { startTracing } from '@finaegis/platform/observability/tracing';
import { assertServable } from '@finaegis/platform/tenancy/roles';
import { type Bank, openBank } from './bank.ts';
import { bankGauges, batchMetrics } from './bank-metrics.ts';
import { type OpenDatabase, openDatabase } from './database.ts';
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
    pools: {
      write: config.DATABASE_POOL_WRITE + 2,
      read: config.DATABASE_POOL_READ,
      system: config.DATABASE_POOL_SYSTEM,
    },
    // The edge clock only: what is booked carries the database's.
    now: () => Date.now() + config.CLOCK_OFFSET_MS,
    onError: report,
    onBatch: batchMetrics(metrics),
  });
  bankGauges(metrics, bank);
  await Promise.all([assertServable(bank.pools.write), assertServable(bank.pools.read)]);
  await bank.modules.asset.seed();
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
