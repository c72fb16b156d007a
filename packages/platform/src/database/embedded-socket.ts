import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { canEnter, type ServerAccount } from './embedded-account.ts';

/** Only names the socket file; the folder is ours alone. */
export const socketPort = 5432;

// A socket's path has 107 bytes on Linux, 103 on macOS.
const pathMax = 103;

const prefix = 'finaegis-';
const record = 'socket-folder';

/**
 * The empty folder of the server's socket, which only its user may enter. It keeps its path for as long as anybody uses the data folder, so that
 * pools find a server that was started again; the path is written down in `run` before the folder is made, so that a start that is killed leaves
 * none that nobody knows of.
 */
export const prepareSocketFolder = (run: string, account: ServerAccount | undefined): string => {
  const known = recordedFolder(run);
  if (known !== undefined && isOurs(known, account)) rmSync(known, { recursive: true });
  const folder = known === undefined || existsSync(known) ? newPath(account) : known;
  writeFileSync(join(run, record), folder, { mode: 0o600 });
  mkdirSync(folder, { mode: 0o700 });
  if (account !== undefined) chownSync(folder, account.uid, account.gid);
  return folder;
};

/** Removes the folder when the last user has left. */
export const removeSocketFolder = (run: string): void => {
  const folder = recordedFolder(run);
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  rmSync(join(run, record), { force: true });
};

/** Whether somebody listens there. */
export const answersAt = ({ socketFolder, port }: { socketFolder: string; port: number }): Promise<boolean> =>
  new Promise((settle) => {
    const socket = connect(join(socketFolder, `.s.PGSQL.${port}`));
    socket
      .once('connect', () => {
        socket.destroy();
        settle(true);
      })
      .once('error', () => settle(false));
  });

/** A record cut short by a power failure must not name somebody else's folder. */
const recordedFolder = (run: string): string | undefined => {
  if (!existsSync(join(run, record))) return undefined;
  const folder = readFileSync(join(run, record), 'utf8');
  return new RegExp(`^${prefix}[0-9a-f]{12}$`).test(basename(folder)) ? folder : undefined;
};

/** Between a kill and the next start the folder may have been swept away, and its name taken by a stranger. */
const isOurs = (folder: string, account: ServerAccount | undefined): boolean => {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  const owners = [process.getuid?.(), account?.uid];
  return found?.isDirectory() === true && owners.includes(found.uid);
};

const newPath = (account: ServerAccount | undefined): string => {
  const name = `${prefix}${randomBytes(6).toString('hex')}`;
  const fits = (base: string): boolean => Buffer.byteLength(`${base}/${name}/.s.PGSQL.${socketPort}`) <= pathMax;
  const usable = (base: string): boolean => existsSync(base) && fits(base) && canEnter(base, account);
  return join([tmpdir(), '/tmp'].find(usable) ?? '/tmp', name);
};
