import type { Sagas } from '@finaegis/platform/saga/sagas';

/** For tests of contexts that have no sagas; whoever uses it finds out at once. */
export const noSagas: Sagas = {
  get handlers(): never {
    throw new Error('No saga runs here.');
  },
  adopt: () => undefined,
  settled: async () => undefined,
};
