import { describe, expect, it } from 'vitest';
import { createLineBuffer, type LineBatch, type LineBufferOptions } from './line-buffer.ts';

type Line = { readonly kind: string; readonly count: number };

const bufferOf = (more: Partial<LineBufferOptions<Line>> = {}) => {
  const written: LineBatch<Line>[] = [];
  let ids = 0;
  let isAway = false;
  const tried: string[] = [];
  const buffer = createLineBuffer<Line>({
    divide: (lines) => [lines],
    write: async (batch) => {
      tried.push(batch.batchId);
      if (isAway) throw new Error('away');
      written.push(batch);
    },
    newId: () => `batch ${++ids}`,
    everyMs: 60_000,
    linesMax: 3,
    ...more,
  });
  return { buffer, written, tried, setAway: (its: boolean) => (isAway = its) };
};
const line = (kind: string, count = 1): Line => ({ kind, count });

describe('lines that wait', () => {
  it('are written together, each tenant’s by themselves', async () => {
    const { buffer, written } = bufferOf();
    buffer.add('a', line('one'));
    buffer.add('b', line('two'));
    buffer.add('a', line('one'));
    await buffer.flush();
    await buffer.close();
    expect(written.map(({ tenantId, lines }) => [tenantId, lines.length])).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
  });

  it('of one kind are counted as one', async () => {
    const merged = (before: Line, its: Line): Line => ({ ...before, count: before.count + its.count });
    const { buffer, written } = bufferOf({ same: { keyOf: ({ kind }) => kind, merged } });
    for (let times = 0; times < 1_000; times++) buffer.add('a', line('flood'));
    expect(buffer.isFull('a')).toBe(false);
    await buffer.close();
    expect(written[0]?.lines).toEqual([line('flood', 1_000)]);
  });

  it('that could not be written stay, under the id they had, until they can be', async () => {
    const errors: unknown[] = [];
    const { buffer, written, tried, setAway } = bufferOf({ onError: (error) => errors.push(error) });
    setAway(true);
    buffer.add('a', line('one'));
    await buffer.flush();
    buffer.add('a', line('two'));
    await buffer.flush();
    expect(buffer.isFull('a')).toBe(false);
    buffer.add('a', line('three'));
    expect([buffer.isFull('a'), buffer.isFull('b')]).toEqual([true, false]);
    setAway(false);
    await buffer.close();
    expect(written.flatMap(({ lines }) => lines.map(({ kind }) => kind))).toEqual(['one', 'two', 'three']);
    expect(tried).toEqual(['batch 1', 'batch 1', 'batch 2', 'batch 1', 'batch 2', 'batch 3']);
    expect(errors).toHaveLength(3);
    expect(buffer.isFull('a')).toBe(false);
  });
});
