import { expect, test } from 'vitest';
import { createLargeBodies, mayBeLarge } from './large-bodies.ts';

test('there are so many places and no more, and each is given back once', () => {
  const bodies = createLargeBodies(1);
  const first = bodies.enter();
  expect(first).toBeDefined();
  expect(bodies.enter()).toBeUndefined();
  first?.leave();
  first?.leave();
  expect(bodies.enter()).toBeDefined();
  expect(bodies.enter()).toBeUndefined();
});

test('a connection that ends gives the place back, unless the body is still worked on', () => {
  const bodies = createLargeBodies(1);
  bodies.enter()?.abandon();
  const worked = bodies.enter();
  worked?.work();
  worked?.abandon();
  expect(bodies.enter()).toBeUndefined();
  worked?.leave();
  expect(bodies.enter()).toBeDefined();
});

test.each([
  [{ 'content-length': '1001' }, true],
  [{ 'content-length': '1000' }, false],
  [{ 'transfer-encoding': 'chunked' }, true],
  [{}, false],
])('%o may be large: %s', (headers, isLarge) => {
  expect(mayBeLarge(headers, 1_000)).toBe(isLarge);
});
