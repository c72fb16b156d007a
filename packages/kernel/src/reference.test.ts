import fc from 'fast-check';
import { expect, test } from 'vitest';
import { uuidV4FromBytes } from './id.ts';
import { isReference, REFERENCE_LENGTH_MAX, referenceOf, uuidOfReference } from './reference.ts';

const NIL = '00000000-0000-0000-0000-000000000000';
const MAX = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const uuids = fc.oneof(fc.uint8Array({ minLength: 16, maxLength: 16 }).map(uuidV4FromBytes), fc.constantFrom(NIL, MAX));
const prefixes = fc.stringMatching(/^[A-Z0-9]{0,10}$/);

test('a reference fits every rail and leads back to its id', () => {
  fc.assert(
    fc.property(prefixes, uuids, (prefix, uuid) => {
      const reference = referenceOf(prefix, uuid);
      expect(isReference(reference)).toBe(true);
      expect(reference.length).toBeLessThanOrEqual(REFERENCE_LENGTH_MAX);
      expect(uuidOfReference(prefix, reference)).toBe(uuid);
    }),
  );
});

test('references are fixed for ever', () => {
  expect(referenceOf('J', NIL)).toBe('J0000000000000000000000000');
  expect(referenceOf('J', MAX)).toBe('JF5LXX1ZZ5PNORYNQGLHZMSP33');
});

test('a reference made by somebody else leads to no id', () => {
  for (const reference of [
    '',
    'J1',
    'INVOICE2026',
    'P0000000000000000000000000',
    'JF5LXX1ZZ5PNORYNQGLHZMSP34',
    'j0000000000000000000000000',
  ]) {
    expect(uuidOfReference('J', reference)).toBeUndefined();
  }
});

test('what a rail could not carry is no reference', () => {
  for (const text of ['', 'a', 'A-B', 'Á', 'A B', 'A\n', 'A'.repeat(36)]) expect(isReference(text)).toBe(false);
  expect(isReference('A'.repeat(35))).toBe(true);
});

test('a prefix too long or an id in another spelling is a bug of the caller', () => {
  expect(() => referenceOf('A'.repeat(11), NIL)).toThrow(RangeError);
  expect(() => referenceOf('j', NIL)).toThrow(RangeError);
  expect(() => referenceOf('J', MAX.toUpperCase())).toThrow(RangeError);
});
