/** What waits for somebody, in order. Of what stands under one key only the newest waits, at the end of the line. */
export interface WaitingLine<Piece> {
  push(piece: Piece, size: number, key?: string): void;
  /** Takes pieces from the front for as long as there is room. */
  take(hasRoom: () => boolean, to: (piece: Piece) => void): void;
  readonly isEmpty: boolean;
  /** Sum of the sizes. */
  readonly size: number;
  clear(): void;
}

interface Waiting<Piece> {
  /** Undefined when something newer has taken its place. */
  piece: Piece | undefined;
  readonly size: number;
  readonly key: string | undefined;
}

/** A line in which nobody waits yet. */
export const createWaitingLine = <Piece extends NonNullable<unknown>>(): WaitingLine<Piece> => {
  let line: Waiting<Piece>[] = [];
  let size = 0;
  const newest = new Map<string, Waiting<Piece>>();
  return {
    push: (piece, its, key) => {
      const before = key === undefined ? undefined : newest.get(key);
      if (before !== undefined) {
        before.piece = undefined;
        size -= before.size;
      }
      const waiting = { piece, size: its, key };
      line.push(waiting);
      size += its;
      if (key !== undefined) newest.set(key, waiting);
    },
    take: (hasRoom, to) => {
      let taken = 0;
      for (const { piece, size: its, key } of line) {
        if (!hasRoom()) break;
        taken++;
        if (piece === undefined) continue;
        size -= its;
        if (key !== undefined) newest.delete(key);
        to(piece);
      }
      line = taken === line.length ? [] : line.slice(taken);
    },
    get isEmpty() {
      return line.length === 0;
    },
    get size() {
      return size;
    },
    clear: () => {
      line = [];
      size = 0;
      newest.clear();
    },
  };
};
