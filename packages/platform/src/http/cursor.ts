import { isStorableText } from '@finaegis/kernel/text';
import { type ZodType, z } from 'zod';
import { wholeNumber } from './amount.ts';
import { throwProblem } from './problem.ts';

const version = 1;

/** Which list a cursor walks, and the epoch of the log it was made in (a new one when a database is restored to an earlier point). */
export type CursorScope = { readonly list: string; readonly epoch: string };

/**
 * Writes the cursor after one item of a list. It is opaque, not secret: it names a place in a list, and every query that
 * reads from it filters by tenant and mandate itself, so that a forged one shows nothing new. Hence no signature.
 *
 * @param position what the query orders by, of the last item shown (bigint as a decimal string)
 */
export const encodeCursor = ({ list, epoch }: CursorScope, position: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify([version, list, epoch, ...position])).toString('base64url');

/**
 * Reads a cursor back.
 *
 * @param position schema of the tuple that was encoded, such as `z.tuple([z.string()])`
 * @throws ProblemError position_unknown when it is of another list, another epoch, or none of ours
 */
export const decodeCursor = <Position>(cursor: string, scope: CursorScope, position: ZodType<Position>): Position => {
  const [cursorVersion, list, epoch, ...rest] = readTuple(cursor);
  if (cursorVersion !== version || list !== scope.list || epoch !== scope.epoch) return refuseCursor();
  const parsed = position.safeParse(rest);
  // A forged position may be anything its schema lets through; what no column can hold must not reach one.
  return parsed.success && rest.every(canBeHeld) ? parsed.data : refuseCursor();
};

const canBeHeld = (part: unknown): boolean =>
  typeof part === 'string' ? isStorableText(part) && !part.startsWith('0000-') : Number.isSafeInteger(part);

const refuseCursor = (): never =>
  throwProblem('position_unknown', {
    errors: [{ field: '/query/cursor', code: 'position_unknown', message: 'must be the `nextCursor` of this list' }],
  });

const readTuple = (cursor: string): unknown[] => {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(value) ? value : [];
  } catch {
    // Not JSON, so not a cursor of ours; the caller answers position_unknown for every such thing.
    return [];
  }
};

/** Query fields of every list, to be spread into its strict query schema: `z.strictObject({ ...pageQuery, status: … })`. */
export const pageQuery = {
  limit: wholeNumber(1, 200).prefault(50).describe('How many items at most.'),
  cursor: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .describe('`nextCursor` of the page before; absent for the first page.'),
};

/** One page of a list. `nextCursor` is absent on the last page. */
export type Page<Item> = { readonly items: readonly Item[]; readonly nextCursor?: string };

/** The schema of one page. */
export const pageSchema = <Item extends ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    nextCursor: z.string().optional().describe('Send it as `cursor` for the next page; absent on the last one.'),
  });

/**
 * Makes a page of rows read with `limit + 1`: the row too many is not shown, it only tells that there is a next page.
 *
 * @param positionOf what the query orders by, of one row
 */
export const pageOf = <Row, Item>(
  rows: readonly Row[],
  {
    limit,
    scope,
    positionOf,
    show,
  }: {
    limit: number;
    scope: CursorScope;
    positionOf: (row: Row) => readonly (string | number)[];
    show: (row: Row) => Item;
  },
): Page<Item> => {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return { items: shown.map(show), ...(hasMore ? { nextCursor: encodeCursor(scope, positionOf(last)) } : {}) };
};
