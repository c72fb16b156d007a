import { describe, expect, it } from 'vitest';
import { briefCache } from './brief-cache.ts';

const setting = (
  overrides: { readonly entriesMax?: number; readonly load?: (key: string) => Promise<string> } = {},
) => {
  const asked: string[] = [];
  let nowMs = 0;
  const cache = briefCache({
    load: async (key) => {
      asked.push(key);
      return overrides.load === undefined ? `${key}${asked.length}` : overrides.load(key);
    },
    ageMaxMs: 900,
    entriesMax: overrides.entriesMax ?? 10,
    now: () => nowMs,
  });
  return { asked, cache, pass: (ms: number) => (nowMs += ms) };
};

describe('a brief cache', () => {
  it('asks once for all who ask within its time, and again after it', async () => {
    const { asked, cache, pass } = setting();
    expect(await Promise.all([cache.get('a'), cache.get('a')])).toEqual(['a1', 'a1']);
    pass(899);
    expect(await cache.get('a')).toBe('a1');
    pass(1);
    expect(await cache.get('a')).toBe('a2');
    expect(asked).toEqual(['a', 'a']);
  });

  it('does not keep a failure', async () => {
    let isDown = true;
    const { cache } = setting({ load: async () => (isDown ? Promise.reject(new Error('down')) : 'up') });
    await expect(cache.get('a')).rejects.toThrow('down');
    isDown = false;
    expect(await cache.get('a')).toBe('up');
  });

  it('forgets the oldest entry when there are too many', async () => {
    const { asked, cache } = setting({ entriesMax: 2 });
    for (const key of ['a', 'b', 'c', 'c', 'b', 'a']) await cache.get(key);
    expect(asked).toEqual(['a', 'b', 'c', 'a']);
  });
});
