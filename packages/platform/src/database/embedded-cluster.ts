import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerAccount } from './embedded-account.ts';
import type { Binaries } from './embedded-binaries.ts';

/** The PostgreSQL release the embedded binaries are; a cluster belongs to one major release. */
const majorVersion = '18';

// No variable of ours reaches the server: PGDATA, PGPORT, LD_PRELOAD or a locale would change what it does.
const environment = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' };

/**
 * How a child names the folder it was started in. On Linux a process may always walk through its own working folder, even where it may not
 * walk down to it: so a server that runs as `nobody` lives in a cluster below root's 0700 folder.
 */
const workingFolder = (folder: string): string => (process.platform === 'linux' ? '/proc/self/cwd' : folder);

const start = (
  program: string,
  args: readonly string[],
  { folder, account, log }: { folder: string; account: ServerAccount | undefined; log: number },
) =>
  // Detached: Ctrl-C in a terminal must reach us and not the server, which would end while we still drain.
  spawn(program, args, { cwd: folder, detached: true, env: environment, stdio: ['ignore', log, log], ...account });

/** What both programs need. */
export interface ProgramOptions {
  readonly cluster: string;
  readonly binaries: Binaries;
  readonly account: ServerAccount | undefined;
  /** Both write here. */
  readonly logFile: string;
}

/** How a server is started. */
export interface LaunchOptions extends ProgramOptions {
  readonly socketFolder: string;
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * Makes the cluster unless it is there already. It is made beside its place and renamed when it is whole and on disk, so that a kill in the
 * middle leaves nothing that looks like a cluster.
 * @throws Error with the end of initdb's output, or when the cluster is of another major release
 */
export const initialiseCluster = async ({ cluster, binaries, account, logFile }: ProgramOptions): Promise<void> => {
  for (const leftover of readdirSync(join(cluster, '..')).filter((name) => name.startsWith('draft-cluster-'))) {
    rmSync(join(cluster, '..', leftover), { recursive: true, force: true, maxRetries: 3 });
  }
  const version = clusterVersion(cluster);
  if (version === majorVersion) return;
  if (version !== undefined) {
    throw new Error(
      `${cluster} was made by PostgreSQL ${version}; this release runs ${majorVersion}. Dump it with the old release and restore it with this one.`,
    );
  }

  const draft = join(cluster, '..', `draft-cluster-${randomBytes(6).toString('hex')}`);
  mkdirSync(draft, { mode: 0o700 });
  if (account !== undefined) chownSync(draft, account.uid, account.gid);
  const args = [
    '-D',
    workingFolder(draft),
    '--username=postgres',
    '--auth-local=trust',
    '--auth-host=reject',
    '--encoding=UTF8',
    '--data-checksums',
  ];
  const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  const log = await openLog(logFile);
  const offset = (await log.stat()).size;
  try {
    const child = start(binaries.initdb, [...args, ...locale, '--no-instructions'], {
      folder: draft,
      account,
      log: log.fd,
    });
    const code = await new Promise<number | null>((resolve, reject) =>
      child.once('error', reject).once('exit', resolve),
    );
    if (code !== 0) throw new Error(`initdb failed (${code}).\n${tailOf(logFile, offset)}`);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  } finally {
    await log.close();
  }
  renameSync(draft, cluster);
  syncFolder(join(cluster, '..'));
};

const clusterVersion = (cluster: string): string | undefined => {
  try {
    return readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

const syncFolder = (folder: string): void => {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

/** A server process that was just started. */
export interface Launched {
  readonly pid: number;
  hasEnded(): boolean;
  /** The end of what it wrote to its log. */
  lastWords(): string;
}

/** Starts the server process; it is not ready yet. It outlives us. */
export const launchServer = async ({
  cluster,
  binaries,
  account,
  socketFolder,
  port,
  settings,
  logFile,
}: LaunchOptions): Promise<Launched> => {
  const all = {
    ...settings,
    listen_addresses: '',
    unix_socket_directories: socketFolder,
    unix_socket_permissions: '0700',
    port: String(port),
  };
  const args = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = await openLog(logFile);
  try {
    const offset = (await log.stat()).size;
    const child = start(binaries.postgres, ['-D', workingFolder(cluster), ...args], {
      folder: cluster,
      account,
      log: log.fd,
    });
    const started = new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    let hasEnded = false;
    child.once('exit', () => (hasEnded = true)).unref();
    await started;
    return { pid: child.pid ?? 0, hasEnded: () => hasEnded, lastWords: () => tailOf(logFile, offset) };
  } finally {
    await log.close();
  }
};

const openLog = (file: string) => open(file, 'a', 0o600);

const tailOf = (file: string, offset: number): string =>
  readFileSync(file).subarray(offset).toString('utf8').split('\n').slice(-25).join('\n').trim();

/** What a server writes about itself into its cluster (postmaster.pid). */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly socketFolder: string;
  readonly status: string;
}

/** @returns undefined when no server says that it runs, or a starting one has not finished saying it */
export const readPostmaster = (cluster: string): Postmaster | undefined => {
  try {
    const [pid, , , port, socketFolder, , , status] = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    return {
      pid: Number(pid),
      port: Number(port ?? 0),
      socketFolder: socketFolder ?? '',
      status: (status ?? '').trim(),
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/** Whether that process is a PostgreSQL process of this very cluster and not a stranger who was given the same id. */
export const isServerOf = (cluster: string, pid: number): boolean => {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  if (process.platform !== 'linux') return isAlive(pid);
  try {
    const here = statSync(cluster);
    const there = statSync(`/proc/${pid}/cwd`);
    return (
      here.dev === there.dev &&
      here.ino === there.ino &&
      /\/postgres( \(deleted\))?$/.test(readlinkSync(`/proc/${pid}/exe`))
    );
  } catch {
    return false;
  }
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Processes of the cluster still at work although its main process is gone. */
export const orphansOf = (cluster: string): readonly number[] => {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => isServerOf(cluster, pid));
};
