/** Seeds that once failed, each with what it found; they run for ever. */
export const failedOnce: readonly { readonly seed: number; readonly steps: number; readonly found: string }[] = [];

/** Seeds that are run because some must be. */
export const always: readonly number[] = [1, 2];
