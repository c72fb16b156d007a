import { canonicalJson } from '@finaegis/kernel/canonical-json';
import { equalBytes, sha3_512 } from '@finaegis/kernel/hash';
import { leafHash } from '@finaegis/kernel/merkle';
import type { Pool } from 'pg';
import { all, inTransaction, type Transaction } from '../database/transaction.ts';
import { hashBytes, hashesOf, tileWidth } from './tiles.ts';

/** What can be wrong with one event, seen from the log and from what was sealed of it. */
export type EventFaultCode =
  | 'seq_not_dense'
  | 'event_missing'
  | 'hash_differs'
  | 'envelope_not_canonical'
  | 'column_differs'
  | 'version_not_dense'
  | 'leaf_missing'
  | 'event_altered'
  | 'event_removed'
  | 'event_inserted'
  | 'events_reordered';

/** An event that is wrong. `seq` is the place where it stands or should stand. */
export interface EventFault {
  readonly seq: bigint;
  readonly stream: string | undefined;
  readonly code: EventFaultCode;
  readonly detail: string;
}

/** Faults that only a comparison with the sealed leaves shows: the event itself agrees with its hash and its columns. */
export const isAgainstSeal = ({ code }: { readonly code: string }): boolean =>
  code === 'event_altered' || code === 'event_removed' || code === 'event_inserted' || code === 'events_reordered';

/** A part of a log: the events behind `after` up to `upTo`. `after` is a multiple of 256, where a tile begins. */
export interface Stretch {
  readonly tenantId: string;
  readonly after: number;
  readonly upTo: number;
  /** Events of the largest signed head: up to there every event must have its leaf. */
  readonly sealed: number;
}

/** What was found in a stretch. */
export interface StretchReport {
  /** Leaf hashes, recomputed from the texts, of the events before the fault, one after the other. */
  readonly leaves: Uint8Array;
  /** The first event that is wrong. */
  readonly fault: EventFault | undefined;
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

/**
 * Reads a stretch and holds every event against its text, its columns, its neighbours and the leaf that was sealed for it.
 * @param pool as finaegis_read
 */
export const examineStretch = (pool: Pool, stretch: Stretch): Promise<StretchReport> =>
  inTransaction(pool, { tenants: [stretch.tenantId], readOnly: true }, async (tx) => {
    const [rows, sealed] = await all([readRows(tx, stretch), readSealedLeaves(tx, stretch)]);
    const leaves = new Uint8Array((stretch.upTo - stretch.after) * hashBytes);
    const versions = new Map<string, number>();
    const beginnings: Row[] = [];
    let count = 0;
    let fault: EventFault | undefined;
    for (; count < stretch.upTo - stretch.after; count += 1) {
      const row = rows[count];
      const seq = BigInt(stretch.after + count + 1);
      if (row === undefined) {
        fault = { seq, stream: undefined, code: 'event_missing', detail: `the log ends before ${stretch.upTo}` };
        break;
      }
      const hash = sha3_512(row.envelope);
      fault = faultOf(row, { seq, hash, versions, beginnings });
      if (fault !== undefined) break;
      const leaf = leafHash(hash);
      const sealedLeaf = sealed[count];
      if (sealedLeaf === undefined && seq <= BigInt(stretch.sealed)) {
        fault = { seq, stream: row.stream, code: 'leaf_missing', detail: 'its leaf was sealed and is gone' };
        break;
      }
      if (sealedLeaf !== undefined && !equalBytes(leaf, sealedLeaf)) {
        fault = { seq, stream: row.stream, ...difference(rows, sealed, count) };
        break;
      }
      leaves.set(leaf, count * hashBytes);
    }
    const surplus = rows[stretch.upTo - stretch.after];
    if (fault === undefined && surplus !== undefined) {
      const detail = 'two events stand at this place';
      fault = { seq: surplus.seq, stream: surplus.stream, code: 'seq_not_dense', detail };
    }
    const earlier = await withoutPredecessor(tx, stretch.tenantId, beginnings);
    if (earlier !== undefined) {
      fault = earlier;
      count = Number(earlier.seq) - stretch.after - 1;
    }
    return { leaves: leaves.slice(0, count * hashBytes), fault };
  });

const readRows = async (
  tx: Transaction,
  { tenantId, after, upTo }: Omit<Stretch, 'sealed'>,
): Promise<readonly Row[]> => {
  const { rows } = await tx.query<Row>({
    name: 'audit-stretch',
    text: `select tenant_id, seq, context, stream, version, id, type, schema_version, envelope, hash, booked_at from events
      where tenant_id = $1 and seq > 0 and seq > $2 and seq <= $3 order by seq`,
    values: [tenantId, after, upTo],
  });
  return rows;
};

/** Leaves of the stretch as the sealer stored them; fewer than events where the log is ahead of its tree. */
export const readSealedLeaves = async (
  tx: Transaction,
  { tenantId, after, upTo }: Omit<Stretch, 'sealed'>,
): Promise<readonly Uint8Array[]> => {
  const { rows } = await tx.query<{ index: bigint; hashes: Buffer }>({
    name: 'audit-sealed-leaves',
    text: 'select index, hashes from audit_tiles where tenant_id = $1 and level = 0 and index >= $2 and index < $3 order by index',
    values: [tenantId, after / tileWidth, Math.ceil(upTo / tileWidth)],
  });
  const leaves: Uint8Array[] = [];
  for (const { index, hashes } of rows) {
    if (Number(index) * tileWidth !== after + leaves.length) break;
    leaves.push(...hashesOf(hashes));
  }
  return leaves.slice(0, upTo - after);
};

const faultOf = (
  row: Row,
  {
    seq,
    hash,
    versions,
    beginnings,
  }: {
    readonly seq: bigint;
    readonly hash: Uint8Array;
    readonly versions: Map<string, number>;
    readonly beginnings: Row[];
  },
): EventFault | undefined => {
  const fault = (code: EventFaultCode, detail: string): EventFault => ({ seq, stream: row.stream, code, detail });
  if (row.seq !== seq) return fault('seq_not_dense', `${row.seq} stands where ${seq} should`);
  if (!equalBytes(hash, row.hash)) return fault('hash_differs', 'the stored text is not what was hashed');
  const envelope = parsed(row.envelope);
  if (envelope === undefined || canonicalJson(envelope) !== row.envelope)
    return fault('envelope_not_canonical', 'the stored text is not RFC 8785');
  const wrong = Object.entries(columnsOf(row)).find(([name, value]) => envelope[name] !== value);
  if (wrong !== undefined)
    return fault('column_differs', `${wrong[0]} is ${String(wrong[1])} and ${String(envelope[wrong[0]])} was hashed`);
  const stream = `${row.context}/${row.stream}`;
  const before = versions.get(stream);
  if (before !== undefined && row.version !== before + 1)
    return fault('version_not_dense', `version ${row.version} follows ${before}`);
  if (before === undefined && row.version !== 1) beginnings.push(row);
  versions.set(stream, row.version);
  return undefined;
};

const parsed = (text: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    // Whatever was put there, it is no event.
    return undefined;
  }
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

/** The first of these events whose stream has no event of the version before it at an earlier place. */
const withoutPredecessor = async (
  tx: Transaction,
  tenantId: string,
  rows: readonly Row[],
): Promise<EventFault | undefined> => {
  if (rows.length === 0) return undefined;
  const { rows: found } = await tx.query<{ ordinal: bigint }>({
    name: 'audit-predecessors',
    text: `select wanted.ordinal
      from unnest($2::text[], $3::text[], $4::int[], $5::bigint[]) with ordinality as wanted (context, stream, version, seq, ordinal)
      left join lateral (
        select e.seq from events e where e.tenant_id = $1 and e.context = wanted.context and e.stream = wanted.stream
          and e.version = wanted.version - 1 offset 0) before on true
      where before.seq is null or before.seq >= wanted.seq order by wanted.ordinal limit 1`,
    values: [
      tenantId,
      rows.map(({ context }) => context),
      rows.map(({ stream }) => stream),
      rows.map(({ version }) => version),
      rows.map(({ seq }) => seq),
    ],
  });
  const row = rows[Number(found[0]?.ordinal ?? 0n) - 1];
  if (row === undefined) return undefined;
  const { seq, stream, version } = row;
  return { seq, stream, code: 'version_not_dense', detail: `version ${version} has none before it` };
};

/** How the log came to differ from its seal at one place, as far as the rest of the stretch tells. */
const difference = (
  rows: readonly Row[],
  sealed: readonly Uint8Array[],
  place: number,
): Pick<EventFault, 'code' | 'detail'> => {
  const leafOf = ({ envelope }: Row): string => Buffer.from(leafHash(sha3_512(envelope))).toString('latin1');
  const standing = rows.slice(place).map(leafOf);
  const wanted = sealed.slice(place).map((leaf) => Buffer.from(leaf).toString('latin1'));
  const movedHere = wanted.indexOf(standing[0] ?? '');
  const movedAway = standing.indexOf(wanted[0] ?? '');
  const seq = (offset: number): bigint => (rows[place]?.seq ?? 0n) + BigInt(offset);
  if (movedHere > 0 && movedAway > 0)
    return { code: 'events_reordered', detail: `the event sealed here stands at ${seq(movedAway)}` };
  if (movedHere > 0)
    return {
      code: 'event_removed',
      detail: `the event sealed at ${seq(movedHere)} stands here; what was sealed here is gone`,
    };
  if (movedAway > 0)
    return {
      code: 'event_inserted',
      detail: `the event sealed here stands at ${seq(movedAway)}; this one was never sealed`,
    };
  return { code: 'event_altered', detail: 'it agrees with its own hash, but another event was sealed here' };
};
