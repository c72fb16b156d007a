import { describe, expect, test } from 'vitest';
import { isPassing, pause, retryAfterOf, waitMs } from './retry.ts';

describe('what is tried again', () => {
  test('is what will pass, and nothing else', () => {
    const passing = [200, 400, 401, 403, 404, 408, 409, 422, 429, 500, 501, 502, 503, 504].filter(isPassing);
    expect(passing).toEqual([429, 502, 503, 504]);
  });
});

describe('how long is waited', () => {
  test('is anywhere between nothing and a bound that doubles up to ten seconds', () => {
    expect([1, 2, 3, 6, 7, 50].map((attempts) => waitMs(attempts, undefined, 1))).toEqual([
      200, 400, 800, 6_400, 10_000, 10_000,
    ]);
    expect(waitMs(7, undefined, 0)).toBe(0);
  });

  test('is never less than the server asks for', () => {
    expect(waitMs(1, 3_000, 0)).toBe(3_000);
    expect(waitMs(1, 3_000, 0.5)).toBe(3_100);
  });

  test('is not at all where it would be more than a minute', () => {
    expect(waitMs(1, 60_000, 0)).toBe(60_000);
    expect(waitMs(1, 60_001, 0)).toBeUndefined();
  });

  test('is told by Retry-After in seconds or as a date (RFC 9110, section 10.2.3)', () => {
    const now = Date.parse('2026-03-02T10:00:00Z');
    expect(retryAfterOf('120', now)).toBe(120_000);
    expect(retryAfterOf('Mon, 02 Mar 2026 10:00:05 GMT', now)).toBe(5_000);
    expect(retryAfterOf('Mon, 02 Mar 2026 09:00:00 GMT', now)).toBe(0);
    expect(retryAfterOf('soon', now)).toBeUndefined();
    expect(retryAfterOf(null, now)).toBeUndefined();
  });

  test('ends with the patience of the caller, before and during the wait', async () => {
    const over = new AbortController();
    const waiting = pause(60_000, over.signal);
    over.abort(new Error('Enough.'));
    await expect(waiting).rejects.toThrow('Enough.');
    await expect(pause(60_000, over.signal)).rejects.toThrow('Enough.');
    await pause(0, undefined);
  });
});
