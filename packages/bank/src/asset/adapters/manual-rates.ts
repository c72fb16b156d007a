import type { RateProvider } from '../ports.ts';
import { manualSource } from '../views/rates.ts';

/**
 * What people of a tenant set themselves, by command; there is nothing to fetch. Asked before any other source, so that a tenant can overrule it.
 * Without an end of its own such a rate serves the day it was set for and the next business day.
 */
export const manualRates = ({ priority = 10 }: { readonly priority?: number } = {}): RateProvider => ({
  name: manualSource,
  priority,
  scope: 'tenant',
  calendar: 'weekdays',
  staleAfterBusinessDays: 1,
  fetch: async () => [],
});
