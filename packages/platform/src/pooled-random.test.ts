import { expect, it } from 'vitest';
import { pooledRandom } from './pooled-random.ts';

it('gives each random byte out once, also across a refill', () => {
  const random = pooledRandom();
  const seen = new Set(Array.from({ length: 5_000 }, () => Buffer.from(random(10)).toString('hex')));
  expect(seen.size).toBe(5_000);
  const first = random(10);
  const copy = Uint8Array.from(first);
  for (let n = 0; n < 2_000; n++) random(10);
  expect(first).toEqual(copy);
});

it('refuses to give more than it holds', () => {
  expect(() => pooledRandom()(8_193)).toThrow(RangeError);
});
