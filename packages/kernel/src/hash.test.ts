import fc from 'fast-check';
import { expect, test } from 'vitest';
import { equalBytes, equalInConstantTime, fromHex, sha3_256, sha3_512, toHex } from './hash.ts';
import * as node from './sha3-node.ts';
import * as portable from './sha3-portable.ts';

test('SHA3-512 and SHA3-256 give the published digests of the empty text and of "abc" (FIPS 202)', () => {
  expect(toHex(sha3_256(''))).toBe('a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a');
  expect(toHex(sha3_256('abc'))).toBe('3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532');
  expect(toHex(sha3_512(''))).toBe(
    'a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a615b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26',
  );
  expect(toHex(sha3_512('abc'))).toBe(
    'b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0',
  );
});

test('the hashes of Node and of browsers agree on every text and every byte string', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.uint8Array({ maxLength: 200 })), (data) => {
      expect(toHex(node.sha3_512(data))).toBe(toHex(portable.sha3_512(data)));
      expect(toHex(node.sha3_256(data))).toBe(toHex(portable.sha3_256(data)));
    }),
  );
});

test('hexadecimal text goes there and back', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(fromHex(toHex(bytes))).toEqual(bytes);
    }),
  );
  expect(fromHex('00FFa0')).toEqual(Uint8Array.of(0, 255, 160));
});

test('what is not hexadecimal is refused rather than read as something else', () => {
  for (const text of ['0', 'zz', '0x', ' 0', '١١']) expect(() => fromHex(text)).toThrow(RangeError);
});

test('both comparisons see any changed bit and any changed length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), fc.integer({ min: 0, max: 7 }), (bytes, place, bit) => {
      const changed = Uint8Array.from(bytes);
      const at = place % bytes.length;
      changed[at] = (bytes[at] as number) ^ (1 << bit);
      for (const equal of [equalBytes, equalInConstantTime]) {
        expect(equal(bytes, Uint8Array.from(bytes))).toBe(true);
        expect(equal(bytes, changed)).toBe(false);
        expect(equal(bytes, bytes.slice(1))).toBe(false);
        // A beginning of the whole is not the whole, on whichever side it stands.
        expect(equal(bytes, bytes.slice(0, -1))).toBe(false);
        expect(equal(bytes.slice(0, -1), bytes)).toBe(false);
      }
    }),
  );
});
