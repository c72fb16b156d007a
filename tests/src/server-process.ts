import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { processIdentity } from '@finaegis/platform/database/process-identity';

/** A server in a process of its own, as `npm start` runs it. */
export interface ServerProcess {
  readonly url: string;
  /** `Authorization` header of the demo's staff. */
  readonly authorization: string;
  readonly pid: number;
  /** From the start of the process until it said that it runs. */
  readonly startedInMs: number;
  /** Everything it printed and logged so far. */
  readonly output: () => string;
  /** Settles when the process is gone, whoever ended it. */
  readonly ended: Promise<unknown>;
  /** Ends it at once, as the kernel does when memory runs out. */
  kill(): Promise<void>;
  /** Asks it to drain and stop, and waits for it; gives back its exit code. */
  stop(): Promise<number | null>;
}

const main = fileURLToPath(new URL('../../apps/server/dist/main.js', import.meta.url));
const startTimeoutMs = 30_000;

/** A private data folder, gone with whatever still runs in it when removed. */
export const dataFolder = async (): Promise<{ readonly path: string; remove(): Promise<void> }> => {
  const path = await mkdtemp(join(tmpdir(), 'finaegis-process-'));
  return {
    path,
    remove: async () => {
      const pid = postmasterOf(path);
      if (pid !== undefined && (await isAlive(pid))) {
        process.kill(pid, 'SIGINT');
        while (await isAlive(pid)) await pause(20);
      }
      await rm(path, { recursive: true, force: true, maxRetries: 5 });
    },
  };
};

/** Process id of the PostgreSQL of a data folder, from the file it keeps itself. */
export const postmasterOf = (folder: string): number | undefined => {
  try {
    return Number(readFileSync(join(folder, 'postgres', 'postgres', 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
  } catch {
    // No such file: no server runs in this folder.
    return undefined;
  }
};

/** Whether a process lives; one that has ended and was not waited for does not. */
export const isAlive = async (pid: number): Promise<boolean> => (await processIdentity(pid)) !== undefined;

/** Starts the built server in a data folder on a free port, and waits until it says that it runs. */
export const startServer = async (
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> => {
  const began = performance.now();
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [main], {
    env: { PATH, HOME, FINAEGIS_DATA: folder, PORT: '0', LOG_LEVEL: 'warn', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, 'exit');
  await said(
    child,
    () => /try +curl/.test(output),
    () => output,
  );
  const url = /address +(\S+)/.exec(output)?.[1] ?? '';
  const key = /API key +(\S+)/.exec(output)?.[1] ?? '';
  return {
    url,
    authorization: `Bearer ${key}`,
    pid: child.pid ?? 0,
    startedInMs: performance.now() - began,
    output: () => output,
    ended: exited,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
      return child.exitCode;
    },
  };
};

const said = async (child: ChildProcess, isSaid: () => boolean, output: () => string): Promise<void> => {
  const deadline = performance.now() + startTimeoutMs;
  while (!isSaid()) {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}: ${output()}`);
    if (performance.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`The server did not start within ${startTimeoutMs} ms: ${output()}`);
    }
    await pause(5);
  }
};
