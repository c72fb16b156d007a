import { type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** The user a server process runs as, where it is not the user we run as. */
export interface ServerAccount {
  readonly uid: number;
  readonly gid: number;
}

/** `nobody` on every Linux; PostgreSQL refuses to run as root. */
const nobody: ServerAccount = { uid: 65_534, gid: 65_534 };

/**
 * Who shall run the server whose cluster lies (or will lie) in `cluster`: ourselves, or when we are root the cluster's owner, or `nobody`.
 * @returns undefined for ourselves
 */
export const serverAccount = (cluster: string): ServerAccount | undefined => {
  if (process.getuid?.() !== 0) return undefined;
  const owner = statSync(cluster, { throwIfNoEntry: false });
  return owner === undefined || owner.uid === 0 ? nobody : { uid: owner.uid, gid: owner.gid };
};

/** Whether the account may walk down to `folder` and read it. */
export const canEnter = (folder: string, account: ServerAccount | undefined): boolean => {
  if (account === undefined) return true;
  for (let path = folder; ; path = dirname(path)) {
    const wanted = path === folder ? 0o5 : 0o1;
    if ((permissions(statSync(path), account) & wanted) !== wanted) return false;
    if (path === dirname(path)) return true;
  }
};

const permissions = ({ uid, gid, mode }: Stats, account: ServerAccount): number => {
  if (uid === account.uid) return (mode >> 6) & 0o7;
  return gid === account.gid ? (mode >> 3) & 0o7 : mode & 0o7;
};
