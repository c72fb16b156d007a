import { toHex } from '@finaegis/kernel/hash';
import { type AuditKey, keyChainFault, type SignedTreeHead } from '@finaegis/kernel/tree-head';
import type { Pool } from 'pg';
import { platformTenantId } from '../auth/principal.ts';
import { inTransaction, type Transaction } from '../database/transaction.ts';
import { checkGuards, type GuardFault } from './check-guards.ts';
import { headChecker } from './check-heads.ts';
import { examineStretch, type Stretch, type StretchReport } from './examine-stretch.ts';
import { readAuditKeys } from './heads-table.ts';
import type { LogFault } from './log-fault.ts';
import { verifyEd25519 } from './signing-key.ts';
import { type GrowingTree, growingTree, hashBytes, hashesOf, tileWidth } from './tiles.ts';

/** What a replay of a tenant's log found: its Merkle root and how much of it is under signed heads, or the first thing that is wrong. */
export type LogVerdict =
  | {
      readonly isIntact: true;
      readonly events: number;
      readonly root: string;
      /** Heads that were found good, those of the database and those kept elsewhere; one that is both counts once. */
      readonly heads: number;
      /** Events under the largest head of the database. */
      readonly sealed: number;
    }
  | { readonly isIntact: false; readonly events: number; readonly fault: LogFault };

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
  // Where not even the leaves tell which event it was, only what is behind the last good head is intact.
  const fail = (events: number, fault: LogFault): LogVerdict => ({
    isIntact: false,
    events: fault.between?.lastGood ?? events,
    fault,
  });
  const guards = await checkGuards(pool);
  // Nothing that is read can be believed while something may hide rows.
  if (guards.hiding !== undefined) return fail(0, ofWholeLog(guards.hiding));
  const { keys, total, sealed, epoch } = await readPlace(options);
  const unannounced = faultOfKeys(options, keys);
  if (unannounced !== undefined) return fail(0, unannounced);
  const tree = growingTree(0, []);
  const { trustedKey, heads: kept } = options;
  const heads = headChecker({ pool, tenantId, keys, trustedKey, kept, sealed, epoch });

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
      if (wrongHead !== undefined) return fail(tree.size, wrongHead);
      if (fault !== undefined) return fail(tree.size, await heads.judge(tree, fault));
      const wrongTile = await differingTile(pool, tenantId, tree, sealed);
      if (wrongTile !== undefined) return fail(tree.size, wrongTile);
      onProgress?.(BigInt(tree.size), BigInt(total));
    }
  } finally {
    await Promise.allSettled(pending);
  }
  const { size } = tree;
  const beyond = heads.beyond(tree);
  const loose = beyond === undefined ? await faultBehind(pool, tenantId) : await heads.judge(tree, beyond);
  if (loose !== undefined) return fail(size, loose);
  // A guard that is lax hides nothing: an event it let somebody change is worth more to know, and was looked for first.
  if (guards.lax !== undefined) return fail(tree.size, ofWholeLog(guards.lax));
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
        from (select coalesce((select seq from tenant_heads where tenant_id = $1), 0) as seq) h
        left join lateral (select seq, stream from events
          where tenant_id = $1 and seq > 0 and seq > h.seq order by seq limit 1) e on true`,
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
  readonly epoch: string;
}> => {
  const keys = await inTransaction(pool, { tenants: [platformTenantId], readOnly: true }, readAuditKeys);
  const one = async (text: string): Promise<number> => {
    const { rows } = await inTransaction(pool, { tenants: [tenantId], readOnly: true }, (tx) =>
      tx.query<{ place: bigint | null }>(text, [tenantId]),
    );
    return Number(rows[0]?.place ?? 0n);
  };
  const sealed = await one('select max(size) as place from audit_heads where tenant_id = $1');
  const total = await one('select seq as place from tenant_heads where tenant_id = $1');
  const { rows } = await pool.query<{ epoch: string }>('select epoch from log_epoch');
  return { keys, sealed, total, epoch: rows[0]?.epoch ?? '' };
};

const faultOfKeys = ({ trustedKey }: VerifyLogOptions, keys: readonly AuditKey[]): LogFault | undefined => {
  const code = keyChainFault(keys, { verify: verifyEd25519, trusted: trustedKey });
  if (code === undefined) return undefined;
  const detail =
    code === 'key_not_trusted' ? 'the key that was given is none of this log’s' : 'the keys do not announce each other';
  return ofWholeLog({ code, detail });
};

const ofWholeLog = (fault: GuardFault | Pick<LogFault, 'code' | 'detail'>): LogFault => ({
  seq: 0n,
  stream: undefined,
  ...fault,
});

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
