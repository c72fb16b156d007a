/** Seeds that once failed, each with what it found; they run for ever. */
export const failedOnce: readonly { readonly seed: number; readonly steps: number; readonly found: string }[] = [
  { seed: 240342883, steps: 100, found: 'a hold asked for again after it was increased counted as another one' },
  { seed: 240342361, steps: 200, found: 'a block passed by a balance that was made at the same time' },
  {
    seed: 242501944,
    steps: 100,
    found: 'a commit that landed after it was forgotten vouched for what was read before it',
  },
];

/** Seeds that are run because some must be. */
export const always: readonly number[] = [1, 2];
