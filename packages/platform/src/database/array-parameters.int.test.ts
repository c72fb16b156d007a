import { createPool } from '@finaegis/platform/database/pool';
import { type FreshDatabase, freshDatabase } from '@finaegis/testing/database/fresh-database';
import fc from 'fast-check';
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { byteaArray, instantArray, plainArray, textArray } from './array-parameters.ts';

let database: FreshDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await freshDatabase();
  pool = createPool(database.adminConnection, { applicationName: 'arrays', max: 1 });
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

const there = async (type: string, parameter: string | Buffer): Promise<unknown> =>
  (await pool.query<{ value: unknown }>(`select $1::${type}[] as value`, [parameter])).rows[0]?.value;

it('texts arrive as they were, whatever they contain', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.option(fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')))),
      async (texts) => {
        expect(await there('text', textArray(texts))).toEqual(texts);
      },
    ),
    { numRuns: 50 },
  );
});

it('bytes arrive as they were', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 100 })), async (values) => {
      expect(await there('bytea', byteaArray(values))).toEqual(values.map((value) => Buffer.from(value)));
    }),
    { numRuns: 50 },
  );
});

it('numbers, instants, booleans and nothing arrive as array text', async () => {
  expect(await there('bigint', plainArray([1n, null, -(2n ** 63n)]))).toEqual([1n, null, -(2n ** 63n)]);
  expect(await there('int', plainArray([]))).toEqual([]);
  expect(await there('bool', plainArray([true, false]))).toEqual([true, false]);
  expect(await there('timestamptz', plainArray(['2026-01-02T03:04:05.678Z']))).toEqual(['2026-01-02T03:04:05.678Z']);
});

it('instants arrive to the millisecond, and what is none is refused before it is sent', async () => {
  const instant = fc
    .date({ min: new Date('1700-01-01T00:00:00Z'), max: new Date('2999-12-31T23:59:59Z'), noInvalidDate: true })
    .map((date) => date.toISOString());
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(instant)), async (instants) => {
      expect(await there('timestamptz', instantArray(instants))).toEqual(instants);
    }),
    { numRuns: 50 },
  );
  expect(() => instantArray(['yesterday'])).toThrow(RangeError);
});
