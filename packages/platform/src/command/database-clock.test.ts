import { beforeEach, expect, it } from 'vitest';
import { DatabaseClock } from './database-clock.ts';

const noon = Date.parse('2026-03-02T12:00:00.000Z');
const at = (ms: number): string => new Date(noon + ms).toISOString();
let ours = 0;
let clock: DatabaseClock;

beforeEach(() => {
  ours = 1_000;
  clock = new DatabaseClock(() => ours);
});

/** The database says `saidMs` past noon in answer to a question that took from `asked` to `heard` on our clock. */
const hear = (saidMs: number, asked: number, heard: number): void => {
  ours = heard;
  clock.hear(at(saidMs), asked);
};

it('is not known before the database was heard', () => {
  expect(clock.now()).toBeUndefined();
});

it('goes on from what was heard, never ahead of it', () => {
  hear(500, 1_000, 1_010);
  expect(clock.now()).toBe(at(500));
  ours += 250;
  expect(clock.now()).toBe(at(750));
});

it('is behind by no more than the quickest answer took, whatever slow ones come after it', () => {
  hear(500, 1_000, 1_001);
  hear(550, 1_050, 1_090);
  expect(clock.now()).toBe(at(589));
  hear(600, 1_100, 1_150);
  expect(clock.now()).toBe(at(649));
});

it('follows a database whose clock was set back', () => {
  hear(5_000, 1_000, 1_001);
  hear(100, 1_050, 1_060);
  expect(clock.now()).toBe(at(100));
});
