import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Rooms of a folder that is exchanged with a bank; `outbox` and `inbox` are the bank's to see, the others are ours. */
const rooms = [
  'outbox',
  'inbox',
  'sent',
  'processed',
  'rejected',
  'status',
  'statements',
  'balances',
  'returns',
] as const;
type Room = (typeof rooms)[number];

/** A file of the bank that nobody has looked at yet. */
export interface ArrivedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly digest: string;
}

/**
 * A folder shared with a bank, as over SFTP. A file appears under its name at once and whole: it is written beside and renamed. Everything known of
 * what was sent and received lies in the folder, so that processes that share it know the same.
 */
export interface MessageFolder {
  write(room: Room, name: string, content: string | Uint8Array): Promise<void>;
  read(room: Room, name: string): Promise<Buffer | undefined>;
  has(room: Room, name: string): Promise<boolean>;
  list(room: Room): Promise<readonly string[]>;
  arrived(): Promise<readonly ArrivedFile[]>;
  /** Takes a file out of the inbox into the records, under its digest. */
  keep(file: ArrivedFile): Promise<void>;
  /** Takes a file out of the inbox, with the reason beside it. */
  reject(file: ArrivedFile, reason: object): Promise<void>;
}

/** Opens it, making rooms that are missing. */
export const openMessageFolder = async (path: string): Promise<MessageFolder> => {
  await Promise.all(rooms.map((room) => mkdir(join(path, room), { recursive: true })));
  const at = (room: Room, name: string): string => join(path, room, safe(name));
  const write: MessageFolder['write'] = async (room, name, content) => {
    const beside = join(path, room, `.${safe(name)}.${process.pid}.part`);
    await writeFile(beside, content, { flush: true });
    await rename(beside, at(room, name));
  };
  return {
    write,
    read: async (room, name) => ((await isThere(at(room, name))) ? readFile(at(room, name)) : undefined),
    has: (room, name) => isThere(at(room, name)),
    list: async (room) => (await readdir(join(path, room))).filter((name) => !name.startsWith('.')).toSorted(),
    arrived: async () => {
      // A file that is still being copied is hidden or ends in .part, as banks and SFTP clients agree.
      const names = (await readdir(join(path, 'inbox'))).filter((name) => !/^\.|\.(part|tmp)$/.test(name));
      return Promise.all(
        names.toSorted().map(async (name) => {
          const bytes = await readFile(join(path, 'inbox', name));
          return { name, bytes, digest: createHash('sha256').update(bytes).digest('hex') };
        }),
      );
    },
    keep: async ({ name, digest }) => {
      await moved(join(path, 'inbox', name), at('processed', `${digest}.xml`));
    },
    reject: async ({ name, digest }, reason) => {
      await write('rejected', `${digest}.reason.json`, `${JSON.stringify({ file: name, ...reason }, null, 2)}\n`);
      await moved(join(path, 'inbox', name), at('rejected', `${digest}.xml`));
    },
  };
};

const isThere = async (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error: unknown) => {
      if ((error as { readonly code?: unknown }).code === 'ENOENT') return false;
      throw error;
    },
  );

/** Another process may have taken the file already; both did the same with it. */
const moved = async (from: string, to: string): Promise<void> => {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== 'ENOENT') throw error;
    await rm(from, { force: true });
  }
};

/** Names come from ids and digests; anything else in them must not lead out of the folder. */
const safe = (name: string): string => {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$/.test(name)) throw new Error(`"${name}" is no name for a file.`);
  return name;
};
