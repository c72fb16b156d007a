import { addDays, dayOfWeek, endOfMonth } from '@finaegis/kernel/local-date';
import type { StatementCycle } from '../product/events.ts';

/** Whether a cycle ends on this date; a statement per transaction ends every day, and is issued where there was one. */
export const endsOn = (cycle: StatementCycle, date: string): boolean => {
  switch (cycle) {
    case 'monthly':
      return endOfMonth(date) === date;
    case 'weekly':
      return dayOfWeek(date) === 7;
    case 'transaction':
      return true;
  }
};

/** The first day of the cycle that a date lies in. */
export const cycleStart = (cycle: StatementCycle, date: string): string => {
  switch (cycle) {
    case 'monthly':
      return `${date.slice(0, 8)}01`;
    case 'weekly':
      return addDays(date, 1 - dayOfWeek(date));
    case 'transaction':
      return date;
  }
};
