import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { BenchDatabase } from './database.ts';
import type { HttpJob, HttpResult } from './http-load.ts';
import { type Books, createKey, tenantId } from './ledger-books.ts';
import type { LedgerCell } from './ledger-cells.ts';
import type { CountedCell } from './measured.ts';

type HttpCell = Pick<LedgerCell, 'callers' | 'choice'>;

/** A server in a process of its own, and another process that asks it. */
export interface HttpBench {
  /** Of the server. */
  readonly pid: number;
  /** Warms the server up and waits until its views have read the whole log. */
  prepare(cell: HttpCell): Promise<void>;
  /** One load of about this time. */
  load(cell: HttpCell, durationMs: number): Promise<CountedCell>;
  stop(): Promise<void>;
}

const serverMain = fileURLToPath(import.meta.resolve('@finaegis/server/main'));
const loadMain = fileURLToPath(new URL('./http-load.js', import.meta.url));
const startTimeoutMs = 60_000;
const viewsTimeoutMs = 600_000;
const warmUpRequests = 1_920;

/** Starts the server as `npm start` does, on the benchmark's database, with its subscriptions, and the process that will load it. */
export const startHttpBench = async (books: Books, database: BenchDatabase): Promise<HttpBench> => {
  const key = await createKey(books.bank);
  const server = await startServer(books, database);
  const loader = fork(loadMain, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ask = askOf(loader);
  let perSecond = 0;
  const run = async ({ callers, choice }: HttpCell, amount: number): Promise<CountedCell> => {
    const { accounts } = books;
    const result = await ask({ url: server.url, key, connections: callers, amount, choice, accounts });
    books.acknowledged += result.transfers;
    perSecond = result.cell.perSecond;
    return result;
  };
  return {
    pid: server.pid,
    prepare: async (cell) => {
      // Twice, since the first time compiles the code.
      if (perSecond === 0) for (let turn = 0; turn < 2; turn++) await run(cell, warmUpRequests);
      await viewsCaughtUp(books);
    },
    load: async (cell, durationMs) => {
      const result = await run(cell, Math.max(cell.callers, Math.round((perSecond * durationMs) / 1_000)));
      return { ...result, cell: { ...result.cell, viewsBehindEvents: await eventsBehind(books) } };
    },
    stop: async () => {
      if (loader.connected) loader.disconnect();
      await server.stop();
    },
  };
};

const startServer = async (
  { masterKey }: Books,
  { dataFolder }: BenchDatabase,
): Promise<{ readonly url: string; readonly pid: number; stop(): Promise<void> }> => {
  const { PATH = '', HOME = '' } = process.env;
  // As `npm start` and the container image start it.
  const child = spawn(process.execPath, ['--max-semi-space-size=32', serverMain], {
    env: {
      PATH,
      HOME,
      PORT: '0',
      FINAEGIS_DATA: dataFolder,
      FINAEGIS_MASTER_KEY: Buffer.from(masterKey).toString('hex'),
      // An installation sets what its keys may draw; this one lets a single key have all the machine can do.
      RATE_LIMIT_WRITE: '1000000/1000000',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      if (output.length < 100_000) output += chunk.toString();
    });
  const exited = once(child, 'exit');
  const deadline = performance.now() + startTimeoutMs;
  while (!/try +curl/.test(output)) {
    if (child.exitCode !== null || performance.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`The server did not start: ${output}`);
    }
    await pause(20);
  }
  return {
    url: /address +(\S+)/.exec(output)?.[1] ?? '',
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
      if (child.exitCode !== 0) throw new Error(`The server ended with ${child.exitCode}: ${output}`);
    },
  };
};

/** Asks the load process for one job at a time; its end is an answer too. */
const askOf = (load: ChildProcess): ((job: HttpJob) => Promise<CountedCell>) => {
  const ended = once(load, 'exit').then((): HttpResult => ({ error: 'The load process ended.' }));
  return async (job) => {
    const answer = new Promise<HttpResult>((resolve) => {
      load.once('message', (result) => resolve(result as HttpResult));
    });
    load.send(job);
    const result = await Promise.race([answer, ended]);
    if ('error' in result) throw new Error(result.error);
    return result;
  };
};

/** Events the slowest view of the tenant has not folded; a server that starts on a full log has to read it first. */
const eventsBehind = async ({ bank }: Books): Promise<number> => {
  const { rows } = await bank.pools.system.query<{ behind: bigint | null }>(
    'select max(h.seq - s.seq) as behind from tenant_heads h join subscriptions s using (tenant_id) where tenant_id = $1',
    [tenantId],
  );
  return Number(rows[0]?.behind ?? Number.POSITIVE_INFINITY);
};

const viewsCaughtUp = async (books: Books): Promise<void> => {
  const deadline = performance.now() + viewsTimeoutMs;
  while ((await eventsBehind(books)) > 0) {
    if (performance.now() > deadline) throw new Error('The views of the server do not catch up.');
    await pause(50);
  }
};
