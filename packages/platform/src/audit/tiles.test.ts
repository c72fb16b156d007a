import { sha3_512, toHex } from '@finaegis/kernel/hash';
import {
  appendAll,
  completeSubtrees,
  consistencyProof,
  consistencyRanges,
  emptyTree,
  inclusionProof,
  inclusionRanges,
  type LeafRange,
  leafHash,
  rootOf,
} from '@finaegis/kernel/merkle';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { edgePlaces, growingTree, hashBytes, hashesOf, subtreeRoot, type TileSlice, tileRangeOf } from './tiles.ts';

const sizeMax = 1_200;
const events = Array.from({ length: sizeMax }, (_, index) => sha3_512(`event ${index}`));
const leaves = events.map(leafHash);

/** Tiles as the database keeps them: each slice must begin where its tile ends. */
const createStore = () => {
  const tiles = new Map<string, Uint8Array>();
  return {
    write: (slices: readonly TileSlice[]) => {
      for (const { level, index, offset, hashes } of slices) {
        const before = tiles.get(`${level}/${index}`) ?? new Uint8Array();
        expect(before.length).toBe(offset * hashBytes);
        tiles.set(`${level}/${index}`, Buffer.concat([before, hashes]));
      }
    },
    edge: (size: number) =>
      edgePlaces(size).map(({ level, index }) => ({
        level,
        index,
        hashes: tiles.get(`${level}/${index}`) as Uint8Array,
      })),
    rangeRoot: (range: LeafRange) =>
      rootOf({
        size: range.to - range.from,
        peaks: completeSubtrees(range).map((subtree) => {
          const { level, index, offset, count } = tileRangeOf(subtree);
          const tile = tiles.get(`${level}/${index}`) as Uint8Array;
          return subtreeRoot(hashesOf(tile, { from: offset, to: offset + count }));
        }),
      }),
  };
};

/** A tree stored in steps of these sizes, each step by a process that knows only what is stored. */
const storedInSteps = (steps: readonly number[]) => {
  const store = createStore();
  let size = 0;
  let root = '';
  for (const step of steps) {
    const tree = growingTree(size, store.edge(size));
    for (const leaf of leaves.slice(size, size + step)) tree.add(leaf);
    store.write(tree.take());
    size = tree.size;
    root = toHex(tree.root());
  }
  return { store, size, root };
};

const steps = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 });

describe('a tree in tiles', () => {
  it('has the root of the whole log however often it was put away and taken up again', () => {
    fc.assert(
      fc.property(steps, (its) => {
        const { size, root } = storedInSteps(its);
        expect(root).toBe(toHex(rootOf(appendAll(emptyTree(), events.slice(0, size)))));
      }),
      { numRuns: 40 },
    );
  });

  it('gives the same proofs as a reading of every event', () => {
    fc.assert(
      fc.property(steps, fc.nat(), fc.nat(), (its, one, other) => {
        const { store, size } = storedInSteps(its);
        const index = one % size;
        expect(inclusionRanges({ index, size }).map(store.rangeRoot).map(toHex)).toEqual(
          inclusionProof(events.slice(0, size), index).map(toHex),
        );
        const oldSize = other % (size + 1);
        expect(consistencyRanges({ oldSize, newSize: size }).map(store.rangeRoot).map(toHex)).toEqual(
          consistencyProof(events.slice(0, size), oldSize).map(toHex),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('does not continue from a tile that lost a hash', () => {
    const { store } = storedInSteps([300]);
    const [first, ...rest] = store.edge(300) as [TileSlice, ...TileSlice[]];
    expect(() => growingTree(300, [{ ...first, hashes: first.hashes.subarray(hashBytes) }, ...rest])).toThrow(
      RangeError,
    );
  });
});
