import { z } from 'zod';

/** Minor units in stored JSON: decimal digits there, a bigint here. */
export const minor = z
  .string()
  .regex(/^\d{1,38}$/)
  .transform(BigInt);

/** A code: reasons are coded, since free text has no place in events. */
export const code = z.string().regex(/^[a-z][a-z0-9_]{0,59}$/, 'must be a code such as changed_mind');

/** Number of a round. */
export const roundNumber = z.int().min(1).max(9_999);

/** Shares have four decimals, and so has their price. */
export const shareDecimals = 4;
