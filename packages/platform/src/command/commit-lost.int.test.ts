import { setTimeout as pause } from 'node:timers/promises';
import { increase } from '@finaegis/testing/tenancy/counter';
import { type CutMoment, type CuttableLine, cuttableLine } from '@finaegis/testing/tenancy/cut-line';
import { metadata, type Process, type Stage, startStage, tenantA } from '@finaegis/testing/tenancy/stage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let stage: Stage;
let line: CuttableLine;
let process: Process;

beforeAll(async () => {
  stage = await startStage();
  line = await cuttableLine(stage.connections.write);
  process = stage.startProcess(line.connection);
});

afterAll(async () => {
  await stage.close();
  await line.close();
});

const add = (counterId: string, key?: string) =>
  process.commands.submit(
    increase,
    { counterId, by: 1n },
    {
      tenantId: tenantA,
      metadata,
      ...(key === undefined ? {} : { idempotency: { principalId: 'p', key, fingerprint: 'f' } }),
      render: (outcome) => ({ status: 200, body: outcome.accepted ? String(outcome.result.value) : '' }),
    },
  );
const found = async (counterId: string): Promise<unknown> => {
  const { rows } = await stage.adminPool.query(
    'select value, (select count(*) from events e where e.tenant_id = c.tenant_id and e.stream = $2) as events from counters c where counter_id = $1',
    [counterId, `counter:${counterId}`],
  );
  return rows[0];
};

describe('a connection lost at COMMIT', () => {
  it.each<[CutMoment, boolean]>([
    ['before_commit', true],
    ['before_commit', false],
    ['after_commit', true],
    ['after_commit', false],
  ])('%s (with a key: %s) ends with the command done exactly once, and answered', async (moment, hasKey) => {
    const counterId = `lost-${moment}-${hasKey}`;
    const before = line.cuts;
    line.cutNext(moment);
    expect(await add(counterId, hasKey ? counterId : undefined)).toMatchObject({
      kind: 'decided',
      answer: { body: '1' },
      outcome: { accepted: true },
    });
    expect(line.cuts).toBe(before + 1);
    expect(await found(counterId)).toEqual({ value: 1n, events: 1n });
  });

  it('with a whole batch waiting on it loses and doubles nothing', async () => {
    const counters = Array.from({ length: 50 }, (_, index) => `batch-${index}`);
    line.cutNext('after_commit');
    const outcomes = counters.map((counterId) => add(counterId));
    await Promise.all(outcomes);
    line.cutNext('before_commit');
    await Promise.all(counters.map((counterId) => add(counterId)));
    expect(await Promise.all(counters.map(found))).toEqual(counters.map(() => ({ value: 2n, events: 2n })));
  });

  it('because an administrator ended the session there, is found out too', async () => {
    // A deferred trigger keeps the transaction inside COMMIT long enough to be ended there.
    await stage.adminPool.query(
      `create function linger() returns trigger language plpgsql as $$ begin perform pg_sleep(0.3); return null; end $$`,
    );
    await stage.adminPool.query(
      "create constraint trigger linger after insert on counters deferrable initially deferred for each row when (new.counter_id = 'ended') execute function linger()",
    );
    const outcome = add('ended');
    await pause(150);
    const ended = await stage.adminPool.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'finaegis_write' and query = 'commit' and state = 'active' and datname = current_database()",
    );
    expect(ended.rows).toHaveLength(1);
    expect((await outcome).kind).toBe('decided');
    expect(await found('ended')).toEqual({ value: 1n, events: 1n });
  });
});
