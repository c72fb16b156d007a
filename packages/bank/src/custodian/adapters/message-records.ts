import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What is known of messages sent to and received from a bank. */
const rooms = [
  'sent',
  'processed',
  'rejected',
  'status',
  'statements',
  'notifications',
  'balances',
  'returns',
] as const;
type Room = (typeof rooms)[number];

/**
 * Records of the messages exchanged with one bank, as files. They lie in a folder, so that processes that share it know the same, and outlive the
 * bank's own copies.
 */
export interface MessageRecords {
  write(room: Room, name: string, content: string | Uint8Array): Promise<void>;
  read(room: Room, name: string): Promise<Buffer | undefined>;
  has(room: Room, name: string): Promise<boolean>;
  list(room: Room): Promise<readonly string[]>;
}

/** Opens them in a folder, making rooms that are missing. */
export const openMessageRecords = async (path: string): Promise<MessageRecords> => {
  await Promise.all(rooms.map((room) => mkdir(join(path, room), { recursive: true })));
  const at = (room: Room, name: string): string => join(path, room, safeName(name));
  return {
    write: (room, name, content) => writeWhole(join(path, room), name, content),
    read: async (room, name) => ((await isThere(at(room, name))) ? readFile(at(room, name)) : undefined),
    has: (room, name) => isThere(at(room, name)),
    list: async (room) => (await readdir(join(path, room))).filter((name) => !name.startsWith('.')).toSorted(),
  };
};

/** Writes a file that appears under its name at once and whole: it is written beside and renamed. */
export const writeWhole = async (folder: string, name: string, content: string | Uint8Array): Promise<void> => {
  const beside = join(folder, `.${safeName(name)}.${process.pid}.part`);
  await writeFile(beside, content, { flush: true });
  await rename(beside, join(folder, name));
};

const isThere = async (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error: unknown) => {
      if ((error as { readonly code?: unknown }).code === 'ENOENT') return false;
      throw error;
    },
  );

/** Names come from ids and digests; anything else in them must not lead out of the folder. */
const safeName = (name: string): string => {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$/.test(name)) throw new Error(`"${name}" is no name for a file.`);
  return name;
};
