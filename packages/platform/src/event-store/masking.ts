import { AsyncLocalStorage } from 'node:async_hooks';

/** What a value is shown as to those who may not see personal values. */
export const masked = 'masked';

const maskings = new AsyncLocalStorage<boolean>();
let underWay = 0;

/**
 * Runs work on behalf of somebody who is not shown personal values: whatever of them it reads is `masked`. It holds at the one place where they are
 * unsealed, so that no route has to remember it. Switched off while nobody needs it, as trials are.
 */
export const whileMasking = async <T>(work: () => Promise<T>): Promise<T> => {
  if (isMasking()) return work();
  underWay += 1;
  try {
    return await maskings.run(true, work);
  } finally {
    underWay -= 1;
    if (underWay === 0) maskings.disable();
  }
};

/** Runs work that reads values to decide by them and shows them to nobody else: a password's hash, or what is one's own. */
export const whileUnmasked = <T>(work: () => Promise<T>): Promise<T> =>
  isMasking() ? maskings.run(false, work) : work();

/** Whether personal values are hidden from whoever this is done for. */
export const isMasking = (): boolean => maskings.getStore() === true;
