import { completeSubtrees, type LeafRange, nodeHash, rootOf } from '@finaegis/kernel/merkle';

// The Merkle tree of a log is stored in tiles: level 0 holds the hashes of leaves, level n the roots of complete subtrees of 256ⁿ leaves, 256 of
// them in one row. Every complete subtree lies inside one tile, so a proof reads one tile per level and side, never a range of the log, and a tree
// of any size costs little more than 64 bytes an event.

/** Hashes in one full tile. */
export const tileWidth = 256;
/** Bytes of one hash (SHA3-512). */
export const hashBytes = 64;

const tileHeight = 8;

/** Where a tile stands: tile `index` of a level covers the leaves from `index · 256^(level + 1)` on. */
export interface TilePlace {
  readonly level: number;
  readonly index: number;
}

/** Hashes of one tile, one after the other, from its `offset`-th on. */
export interface TileSlice extends TilePlace {
  readonly offset: number;
  readonly hashes: Uint8Array;
}

/** The unfinished tiles at the right end of a tree: all that appending needs. */
export const edgePlaces = (size: number): readonly (TilePlace & { readonly count: number })[] => {
  const places: (TilePlace & { readonly count: number })[] = [];
  for (let [level, entries] = [0, size]; entries > 0; level += 1, entries = Math.floor(entries / tileWidth)) {
    const count = entries % tileWidth;
    if (count > 0) places.push({ level, index: Math.floor(entries / tileWidth), count });
  }
  return places;
};

/** A tree that grows at its right end and tells which hashes must be stored. */
export interface GrowingTree {
  readonly size: number;
  /** Appends one leaf, given by its leaf hash. */
  add(leaf: Uint8Array): void;
  /** The root over all leaves so far. */
  root(): Uint8Array;
  /** What has to be appended to stored tiles since the last call. */
  take(): readonly TileSlice[];
}

/**
 * A tree that continues a stored one.
 * @param edge the tiles of `edgePlaces(size)`, in any order
 * @throws RangeError when a tile is missing or has another number of hashes
 */
export const growingTree = (
  size: number,
  edge: readonly (TilePlace & { readonly hashes: Uint8Array })[],
): GrowingTree => {
  const peaks = peaksOf(size, edge);
  const additions = new Map<string, { place: TilePlace; offset: number; hashes: Uint8Array[] }>();
  let count = size;

  // The `ordinal`-th complete subtree of a level, counted from 0.
  const put = (level: number, ordinal: number, hash: Uint8Array): void => {
    const place = { level, index: Math.floor(ordinal / tileWidth) };
    const name = `${level}/${place.index}`;
    const addition = additions.get(name) ?? { place, offset: ordinal % tileWidth, hashes: [] };
    addition.hashes.push(hash);
    additions.set(name, addition);
  };

  return {
    get size() {
      return count;
    },
    add: (leaf) => {
      put(0, count, leaf);
      let hash = leaf;
      let rest = count;
      for (let height = 1; rest % 2 === 1; height += 1) {
        rest = (rest - 1) / 2;
        hash = nodeHash(peaks.pop() as Uint8Array, hash);
        if (height % tileHeight === 0) put(height / tileHeight, rest, hash);
      }
      peaks.push(hash);
      count += 1;
    },
    root: () => rootOf({ size: count, peaks }),
    take: () => {
      const slices = [...additions.values()].map(({ place, offset, hashes }) => ({
        ...place,
        offset,
        hashes: joined(hashes),
      }));
      additions.clear();
      return slices;
    },
  };
};

const peaksOf = (size: number, edge: readonly (TilePlace & { readonly hashes: Uint8Array })[]): Uint8Array[] => {
  const peaks = edgePlaces(size).map(({ level, index, count }) => {
    const tile = edge.find((one) => one.level === level && one.index === index);
    if (tile?.hashes.length !== count * hashBytes)
      throw new RangeError(`Tile ${index} of level ${level} should have ${count} hashes.`);
    return completeSubtrees({ from: 0, to: count }).map((range) => subtreeRoot(hashesOf(tile.hashes, range)));
  });
  // Higher levels hold the larger subtrees, which come first.
  return peaks.reverse().flat();
};

/** Which hashes of which tile make up the root of a complete subtree (a power of two of leaves at a multiple of itself). */
export const tileRangeOf = ({
  from,
  to,
}: LeafRange): TilePlace & { readonly offset: number; readonly count: number } => {
  let level = 0;
  let unit = 1;
  while (unit * tileWidth <= to - from) {
    level += 1;
    unit *= tileWidth;
  }
  const entry = from / unit;
  return { level, index: Math.floor(entry / tileWidth), offset: entry % tileWidth, count: (to - from) / unit };
};

/** Root of a complete subtree from a power of two of its nodes of one level. */
export const subtreeRoot = (hashes: readonly Uint8Array[]): Uint8Array => {
  let row = hashes;
  while (row.length > 1)
    row = Array.from({ length: row.length / 2 }, (_, i) =>
      nodeHash(row[2 * i] as Uint8Array, row[2 * i + 1] as Uint8Array),
    );
  return row[0] as Uint8Array;
};

/** The single hashes of a tile's bytes. */
export const hashesOf = (
  bytes: Uint8Array,
  { from, to }: LeafRange = { from: 0, to: bytes.length / hashBytes },
): Uint8Array[] =>
  Array.from({ length: to - from }, (_, i) => bytes.subarray((from + i) * hashBytes, (from + i + 1) * hashBytes));

const joined = (hashes: readonly Uint8Array[]): Uint8Array => {
  const bytes = new Uint8Array(hashes.length * hashBytes);
  for (const [i, hash] of hashes.entries()) bytes.set(hash, i * hashBytes);
  return bytes;
};
