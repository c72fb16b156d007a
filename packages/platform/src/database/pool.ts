import pg from 'pg';
import { columnTypes } from './column-types.ts';
import type { ConnectionSettings } from './connection.ts';

/** What a pool is for. */
export interface PoolOptions {
  /** Shown in pg_stat_activity, so that an operator sees who holds a lock. */
  readonly applicationName: string;
  /** Connections at most; 10 unless told. */
  readonly max?: number;
  /** Enter as this user instead of the one in the settings. */
  readonly user?: string;
  /** Enter as the settings say, then act as this role (the user must be a member): for servers where only one login exists. */
  readonly role?: string;
  /** Send queries without waiting for the answers before them; on unless told. */
  readonly pipeline?: boolean;
  /** Server settings of every session, for example `{ statement_timeout: '5s' }`. */
  readonly sessionSettings?: Readonly<Record<string, string>>;
  /** Told of connections that die; the pool replaces them by itself. Silent unless given. */
  readonly onError?: (error: Error) => void;
}

/**
 * A pool of connections whose sessions speak UTC and ISO dates and whose columns arrive as column-types.ts says.
 * A connection that dies, idle or in use, is reported to `onError` and never ends the process: the query under way is rejected all the same.
 */
export const createPool = (settings: ConnectionSettings, options: PoolOptions): pg.Pool => {
  const config: pg.PoolConfig & { pipeline: boolean } = {
    host: settings.host,
    port: settings.port,
    user: options.user ?? settings.user,
    database: settings.database,
    ...(settings.password === undefined ? {} : { password: settings.password }),
    ssl: settings.tls ?? false,
    enableChannelBinding: settings.wantsChannelBinding ?? false,
    application_name: options.applicationName,
    options: startupOptions({
      TimeZone: 'UTC',
      DateStyle: 'ISO',
      ...(options.role === undefined ? {} : { role: options.role }),
      ...options.sessionSettings,
    }),
    max: options.max ?? 10,
    pipeline: options.pipeline ?? true,
    types: columnTypes,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
  };
  const pool = new pg.Pool(config);
  const report = (error: Error): void => options.onError?.(error);
  // Both are needed: pg-pool listens only to idle connections, and an 'error' nobody listens to would end the process.
  pool.on('error', report);
  pool.on('connect', (client) => client.on('error', report));
  return pool;
};

const startupOptions = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replaceAll('\\', '\\\\').replaceAll(' ', '\\ ')}`)
    .join(' ');
