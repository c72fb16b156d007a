import { randomBytes } from 'node:crypto';
import { link, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isRunning, thisProcess } from './process-identity.ts';

const lockName = /^lock\.(\d+)$/;
const released = 'released';

/**
 * Runs `work` while no other process (nor another call in this one) runs its own under the same folder. A holder killed with -9 is noticed by
 * its process identity and its lock taken over.
 *
 * Every taking is a new file `lock.N`, created exclusively, N one above the highest there is; the highest file is the lock, and it is never
 * deleted, only marked released. So two processes that find the same dead holder compete for the same next number, which one of them gets;
 * deleting a dead holder's file instead would let the slower of the two delete the faster one's fresh lock.
 * @throws Error when the lock was not free within `timeoutMs`, naming the holder
 */
export const withFolderLock = async <T>(folder: string, work: () => Promise<T>, timeoutMs = 300_000): Promise<T> => {
  const name = await take(folder, performance.now() + timeoutMs);
  try {
    return await work();
  } finally {
    await writeWhole(folder, name, released);
  }
};

const take = async (folder: string, deadline: number): Promise<string> => {
  for (;;) {
    const highest = await highestLock(folder);
    const holder = highest === 0 ? released : await contentOf(join(folder, `lock.${highest}`));
    if (holder !== released && (await isRunning(holder))) {
      if (performance.now() > deadline)
        throw new Error(`Process ${holder} holds the lock of ${folder} and does not let go.`);
      await pause(15);
      continue;
    }
    const name = `lock.${highest + 1}`;
    if ((await createExclusively(folder, name)) && (await highestLock(folder)) === highest + 1) {
      await forgetBelow(folder, highest + 1);
      return name;
    }
  }
};

const highestLock = async (folder: string): Promise<number> => {
  const numbers = (await readdir(folder)).map((name) => Number(lockName.exec(name)?.[1] ?? 0));
  return Math.max(0, ...numbers);
};

/** Whether we made it. The content is there from the first moment: a file without a holder's name would look abandoned. */
const createExclusively = async (folder: string, name: string): Promise<boolean> => {
  const draft = await writeDraft(folder, await thisProcess());
  try {
    await link(draft, join(folder, name));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
};

/** Only the holder clears away, and only what lies below its own number, drafts of killed processes included. */
const forgetBelow = async (folder: string, number: number): Promise<void> => {
  const names = await readdir(folder);
  const older = names.filter((name) => Number(lockName.exec(name)?.[1] ?? number) < number);
  await Promise.all(older.map((name) => rm(join(folder, name), { force: true })));
};

const writeWhole = async (folder: string, name: string, content: string): Promise<void> => {
  await rename(await writeDraft(folder, content), join(folder, name));
};

const writeDraft = async (folder: string, content: string): Promise<string> => {
  const draft = join(folder, `draft.${process.pid}.${randomBytes(6).toString('hex')}`);
  await writeFile(draft, content, { mode: 0o600 });
  return draft;
};

const contentOf = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    // Its successor was taken and the file cleared away between our two looks.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return released;
    throw error;
  }
};
