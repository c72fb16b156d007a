import { toHex } from '@finaegis/kernel/hash';
import { completeSubtrees, consistencyRanges, inclusionRanges, type LeafRange, rootOf } from '@finaegis/kernel/merkle';
import type { Transaction } from '../database/transaction.ts';
import { hashBytes, hashesOf, subtreeRoot, tileRangeOf } from './tiles.ts';

/**
 * The hashes that lead from an event to the root of a sealed tree, hexadecimal (RFC 9162 section 2.1.3): a handful of tiles read, whatever the size.
 * @param index the event's seq less one
 * @param size events of a signed head
 */
export const readInclusionProof = (
  tx: Transaction,
  { tenantId, index, size }: { readonly tenantId: string; readonly index: number; readonly size: number },
): Promise<readonly string[]> => readRanges(tx, tenantId, inclusionRanges({ index, size }));

/** The hashes that show that one sealed tree is the beginning of another, hexadecimal (section 2.1.4). */
export const readConsistencyProof = (
  tx: Transaction,
  { tenantId, from, to }: { readonly tenantId: string; readonly from: number; readonly to: number },
): Promise<readonly string[]> => readRanges(tx, tenantId, consistencyRanges({ oldSize: from, newSize: to }));

const readRanges = async (
  tx: Transaction,
  tenantId: string,
  ranges: readonly LeafRange[],
): Promise<readonly string[]> => {
  const subtrees = ranges.map((range) => completeSubtrees(range).map(tileRangeOf));
  const wanted = subtrees.flat();
  const { rows } = await tx.query<{ ordinal: bigint; hashes: Buffer }>({
    name: 'audit-nodes',
    text: `select wanted.ordinal, substr(t.hashes, wanted.start, wanted.length) as hashes
      from unnest($2::smallint[], $3::bigint[], $4::int[], $5::int[]) with ordinality as wanted (level, index, start, length, ordinal)
      join audit_tiles t on t.tenant_id = $1 and t.level = wanted.level and t.index = wanted.index
      order by wanted.ordinal`,
    values: [
      tenantId,
      wanted.map(({ level }) => level),
      wanted.map(({ index }) => index),
      wanted.map(({ offset }) => offset * hashBytes + 1),
      wanted.map(({ count }) => count * hashBytes),
    ],
  });
  const roots = wanted.map(({ count }, place) => {
    const row = rows[place];
    if (row?.hashes.length !== count * hashBytes)
      throw new Error(`The tree of tenant ${tenantId} lacks nodes its signed head stands on.`);
    return subtreeRoot(hashesOf(row.hashes));
  });
  let next = 0;
  return subtrees.map((parts, i) => {
    const { from, to } = ranges[i] as LeafRange;
    const peaks = roots.slice(next, (next += parts.length));
    return toHex(rootOf({ size: to - from, peaks }));
  });
};
