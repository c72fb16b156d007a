import type { RateProvider } from '../ports.ts';
import type { RateSheet } from '../rate/rate-sheet.ts';

/** A provider that gives what it was made with: the twin of every other, for tests and simulations. */
export const memoryRates = (facts: Omit<RateProvider, 'fetch'>, sheets: readonly RateSheet[] = []): RateProvider => {
  const sorted = [...sheets].sort((a, b) => (a.date < b.date ? -1 : 1));
  return {
    ...facts,
    fetch: async (date) => (date === undefined ? sorted : sorted.filter((sheet) => sheet.date === date)),
  };
};
