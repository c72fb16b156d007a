import { describe, expect, it } from 'vitest';
import type { LockedTable } from './locked-table.ts';
import { createWorkingSet, tableList } from './working-set.ts';

const tenantA = '0190a000-0000-7000-8000-00000000000a';
const tenantB = '0190a000-0000-7000-8000-00000000000b';

/** Counts how often something happened to each thing there is. */
const tallies: LockedTable<number> = {
  name: 'tallies',
  rank: 1,
  consumes: ['AllCounted', 'OneCounted'],
  lock: async () => new Map(),
  write: async () => undefined,
  fold: (rows, { type, tenantId, data }) => {
    if (type === 'OneCounted') return rows.set(tenantId, String(data['key']), 1);
    for (const entry of rows.entries()) rows.set(entry.tenantId, entry.key, entry.row + 1);
  },
};
const unread: LockedTable = { ...(tallies as LockedTable), name: 'unread', rank: 2, consumes: ['OneCounted'] };
const tables = tableList([unread, tallies as LockedTable]);

const working = () =>
  createWorkingSet(
    tables,
    { streams: [] },
    {
      rows: new Map([
        [
          'tallies',
          new Map([
            [`${tenantA}/b`, 10],
            [`${tenantA}/a`, 20],
            [`${tenantB}/a`, 30],
          ]),
        ],
      ]),
      streams: new Map(),
    },
  );

const event = (type: string, data = {}) => ({
  tenantId: tenantA,
  context: 'tally',
  stream: 'tally:1',
  version: 1,
  id: '0190a000-0000-7000-8000-000000000001',
  type,
  schemaVersion: 1,
  data,
  metadata: { actor: 'test', channel: 'system', correlation: 'test' },
  bookedAt: '2026-01-02T03:04:05.678Z',
});

describe('the rows of a batch', () => {
  it('are met once each by a fold that changes them while it walks them', () => {
    const set = working();
    set.accept(event('AllCounted'));
    set.accept(event('AllCounted'));
    expect(set.rows.get('tallies')?.changed.map(({ name, row }) => [name, row])).toEqual([
      [`${tenantA}/a`, 22],
      [`${tenantA}/b`, 12],
      [`${tenantB}/a`, 32],
    ]);
    expect(new Set(set.rows.get('tallies')?.values())).toEqual(new Set([12, 22, 32]));
  });

  it('are seen as the commands before left them, each tenant its own', () => {
    const set = working();
    const [ofA, ofB] = [set.loadedFor(tenantA), set.loadedFor(tenantB)];
    expect([ofA.row(tallies, 'a'), ofB.row(tallies, 'a'), ofB.row(tallies, 'b')]).toEqual([20, 30, undefined]);
    set.accept(event('OneCounted', { key: 'a' }));
    expect([ofA.row(tallies, 'a'), ofB.row(tallies, 'a')]).toEqual([1, 30]);
    expect(ofA.rows(tallies)).toEqual([
      { key: 'b', row: 10 },
      { key: 'a', row: 1 },
    ]);
  });

  it('are also kept of a table that nobody asked rows of', () => {
    const set = working();
    expect(set.rows.has('unread')).toBe(false);
    set.accept(event('OneCounted', { key: 'c' }));
    expect(set.rows.get('unread')?.changed).toEqual([{ name: `${tenantA}/c`, tenantId: tenantA, key: 'c', row: 1 }]);
  });

  it('of a table that is not registered are a bug', () => {
    expect(() =>
      working()
        .loadedFor(tenantA)
        .row({ ...tallies, name: 'other' }, 'a'),
    ).toThrow('Table other is not registered.');
  });
});
