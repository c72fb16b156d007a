import { randomBytes } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ConnectionSettings } from './connection.ts';
import { serverAccount } from './embedded-account.ts';
import { locateBinaries } from './embedded-binaries.ts';
import {
  initialiseCluster,
  isServerOf,
  type LaunchOptions,
  launchServer,
  orphansOf,
  type Postmaster,
  type ProgramOptions,
  readPostmaster,
} from './embedded-cluster.ts';
import { answersAt, prepareSocketFolder, removeSocketFolder, socketPort } from './embedded-socket.ts';
import { withFolderLock } from './folder-lock.ts';
import { isRunning, processIdentity, thisProcess } from './process-identity.ts';

/** The embedded PostgreSQL could not be started, joined or stopped. */
export class EmbeddedFault extends Error {
  override readonly name = 'EmbeddedFault';
  readonly code = 'embedded_database_failed';
}

/** Where the bank's data lies and how its server is set. */
export interface EmbeddedOptions {
  /** One bank. The cluster is made in it at the first start; other files may lie beside it. */
  readonly dataFolder: string;
  /** Server settings over the defaults; they hold for the process that starts the server, one that joins takes what it finds. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A running server that this process uses. */
export interface EmbeddedServer {
  /** As the superuser; the password-less entry is kept by the 0700 folder of the socket. */
  readonly adminConnection: ConnectionSettings;
  readonly dataFolder: string;
  /** True when the server was running already. */
  readonly attached: boolean;
  /** Of the server process as it runs now. */
  readonly pid: number;
  /**
   * Starts the server again when it has died under us (killed, out of memory); does nothing when it runs. It comes back at the same address,
   * so pools need nothing but their next connection.
   */
  revive(): Promise<void>;
  /** Leaves the server; the last process to leave stops it. Close the pools first. Twice is once. */
  stop(): Promise<void>;
}

// fsync and synchronous_commit stay at their default, on: an answer that said "booked" survives a power cut.
const defaultSettings: Readonly<Record<string, string>> = {
  shared_buffers: '128MB',
  max_connections: '100',
  max_wal_size: '2GB',
  min_wal_size: '256MB',
  checkpoint_timeout: '15min',
  wal_level: 'replica',
  // Compiling a plan costs more than any statement of ours runs.
  jit: 'off',
  random_page_cost: '1.1',
  effective_io_concurrency: '16',
  log_checkpoints: 'off',
  log_line_prefix: '%m [%p] %a ',
};

/**
 * Starts the PostgreSQL of the data folder, or joins it when it runs already: another process started it, or an earlier one was killed and left
 * it running. Recovers from a killed server, a killed initdb and a killed holder of its lock. Works as root (the server then runs as `nobody`)
 * and as a normal user.
 * @throws EmbeddedFault with the end of the server's log
 */
export const startEmbedded = async (options: EmbeddedOptions): Promise<EmbeddedServer> => {
  if (process.platform === 'win32')
    throw new EmbeddedFault('The embedded PostgreSQL does not run on Windows. Set DATABASE_URL.');
  mkdirSync(options.dataFolder, { recursive: true, mode: 0o700 });
  const dataFolder = realpathSync(resolve(options.dataFolder));
  const folders = { data: dataFolder, cluster: join(dataFolder, 'postgres'), run: join(dataFolder, 'run') };
  mkdirSync(folders.run, { recursive: true, mode: 0o700 });
  const settings = options.settings ?? {};
  return inLock(folders, async () => {
    const joined = await joinRunning(folders);
    const postmaster = joined ?? (await startFresh(folders, settings));
    const leave = await enter(folders.run);
    return serverHandle(folders, postmaster, { attached: joined !== undefined, leave, settings });
  });
};

interface Folders {
  readonly data: string;
  readonly cluster: string;
  readonly run: string;
}

const inLock = async <T>({ data, run }: Folders, work: () => Promise<T>): Promise<T> => {
  try {
    return await withFolderLock(run, work);
  } catch (cause) {
    throw new EmbeddedFault(`The embedded PostgreSQL in ${data} failed: ${(cause as Error).message}`, { cause });
  }
};

interface Membership {
  readonly attached: boolean;
  readonly leave: () => void;
  readonly settings: Readonly<Record<string, string>>;
}

const serverHandle = (
  folders: Folders,
  first: Postmaster,
  { attached, leave, settings }: Membership,
): EmbeddedServer => {
  let current = first;
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> =>
    inLock(folders, async () => {
      leave();
      if ((await presentUsers(folders.run)) > 0) return;
      await endServer(folders.cluster);
      removeSocketFolder(folders.run);
    });
  return {
    adminConnection: { host: first.socketFolder, port: socketPort, user: 'postgres', database: 'postgres' },
    dataFolder: folders.data,
    attached,
    get pid() {
      return current.pid;
    },
    revive: () =>
      inLock(folders, async () => {
        if (stopped === undefined) current = (await joinRunning(folders)) ?? (await startFresh(folders, settings));
      }),
    stop: () => (stopped ??= stop()),
  };
};

/** Signs this process into the data folder; gives back the signing out. */
const enter = async (run: string): Promise<() => void> => {
  const file = join(run, `user.${process.pid}.${randomBytes(6).toString('hex')}`);
  writeFileSync(`${file}.draft`, await thisProcess(), { mode: 0o600 });
  renameSync(`${file}.draft`, file);
  return () => rmSync(file, { force: true });
};

/** How many uses of the server are left, this process's others included; those of dead processes are cleared away. */
const presentUsers = async (run: string): Promise<number> => {
  let present = 0;
  for (const name of readdirSync(run).filter((entry) => entry.startsWith('user.'))) {
    if (await isRunning(readFileSync(join(run, name), 'utf8'))) present += 1;
    else rmSync(join(run, name), { force: true });
  }
  return present;
};

/** The server that runs already; undefined when none does and one may be started. */
const joinRunning = async ({ cluster }: Folders): Promise<Postmaster | undefined> => {
  for (;;) {
    const postmaster = readPostmaster(cluster);
    if (postmaster === undefined || !isServerOf(cluster, postmaster.pid)) break;
    // Starting (after a crash it replays its log, however long that takes), or on its way out: it says which in the end.
    if (postmaster.status !== 'ready') {
      await pause(20);
      continue;
    }
    if (await answersAt(postmaster)) return postmaster;
    // Alive, but something swept its socket away: nobody can reach it any more.
    await endServer(cluster);
  }
  await clearDeadServer(cluster);
  return undefined;
};

/** What a server killed with -9 leaves behind. */
const clearDeadServer = async (cluster: string): Promise<void> => {
  if (readPostmaster(cluster) === undefined) return;
  // Its children notice and end, but one deep in a computation may take its time, and two servers on one cluster would destroy it.
  for (const deadline = performance.now() + 1_000; orphansOf(cluster).length > 0; await pause(20)) {
    if (performance.now() > deadline) for (const pid of orphansOf(cluster)) signal(pid, 'SIGKILL');
  }
  // Its id may belong to a stranger by now, and PostgreSQL would then refuse to start.
  rmSync(join(cluster, 'postmaster.pid'), { force: true });
};

const startFresh = async (
  { data, cluster, run }: Folders,
  settings: Readonly<Record<string, string>>,
): Promise<Postmaster> => {
  const account = serverAccount(cluster);
  const logFile = join(data, 'postgres.log');
  rotate(logFile);
  const programs: ProgramOptions = { cluster, binaries: locateBinaries(account), account, logFile };
  await initialiseCluster(programs);
  const socketFolder = prepareSocketFolder(run, account);
  try {
    const all = { ...defaultSettings, ...settings };
    return await untilReady({ ...programs, socketFolder, port: socketPort, settings: all });
  } catch (error) {
    // Whoever still uses the data folder knows this path; without anybody it would only be left lying about.
    if ((await presentUsers(run)) === 0) removeSocketFolder(run);
    throw error;
  }
};

const untilReady = async (options: LaunchOptions): Promise<Postmaster> => {
  const launched = await launchServer(options);
  for (;;) {
    const postmaster = readPostmaster(options.cluster);
    if (postmaster?.pid === launched.pid && postmaster.status === 'ready') return postmaster;
    if (launched.hasEnded()) throw new Error(`PostgreSQL ended at once.\n${launched.lastWords()}`);
    await pause(5);
  }
};

/** A fast shutdown: sessions are ended, everything is written. If that takes a minute, an immediate one; the log makes up for it. */
const endServer = async (cluster: string): Promise<void> => {
  const postmaster = readPostmaster(cluster);
  if (postmaster === undefined || !isServerOf(cluster, postmaster.pid)) return;
  // By identity: a process on its way out no longer tells which folder it is of, and is still there.
  const identity = await processIdentity(postmaster.pid);
  signal(postmaster.pid, 'SIGINT');
  let isImpatient = false;
  for (
    const deadline = performance.now() + 60_000;
    identity !== undefined && (await isRunning(identity));
    await pause(5)
  ) {
    if (performance.now() < deadline || isImpatient) continue;
    isImpatient = true;
    signal(postmaster.pid, 'SIGQUIT');
  }
};

const signal = (pid: number, name: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): void => {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It ended by itself in the meantime, which is what we wanted.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

const rotate = (logFile: string): void => {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (size > 16_777_216) renameSync(logFile, `${logFile}.1`);
};
