import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { AuditKey, SignedTreeHead } from '@finaegis/kernel/tree-head';

/** A place the database's owner cannot write, to which heads are taken as they are signed. */
export interface HeadsSink {
  /** Events of the largest head that is there already, of each log and epoch (`logKey`). */
  readonly sizes: ReadonlyMap<string, number>;
  /** Highest number of a key that is there already. */
  readonly keyNumber: number;
  /** Durable when it returns. The same again does no harm: a verifier reads heads as a set. */
  write(entries: { readonly keys: readonly AuditKey[]; readonly heads: readonly SignedTreeHead[] }): Promise<void>;
  close(): Promise<void>;
}

/** A log in one epoch. After a restore to an earlier point it grows through sizes it had before, and those heads are other heads. */
export const logKey = ({ tenant, epoch }: Pick<SignedTreeHead, 'tenant' | 'epoch'>): string => `${tenant}/${epoch}`;

/** One line of the file. */
export type HeadsLine =
  | { readonly kind: 'key'; readonly key: AuditKey }
  | { readonly kind: 'head'; readonly head: SignedTreeHead };

/** The lines of a file of heads. A line that a crash cut off says nothing and is passed over. */
export async function* readHeadsFile(path: string): AsyncGenerator<HeadsLine> {
  const handle = await open(path, 'r');
  try {
    for await (const line of createInterface({ input: handle.createReadStream({ autoClose: false }) })) {
      const read = lineOf(line);
      if (read !== undefined) yield read;
    }
  } finally {
    await handle.close();
  }
}

const lineOf = (line: string): HeadsLine | undefined => {
  try {
    const value = JSON.parse(line) as HeadsLine;
    return value.kind === 'key' || value.kind === 'head' ? value : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Appends to a file, one line of JSON for each head and key. The file should lie where whoever owns the database may not write, or be taken there: a
 * log shipper, a WORM volume. Several processes may append to one file, a line is one write.
 */
export const openHeadsFile = async (path: string): Promise<HeadsSink> => {
  const handle = await open(path, 'a+', 0o640);
  const sizes = new Map<string, number>();
  let keyNumber = 0;
  const note = (head: SignedTreeHead): void => {
    const key = logKey(head);
    sizes.set(key, Math.max(sizes.get(key) ?? 0, head.size));
  };
  try {
    const length = (await handle.stat()).size;
    const { buffer } = await handle.read({ buffer: Buffer.alloc(1), position: Math.max(0, length - 1) });
    // A writer that died in a line must not spoil the next one's.
    if (length > 0 && buffer.toString() !== '\n') await handle.appendFile('\n');
    for await (const line of readHeadsFile(path)) {
      if (line.kind === 'key') keyNumber = Math.max(keyNumber, line.key.number);
      else note(line.head);
    }
  } catch (error) {
    await handle.close();
    throw error;
  }
  return {
    get sizes() {
      return sizes;
    },
    get keyNumber() {
      return keyNumber;
    },
    write: async ({ keys, heads }) => {
      const lines: HeadsLine[] = [
        ...keys.map((key) => ({ kind: 'key' as const, key })),
        ...heads.map((head) => ({ kind: 'head' as const, head })),
      ];
      if (lines.length === 0) return;
      await handle.appendFile(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      await handle.datasync();
      for (const { number } of keys) keyNumber = Math.max(keyNumber, number);
      for (const head of heads) note(head);
    },
    close: () => handle.close(),
  };
};
