import { createHash } from 'node:crypto';

/** The bytes of the next id, as hex: the same seed gives the same ids in the same order. */
export type NextDigits = () => string;

/** Ids that look random and are a pure function of a seed and a count, so that a run can be repeated. */
export const createCountedIds = (seed: string): NextDigits => {
  let count = 0;
  return () => {
    count += 1;
    return createHash('sha256').update(`${seed}:${count}`).digest('hex');
  };
};
