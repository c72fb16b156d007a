import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ConnectionSettings } from './connection.ts';
import { canEnter, serverAccount, type ServerAccount } from './embedded-account.ts';
import { locateBinaries } from './embedded-binaries.ts';
import { initialiseCluster, isServerOf, launchServer, orphansOf, readPostmaster, type LaunchOptions, type Postmaster, type ProgramOptions } from './embedded-cluster.ts';
import { withFolderLock } from './folder-lock.ts';
import { isRunning, thisProcess } from './process-identity.ts';

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
  readonly pid: number;
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

// Only names the socket file; the folder is ours alone.
const port = 5432;

// A socket's path has 107 bytes on Linux, 103 on macOS.
const socketPathMax = 103;

/**
 * Starts the PostgreSQL of the data folder, or joins it when it runs already: another process started it, or an earlier one was killed and left
 * it running. Recovers from a killed server, a killed initdb and a killed holder of its lock. Works as root (the server then runs as `nobody`)
 * and as a normal user.
 * @throws EmbeddedFault with the end of the server's log
 */
export const startEmbedded = async (options: EmbeddedOptions): Promise<EmbeddedServer> => {
  if (process.platform === 'win32') throw new EmbeddedFault('The embedded PostgreSQL does not run on Windows. Set DATABASE_URL.');
  mkdirSync(options.dataFolder, { recursive: true, mode: 0o700 });
  const dataFolder = realpathSync(resolve(options.dataFolder));
  const folders = { data: dataFolder, cluster: join(dataFolder, 'postgres'), run: join(dataFolder, 'run') };
  mkdirSync(folders.run, { recursive: true, mode: 0o700 });
  try {
    return await withFolderLock(folders.run, async () => {
      const joined = await joinRunning(folders);
      const postmaster = joined ?? (await startFresh(folders, options.settings ?? {}));
      const leave = await enter(folders.run);
      return serverHandle(folders, postmaster, { attached: joined !== undefined, leave });
    });
  } catch (error) {
    if (error instanceof EmbeddedFault) throw error;
    throw new EmbeddedFault(`The embedded PostgreSQL in ${dataFolder} did not start: ${(error as Error).message}`, { cause: error });
  }
};

interface Folders {
  readonly data: string;
  readonly cluster: string;
  readonly run: string;
}

const serverHandle = (folders: Folders, { pid, socketFolder }: Postmaster, { attached, leave }: { attached: boolean; leave: () => void }): EmbeddedServer => {
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> =>
    withFolderLock(folders.run, async () => {
      leave();
      if ((await presentUsers(folders.run)) === 0) await stopServer(folders);
    });
  return {
    adminConnection: { host: socketFolder, port, user: 'postgres', database: 'postgres' },
    dataFolder: folders.data,
    attached,
    pid,
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
const joinRunning = async (folders: Folders): Promise<Postmaster | undefined> => {
  const { cluster } = folders;
  for (;;) {
    const postmaster = readPostmaster(cluster);
    if (postmaster === undefined || !isServerOf(cluster, postmaster.pid)) break;
    // Starting (after a crash it replays its log, however long that takes), or on its way out: it says which in the end.
    if (postmaster.status !== 'ready') {
      await pause(20);
      continue;
    }
    if (await answers(postmaster)) return postmaster;
    // Alive, but something swept its socket away: nobody can reach it any more.
    await stopServer(folders);
  }
  await clearDeadServer(folders);
  return undefined;
};

/** What a server killed with -9 leaves behind. */
const clearDeadServer = async ({ cluster, run }: Folders): Promise<void> => {
  removeSocketFolder(run);
  if (readPostmaster(cluster) === undefined) return;
  // Its children notice and end, but one deep in a computation may take its time, and two servers on one cluster would destroy it.
  for (const deadline = performance.now() + 1_000; orphansOf(cluster).length > 0; await pause(20)) {
    if (performance.now() > deadline) for (const pid of orphansOf(cluster)) process.kill(pid, 'SIGKILL');
  }
  // Its id may belong to a stranger by now, and PostgreSQL would then refuse to start.
  rmSync(join(cluster, 'postmaster.pid'), { force: true });
};

const startFresh = async ({ data, cluster, run }: Folders, settings: Readonly<Record<string, string>>): Promise<Postmaster> => {
  const account = serverAccount(cluster);
  const logFile = join(data, 'postgres.log');
  rotate(logFile);
  const programs: ProgramOptions = { cluster, binaries: locateBinaries(account), account, logFile };
  await initialiseCluster(programs);
  const socketFolder = makeSocketFolder(run, account);
  try {
    return await untilReady({ ...programs, socketFolder, port, settings: { ...defaultSettings, ...settings } });
  } catch (error) {
    removeSocketFolder(run);
    throw error;
  }
};

const untilReady = async (options: LaunchOptions): Promise<Postmaster> => {
  const launched = await launchServer(options);
  let epitaph: string | undefined;
  void launched.ended.then((log) => (epitaph = log));
  for (;;) {
    const postmaster = readPostmaster(options.cluster);
    if (postmaster?.pid === launched.pid && postmaster.status === 'ready') return postmaster;
    if (epitaph !== undefined) throw new Error(`PostgreSQL ended at once.\n${epitaph}`);
    await pause(5);
  }
};

const answers = ({ socketFolder, port: number }: Postmaster): Promise<boolean> =>
  new Promise((settle) => {
    const socket = connect(join(socketFolder, `.s.PGSQL.${number}`));
    socket.once('connect', () => settle(socket.destroy() instanceof Object)).once('error', () => settle(false));
  });

/** A fast shutdown: sessions are ended, everything is written. If that takes a minute, an immediate one; the log makes up for it. */
const stopServer = async ({ cluster, run }: Folders): Promise<void> => {
  const postmaster = readPostmaster(cluster);
  if (postmaster === undefined || !isServerOf(cluster, postmaster.pid)) return;
  process.kill(postmaster.pid, 'SIGINT');
  let isImpatient = false;
  for (const deadline = performance.now() + 60_000; isServerOf(cluster, postmaster.pid); await pause(5)) {
    if (performance.now() < deadline || isImpatient) continue;
    isImpatient = true;
    process.kill(postmaster.pid, 'SIGQUIT');
  }
  removeSocketFolder(run);
};

const socketPrefix = 'finaegis-';
const socketRecord = 'socket-folder';

/** Its path is written down before it is made, so that a start that is killed leaves no folder nobody knows of. */
const makeSocketFolder = (run: string, account: ServerAccount | undefined): string => {
  const name = `${socketPrefix}${randomBytes(6).toString('hex')}`;
  const fits = (base: string): boolean => Buffer.byteLength(`${base}/${name}/.s.PGSQL.${port}`) <= socketPathMax;
  const base = [tmpdir(), '/tmp'].find((folder) => existsSync(folder) && fits(folder) && canEnter(folder, account)) ?? '/tmp';
  const folder = join(base, name);
  writeFileSync(join(run, socketRecord), folder, { mode: 0o600 });
  mkdirSync(folder, { mode: 0o700 });
  if (account !== undefined) chownSync(folder, account.uid, account.gid);
  return folder;
};

const removeSocketFolder = (run: string): void => {
  const record = join(run, socketRecord);
  if (!existsSync(record)) return;
  const folder = readFileSync(record, 'utf8');
  // A record cut short by a power failure must not name somebody else's folder.
  if (basename(folder).startsWith(socketPrefix)) rmSync(folder, { recursive: true, force: true });
  rmSync(record, { force: true });
};

const rotate = (logFile: string): void => {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (size > 16_777_216) renameSync(logFile, `${logFile}.1`);
};
