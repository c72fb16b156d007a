import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionSettings } from '@finaegis/platform/database/connection';
import { startEmbedded } from '@finaegis/platform/database/embedded';
import { type Provisioned, type ProvisionedModule, provision } from '@finaegis/platform/tenancy/provision';

/** A fresh database with the default, durable settings, and its end. */
export interface BenchDatabase extends Provisioned {
  readonly admin: ConnectionSettings;
  /** A data folder as FINAEGIS_DATA names it: a server started with it joins this database. */
  readonly dataFolder: string;
  close(): Promise<void>;
}

const signals = ['SIGINT', 'SIGTERM'] as const;

/** Starts PostgreSQL in a folder of its own and provisions it; fsync and synchronous_commit are what they are in production. */
export const benchDatabase = async (modules: readonly ProvisionedModule[]): Promise<BenchDatabase> => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'finaegis-bench-'));
  const server = await startEmbedded({ dataFolder: join(dataFolder, 'postgres') });
  const connections = await provision(server.adminConnection, { modules });
  const close = async (): Promise<void> => {
    for (const signal of signals) process.off(signal, interrupted);
    await server.stop();
    await rm(dataFolder, { recursive: true, force: true });
  };
  // A benchmark that is broken off takes its PostgreSQL with it: left behind it would be in the figures of the next.
  const interrupted = (): void => void close().finally(() => process.exit(130));
  for (const signal of signals) process.once(signal, interrupted);
  return { ...connections, admin: server.adminConnection, dataFolder, close };
};
