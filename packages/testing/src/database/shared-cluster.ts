// vitest's globalSetup: one private PostgreSQL cluster for the whole run, in a temporary folder of its own, so that tests run beside `npm start`
// and beside other test runs. It is started by the first test that asks for a database (a run of pure tests never pays for it).
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startEmbedded } from '@finaegis/platform/database/embedded';
import { processIdentity } from '@finaegis/platform/database/process-identity';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Data folder of the run's cluster. */
    readonly testDataFolder: string;
  }
}

const prefix = 'finaegis-test-';

/** Chooses the run's data folder and tells the workers; gives back the removal. */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  await removeAbandoned();
  const folder = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  project.provide('testDataFolder', folder);
  return () => remove(folder);
};

/** Folders of runs that were killed, servers included. */
const removeAbandoned = async (): Promise<void> => {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix))) {
    const pid = Number(name.slice(prefix.length).split('-')[0]);
    // Another user's folder cannot be cleared by us, and is not ours to clear.
    if (Number.isInteger(pid) && (await processIdentity(pid)) === undefined)
      await remove(join(tmpdir(), name)).catch(() => undefined);
  }
};

const remove = async (folder: string): Promise<void> => {
  if (existsSync(join(folder, 'postgres', 'postmaster.pid'))) {
    const server = await startEmbedded({ dataFolder: folder });
    await server.stop();
    // A worker that vitest has not ended yet still counts as a user, but its tests are over.
    const identity = await processIdentity(server.pid);
    if (identity !== undefined) process.kill(server.pid, 'SIGQUIT');
    while ((await processIdentity(server.pid)) !== undefined) await pause(10);
    rmSync(server.adminConnection.host, { recursive: true, force: true });
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
};
