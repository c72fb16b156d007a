import { describe, expect, it } from 'vitest';
import type { ZodType } from 'zod';

import { amountSchema, assetCode, instant, isoDate, metadata, signedAmountText, text, uuid } from './amount.ts';

const accepts = (schema: ZodType, value: unknown): boolean => schema.safeParse(value).success;

describe('an amount on the wire', () => {
  it.each(['0', '1', '10.05', '0.000000000000000001', '1'.repeat(36), `1.${'1'.repeat(35)}`])('may be %s', (amount) => {
    expect(accepts(amountSchema, { amount, asset: 'EUR' })).toBe(true);
  });

  it.each([
    1,
    '',
    '-1',
    '+1',
    '1e3',
    '007',
    '.5',
    '5.',
    '1,5',
    ' 1',
    '1\n',
    '٣',
    'NaN',
    '1'.repeat(37),
    `1.${'1'.repeat(36)}`,
  ])('may not be %j', (amount) => {
    expect(accepts(amountSchema, { amount, asset: 'EUR' })).toBe(false);
  });

  it('has no other fields', () => {
    expect(accepts(amountSchema, { amount: '1', asset: 'EUR', currency: 'EUR' })).toBe(false);
  });

  it('may be below zero only where it says so', () => {
    expect(accepts(signedAmountText, '-10.05')).toBe(true);
    expect(accepts(signedAmountText, '--1')).toBe(false);
  });
});

describe('pieces of requests', () => {
  it.each<[string, ZodType, unknown, boolean]>([
    ['an asset code', assetCode, 'CGO-2025.A', true],
    ['an asset code in small letters', assetCode, 'eur', false],
    ['a UUID', uuid, '0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12', true],
    ['a UUID in capitals', uuid, '0197F2C4-6F5E-7C3A-9B1D-2F4E6A8C0D12', false],
    ['a leap day', isoDate, '2024-02-29', true],
    ['a leap day of a common year', isoDate, '2025-02-29', false],
    ['an instant', instant, '2025-03-31T12:00:00.000Z', true],
    ['an instant with an offset', instant, '2025-03-31T12:00:00+02:00', false],
    ['an instant with microseconds', instant, '2025-03-31T12:00:00.000000Z', false],
    ['a text', text(3), 'a😀', true],
    ['a text that is too long', text(3), 'aaaa', false],
    ['an empty text', text(3), '', false],
    ['metadata', metadata, { 'invoice.no': '1' }, true],
    [
      'metadata of 51 keys',
      metadata,
      Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, ''])),
      false,
    ],
    ['metadata over 4 kB', metadata, { a: 'é'.repeat(1000), b: 'é'.repeat(1000), c: 'x'.repeat(100) }, false],
    ['metadata with a key of spaces', metadata, { 'a b': '' }, false],
    ['metadata of numbers', metadata, { a: 1 }, false],
  ])('%s', (_, schema, value, expected) => {
    expect(accepts(schema, value)).toBe(expected);
  });

  it.each(['a\0', '\ud800', 'x\udc00y'])('a text that cannot be stored is refused under its own code: %j', (value) => {
    const result = text(10).safeParse(value);
    expect(result.error?.issues[0]).toMatchObject({ code: 'custom', params: { code: 'text_not_storable' } });
  });
});
