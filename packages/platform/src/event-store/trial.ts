import { AsyncLocalStorage } from 'node:async_hooks';

const trials = new AsyncLocalStorage<Map<string, string>>();
let underWay = 0;

/**
 * Runs work that is only tried: what it seals is sealed for nobody, under no key that is kept, and can be rendered as long as the work lasts.
 * Outside of trials the storage is switched off, since every promise of the process pays for one that is on.
 */
export const whileTrying = async <T>(work: () => Promise<T>): Promise<T> => {
  if (trials.getStore() !== undefined) return work();
  underWay += 1;
  try {
    return await trials.run(new Map(), work);
  } finally {
    underWay -= 1;
    if (underWay === 0) trials.disable();
  }
};

/** Texts by the references they were sealed under in the trial that is under way here; undefined outside of one. */
export const triedTexts = (): Map<string, string> | undefined => trials.getStore();
