import { equalBytes, fromHex } from '@finaegis/kernel/hash';
import { type AuditKey, headFault, type SignedTreeHead } from '@finaegis/kernel/tree-head';
import type { Pool } from 'pg';
import { inTransaction, type Transaction } from '../database/transaction.ts';
import { isAgainstSeal, readSealedLeaves } from './examine-stretch.ts';
import { readHeadsUp } from './heads-table.ts';
import type { LogFault } from './log-fault.ts';
import { verifyEd25519 } from './signing-key.ts';
import { type GrowingTree, tileWidth } from './tiles.ts';

/** Holds a log that is being replayed against every head that was signed of it. */
export interface HeadChecker {
  /** Heads that were found good, each counted once: one that is in the database and was kept elsewhere as well is one head. */
  readonly count: number;
  /** Appends leaves to the tree and stops at the first head that is not what the tree then is. */
  follow(tree: GrowingTree, leaves: readonly Uint8Array[]): Promise<LogFault | undefined>;
  /**
   * Whether what is before a fault can be believed, and the leaf that contradicts an event: whether the next signed head stands on the leaves before
   * it and the sealed ones from there on.
   */
  judge(tree: GrowingTree, fault: LogFault): Promise<LogFault>;
  /** What is wrong when a head is over more events than the log turned out to have. */
  beyond(tree: GrowingTree): LogFault | undefined;
}

/** What heads are checked against. */
export interface HeadCheckerOptions {
  /** As finaegis_read. */
  readonly pool: Pool;
  readonly tenantId: string;
  readonly keys: readonly AuditKey[];
  readonly trustedKey?: string | undefined;
  /** Heads kept elsewhere; those of other tenants are passed over. */
  readonly kept?: readonly SignedTreeHead[] | undefined;
  /** Events under the largest head of the database. */
  readonly sealed: number;
  /** Epoch the log is in now. */
  readonly epoch: string;
}

const headsAtOnce = 1_000;

/** The heads of a log in the order of their sizes, those of the database and those kept elsewhere side by side. */
const headQueue = ({ pool, tenantId }: HeadCheckerOptions, kept: readonly SignedTreeHead[]) => {
  const others = [...kept];
  let [queue, isLast] = [[] as SignedTreeHead[], false];
  return {
    /** The next head over more events than `after`. */
    next: async (after: number): Promise<SignedTreeHead | undefined> => {
      if (queue.length === 0 && !isLast) {
        const read = await asTenant(pool, tenantId, (tx) => readHeadsUp(tx, { tenantId, after, limit: headsAtOnce }));
        isLast = read.length < headsAtOnce;
        queue = [...read];
      }
      const [own, other] = [queue[0], others[0]];
      return other !== undefined && other.size <= (own?.size ?? Number.POSITIVE_INFINITY) ? other : own;
    },
    drop: (head: SignedTreeHead): void => {
      if (others[0] === head) others.shift();
      else queue.shift();
    },
  };
};

/** Begins before the first event. */
export const headChecker = (options: HeadCheckerOptions): HeadChecker => {
  const { pool, tenantId, keys, trustedKey, sealed, epoch } = options;
  const kept = (options.kept ?? []).filter(({ tenant }) => tenant === tenantId).toSorted((a, b) => a.size - b.size);
  const largest = kept.at(-1);
  const { next, drop } = headQueue(options, kept);
  let [count, lastGood] = [0, 0];
  // Of the size looked at last: a head signed once is one head, however often it was exported.
  let counted = new Set<string>();

  const tally = ({ size, signature }: SignedTreeHead): void => {
    if (size !== lastGood) counted = new Set();
    if (!counted.has(signature)) count += 1;
    counted.add(signature);
    lastGood = size;
  };
  const unsigned = (head: SignedTreeHead): LogFault | undefined => {
    const code = headFault(head, { keys, verify: verifyEd25519, trusted: trustedKey });
    const detail = `the head over ${head.size} events is not believed`;
    return code === undefined ? undefined : { seq: BigInt(head.size), stream: undefined, code, detail };
  };
  const rewritten = (head: SignedTreeHead): LogFault => ({
    seq: BigInt(lastGood) + 1n,
    stream: undefined,
    code: 'leaves_rewritten',
    detail: `events and leaves agree with each other and not with what was signed: something behind ${lastGood} and up to ${head.size} was changed${originOf(head, epoch)}`,
    between: { lastGood, firstBad: head.size },
  });

  return {
    get count() {
      return count;
    },
    follow: async (tree, leaves) => {
      let place = 0;
      const end = tree.size + leaves.length;
      for (let head = await next(tree.size); head !== undefined && head.size <= end; head = await next(head.size)) {
        while (tree.size < head.size) tree.add(leaves[place++] as Uint8Array);
        const fault = unsigned(head);
        if (fault !== undefined) return fault;
        if (!equalBytes(tree.root(), fromHex(head.root))) return rewritten(head);
        tally(head);
        drop(head);
      }
      while (place < leaves.length) tree.add(leaves[place++] as Uint8Array);
      return undefined;
    },
    judge: async (tree, fault) => {
      const head = await next(tree.size);
      // Not signed yet: the stored leaf is all there is to go by.
      if (head === undefined) return fault;
      const unbelieved = unsigned(head);
      if (unbelieved !== undefined) return unbelieved;
      const after = tree.size - (tree.size % tileWidth);
      const leaves = await asTenant(pool, tenantId, (tx) => readSealedLeaves(tx, { tenantId, after, upTo: head.size }));
      for (const leaf of leaves.slice(tree.size - after)) tree.add(leaf);
      // With leaves gone as well nothing can be judged: what the log itself shows stands, what only a leaf said does not.
      if (tree.size < head.size) return isAgainstSeal(fault) ? rewritten(head) : fault;
      return equalBytes(tree.root(), fromHex(head.root)) ? fault : rewritten(head);
    },
    beyond: ({ size }) => {
      const signed = Math.max(sealed, largest?.size ?? 0);
      if (signed <= size) return undefined;
      const detail = `a head over ${signed} events was signed and the log ends at ${size}${originOf(signed === sealed ? undefined : largest, epoch)}`;
      return { seq: BigInt(size) + 1n, stream: undefined, code: 'event_missing', detail };
    },
  };
};

/** A restore to an earlier point is told from a forgery by whoever knows that there was one. */
const originOf = (head: SignedTreeHead | undefined, epoch: string): string =>
  head === undefined || head.epoch === epoch
    ? ''
    : `; the head is of epoch ${head.epoch} and the log now of epoch ${epoch}: if the database was restored to an earlier point in between, this is what was lost`;

const asTenant = <T>(pool: Pool, tenantId: string, work: (tx: Transaction) => Promise<T>): Promise<T> =>
  inTransaction(pool, { tenants: [tenantId], readOnly: true }, work);
