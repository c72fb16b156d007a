import { accept } from '@finaegis/kernel/decision';
import { counter, countersTable, increase } from '@finaegis/testing/tenancy/counter';
import { metadata, type Stage, startStage, tenantA } from '@finaegis/testing/tenancy/stage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { allowAll } from './checks.ts';
import { createCommands } from './commands.ts';
import { defineCommand } from './handler.ts';
import type { LockedTable } from './locked-table.ts';
import { postgresTools } from './postgres-commit-store.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});

afterAll(() => stage.close());

const add = (counterId: string, by = 1n) =>
  stage.first.commands.submit(increase, { counterId, by }, { tenantId: tenantA, metadata });

/** Accepted with an event that has no canonical text: a bug in a handler that is found only while the commit is being sent. */
const unsealable = defineCommand({
  name: 'counter.Unsealable',
  schema: z.strictObject({ id: z.string() }),
  permission: '',
  loads: ({ id }: { readonly id: string }) => ({
    rows: [{ table: countersTable, key: id }],
    streams: [{ aggregate: counter, id }],
  }),
  decide: (_loaded, { id }) => {
    const event = counter.record(id, 'CounterIncreased', { counterId: id, by: 5n });
    return accept({ ...event, data: { ...event.data, by: 5n, bad: Number.NaN } });
  },
  result: () => undefined,
});

describe('a commit on remembered state', () => {
  it('that cannot be sent whole keeps nothing of it, and its neighbours once', async () => {
    await add('warm');
    const outcomes = await Promise.allSettled([
      add('good', 3n),
      stage.first.commands.submit(unsealable, { id: 'bad' }, { tenantId: tenantA, metadata }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    const { rows } = await stage.adminPool.query(
      "select counter_id, value, (select count(*) from events e where e.stream = 'counter:' || counter_id) as events from counters where counter_id in ('good', 'bad')",
    );
    expect(rows).toEqual([{ counter_id: 'good', value: 3n, events: 1n }]);
  });

  it('of which one table cannot write its part keeps nothing of the other tables either', async () => {
    const broken: LockedTable = {
      name: 'broken',
      rank: 1_000,
      consumes: ['CounterIncreased'],
      lock: async () => new Map(),
      fold: (rows, { data }) => void rows.scratch.set(String(data['counterId']), true),
      write: async (_tx, { scratch }) => {
        if (scratch.has('half')) throw new Error('This table cannot be written.');
      },
    };
    const { pool } = stage.startProcess();
    const tables = [...stage.modules.flatMap((module) => module.tables), broken];
    const newEventId = () => stage.services.newId();
    const commands = createCommands({
      ...postgresTools({ pool, catalogue: stage.services.catalogue, tables, newEventId }),
      checks: allowAll,
      checkedCommands: new Set(),
    });
    const half = () => commands.submit(increase, { counterId: 'half', by: 1n }, { tenantId: tenantA, metadata });
    await expect(half()).rejects.toThrow('This table cannot be written.');
    await expect(half()).rejects.toThrow('This table cannot be written.');
    const { rows } = await stage.adminPool.query("select value from counters where counter_id = 'half'");
    expect(rows).toEqual([]);
    await commands.drain();
  });

  it('of one lane does not send the other lane back to locks', async () => {
    const { pool } = stage.startProcess();
    const tables = stage.modules.flatMap((module) => module.tables);
    const newEventId = () => stage.services.newId();
    const tools = postgresTools({ pool, catalogue: stage.services.catalogue, tables, newEventId });
    const underLock: string[] = [];
    const commands = createCommands({
      ...tools,
      store: {
        ...tools.store,
        underLock: (wanted, decide) => {
          underLock.push(wanted.streams.map(({ id }) => id).join(' '));
          return tools.store.underLock(wanted, decide);
        },
      },
      checks: allowAll,
      checkedCommands: new Set(),
    });
    const addBy = (lane: 'interactive' | 'bulk') =>
      commands.submit(increase, { counterId: 'lanes', by: 1n }, { tenantId: tenantA, metadata, lane });
    for (const lane of ['interactive', 'bulk', 'interactive', 'bulk'] as const) await addBy(lane);
    await Promise.all(Array.from({ length: 40 }, (_, index) => addBy(index % 2 === 0 ? 'interactive' : 'bulk')));
    const { rows } = await stage.adminPool.query("select value from counters where counter_id = 'lanes'");
    expect(rows).toEqual([{ value: 44n }]);
    expect(underLock).toEqual([]);
    await commands.drain();
  });

  it('notices a process of a release that did not write down which event is the last', async () => {
    await add('shared');
    await stage.adminPool.query('update tenant_heads set seq = seq + 1 where tenant_id = $1', [tenantA]);
    await stage.adminPool.query("update counters set value = value + 100 where counter_id = 'shared'");
    await add('shared');
    const { rows } = await stage.adminPool.query("select value from counters where counter_id = 'shared'");
    expect(rows).toEqual([{ value: 102n }]);
  });
});
