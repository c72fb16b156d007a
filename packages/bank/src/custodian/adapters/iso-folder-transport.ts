import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from './folder-records.ts';
import type { IsoTransport } from './iso-transport.ts';

/** Messages over a folder shared with a bank, as by SFTP: it takes ours from `outbox` and leaves its own in `inbox`. */
export const openFolderTransport = async (path: string): Promise<IsoTransport> => {
  const [outbox, inbox] = [join(path, 'outbox'), join(path, 'inbox')];
  await Promise.all([outbox, inbox].map((room) => mkdir(room, { recursive: true })));
  const send: IsoTransport['send'] = async ({ messageId, xml }) => {
    await writeWhole(outbox, `${messageId}.xml`, xml);
    return { kind: 'taken' };
  };
  return {
    send,
    // A folder cannot be asked what the bank has taken from it. The same bytes put out again are a duplicate to the bank, and then it surely has them.
    has: async (order, abort) => {
      await send(order, abort);
      return true;
    },
    async *arrived() {
      // A file that is still being copied is hidden or ends in .part, as banks and SFTP clients agree.
      const names = (await readdir(inbox)).filter((name) => !/^\.|\.(part|tmp)$/.test(name));
      for (const name of names.toSorted()) {
        const bytes = await readIfThere(join(inbox, name));
        if (bytes !== undefined) yield { name, bytes };
      }
    },
    acknowledge: ({ name }) => rm(join(inbox, name), { force: true }),
  };
};

/** Another process may have taken the file in the meantime; both do the same with it. */
const readIfThere = (path: string): Promise<Buffer | undefined> =>
  readFile(path).catch((error: unknown) => {
    if ((error as { readonly code?: unknown }).code === 'ENOENT') return undefined;
    throw error;
  });
