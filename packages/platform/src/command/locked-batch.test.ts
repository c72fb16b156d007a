import { accept } from '@finaegis/kernel/decision';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DatabaseFault } from '../database/transaction.ts';
import { defineAggregate } from '../event-store/aggregate.ts';
import { defineEvent } from '../event-store/event.ts';
import { streamName } from '../event-store/read-streams.ts';
import type { CommitStore, CommitWrite, Found } from './commit-store.ts';
import type { QueuedCommand, Settled } from './decide-batch.ts';
import { type CommandHandler, defineCommand } from './handler.ts';
import { settleLocked } from './locked-batch.ts';
import { type LockedTable, RowNotLocked, rowName } from './locked-table.ts';
import { tableList } from './working-set.ts';

const tenantId = '0190a000-0000-7000-8000-00000000000a';
const lampSwitched = defineEvent({
  type: 'LampSwitched',
  schemaVersion: 1,
  schema: z.strictObject({ id: z.string() }),
});
const lamp = defineAggregate({
  context: 'lamp',
  name: 'lamp',
  initial: { switched: 0 },
  events: [lampSwitched],
  evolve: ({ switched }) => ({ switched: switched + 1 }),
});
const lamps: LockedTable<number> = {
  name: 'lamps',
  rank: 1,
  consumes: ['LampSwitched'],
  lock: async () => new Map(),
  write: async () => undefined,
  fold: (rows, event) => {
    const row = rows.get(tenantId, 'a');
    if (row === undefined) throw new RowNotLocked(event);
    rows.set(tenantId, 'a', row + 1);
  },
};
const switchLamp = defineCommand({
  name: 'lamp.Switch',
  schema: z.strictObject({}),
  permission: 'lamp:write',
  loads: () => ({ rows: [{ table: lamps, key: 'a', mode: 'update' }], streams: [{ aggregate: lamp, id: 'a' }] }),
  decide: () => accept(lamp.record('a', 'LampSwitched', { id: 'a' })),
  result: (loaded) => loaded.stream(lamp, 'a').state,
}) as CommandHandler;
const command: QueuedCommand = {
  handler: switchLamp,
  data: {},
  refs: undefined,
  tenantId,
  metadata: { actor: 'test', channel: 'system', correlation: 'test' },
  needs: switchLamp.loads({}, undefined, {
    tenantId,
    metadata: { actor: 'test', channel: 'system', correlation: 'test' },
  }),
  weight: 1,
  render: () => ({ status: 200, body: '' }),
};

/** The lamp's row is missing from the first so many looks, its stream from none. */
const storeOf = (looksWithout: number): CommitStore & { readonly written: CommitWrite[] } => {
  const written: CommitWrite[] = [];
  let looks = 0;
  return {
    written,
    read: () => Promise.reject(new Error('Nothing is read without a lock here.')),
    commit: () => Promise.reject(new Error('Nothing is committed without a lock here.')),
    underLock: async (_, decide) => {
      looks += 1;
      const found: Found = {
        now: '2026-01-02T03:04:05.678Z',
        heads: new Map(),
        rows: new Map([['lamps', new Map(looks > looksWithout ? [[rowName(tenantId, 'a'), 1]] : [])]]),
        streams: new Map([[streamName(tenantId, 'lamp', 'lamp:a'), { state: { switched: 1 }, version: 1 }]]),
        answers: new Map(),
      };
      const write = decide(found);
      if (write !== undefined) written.push(write);
      return { heads: new Map(), bases: new Map() };
    },
  };
};

const settle = async (store: CommitStore): Promise<readonly Settled[]> => {
  const settled: Settled[] = [];
  const tables = tableList([lamps as LockedTable]);
  const tools = { store, tables, newEventId: () => 'id', pause: async () => undefined };
  await settleLocked(
    tools,
    [{ command, deadlineMs: Number.POSITIVE_INFINITY, settle: (one) => settled.push(one) }],
    () => undefined,
  );
  return settled;
};

describe('a batch with another transaction in its way', () => {
  const inTheWay = (code: string, times: number): CommitStore & { looks: number } => {
    const store = storeOf(0);
    return {
      ...store,
      looks: 0,
      async underLock(wanted, decide) {
        this.looks += 1;
        if (this.looks <= times) throw new DatabaseFault(code, 'another transaction was in the way');
        return store.underLock(wanted, decide);
      },
    };
  };

  it.each([['40001'], ['40P01']])('runs again, five times in all: %s', async (code) => {
    const store = inTheWay(code, 4);
    expect(await settle(store)).toMatchObject([{ kind: 'answered' }]);
    expect(store.looks).toBe(5);
  });

  it.each([['40001'], ['40P01']])('and no more than that: %s', async (code) => {
    const store = inTheWay(code, 5);
    expect(await settle(store)).toMatchObject([{ kind: 'failed', error: { code } }]);
    expect(store.looks).toBe(5);
  });

  it('does not run again for a fault that will be there again', async () => {
    const store = inTheWay('22003', 1);
    expect(await settle(store)).toMatchObject([{ kind: 'failed', error: { code: '22003' } }]);
    expect(store.looks).toBe(1);
  });
});

describe('a row another transaction made between the lock and the reading of its stream', () => {
  it('is found when the batch is decided again', async () => {
    const store = storeOf(1);
    expect(await settle(store)).toMatchObject([{ kind: 'answered' }]);
    expect(store.written.map(({ events }) => events.map(({ version }) => version))).toEqual([[2]]);
  });

  it('that never comes is a fault of the command, and nothing is written', async () => {
    const store = storeOf(Number.POSITIVE_INFINITY);
    const [settled] = await settle(store);
    expect(settled?.kind === 'failed' && settled.error).toBeInstanceOf(RowNotLocked);
    expect(store.written).toEqual([]);
  });
});
