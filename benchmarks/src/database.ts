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

/** Starts PostgreSQL in a folder of its own and provisions it; fsync and synchronous_commit are what they are in production. */
export const benchDatabase = async (modules: readonly ProvisionedModule[]): Promise<BenchDatabase> => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'finaegis-bench-'));
  const server = await startEmbedded({ dataFolder: join(dataFolder, 'postgres') });
  const connections = await provision(server.adminConnection, { modules });
  return {
    ...connections,
    admin: server.adminConnection,
    dataFolder,
    close: async () => {
      await server.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
};
