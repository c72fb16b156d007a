import { describe, expect, it } from 'vitest';
import type { Found } from './commit-store.ts';
import type { LockedTable } from './locked-table.ts';
import { RememberedState } from './remembered-state.ts';
import { createWorkingSet, tableList } from './working-set.ts';

const tenantId = '0190a000-0000-7000-8000-00000000000a';
const table: LockedTable = {
  name: 'days',
  rank: 1,
  consumes: [],
  lock: async () => new Map(),
  fold: () => undefined,
  write: async () => undefined,
  recall: { covers: () => true, keeps: () => true, read: async () => new Map() },
};
const tables = tableList([table]);
const name = `${tenantId}/main`;
const wanted = {
  tenants: [tenantId],
  rows: new Map([['days', [{ tenantId, key: 'main', mode: 'update' as const }]]]),
  streams: [],
  keys: [],
};

/** What is read while the log ends with this event. */
const read = (seq: bigint, tip: string, day: string): Pick<Found, 'heads' | 'rows' | 'streams'> => ({
  heads: new Map([[tenantId, { seq, tip }]]),
  rows: new Map([['days', new Map([[name, day]])]]),
  streams: new Map(),
});

/** A batch that turns the day into another and appends one event. */
const decided = (state: RememberedState, { day, tip }: { readonly day: string; readonly tip: string }) => {
  const working = createWorkingSet(tables, wanted, { ...state.recall(wanted).found });
  working.rows.get('days')?.set(tenantId, 'main', day);
  return state.lay(working, [{ tenantId, id: tip }]);
};
const known = (state: RememberedState) => ({
  day: state.recall(wanted).found.rows.get('days')?.get(name),
  tip: state.headOf(tenantId)?.tip,
});

describe('remembered state', () => {
  it('is what was read, then what was decided on it, and goes back when that is refused', () => {
    const state = new RememberedState(tables);
    expect(state.learn(read(1n, 'a', 'open'), state.reading())).toBe('learnt');
    const layer = decided(state, { day: 'closed', tip: 'b' });
    expect(known(state)).toEqual({ day: 'closed', tip: 'b' });
    state.drop(layer);
    expect(known(state)).toEqual({ day: 'open', tip: 'a' });
    state.settle(decided(state, { day: 'closed', tip: 'c' }));
    expect(known(state)).toEqual({ day: 'closed', tip: 'c' });
  });

  it('is not vouched for by a commit that lands after it was forgotten', () => {
    const state = new RememberedState(tables);
    state.learn(read(1n, 'a', 'open'), state.reading());
    const flight = decided(state, { day: 'closed', tip: 'b' });
    state.forget();
    // Read before the flight lands, from a log that still ends where it did.
    state.learn(read(1n, 'a', 'open'), state.reading());
    state.settle(flight);
    expect(known(state)).toEqual({ day: 'open', tip: 'a' });
  });

  it('does not take in what was read before a commit under lock that another lane made meanwhile', () => {
    const state = new RememberedState(tables);
    state.learn({ ...read(1n, 'a', 'open'), rows: new Map() }, state.reading());
    const reading = state.reading();
    const locked = createWorkingSet(tables, wanted, read(1n, 'a', 'open'));
    locked.rows.get('days')?.set(tenantId, 'main', 'closed');
    const [base, head] = [
      { seq: 1n, tip: 'a' },
      { seq: 2n, tip: 'b' },
    ];
    state.adopt(locked, { bases: new Map([[tenantId, base]]), heads: new Map([[tenantId, head]]) });
    expect(state.learn(read(1n, 'a', 'open'), reading)).toBe('overtaken');
    expect(known(state)).toEqual({ day: 'closed', tip: 'b' });
  });

  it('is forgotten when a log ends with an event nobody here wrote, also when it is as long as expected', () => {
    const state = new RememberedState(tables);
    state.learn(read(1n, 'a', 'open'), state.reading());
    expect(state.learn(read(1n, 'other', 'closed'), state.reading())).toBe('grown');
    expect(known(state)).toEqual({ day: undefined, tip: undefined });
  });
});
