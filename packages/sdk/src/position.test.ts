import { expect, test } from 'vitest';
import { createKnownPosition } from './position.ts';

const at = (epoch: string, seq: number): string =>
  btoa(`${epoch}:${seq}`).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');

test('of answers that come in any order the newest position counts', () => {
  const known = createKnownPosition();
  for (const seq of [9, 10, 7, 100, 99]) known.learn(at('0197f2c4', seq));
  expect(known.newest()).toBe(at('0197f2c4', 100));
});

test('of another log, or of a form nobody knows, the last one counts', () => {
  const known = createKnownPosition();
  known.learn(at('0197f2c4', 9));
  known.learn(at('0197ffff', 2));
  expect(known.newest()).toBe(at('0197ffff', 2));
  known.learn('§ something new');
  expect(known.newest()).toBe('§ something new');
  known.learn(null);
  known.learn(undefined);
  expect(known.newest()).toBe('§ something new');
});

test('what a log does not know is forgotten, unless something newer has come meanwhile', () => {
  const known = createKnownPosition();
  known.learn(at('0197f2c4', 9));
  known.forget(at('0197f2c4', 8));
  expect(known.newest()).toBe(at('0197f2c4', 9));
  known.forget(at('0197f2c4', 9));
  expect(known.newest()).toBeUndefined();
});
