import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type MessageRecords, type MessageRoom, messageRooms, safeName } from './message-records.ts';

/**
 * Records as files, in a folder that processes share as they share the bank's own; making rooms that are missing. A file cannot be locked over every
 * such folder, so that of two processes that replace one at the same time the later one is heard: let one take in what the bank leaves there.
 */
export const openFolderRecords = async (path: string): Promise<MessageRecords> => {
  await Promise.all(messageRooms.map((room) => mkdir(join(path, room), { recursive: true })));
  const at = (room: MessageRoom, name: string): string => join(path, room, safeName(name));
  const read = async (room: MessageRoom, name: string): Promise<Buffer | undefined> =>
    (await isThere(at(room, name))) ? readFile(at(room, name)) : undefined;
  return {
    write: async (room, name, content) => {
      if (!(await isThere(at(room, name)))) await writeWhole(join(path, room), name, content);
    },
    replace: async (room, name, next) => {
      const content = next(await read(room, name));
      if (content !== undefined) await writeWhole(join(path, room), name, content);
    },
    read,
    has: (room, name) => isThere(at(room, name)),
    list: async (room, beginning = '') =>
      (await readdir(join(path, room)))
        .filter((name) => !name.startsWith('.') && name.startsWith(beginning))
        .toSorted(),
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
