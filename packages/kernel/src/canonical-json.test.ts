import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CanonicalJsonError, type CanonicalJsonProblem, canonicalJson } from './canonical-json.ts';
import { toHex } from './hash.ts';

const problemOf = (value: unknown): CanonicalJsonProblem | undefined => {
  try {
    canonicalJson(value);
    return undefined;
  } catch (error) {
    if (error instanceof CanonicalJsonError && error.name === 'CanonicalJsonError') return error.code;
    throw error;
  }
};

const doubleFromBits = (hex: string): number =>
  new DataView(BigUint64Array.of(BigInt(`0x${hex}`)).buffer).getFloat64(0, true);

describe('the vectors of RFC 8785', () => {
  test('section 3.2.2: the sample object', () => {
    const sample = JSON.parse(String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`) as unknown;
    expect(canonicalJson(sample)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  test('section 3.2.4: the UTF-8 bytes of the sample string', () => {
    const text = canonicalJson('\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/');
    expect(toHex(new TextEncoder().encode(text))).toBe('22e282ac245c75303030665c6e4127425c225c5c5c5c5c222f22');
  });

  test('section 3.2.3: properties are ordered by UTF-16 code units', () => {
    const sample = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    expect(Object.values(JSON.parse(canonicalJson(sample)) as object)).toEqual([
      'One', // JSON.parse moves the integer key first; the text itself is checked below.
      'Carriage Return',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
    expect(canonicalJson(sample).startsWith(String.raw`{"\r":"Carriage Return","1":"One",`)).toBe(true);
  });

  test.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['41b3de4355555556', '333333333.3333334'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('appendix B: the number with the bits %s is written %s', (bits, text) => {
    expect(canonicalJson(doubleFromBits(bits))).toBe(text);
  });

  test('appendix B: NaN and Infinity are refused', () => {
    for (const bits of ['7fffffffffffffff', '7ff0000000000000', 'fff0000000000000'])
      expect(problemOf({ a: doubleFromBits(bits) })).toBe('number_not_finite');
  });
});

test('money is written as a string of decimal digits, never as a number', () => {
  expect(canonicalJson({ amountMinor: 10n ** 20n, debit: -5n })).toBe(
    '{"amountMinor":"100000000000000000000","debit":"-5"}',
  );
});

test('an undefined property is left out; an undefined item is refused', () => {
  expect(canonicalJson({ b: undefined, a: 1, c: undefined })).toBe('{"a":1}');
  expect(problemOf([undefined])).toBe('value_not_json');
});

test('a lone surrogate is refused in values and in keys', () => {
  expect(problemOf('\ud800')).toBe('text_not_well_formed');
  expect(problemOf({ '\udc00': 1 })).toBe('text_not_well_formed');
});

test('values that are not plain data are refused rather than written as something else', () => {
  for (const value of [
    undefined,
    () => 1,
    Symbol('s'),
    new Date(0),
    new Map(),
    Uint8Array.of(1),
    new (class Money {})(),
  ]) {
    expect(problemOf(value)).toBe('value_not_json');
  }
  expect(canonicalJson(Object.assign(Object.create(null) as object, { a: 1 }))).toBe('{"a":1}');
  // A browser frame has an Object of its own; what comes from there is plain data as well.
  expect(canonicalJson(runInNewContext('({ a: 1 })'))).toBe('{"a":1}');
});

test('a value that holds itself is refused, and so is one from a body of brackets', () => {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  expect(problemOf(circle)).toBe('nested_too_deeply');
  expect(problemOf(JSON.parse('['.repeat(300) + ']'.repeat(300)))).toBe('nested_too_deeply');
  expect(problemOf(JSON.parse('['.repeat(256) + ']'.repeat(256)))).toBeUndefined();
});

test('writing, reading and writing again gives the same text, and the reader sees the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }),
  );
});

test('the order in which properties were written does not matter, few or many', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uniqueArray(fc.string(), { maxLength: 12 }),
        fc.uniqueArray(fc.string({ unit: 'grapheme' }), { minLength: 25, maxLength: 60 }),
      ),
      (keys) => {
        const forwards = Object.fromEntries(keys.map((key) => [key, key.length]));
        const backwards = Object.fromEntries([...keys].reverse().map((key) => [key, key.length]));
        const text = canonicalJson(forwards);
        expect(canonicalJson(backwards)).toBe(text);
        const expected = [...keys].sort().map((key) => `${JSON.stringify(key)}:${key.length}`);
        expect(text).toBe(`{${expected.join(',')}}`);
      },
    ),
  );
});
