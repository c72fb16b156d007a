import { canonicalJson } from '@finaegis/kernel/canonical-json';
import { equalBytes, sha3_512, toHex } from '@finaegis/kernel/hash';
import { appendAll, emptyTree, type MerkleTree, rootOf } from '@finaegis/kernel/merkle';
import type { Pool } from 'pg';
import { inTransaction } from '../database/transaction.ts';

/** What a replay of a tenant's log found: its Merkle root, or the first event that is wrong. */
export type LogVerdict =
  | { readonly isIntact: true; readonly events: number; readonly root: string }
  | { readonly isIntact: false; readonly events: number; readonly fault: LogFault };

/** The first event that is wrong. `seq` is the place where it stands or should stand. */
export interface LogFault {
  readonly seq: bigint;
  readonly stream: string | undefined;
  readonly code:
    | 'seq_not_dense'
    | 'envelope_not_canonical'
    | 'hash_differs'
    | 'column_differs'
    | 'version_not_dense'
    | 'event_missing';
  readonly detail: string;
}

/** What to verify. */
export interface VerifyLogOptions {
  /** As finaegis_read. */
  readonly pool: Pool;
  readonly tenantId: string;
  /** Told after each stretch. */
  readonly onProgress?: (done: bigint, total: bigint) => void;
}

interface Row {
  readonly tenant_id: string;
  readonly seq: bigint;
  readonly context: string;
  readonly stream: string;
  readonly version: number;
  readonly id: string;
  readonly type: string;
  readonly schema_version: number;
  readonly envelope: string;
  readonly hash: Buffer;
  readonly booked_at: string;
}

const stretch = 5_000;

/**
 * Replays a tenant's log from its stored text: every hash recomputed, the text canonical, columns as the envelope says, places and versions
 * without a gap. It stops at the first event that is wrong; events after the head of the moment it began are left to the next run.
 */
export const verifyLog = async ({ pool, tenantId, onProgress }: VerifyLogOptions): Promise<LogVerdict> => {
  const { rows } = await pool.query<{ seq: bigint }>('select seq from tenant_heads where tenant_id = $1', [tenantId]);
  const head = rows[0]?.seq ?? 0n;
  const versions = new Map<string, number>();
  let tree: MerkleTree = emptyTree();
  for (let after = 0n; after < head; ) {
    const events = await readStretch(pool, tenantId, after, head);
    for (const [index, event] of events.entries()) {
      const expected = after + BigInt(index) + 1n;
      const fault = faultOf(event, expected, versions);
      if (fault !== undefined) return { isIntact: false, events: Number(expected - 1n), fault };
    }
    tree = appendAll(
      tree,
      events.map(({ hash }) => hash),
    );
    after += BigInt(events.length);
    if (events.length === 0) return { isIntact: false, events: Number(after), fault: missing(after + 1n, head) };
    onProgress?.(after, head);
  }
  return { isIntact: true, events: tree.size, root: toHex(rootOf(tree)) };
};

const readStretch = (pool: Pool, tenantId: string, after: bigint, head: bigint): Promise<readonly Row[]> =>
  inTransaction(pool, { tenants: [tenantId], readOnly: true }, async (tx) => {
    const { rows } = await tx.query<Row>(
      `select tenant_id, seq, context, stream, version, id, type, schema_version, envelope, hash, booked_at from events
        where tenant_id = $1 and seq > 0 and seq > $2 and seq <= $3 order by seq limit $4`,
      [tenantId, after, head, stretch],
    );
    return rows;
  });

const missing = (seq: bigint, head: bigint): LogFault => ({
  seq,
  stream: undefined,
  code: 'event_missing',
  detail: `the log ends before ${head}`,
});

const faultOf = (row: Row, expected: bigint, versions: Map<string, number>): LogFault | undefined => {
  const fault = (code: LogFault['code'], detail: string): LogFault => ({
    seq: expected,
    stream: row.stream,
    code,
    detail,
  });
  if (row.seq !== expected) return fault('seq_not_dense', `${row.seq} stands where ${expected} should`);
  if (!equalBytes(sha3_512(row.envelope), row.hash))
    return fault('hash_differs', 'the stored text is not what was hashed');
  const envelope = JSON.parse(row.envelope) as Readonly<Record<string, unknown>>;
  if (canonicalJson(envelope) !== row.envelope)
    return fault('envelope_not_canonical', 'the stored text is not RFC 8785');
  const wrong = Object.entries(columnsOf(row)).find(([name, value]) => envelope[name] !== value);
  if (wrong !== undefined)
    return fault('column_differs', `${wrong[0]} is ${String(wrong[1])} and ${String(envelope[wrong[0]])} was hashed`);
  const stream = `${row.context}/${row.stream}`;
  const version = (versions.get(stream) ?? 0) + 1;
  if (row.version !== version) return fault('version_not_dense', `version ${row.version} follows ${version - 1}`);
  versions.set(stream, version);
  return undefined;
};

/** The columns that repeat what the envelope says, under the envelope's names. */
const columnsOf = (row: Row): Readonly<Record<string, string | number>> => ({
  tenant: row.tenant_id,
  context: row.context,
  stream: row.stream,
  version: row.version,
  id: row.id,
  type: row.type,
  schemaVersion: row.schema_version,
  bookedAt: row.booked_at,
});
