import { AsyncLocalStorage } from 'node:async_hooks';

/** What a value is shown as to those who may not see personal values. */
export const masked = 'masked';

/** On whose behalf personal values are read: whether they are hidden, and who keeps a note of whose they were. */
interface Reading {
  readonly isMasked: boolean;
  readonly seen?: Set<string>;
}

const readings = new AsyncLocalStorage<Reading>();
let underWay = 0;

/** Switched off while nobody needs it, as trials are. */
const whileReading = async <T>(reading: Reading, work: () => Promise<T>): Promise<T> => {
  underWay += 1;
  try {
    return await readings.run(reading, work);
  } finally {
    underWay -= 1;
    if (underWay === 0) readings.disable();
  }
};

/**
 * Runs work on behalf of somebody who is not shown personal values: whatever of them it reads is `masked`. It holds at the one place where they are
 * unsealed, so that no route has to remember it.
 */
export const whileMasking = async <T>(work: () => Promise<T>): Promise<T> =>
  isMasking() ? work() : whileReading({ isMasked: true }, work);

/** Runs work that shows personal values to somebody, and notes whose they were (`party:…`, `account:…`), at the same one place. */
export const whileNoting = <T>(seen: Set<string>, work: () => Promise<T>): Promise<T> =>
  whileReading({ isMasked: false, seen }, work);

/** Runs work that reads values to decide by them and shows them to nobody else: a password's hash, or what is one's own. */
export const whileUnmasked = <T>(work: () => Promise<T>): Promise<T> =>
  readings.getStore() === undefined ? work() : readings.run({ isMasked: false }, work);

/** Whether personal values are hidden from whoever this is done for. */
export const isMasking = (): boolean => readings.getStore()?.isMasked === true;

/** Notes that a value of a subject was unsealed for whoever this is done for. */
export const noteSeen = (subject: string): void => {
  readings.getStore()?.seen?.add(subject);
};
