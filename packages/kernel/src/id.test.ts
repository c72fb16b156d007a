import fc from 'fast-check';
import { expect, test } from 'vitest';
import { derivedUuid, isUuid, uuidV4FromBytes, uuidV7, uuidV7Source, uuidV7Time } from './id.ts';

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
const zeros = (length: number): Uint8Array => new Uint8Array(length);

test('version 7 gives the example of RFC 9562, appendix A.6', () => {
  const random = Uint8Array.of(0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f);
  expect(uuidV7({ nowMs: 0x017f22e279b0, random })).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
});

test('version 7 ids carry their millisecond and sort by it', () => {
  fc.assert(
    fc.property(
      fc.maxSafeNat().map((n) => n % 2 ** 48),
      bytes(10),
      (nowMs, random) => {
        const id = uuidV7({ nowMs, random });
        expect(isUuid(id)).toBe(true);
        expect(id[14]).toBe('7');
        expect('89ab').toContain(id[19]);
        expect(uuidV7Time(id)).toBe(nowMs);
      },
    ),
  );
});

test('version 7 refuses a time it cannot hold and a wrong number of random bytes', () => {
  for (const nowMs of [-1, 0.5, 2 ** 48, Number.NaN])
    expect(() => uuidV7({ nowMs, random: zeros(10) })).toThrow(RangeError);
  expect(() => uuidV7({ nowMs: 0, random: zeros(9) })).toThrow(RangeError);
  expect(() => uuidV7Time(uuidV4FromBytes(zeros(16)))).toThrow(RangeError);
});

test('version 4 sets version and variant and leaves the given bytes alone', () => {
  const random = new Uint8Array(16).fill(0xff);
  expect(uuidV4FromBytes(random)).toBe('ffffffff-ffff-4fff-bfff-ffffffffffff');
  expect(random).toEqual(new Uint8Array(16).fill(0xff));
  expect(() => uuidV4FromBytes(zeros(15))).toThrow(RangeError);
});

test('only the canonical spelling is a UUID', () => {
  expect(isUuid('017f22e2-79b0-7cc3-98c4-dc0c0c07398f')).toBe(true);
  for (const text of [
    '',
    '017F22E2-79B0-7CC3-98C4-DC0C0C07398F',
    '017f22e279b07cc398c4dc0c0c07398f',
    '017f22e2-79b0-7cc3-98c4-dc0c0c07398f\n',
    '{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}',
    'x017f22e2-79b0-7cc3-98c4-dc0c0c07398f',
    '017f22e2-79b0-7cc3-98c4-dc0c0c07398fx',
  ]) {
    expect(isUuid(text)).toBe(false);
  }
});

test('the same parts always give the same derived id, which is fixed for ever', () => {
  expect(derivedUuid('saga', '1')).toBe(derivedUuid('saga', '1'));
  expect(derivedUuid('journal', '017f22e2-79b0-7cc3-98c4-dc0c0c07398f', 'step-1')).toBe(
    '5ae46ed3-3df9-8431-b66d-cc7552b028ae',
  );
  expect(derivedUuid('a')[14]).toBe('8');
});

test('different parts give different derived ids, however they are cut', () => {
  const parts = fc.array(fc.string(), { minLength: 1, maxLength: 4 }) as fc.Arbitrary<[string, ...string[]]>;
  fc.assert(
    fc.property(parts, parts, (left, right) => {
      const isSame = left.length === right.length && left.every((part, i) => part === right[i]);
      expect(derivedUuid(...left) === derivedUuid(...right)).toBe(isSame);
    }),
  );
  expect(derivedUuid('a', 'bc')).not.toBe(derivedUuid('ab', 'c'));
  expect(derivedUuid('a","b')).not.toBe(derivedUuid('a', 'b'));
});

test('a source only ever increases, also within one millisecond and when the clock is set back', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5), { minLength: 1, maxLength: 50 }), fc.nat(), (ticks, seed) => {
      let tick = 0;
      const next = uuidV7Source(
        () => ticks[tick++ % ticks.length] as number,
        (length) => new Uint8Array(length).fill(seed % 256),
      );
      let last = '';
      for (let i = 0; i < 100; i += 1) {
        const id = next();
        expect(isUuid(id)).toBe(true);
        expect(id > last).toBe(true);
        last = id;
      }
    }),
  );
});

test('a source that has used up a millisecond borrows the next one', () => {
  const next = uuidV7Source(
    () => 1000,
    (length) => new Uint8Array(length).fill(0xff),
  );
  const ids = Array.from({ length: 10_000 }, next);
  expect(new Set(ids).size).toBe(10_000);
  expect([...ids].sort()).toEqual(ids);
  // It starts in the lower half of 4,096, so at least 2,049 ids carry the millisecond in which they were asked for.
  expect(ids.slice(0, 2_049).every((id) => uuidV7Time(id) === 1_000)).toBe(true);
  expect(uuidV7Time(ids.at(-1) as string)).toBe(1_002);
});

test('a source takes the time of its clock', () => {
  expect(uuidV7Time(uuidV7Source(() => 1_700_000_000_123.7, zeros)())).toBe(1_700_000_000_123);
  expect(uuidV7Time(uuidV7Source(() => 0, zeros)())).toBe(0);
});
