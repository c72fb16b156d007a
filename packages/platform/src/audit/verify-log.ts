import { equalBytes, fromHex, toHex } from '@finaegis/kernel/hash';
import {
  type AuditKey,
  headFault,
  keyChainFault,
  type SignatureFault,
  type SignedTreeHead,
} from '@finaegis/kernel/tree-head';
import type { Pool } from 'pg';
import { platformTenantId } from '../auth/principal.ts';
import { inTransaction, type Transaction } from '../database/transaction.ts';
import {
  type EventFaultCode,
  examineStretch,
  isAgainstSeal,
  readSealedLeaves,
  type Stretch,
  type StretchReport,
} from './examine-stretch.ts';
import { readAuditKeys, readHeadsUp } from './heads-table.ts';
import { verifyEd25519 } from './signing-key.ts';
import { type GrowingTree, growingTree, hashBytes, hashesOf, tileWidth } from './tiles.ts';

/** What a replay of a tenant's log found: its Merkle root and how much of it is under signed heads, or the first thing that is wrong. */
export type LogVerdict =
  | {
      readonly isIntact: true;
      readonly events: number;
      readonly root: string;
      /** Heads that were checked, and events under the largest of them. */
      readonly heads: number;
      readonly sealed: number;
    }
  | { readonly isIntact: false; readonly events: number; readonly fault: LogFault };

/** The first thing that is wrong. */
export interface LogFault {
  /** The place where the event stands or should stand; of a head, its size. */
  readonly seq: bigint;
  readonly stream: string | undefined;
  readonly code:
    | EventFaultCode
    | SignatureFault
    | 'leaves_rewritten'
    | 'tile_differs'
    | 'head_missing'
    | 'index_missing';
  readonly detail: string;
  /** Where not even leaf hashes tell which event it was: it lies behind the first place, up to the second. */
  readonly between?: { readonly lastGood: number; readonly firstBad: number };
}

/** What to verify. */
export interface VerifyLogOptions {
  /** As finaegis_read. */
  readonly pool: Pool;
  readonly tenantId: string;
  /** Heads kept elsewhere, which must be beginnings of this log as well; those of other tenants are passed over. */
  readonly heads?: readonly SignedTreeHead[];
  /** Public key (hexadecimal) of the audit log as the caller knows it from elsewhere. */
  readonly trustedKey?: string | undefined;
  /** Examines stretches somewhere else than in this thread; `examineInThreads` does. */
  readonly examine?: ((stretch: Stretch) => Promise<StretchReport>) | undefined;
  /** Stretches examined at once; 2 unless told. */
  readonly atOnce?: number;
  /** Told after each stretch. */
  readonly onProgress?: (done: bigint, total: bigint) => void;
}

// A multiple of a tile, so that sealed leaves are read without a remainder.
const stretchLength = 16 * tileWidth;

/**
 * Replays a tenant's log from its stored text and holds it against what was sealed and signed: every hash recomputed, the text canonical, columns as the
 * envelope says, places and versions without a gap, leaves as sealed, the root of every signed head, the signatures. Memory does not grow with the
 * log. It stops at the first thing that is wrong; events after the head of the moment it began are left to the next run.
 */
export const verifyLog = async (options: VerifyLogOptions): Promise<LogVerdict> => {
  const { pool, tenantId, onProgress } = options;
  const examine = options.examine ?? ((stretch: Stretch) => examineStretch(pool, stretch));
  const { keys, total, sealed } = await readPlace(options);
  const fail = (events: number, fault: LogFault): LogVerdict => ({ isIntact: false, events, fault });
  const atStart = await faultAtStart(options, keys);
  if (atStart !== undefined) return fail(0, atStart);
  const tree = growingTree(0, []);
  const heads = headChecker(options, keys);

  const stretches = stretchesOf({ tenantId, sealed }, total);
  const pending: Promise<StretchReport>[] = [];
  const begin = (): void => {
    const next = stretches.next();
    if (next.done === true) return;
    const report = examine(next.value);
    // What is under way when a fault was found elsewhere is of no interest any more.
    report.catch(() => undefined);
    pending.push(report);
  };
  for (let i = 0; i < (options.atOnce ?? 2); i++) begin();
  try {
    for (let report = pending.shift(); report !== undefined; report = pending.shift()) {
      const { leaves, fault } = await report;
      begin();
      const wrongHead = await heads.follow(tree, hashesOf(leaves));
      if (wrongHead !== undefined) return fail(wrongHead.between?.lastGood ?? tree.size, wrongHead);
      if (fault !== undefined) return fail(tree.size, isAgainstSeal(fault) ? await heads.judge(tree, fault) : fault);
      const wrongTile = await differingTile(pool, tenantId, tree, sealed);
      if (wrongTile !== undefined) return fail(tree.size, wrongTile);
      onProgress?.(BigInt(tree.size), BigInt(total));
    }
  } finally {
    await Promise.allSettled(pending);
  }
  const beyond = Math.max(sealed, heads.largestKept);
  if (beyond > tree.size) return fail(tree.size, cutOff(tree.size, beyond));
  const loose = await faultBehind(pool, tenantId);
  if (loose !== undefined) return fail(tree.size, loose);
  const root = toHex(tree.root());
  return { isIntact: true, events: tree.size, root, heads: heads.count, sealed };
};

/** What stands where no committed log has anything: an event behind the head of the log, a leaf behind the last signed head. */
const faultBehind = async (pool: Pool, tenantId: string): Promise<LogFault | undefined> => {
  const { rows } = await asTenant(pool, tenantId, (tx) =>
    tx.query<{ seq: bigint | null; stream: string | null; sealed: bigint; leaves: bigint }>(
      `select e.seq, e.stream, coalesce((select max(size) from audit_heads where tenant_id = $1), 0) as sealed,
          coalesce((select index * $2::int + octet_length(hashes) / $3::int from audit_tiles
            where tenant_id = $1 and level = 0 order by index desc limit 1), 0) as leaves
        from tenant_heads h left join lateral (select seq, stream from events
          where tenant_id = $1 and seq > 0 and seq > h.seq order by seq limit 1) e on true where h.tenant_id = $1`,
      [tenantId, tileWidth, hashBytes],
    ),
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  if (row.seq !== null)
    return {
      seq: row.seq,
      stream: row.stream ?? undefined,
      code: 'event_inserted',
      detail: 'it stands behind the head of the log',
    };
  if (row.leaves <= row.sealed) return undefined;
  const detail = `${row.leaves} leaves were sealed and the last signed head is over ${row.sealed}`;
  return { seq: row.leaves, stream: undefined, code: 'head_missing', detail };
};

const cutOff = (size: number, signed: number): LogFault => ({
  seq: BigInt(size) + 1n,
  stream: undefined,
  code: 'event_missing',
  detail: `a head over ${signed} events was signed and the log ends at ${size}`,
});

function* stretchesOf(its: Pick<Stretch, 'tenantId' | 'sealed'>, total: number): Generator<Stretch, undefined> {
  for (let after = 0; after < total; after += stretchLength)
    yield { ...its, after, upTo: Math.min(total, after + stretchLength) };
}

/** How far the log and its seal go. The seal is read first: a log that goes on meanwhile is never behind it. */
const readPlace = async ({
  pool,
  tenantId,
}: VerifyLogOptions): Promise<{
  readonly keys: readonly AuditKey[];
  readonly total: number;
  readonly sealed: number;
}> => {
  const keys = await inTransaction(pool, { tenants: [platformTenantId], readOnly: true }, readAuditKeys);
  const one = async (text: string): Promise<number> => {
    const { rows } = await inTransaction(pool, { tenants: [tenantId], readOnly: true }, (tx) =>
      tx.query<{ place: bigint | null }>(text, [tenantId]),
    );
    return Number(rows[0]?.place ?? 0n);
  };
  const sealed = await one('select max(size) as place from audit_heads where tenant_id = $1');
  return { keys, sealed, total: await one('select seq as place from tenant_heads where tenant_id = $1') };
};

const faultAtStart = async (
  { pool, trustedKey }: VerifyLogOptions,
  keys: readonly AuditKey[],
): Promise<LogFault | undefined> => {
  const code = keyChainFault(keys, { verify: verifyEd25519, trusted: trustedKey });
  if (code !== undefined) return { seq: 0n, stream: undefined, code, detail: 'the keys do not announce each other' };
  // Stretches look at versions in part only; that no stream has one twice is this index's word.
  const { rows } = await pool.query<{ name: string }>(
    `select i.inhrelid::regclass::text as name from pg_inherits i
      where i.inhparent = 'events'::regclass and not exists (
        select from pg_index x where x.indrelid = i.inhrelid and x.indisunique and x.indisvalid and x.indpred is null
          and pg_get_indexdef(x.indexrelid) like '%(tenant_id, stream, version)')
      order by 1`,
  );
  const [lacking] = rows;
  if (lacking === undefined) return undefined;
  const detail = `${lacking.name} has lost its unique index over stream and version; make it again to go on`;
  return { seq: 0n, stream: undefined, code: 'index_missing', detail };
};

interface HeadChecker {
  /** Events of the largest head of this tenant that was kept elsewhere. */
  readonly largestKept: number;
  readonly count: number;
  /** Appends leaves to the tree and stops at the first head that is not what the tree then is. */
  follow(tree: GrowingTree, leaves: readonly Uint8Array[]): Promise<LogFault | undefined>;
  /** Whether the leaf that contradicts an event can be believed: whether a signed head stands on the sealed leaves. */
  judge(tree: GrowingTree, fault: LogFault): Promise<LogFault>;
}

const headsAtOnce = 1_000;

const headChecker = (
  { pool, tenantId, trustedKey, heads: kept = [] }: VerifyLogOptions,
  keys: readonly AuditKey[],
): HeadChecker => {
  const others = kept.filter(({ tenant }) => tenant === tenantId).toSorted((a, b) => a.size - b.size);
  let [queue, isLast, count, lastGood] = [[] as SignedTreeHead[], false, 0, 0];

  /** The next head of more events than `after`, from the database or from elsewhere. */
  const next = async (after: number): Promise<SignedTreeHead | undefined> => {
    if (queue.length === 0 && !isLast) {
      const read = await asTenant(pool, tenantId, (tx) => readHeadsUp(tx, { tenantId, after, limit: headsAtOnce }));
      isLast = read.length < headsAtOnce;
      queue = [...read];
    }
    const [own, other] = [queue[0], others[0]];
    return other !== undefined && other.size <= (own?.size ?? Number.POSITIVE_INFINITY) ? other : own;
  };
  const drop = (head: SignedTreeHead): void => {
    if (others[0] === head) others.shift();
    else queue.shift();
  };
  const unsigned = (head: SignedTreeHead): LogFault | undefined => {
    const code = headFault(head, { keys, verify: verifyEd25519, trusted: trustedKey });
    const detail = `the head over ${head.size} events is not believed`;
    return code === undefined ? undefined : { seq: BigInt(head.size), stream: undefined, code, detail };
  };
  const rewritten = (firstBad: number): LogFault => ({
    seq: BigInt(lastGood) + 1n,
    stream: undefined,
    code: 'leaves_rewritten',
    detail: `events and leaves agree with each other and not with what was signed: something behind ${lastGood} and up to ${firstBad} was changed`,
    between: { lastGood, firstBad },
  });

  return {
    largestKept: others.at(-1)?.size ?? 0,
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
        if (!equalBytes(tree.root(), fromHex(head.root))) return rewritten(head.size);
        [lastGood, count] = [head.size, count + 1];
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
      const sealed = await asTenant(pool, tenantId, (tx) => readSealedLeaves(tx, { tenantId, after, upTo: head.size }));
      for (const leaf of sealed.slice(tree.size - after)) tree.add(leaf);
      return tree.size === head.size && equalBytes(tree.root(), fromHex(head.root)) ? fault : rewritten(head.size);
    },
  };
};

const asTenant = <T>(pool: Pool, tenantId: string, work: (tx: Transaction) => Promise<T>): Promise<T> =>
  inTransaction(pool, { tenants: [tenantId], readOnly: true }, work);

/** A stored node above the leaves that is not what the leaves give: no head is wrong by it, but proofs made from it would be. */
const differingTile = async (
  pool: Pool,
  tenantId: string,
  tree: GrowingTree,
  sealed: number,
): Promise<LogFault | undefined> => {
  const slices = tree.take().flatMap((slice) => {
    const { level, index, offset, hashes } = slice;
    if (level === 0) return [];
    const known = Math.floor(sealed / tileWidth ** level) - index * tileWidth - offset;
    return known > 0 ? [{ ...slice, hashes: hashes.subarray(0, known * hashBytes) }] : [];
  });
  if (slices.length === 0) return undefined;
  const { rows } = await asTenant(pool, tenantId, (tx) =>
    tx.query<{ level: number; index: bigint; is_equal: boolean | null }>({
      name: 'audit-compare-tiles',
      text: `select wanted.level, wanted.index, substr(t.hashes, wanted.start, octet_length(wanted.hashes)) = wanted.hashes as is_equal
        from unnest($2::smallint[], $3::bigint[], $4::int[], $5::bytea[]) as wanted (level, index, start, hashes)
        left join audit_tiles t on t.tenant_id = $1 and t.level = wanted.level and t.index = wanted.index
        order by wanted.level, wanted.index`,
      values: [
        tenantId,
        slices.map(({ level }) => level),
        slices.map(({ index }) => index),
        slices.map(({ offset }) => offset * hashBytes + 1),
        slices.map(({ hashes }) => Buffer.from(hashes)),
      ],
    }),
  );
  const wrong = rows.find(({ is_equal: isEqual }) => isEqual !== true);
  if (wrong === undefined) return undefined;
  const { level, index } = wrong;
  const seq = index * BigInt(tileWidth) ** BigInt(level + 1) + 1n;
  return {
    seq,
    stream: undefined,
    code: 'tile_differs',
    detail: `tile ${index} of level ${level} is not what its leaves give`,
  };
};
