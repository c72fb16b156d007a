import { afterAll, beforeAll, expect, it } from 'vitest';
import { dataFolder, postmasterOf, type ServerProcess, startServer } from '../server-process.ts';
import { type Clients, startClients } from './clients.ts';
import { openAccounts } from './stress.ts';

let folder: Awaited<ReturnType<typeof dataFolder>>;
let server: ServerProcess;
let clients: Clients;

beforeAll(async () => {
  folder = await dataFolder();
  server = await startServer(folder.path, { RATE_LIMIT_WRITE: '100000/100000' });
  const { url, authorization } = server;
  const accounts = await openAccounts({ url, authorization });
  clients = startClients({ seed: 1, clients: 8, addresses: () => [url], authorization, accounts, waitMaxMs: 32_000 });
});

afterAll(async () => {
  await server.kill();
  await folder.remove();
});

const untilSettled = async (more: number): Promise<void> => {
  const wanted = clients.settled.length + more;
  await expect.poll(() => clients.settled.length, { timeout: 30_000, interval: 20 }).toBeGreaterThanOrEqual(wanted);
};

it('an embedded PostgreSQL that is killed under load is brought back by the server itself', {
  timeout: 60_000,
}, async () => {
  // Twice, since a kill tells something only when a commit was under way.
  for (let kill = 0; kill < 2; kill++) {
    await untilSettled(50);
    const postmaster = postmasterOf(folder.path) ?? 0;
    process.kill(postmaster, 'SIGKILL');
    await untilSettled(50);
    expect(postmasterOf(folder.path)).not.toBe(postmaster);
  }
  await clients.stop();
  expect(clients.surprises).toEqual([]);
  expect(clients.retries).toBeGreaterThan(0);
});
