import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Names one process for as long as the machine lives: its id together with the moment it started, because ids are given out again.
 * @returns undefined when no such process runs; one that has ended but was not yet collected by its parent does not run
 */
export const processIdentity = async (pid: number): Promise<string | undefined> => {
  if (process.platform !== 'linux') return identityByPs(pid);
  try {
    const [stat, boot] = await Promise.all([readFile(`/proc/${pid}/stat`, 'utf8'), bootId()]);
    // The name in parentheses may itself hold spaces and parentheses: count from the last one. Then state is field 0, start time field 19.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : `${pid}@${fields[19]}@${boot}`;
  } catch (error) {
    // Only these mean that it does not run: a process taken for dead because we had no file left to open would lose its lock.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
};

/** Whether the process that had this identity still runs. */
export const isRunning = async (identity: string): Promise<boolean> => {
  const pid = Number(identity.split('@')[0]);
  return Number.isInteger(pid) && pid > 0 && (await processIdentity(pid)) === identity;
};

let ownIdentity: Promise<string> | undefined;

/** The identity of this process. */
export const thisProcess = (): Promise<string> => {
  ownIdentity ??= processIdentity(process.pid).then((identity) => identity ?? `${process.pid}@unknown`);
  return ownIdentity;
};

let boot: Promise<string> | undefined;

const bootId = (): Promise<string> => {
  boot ??= readFile('/proc/sys/kernel/random/boot_id', 'utf8').then(
    (text) => text.trim(),
    () => 'boot',
  );
  return boot;
};

const identityByPs = async (pid: number): Promise<string | undefined> => {
  try {
    const { stdout } = await run('ps', ['-o', 'state=,lstart=', '-p', String(pid)], {
      env: { LC_ALL: 'C', PATH: '/bin:/usr/bin' },
    });
    const [state = '', ...started] = stdout.trim().split(/\s+/);
    return state === '' || state.startsWith('Z') ? undefined : `${pid}@${started.join('-')}`;
  } catch {
    return undefined;
  }
};
