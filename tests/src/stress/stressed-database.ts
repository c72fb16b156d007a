import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type EmbeddedServer, startEmbedded } from '@finaegis/platform/database/embedded';
import { isAlive } from '../server-process.ts';

const run = promisify(execFile);

/** A PostgreSQL of its own, on a disk of its own where that can be had, started again whenever it is gone. */
export interface StressedDatabase {
  /** Data folder of the servers too. */
  readonly folder: string;
  readonly socketFolder: string;
  killPostmaster(): Promise<void>;
  /** Kills one session's process; gives back whether there was one. */
  killBackend(choose: (pids: readonly number[]) => number): Promise<boolean>;
  /** No process of PostgreSQL runs for that long. */
  freeze(forMs: number): Promise<void>;
  /** Nothing can be written that needs more room, until `isOver` settles. */
  fillDisk(isOver: Promise<void>): Promise<void>;
  /** How that is done here. */
  readonly disk: 'a small disk' | 'a limit on the size of files';
  stop(): Promise<void>;
}

// A log that is recycled soon, so that a small disk is enough and is felt.
const settings = { shared_buffers: '64MB', min_wal_size: '32MB', max_wal_size: '128MB', checkpoint_timeout: '30s' };

/** Starts it. `diskMb` is the size of its disk, where one can be mounted (as root on Linux). */
export const startStressedDatabase = async ({ diskMb }: { readonly diskMb: number }): Promise<StressedDatabase> => {
  const folder = await mkdtemp(join(tmpdir(), 'finaegis-stress-'));
  const isMounted = await mount(folder, diskMb);
  const server = await startEmbedded({ dataFolder: join(folder, 'postgres'), settings });
  let isOver = false;
  const keeping = (async () => {
    for (; !isOver; await pause(100)) {
      // On a full disk it cannot be started, and is tried again.
      if (!(await isAlive(server.pid))) await server.revive().catch(() => undefined);
    }
  })();
  return {
    folder,
    socketFolder: server.adminConnection.host,
    killPostmaster: async () => signal(server.pid, 'SIGKILL'),
    killBackend: async (choose) => {
      const sessions = await childrenOf(server.pid, /finaegis_write/);
      if (sessions.length > 0) signal(choose(sessions), 'SIGKILL');
      return sessions.length > 0;
    },
    freeze: async (forMs) => {
      // The main process first: a child that it starts meanwhile would go on running.
      signal(server.pid, 'SIGSTOP');
      const frozen = [server.pid, ...(await childrenOf(server.pid))];
      for (const pid of frozen) signal(pid, 'SIGSTOP');
      await pause(forMs);
      for (const pid of frozen) signal(pid, 'SIGCONT');
    },
    disk: isMounted ? 'a small disk' : 'a limit on the size of files',
    fillDisk: (isOver) => (isMounted ? withFullDisk(folder, diskMb, isOver) : withFileSizeLimit(server, isOver)),
    stop: async () => {
      isOver = true;
      await keeping;
      await server.stop();
      if (isMounted) await run('umount', ['-l', folder]);
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/** A disk in memory, for root on Linux who may mount. */
const mount = (folder: string, diskMb: number): Promise<boolean> =>
  process.getuid?.() !== 0
    ? Promise.resolve(false)
    : run('mount', ['-t', 'tmpfs', '-o', `size=${diskMb}m,mode=0700`, 'tmpfs', folder]).then(
        () => true,
        // A container's root may not.
        () => false,
      );

/** The disk becomes as small as what lies on it, at once, which no filler file could. */
const withFullDisk = async (folder: string, diskMb: number, isOver: Promise<void>): Promise<void> => {
  const resize = (size: string) => run('mount', ['-o', `remount,size=${size}`, folder]);
  const shrink = async (): Promise<void> => {
    const { blocks, bfree, bsize } = await statfs(folder);
    await resize(String((blocks - bfree) * bsize));
  };
  // PostgreSQL may write between the look and the deed, and less than what is used cannot be had.
  while (
    !(await shrink().then(
      () => true,
      () => false,
    ))
  )
    await pause(5);
  try {
    await isOver;
  } finally {
    await resize(`${diskMb}m`);
  }
};

/** Where no disk can be mounted, files may not grow: to PostgreSQL much the same. */
const withFileSizeLimit = async (server: EmbeddedServer, isOver: Promise<void>): Promise<void> => {
  const limit = async (pid: number, size: string): Promise<void> => {
    // A process that has ended meanwhile needs no limit.
    await run('prlimit', ['--pid', String(pid), `--fsize=${size}:`]).catch(() => undefined);
  };
  const limitAll = async (size: string): Promise<void> => {
    for (const pid of [server.pid, ...(await childrenOf(server.pid))]) await limit(pid, size);
  };
  await limitAll('65536');
  try {
    await isOver;
  } finally {
    await limitAll('unlimited');
  }
};

const signal = (pid: number, name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void => {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It ended by itself while we looked.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

/** Processes a PostgreSQL has started, of those whose title fits. */
const childrenOf = async (parent: number, title = /./): Promise<readonly number[]> => {
  const found = await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name))
      .map(async (name) => {
        try {
          const [stat, line] = await Promise.all([
            readFile(`/proc/${name}/stat`, 'utf8'),
            readFile(`/proc/${name}/cmdline`, 'utf8'),
          ]);
          const itsParent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
          return itsParent === parent && title.test(line) ? Number(name) : undefined;
        } catch {
          // It ended while we looked.
          return undefined;
        }
      }),
  );
  return found.filter((pid) => pid !== undefined);
};
