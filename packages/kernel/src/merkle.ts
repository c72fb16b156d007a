import { equalBytes, sha3_512 } from './hash.ts';

// RFC 9162 section 2.1 with SHA3-512 for the hash and with the hash of an event for the content of a leaf. The leading
// byte keeps leaves and nodes apart, without which a node could be passed off as a leaf (second preimage).

/**
 * A Merkle tree over the first `size` leaves, kept as the roots of its complete subtrees, the largest first: one for
 * each bit set in `size`. That is all appending needs, so a log of a million events is carried by 20 hashes.
 */
export interface MerkleTree {
  readonly size: number;
  readonly peaks: readonly Uint8Array[];
}

/** The tree without leaves. */
export const emptyTree = (): MerkleTree => ({ size: 0, peaks: [] });

/** The hash of a leaf: SHA3-512 of 0x00 and the event's hash. */
export const leafHash = (eventHash: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(1 + eventHash.length);
  bytes.set(eventHash, 1);
  return sha3_512(bytes);
};

/** The hash of a node: SHA3-512 of 0x01, its left and its right child. */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(1 + left.length + right.length);
  bytes[0] = 1;
  bytes.set(left, 1);
  bytes.set(right, 1 + left.length);
  return sha3_512(bytes);
};

/** The tree with one more event at its end, given by the event's hash. */
export const append = (tree: MerkleTree, eventHash: Uint8Array): MerkleTree => appendAll(tree, [eventHash]);

/** The tree with more events at its end, given by their hashes in the order of the log. */
export const appendAll = (tree: MerkleTree, eventHashes: readonly Uint8Array[]): MerkleTree => {
  const peaks = [...tree.peaks];
  let size = tree.size;
  for (const eventHash of eventHashes) {
    let hash = leafHash(eventHash);
    // Each low bit set in the size is a complete subtree as large as the one just made: the two become one.
    for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) hash = nodeHash(peaks.pop() as Uint8Array, hash);
    peaks.push(hash);
    size += 1;
  }
  return { size, peaks };
};

/** The root hash, which stands for every leaf and their order; that of the empty tree is the hash of nothing. */
export const rootOf = ({ peaks }: MerkleTree): Uint8Array =>
  peaks.length === 0 ? sha3_512('') : peaks.reduceRight((right, left) => nodeHash(left, right));

/** The leaves from one place up to, not including, another. */
export interface LeafRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The hashes that lead from one leaf to the root of the tree over all given leaves (RFC 9162 section 2.1.3.1).
 * @param eventHashes the hashes of all events of the tree, in order
 * @param index the leaf's place, from 0
 */
export const inclusionProof = (eventHashes: readonly Uint8Array[], index: number): Uint8Array[] =>
  inclusionRanges({ index, size: eventHashes.length }).map(rangeHasher(eventHashes));

/**
 * Which subtrees' roots make up an inclusion proof, in order: for whoever stores the hashes of subtrees and need not read
 * every leaf. The root of a range is `rootOf` the tree whose peaks are the roots of its `completeSubtrees`.
 * @throws RangeError when the tree has no such leaf
 */
export const inclusionRanges = ({ index, size }: { readonly index: number; readonly size: number }): LeafRange[] => {
  if (!isCount(index) || index >= size) throw new RangeError(`There is no leaf ${index} in a tree of ${size}.`);
  return inclusionPath(index, { from: 0, to: size });
};

/** The complete subtrees, each a power of two of leaves, that a range of a proof is made of; the largest first. */
export const completeSubtrees = ({ from, to }: LeafRange): LeafRange[] => {
  const subtrees: LeafRange[] = [];
  let start = from;
  while (start < to) {
    const end = start + largestPowerBelow(to - start + 1);
    subtrees.push({ from: start, to: end });
    start = end;
  }
  return subtrees;
};

/** Whether a proof shows that the event of this hash is leaf `index` of the tree of this size and root (section 2.1.3.2). */
export const verifyInclusion = (claim: {
  readonly eventHash: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}): boolean => {
  const { index, size, root, proof } = claim;
  if (!isCount(index) || !isCount(size) || index >= size) return false;
  let node = index;
  let last = size - 1;
  let hash = leafHash(claim.eventHash);
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equalBytes(hash, root);
};

/**
 * The hashes that show that the tree over the first `oldSize` leaves is the beginning of the tree over all of them: that
 * the log was only ever appended to (RFC 9162 section 2.1.4.1). Empty when both are the same tree, or the old one is empty.
 */
export const consistencyProof = (eventHashes: readonly Uint8Array[], oldSize: number): Uint8Array[] =>
  consistencyRanges({ oldSize, newSize: eventHashes.length }).map(rangeHasher(eventHashes));

/**
 * Which subtrees' roots make up a consistency proof, in order; see `inclusionRanges`.
 * @throws RangeError when the old tree is larger than the new one
 */
export const consistencyRanges = ({
  oldSize,
  newSize,
}: {
  readonly oldSize: number;
  readonly newSize: number;
}): LeafRange[] => {
  if (!isCount(oldSize) || !isCount(newSize) || oldSize > newSize)
    throw new RangeError(`A tree of ${newSize} leaves has no beginning of ${oldSize}.`);
  return oldSize === 0 ? [] : consistencyPath(oldSize, { from: 0, to: newSize }, true);
};

/** Whether a proof shows that the tree of the old size and root is the beginning of the new one (section 2.1.4.2). */
export const verifyConsistency = (claim: {
  readonly oldSize: number;
  readonly oldRoot: Uint8Array;
  readonly newSize: number;
  readonly newRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
}): boolean => {
  const { oldSize, oldRoot, newSize, newRoot, proof } = claim;
  if (!isCount(oldSize) || !isCount(newSize) || oldSize > newSize) return false;
  // Every log begins with nothing; what must still hold is that "nothing" was signed as nothing.
  if (oldSize === 0) return proof.length === 0 && equalBytes(oldRoot, rootOf(emptyTree()));
  if (oldSize === newSize) return proof.length === 0 && equalBytes(oldRoot, newRoot);
  return isContinued({ oldSize, oldRoot, newSize, newRoot, path: isPowerOfTwo(oldSize) ? [oldRoot, ...proof] : proof });
};

const isContinued = (claim: {
  readonly oldSize: number;
  readonly oldRoot: Uint8Array;
  readonly newSize: number;
  readonly newRoot: Uint8Array;
  readonly path: readonly Uint8Array[];
}): boolean => {
  const [first, ...rest] = claim.path;
  if (first === undefined) return false;
  let node = claim.oldSize - 1;
  let last = claim.newSize - 1;
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  let oldHash = first;
  let newHash = first;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      oldHash = nodeHash(sibling, oldHash);
      newHash = nodeHash(sibling, newHash);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      newHash = nodeHash(newHash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equalBytes(oldHash, claim.oldRoot) && equalBytes(newHash, claim.newRoot);
};

const inclusionPath = (index: number, { from, to }: LeafRange): LeafRange[] => {
  if (to - from === 1) return [];
  const middle = from + largestPowerBelow(to - from);
  return index < middle
    ? [...inclusionPath(index, { from, to: middle }), { from: middle, to }]
    : [...inclusionPath(index, { from: middle, to }), { from, to: middle }];
};

const consistencyPath = (oldSize: number, { from, to }: LeafRange, isOldRoot: boolean): LeafRange[] => {
  // The verifier has the old root already; any other subtree that ends where the old tree ended must be sent.
  if (oldSize === to) return isOldRoot ? [] : [{ from, to }];
  const middle = from + largestPowerBelow(to - from);
  return oldSize <= middle
    ? [...consistencyPath(oldSize, { from, to: middle }, isOldRoot), { from: middle, to }]
    : [...consistencyPath(oldSize, { from: middle, to }, false), { from, to: middle }];
};

const rangeHasher = (eventHashes: readonly Uint8Array[]): ((range: LeafRange) => Uint8Array) => {
  return ({ from, to }) => rootOf(appendAll(emptyTree(), eventHashes.slice(from, to)));
};

// Sizes exceed 2^31 long before they exceed 2^53, so halving avoids the bit operators, which would cut them to 32 bits.
const half = (value: number): number => Math.floor(value / 2);

const largestPowerBelow = (size: number): number => {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
};

const isPowerOfTwo = (value: number): boolean => largestPowerBelow(value + 1) === value;

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
