import { randomFillSync } from 'node:crypto';

const size = 8_192;

/** A cryptographic source that asks the system for many bytes at once and gives each of them out once; an id needs ten, and asking costs more than they do. */
export const pooledRandom = (): ((length: number) => Uint8Array) => {
  const pool = new Uint8Array(size);
  let at = size;
  return (length) => {
    if (length > size) throw new RangeError(`At most ${size} random bytes at once.`);
    if (at + length > size) {
      randomFillSync(pool);
      at = 0;
    }
    at += length;
    return pool.slice(at - length, at);
  };
};
