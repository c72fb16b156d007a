import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha3_256, sha3_512, toHex } from './hash.ts';
import {
  append,
  appendAll,
  completeSubtrees,
  consistencyProof,
  consistencyRanges,
  emptyTree,
  inclusionProof,
  inclusionRanges,
  leafHash,
  nodeHash,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts';

const eventHashes = (count: number): Uint8Array[] => Array.from({ length: count }, (_, i) => sha3_512(`event ${i}`));
const EVENTS = eventHashes(130);
const ROOTS = Array.from({ length: EVENTS.length + 1 }, (_, size) =>
  rootOf(appendAll(emptyTree(), EVENTS.slice(0, size))),
);
const treeOf = (size: number): Uint8Array => ROOTS[size] as Uint8Array;

// The definition of the RFC, word for word, against which the incremental tree is held.
const rootByDefinition = (leaves: readonly Uint8Array[]): Uint8Array => {
  if (leaves.length === 0) return sha3_512('');
  if (leaves.length === 1) return leafHash(leaves[0] as Uint8Array);
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(rootByDefinition(leaves.slice(0, k)), rootByDefinition(leaves.slice(k)));
};

const flip = (bytes: Uint8Array, bit: number): Uint8Array => {
  const changed = Uint8Array.from(bytes);
  const place = bit % (bytes.length * 8);
  changed[place >> 3] = (changed[place >> 3] as number) ^ (1 << (place & 7));
  return changed;
};

const sizes = fc.integer({ min: 1, max: EVENTS.length });
const bits = fc.nat(511);

describe('the tree', () => {
  test('grown leaf by leaf it has the root of the definition at every size', () => {
    let tree = emptyTree();
    for (let size = 0; size <= EVENTS.length; size += 1) {
      expect(rootOf(tree)).toEqual(rootByDefinition(EVENTS.slice(0, size)));
      expect(tree.size).toBe(size);
      if (size < EVENTS.length) tree = append(tree, EVENTS[size] as Uint8Array);
    }
  });

  test('leaves and nodes are hashed apart, as written in the audit format', () => {
    const hash = sha3_512('x');
    expect(leafHash(hash)).toEqual(sha3_512(Uint8Array.of(0, ...hash)));
    expect(nodeHash(hash, hash)).toEqual(sha3_512(Uint8Array.of(1, ...hash, ...hash)));
    expect(toHex(sha3_256(treeOf(7)))).toBe('7fc38f69af4f6b791e07b1665c1339ce5b389de73a3f7b8230574e9c9a8164ea');
  });

  test('appending leaves the tree it was given as it was', () => {
    const tree = appendAll(emptyTree(), EVENTS.slice(0, 3));
    const root = rootOf(tree);
    append(tree, EVENTS[3] as Uint8Array);
    expect(rootOf(tree)).toEqual(root);
  });

  test('appending many at once equals appending one by one, even very many', () => {
    const many = Array.from({ length: 130_000 }, () => EVENTS[0] as Uint8Array);
    expect(appendAll(appendAll(emptyTree(), EVENTS.slice(0, 50)), EVENTS.slice(50))).toEqual(
      EVENTS.reduce(append, emptyTree()),
    );
    expect(appendAll(emptyTree(), many).size).toBe(130_000);
  });
});

describe('inclusion', () => {
  test('every leaf of every tree up to 33 leaves is proved by its proof', () => {
    for (let size = 1; size <= 33; size += 1) {
      const root = treeOf(size);
      for (let index = 0; index < size; index += 1) {
        const proof = inclusionProof(EVENTS.slice(0, size), index);
        expect(proof.length).toBeLessThanOrEqual(Math.ceil(Math.log2(size)));
        expect(verifyInclusion({ eventHash: EVENTS[index] as Uint8Array, index, size, root, proof })).toBe(true);
      }
    }
  });

  test('one altered bit anywhere, another place or another size proves nothing', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), bits, fc.nat(), (size, place, bit, at) => {
        const index = place % size;
        const proof = inclusionProof(EVENTS.slice(0, size), index);
        const claim = { eventHash: EVENTS[index] as Uint8Array, index, size, root: treeOf(size), proof };
        expect(verifyInclusion(claim)).toBe(true);
        expect(verifyInclusion({ ...claim, eventHash: flip(claim.eventHash, bit) })).toBe(false);
        expect(verifyInclusion({ ...claim, root: flip(claim.root, bit) })).toBe(false);
        for (const other of [index - 1, index + 1, at % size])
          if (other !== index) expect(verifyInclusion({ ...claim, index: other })).toBe(false);
        expect(verifyInclusion({ ...claim, proof: [...proof, claim.root] })).toBe(false);
        if (proof.length === 0) return;
        const altered = proof.map((hash, i) => (i === at % proof.length ? flip(hash, bit) : hash));
        expect(verifyInclusion({ ...claim, proof: altered })).toBe(false);
        expect(verifyInclusion({ ...claim, proof: proof.slice(1) })).toBe(false);
        expect(verifyInclusion({ ...claim, proof: proof.slice(0, -1) })).toBe(false);
      }),
    );
  });

  test('a node cannot be passed off as a leaf', () => {
    const [first, second] = EVENTS as [Uint8Array, Uint8Array];
    const inner = Uint8Array.of(...leafHash(first), ...leafHash(second));
    expect(verifyInclusion({ eventHash: inner, index: 0, size: 1, root: treeOf(2), proof: [] })).toBe(false);
  });

  test('nonsense from outside is false, and a leaf that is not there cannot be proved', () => {
    const claim = { eventHash: EVENTS[0] as Uint8Array, index: 0, size: 1, root: treeOf(1), proof: [] };
    expect(verifyInclusion(claim)).toBe(true);
    for (const wrong of [{ index: 1 }, { index: -1 }, { index: 0.5 }, { size: 0 }, { size: Number.NaN }, { size: 2 }])
      expect(verifyInclusion({ ...claim, ...wrong })).toBe(false);
    expect(() => inclusionProof(EVENTS, 130)).toThrow(RangeError);
    expect(() => inclusionProof([], 0)).toThrow(RangeError);
  });
});

describe('consistency', () => {
  test('every beginning of every tree up to 33 leaves is proved by its proof', () => {
    for (let newSize = 0; newSize <= 33; newSize += 1) {
      for (let oldSize = 0; oldSize <= newSize; oldSize += 1) {
        const proof = consistencyProof(EVENTS.slice(0, newSize), oldSize);
        expect(verifyConsistency({ oldSize, oldRoot: treeOf(oldSize), newSize, newRoot: treeOf(newSize), proof })).toBe(
          true,
        );
      }
    }
  });

  test('one altered bit anywhere proves nothing', () => {
    fc.assert(
      fc.property(sizes, sizes, bits, fc.nat(), (one, other, bit, at) => {
        const [oldSize, newSize] = [Math.min(one, other), Math.max(one, other)];
        const proof = consistencyProof(EVENTS.slice(0, newSize), oldSize);
        const claim = { oldSize, oldRoot: treeOf(oldSize), newSize, newRoot: treeOf(newSize), proof };
        expect(verifyConsistency(claim)).toBe(true);
        expect(verifyConsistency({ ...claim, oldRoot: flip(claim.oldRoot, bit) })).toBe(false);
        expect(verifyConsistency({ ...claim, newRoot: flip(claim.newRoot, bit) })).toBe(false);
        expect(verifyConsistency({ ...claim, proof: [...proof, claim.oldRoot] })).toBe(false);
        if (proof.length === 0) return;
        const altered = proof.map((hash, i) => (i === at % proof.length ? flip(hash, bit) : hash));
        expect(verifyConsistency({ ...claim, proof: altered })).toBe(false);
        expect(verifyConsistency({ ...claim, proof: proof.slice(0, -1) })).toBe(false);
      }),
    );
  });

  test('a log whose past was rewritten has no proof', () => {
    const rewritten = EVENTS.map((hash, i) => (i === 3 ? flip(hash, 0) : hash));
    const proof = consistencyProof(rewritten.slice(0, 40), 20);
    const newRoot = rootOf(appendAll(emptyTree(), rewritten.slice(0, 40)));
    expect(verifyConsistency({ oldSize: 20, oldRoot: treeOf(20), newSize: 40, newRoot, proof })).toBe(false);
  });

  test('nonsense from outside is false, and a tree is no beginning of a smaller one', () => {
    const claim = { oldSize: 0, oldRoot: treeOf(0), newSize: 3, newRoot: treeOf(3), proof: [] };
    expect(verifyConsistency(claim)).toBe(true);
    for (const wrong of [
      { oldSize: 4 },
      { oldSize: -1 },
      { oldSize: 2 },
      { oldSize: 1.5 },
      { oldRoot: treeOf(1) },
      { proof: [treeOf(1)] },
      { newSize: Number.NaN },
    ]) {
      expect(verifyConsistency({ ...claim, ...wrong })).toBe(false);
    }
    for (const oldSize of [131, -1, 0.5, Number.NaN])
      expect(() => consistencyProof(EVENTS, oldSize)).toThrow(RangeError);
    for (const newSize of [-1, 1.5, Number.NaN])
      expect(() => consistencyRanges({ oldSize: 1, newSize })).toThrow(RangeError);
  });

  test('without any proof nothing is proved, unless both are the same tree', () => {
    for (const [oldSize, newSize] of [
      [3, 5],
      [4, 5],
      [1, 130],
    ] as const)
      expect(
        verifyConsistency({ oldSize, oldRoot: treeOf(oldSize), newSize, newRoot: treeOf(newSize), proof: [] }),
      ).toBe(false);
  });

  test('what is proved of a tree is proved of none twice its size, and of none the other way round', () => {
    // A root does not bind its size exactly, which is why a head signs both; but a tree that is a level higher needs a longer proof.
    for (let newSize = 2; newSize <= 17; newSize += 1) {
      for (let oldSize = 1; oldSize < newSize; oldSize += 1) {
        const proof = consistencyProof(EVENTS.slice(0, newSize), oldSize);
        const claim = { oldSize, oldRoot: treeOf(oldSize), newSize, newRoot: treeOf(newSize), proof };
        expect(verifyConsistency({ ...claim, newSize: 2 * newSize })).toBe(false);
        expect(
          verifyConsistency({
            oldSize: newSize,
            oldRoot: claim.newRoot,
            newSize: oldSize,
            newRoot: claim.oldRoot,
            proof,
          }),
        ).toBe(false);
      }
    }
  });
});

test('proofs can be made from stored subtree hashes alone', () => {
  fc.assert(
    fc.property(sizes, sizes, (one, other) => {
      const [oldSize, size] = [Math.min(one, other), Math.max(one, other)];
      const fromStored = (range: { readonly from: number; readonly to: number }): Uint8Array => {
        const subtrees = completeSubtrees(range);
        for (const { from, to } of subtrees) {
          expect(Number.isInteger(Math.log2(to - from))).toBe(true);
          expect(from % (to - from)).toBe(0);
        }
        return rootOf({
          size: range.to - range.from,
          peaks: subtrees.map(({ from, to }) => rootByDefinition(EVENTS.slice(from, to))),
        });
      };
      expect(consistencyRanges({ oldSize, newSize: size }).map(fromStored)).toEqual(
        consistencyProof(EVENTS.slice(0, size), oldSize),
      );
      expect(inclusionRanges({ index: oldSize - 1, size }).map(fromStored)).toEqual(
        inclusionProof(EVENTS.slice(0, size), oldSize - 1),
      );
    }),
    { numRuns: 50 },
  );
});
