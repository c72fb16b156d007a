import { isoDate } from '@finaegis/platform/http/amount';
import { z } from 'zod';

/** Name of a legal entity. */
export const entityName = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower case letters, digits and single dashes')
  .max(32)
  .meta({ examples: ['main'] });

/** PostgreSQL knows no year 0, and a value date of another age is a slip of the keyboard. */
export const isBankDay = (date: string): boolean => date >= '1900-01-01' && date <= '2199-12-31';

/** A date of bookings: a day between 1900 and 2199. */
export const bankDay = isoDate.refine(isBankDay, 'must be between 1900-01-01 and 2199-12-31');
