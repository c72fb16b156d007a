import { randomBytes } from 'node:crypto';
import { link, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isRunning, processIdentity, thisProcess } from './process-identity.ts';

const lockName = /^(?:lock|draft)\.(\d+)/;
const released = 'released';

/**
 * Runs `work` while no other process (nor another call in this one) runs its own under the same folder. A holder killed with -9 is noticed by
 * its process identity and its lock taken over.
 *
 * Every taking is a new file `lock.N`, created exclusively, one above the last of the row that begins at the number in the file `floor`; so two
 * processes that find the same dead holder compete for the same next number, which one of them gets. A holder first raises the floor to its own
 * number and only then deletes what lies below. Whoever finds, after creating its file, that the floor is still where its count began, knows
 * that nothing of its row was deleted and that nobody else can hold the lock. No decision rests on a listing of the folder, which may miss a
 * file that comes while another goes.
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
    const floor = await floorOf(folder);
    const { last, holder } = await lastOfRow(folder, floor);
    if (holder !== released && (await isRunning(holder))) {
      if (performance.now() > deadline)
        throw new Error(`Process ${holder} holds the lock of ${folder} and does not let go.`);
      await pause(15);
      continue;
    }
    const name = `lock.${last + 1}`;
    if (!(await createExclusively(folder, name))) continue;
    if ((await floorOf(folder)) === floor) {
      await writeWhole(folder, 'floor', String(last + 1));
      await forgetBelow(folder, last + 1);
      return name;
    }
    // The row we counted may have been cleared away under us: what we made is either rubbish below the floor or would only hold up everybody.
    await rm(join(folder, name), { force: true });
  }
};

const floorOf = async (folder: string): Promise<number> => Number((await contentOf(join(folder, 'floor'))) ?? 0);

/** The last number of the row and who holds it; the floor's own file may be missing, by the first taking or because the floor has risen since. */
const lastOfRow = async (folder: string, floor: number): Promise<{ last: number; holder: string }> => {
  let last = floor;
  let holder = await contentOf(join(folder, `lock.${floor}`));
  for (;;) {
    const next = await contentOf(join(folder, `lock.${last + 1}`));
    if (next === undefined) return { last, holder: holder ?? released };
    last += 1;
    holder = next;
  }
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

/** Only the holder clears away, and only what lies below its own number, and the drafts of killed processes. */
const forgetBelow = async (folder: string, number: number): Promise<void> => {
  for (const name of await readdir(folder)) {
    const digits = lockName.exec(name)?.[1];
    if (digits === undefined) continue;
    const isOver = name.startsWith('lock')
      ? Number(digits) < number
      : (await processIdentity(Number(digits))) === undefined;
    if (isOver) await rm(join(folder, name), { force: true });
  }
};

const writeWhole = async (folder: string, name: string, content: string): Promise<void> => {
  await rename(await writeDraft(folder, content), join(folder, name));
};

const writeDraft = async (folder: string, content: string): Promise<string> => {
  const draft = join(folder, `draft.${process.pid}.${randomBytes(6).toString('hex')}`);
  await writeFile(draft, content, { mode: 0o600 });
  return draft;
};

const contentOf = async (file: string): Promise<string | undefined> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};
