import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { decodeCursor, encodeCursor, pageOf, pageQuery } from './cursor.ts';

const scope = { list: 'journals', epoch: 'e1' };
const position = z.tuple([z.string(), z.number()]);

describe('a cursor', () => {
  it('comes back as the position it was made of', () => {
    expect(decodeCursor(encodeCursor(scope, ['9007199254740993', 7]), scope, position)).toEqual([
      '9007199254740993',
      7,
    ]);
  });

  it.each([
    ['of another epoch', encodeCursor({ ...scope, epoch: 'e0' }, ['1', 1])],
    ['of another list', encodeCursor({ ...scope, list: 'holds' }, ['1', 1])],
    ['of another shape', encodeCursor(scope, [1])],
    ['that is not base64', '%%%'],
    ['that is other JSON', Buffer.from('{"a":1}').toString('base64url')],
    ['that is empty', ''],
    ['with a text no database holds', encodeCursor(scope, ['\u0000', 1])],
    ['of the year 0', encodeCursor(scope, ['0000-01-01', 1])],
    ['with a number that is none', encodeCursor(scope, ['1', 1.5])],
    ['beyond what numbers can say', encodeCursor(scope, ['1', 2 ** 60])],
  ])('%s is unknown', (_, cursor) => {
    expect(() => decodeCursor(cursor, scope, position)).toThrow(expect.objectContaining({ code: 'position_unknown' }));
  });
});

describe('a page', () => {
  const of = (rows: number[]) =>
    pageOf(rows, { limit: 2, scope, positionOf: (row) => [String(row), row], show: (row) => row });

  it('of a row too many shows all but that one and says how to go on after the last it shows', () => {
    const { items, nextCursor } = of([9, 8, 7]);
    expect(items).toEqual([9, 8]);
    expect(decodeCursor(nextCursor ?? '', scope, position)).toEqual(['8', 8]);
  });

  it.each([[[9, 8]], [[9]], [[]]])('of %j is the last', (rows) => {
    expect(of(rows)).toEqual({ items: rows });
  });

  it('has fifty items unless asked, and one to two hundred', () => {
    const query = z.strictObject(pageQuery);
    expect(query.parse({}).limit).toBe(50);
    expect(query.parse({ limit: '200' }).limit).toBe(200);
    for (const limit of ['0', '201', '1.5', 'x', '']) expect(query.safeParse({ limit }).success).toBe(false);
  });
});
