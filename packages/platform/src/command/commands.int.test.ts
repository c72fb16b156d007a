import { setTimeout as pause } from 'node:timers/promises';
import { decidedMax, increase, increaseTally } from '@finaegis/testing/tenancy/counter';
import { hold } from '@finaegis/testing/tenancy/gate';
import { metadata, type Stage, startStage, tenantA, tenantB } from '@finaegis/testing/tenancy/stage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DatabaseFault } from '../database/transaction.ts';
import type { Submission } from './commands.ts';
import { createCommitter } from './committer.ts';
import type { CommandHandler } from './handler.ts';
import { defineCommand } from './handler.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});

afterAll(async () => {
  await stage.close();
});

let names = 0;
const fresh = (): string => `c${++names}`;
const under = (key: string, fingerprint = 'same'): Pick<Submission<never>, 'idempotency'> => ({
  idempotency: { principalId: 'p', key, fingerprint },
});
const showValue: Submission<{ value: bigint }>['render'] = (outcome) =>
  outcome.accepted
    ? { status: outcome.isRepeat ? 200 : 201, body: `{"value":"${outcome.result.value}"}` }
    : { status: 409, body: JSON.stringify({ code: outcome.refusal.code }) };
const asked = { tenantId: tenantA, metadata, render: showValue };
const submit = (
  counterId: string,
  by: bigint,
  more: Partial<Submission<{ value: bigint }>> & { isForced?: boolean; bug?: 'decide' } = {},
  commands = stage.first.commands,
) => {
  const { isForced, bug, ...submission } = more;
  return commands.submit(
    increase,
    { counterId, by, ...(isForced === undefined ? {} : { isForced }), ...(bug === undefined ? {} : { bug }) },
    { ...asked, ...submission },
  );
};
const eventsOf = async (stream: string, tenantId = tenantA): Promise<number> =>
  Number(
    (
      await stage.adminPool.query<{ count: bigint }>(
        'select count(*) from events where tenant_id = $1 and stream = $2',
        [tenantId, stream],
      )
    ).rows[0]?.count,
  );
const valueOf = async (counterId: string): Promise<bigint | undefined> =>
  (
    await stage.adminPool.query<{ value: bigint }>(
      'select value from counters where tenant_id = $1 and counter_id = $2',
      [tenantA, counterId],
    )
  ).rows[0]?.value;

describe('an Idempotency-Key', () => {
  it('asked for twice is answered with the same bytes and done once', async () => {
    const counterId = fresh();
    const first = await submit(counterId, 5n, under(counterId));
    const second = await submit(counterId, 5n, under(counterId));
    expect(first).toMatchObject({ kind: 'decided', answer: { status: 201, body: '{"value":"5"}' } });
    expect(second).toEqual({ kind: 'replayed', answer: { status: 201, body: '{"value":"5"}' } });
    expect(await eventsOf(`counter:${counterId}`)).toBe(1);
  });

  it('cannot be used for another request', async () => {
    const counterId = fresh();
    await submit(counterId, 5n, under(counterId));
    expect(await submit(counterId, 6n, under(counterId, 'other'))).toEqual({ kind: 'key_reused' });
    expect(await valueOf(counterId)).toBe(5n);
  });

  it('is another one for another tenant and for another principal', async () => {
    const counterId = fresh();
    await submit(counterId, 5n, under('shared'));
    expect((await submit(counterId, 5n, { ...under('shared'), tenantId: tenantB })).kind).toBe('decided');
    expect(
      (await submit(counterId, 5n, { idempotency: { principalId: 'q', key: 'shared', fingerprint: 'same' } })).kind,
    ).toBe('decided');
  });

  it('replays a refusal, also when the command would be accepted by now', async () => {
    const counterId = fresh();
    const tooMuch = await submit(counterId, decidedMax + 1n, under(counterId));
    expect(tooMuch).toMatchObject({
      kind: 'decided',
      outcome: { accepted: false, refusal: { code: 'counter_too_high', value: 0n, max: decidedMax } },
    });
    expect(await submit(counterId, decidedMax + 1n, under(counterId))).toEqual({
      kind: 'replayed',
      answer: { status: 409, body: '{"code":"counter_too_high"}' },
    });
  });

  it('sent by two processes at once is done once, and both hear the same', async () => {
    const other = stage.startProcess();
    for (let round = 0; round < 20; round++) {
      const counterId = fresh();
      const [one, two] = await Promise.all([
        submit(counterId, 5n, under(counterId)),
        submit(counterId, 5n, under(counterId), other.commands),
      ]);
      expect([one.kind, two.kind].sort()).toEqual(['decided', 'replayed']);
      expect('answer' in one && 'answer' in two && one.answer.body === two.answer.body).toBe(true);
      expect(await eventsOf(`counter:${counterId}`)).toBe(1);
    }
  });

  it('sent by two processes at once is done once, also when nothing but the key keeps them apart', async () => {
    const other = stage.startProcess();
    for (let round = 0; round < 20; round++) {
      const tallies = [fresh(), fresh()];
      const key = under(`tally-${round}`);
      const outcomes = await Promise.all(
        tallies.map((tallyId, index) =>
          (index === 0 ? stage.first : other).commands.submit(
            increaseTally,
            { tallyId },
            { tenantId: tenantA, metadata, ...key },
          ),
        ),
      );
      expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['decided', 'replayed']);
      const events = await Promise.all(tallies.map((tallyId) => eventsOf(`tally:${tallyId}`)));
      expect(events.reduce((sum, count) => sum + count, 0)).toBe(1);
    }
  });

  it('sent many times into one queue is done once', async () => {
    const counterId = fresh();
    const outcomes = await Promise.all(Array.from({ length: 30 }, () => submit(counterId, 5n, under(counterId))));
    expect(outcomes.filter(({ kind }) => kind === 'decided')).toHaveLength(1);
    expect(await valueOf(counterId)).toBe(5n);
  });

  it('is not used up by a fault', async () => {
    const counterId = fresh();
    await expect(submit(counterId, 2_000n, { ...under(counterId), isForced: true })).rejects.toBeInstanceOf(
      DatabaseFault,
    );
    expect((await submit(counterId, 5n, under(counterId))).kind).toBe('decided');
  });

  it('keeps an answer that no single command made, the first one for ever', async () => {
    const key = { principalId: 'p', key: fresh(), fingerprint: 'same' };
    expect(await stage.first.commands.storedAnswer(tenantA, key)).toBeUndefined();
    await stage.first.commands.storeAnswer(tenantA, key, { status: 200, body: 'one' }, metadata);
    expect(await stage.first.commands.storeAnswer(tenantA, key, { status: 200, body: 'two' }, metadata)).toMatchObject({
      answer: { body: 'one' },
    });
    expect(await stage.first.commands.storedAnswer(tenantA, key)).toEqual({
      kind: 'replayed',
      answer: { status: 200, body: 'one' },
    });
    expect(await stage.first.commands.storedAnswer(tenantA, { ...key, fingerprint: 'other' })).toEqual({
      kind: 'key_reused',
    });
  });
});

/** Sends commands while the committer is busy with another one, so that they end up in one batch. */
const inOneBatch = async <T>(send: () => readonly Promise<T>[]): Promise<readonly PromiseSettledResult<T>[]> => {
  const busy = fresh();
  await submit(busy, 1n);
  const gate = await hold(
    stage.adminPool,
    'select 1 from counters where tenant_id = $1 and counter_id = $2 for update',
    [tenantA, busy],
  );
  const first = submit(busy, 1n);
  await pause(30);
  const outcomes = Promise.allSettled(send());
  await pause(30);
  await gate.open();
  await first;
  return outcomes;
};

describe('in one batch', () => {
  it('a refused command touches no other, and each sees those before it', async () => {
    const counterId = fresh();
    const outcomes = await inOneBatch(() => [
      submit(counterId, 400n),
      submit(counterId, 200n),
      submit(counterId, 100n),
    ]);
    expect(
      outcomes.map((one) => (one.status === 'fulfilled' && 'answer' in one.value ? one.value.answer.body : one.status)),
    ).toEqual(['{"value":"400"}', '{"code":"counter_too_high"}', '{"value":"500"}']);
    const positions = outcomes.map((one) =>
      one.status === 'fulfilled' && one.value.kind === 'decided' ? one.value.position : undefined,
    );
    expect(new Set(positions).size).toBe(1);
    expect(await valueOf(counterId)).toBe(500n);
  });

  it('a decider that throws fails its own command only', async () => {
    const counterId = fresh();
    const outcomes = await inOneBatch(() => [
      submit(counterId, 1n),
      submit(counterId, 1n, { bug: 'decide' }),
      submit(counterId, 1n),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await valueOf(counterId)).toBe(2n);
  });

  it('a command that the database refuses is found by halving, and only it fails', async () => {
    const counters = Array.from({ length: 21 }, fresh);
    const outcomes = await inOneBatch(() =>
      counters.map((counterId, index) => submit(counterId, index === 13 ? 2_000n : 1n, { isForced: true })),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(
      counters.map((_, index) => (index === 13 ? 'rejected' : 'fulfilled')),
    );
    expect(outcomes[13]).toMatchObject({ reason: { name: 'DatabaseFault', code: '23514' } });
    expect(await Promise.all(counters.map(valueOf))).toEqual(
      counters.map((_, index) => (index === 13 ? undefined : 1n)),
    );
  });

  it('an event on a stream that was not named fails the command instead of guessing its version', async () => {
    const stray = defineCommand({ ...increaseTally, name: 'counter.Stray', loads: () => ({}) }) as CommandHandler<
      { tallyId: string },
      undefined,
      { count: number },
      never
    >;
    await expect(
      stage.first.commands.submit(stray, { tallyId: fresh() }, { tenantId: tenantA, metadata }),
    ).rejects.toThrow('not named in loads');
  });
});

describe('one commit', () => {
  /** How many events of these streams each transaction of the database wrote, the largest first. */
  const perTransaction = async (prefix: string): Promise<readonly number[]> =>
    (
      await stage.adminPool.query<{ count: number }>(
        'select count(*)::int as count from events where stream like $1 group by xmin order by 1 desc',
        [`counter:${prefix}%`],
      )
    ).rows.map(({ count }) => count);
  const heavy = { ...increase, weight: () => 10 };
  const submitMany = (count: number, handler: typeof increase, prefix: string, lane: 'interactive' | 'bulk') =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        stage.first.commands.submit(
          handler,
          { counterId: `${prefix}${index}`, by: 1n },
          { ...asked, lane, tenantId: index % 2 === 0 ? tenantA : tenantB },
        ),
      ),
    );

  it.each<[string, number, typeof increase, 'interactive' | 'bulk', number]>([
    ['256 commands', 1_000, increase, 'interactive', 256],
    ['2,000 postings', 1_000, heavy, 'interactive', 200],
    ['1,000 commands of the bulk lane', 2_500, increase, 'bulk', 1_000],
    ['4,000 postings of the bulk lane', 1_500, heavy, 'bulk', 400],
  ])('takes no more than %s, and as many where they wait', async (_, count, handler, lane, max) => {
    const prefix = `limit-${lane}-${handler === heavy ? 'heavy' : 'light'}-`;
    const outcomes = await submitMany(count, handler, prefix, lane);
    expect(outcomes.every(({ kind }) => kind === 'decided')).toBe(true);
    const transactions = await perTransaction(prefix);
    expect(transactions.reduce((sum, one) => sum + one, 0)).toBe(count);
    expect(transactions[0]).toBe(max);
  });
});

describe('two processes', () => {
  it('on one row wait for each other and lose nothing', async () => {
    const counterId = fresh();
    await submit(counterId, 0n);
    const other = stage.startProcess();
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        submit(counterId, 1n, {}, index % 2 === 0 ? other.commands : stage.first.commands),
      ),
    );
    expect(await valueOf(counterId)).toBe(100n);
  });

  it('on one stream without a row: the store lets one through, the other decides again', async () => {
    const tallyId = fresh();
    const other = stage.startProcess();
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        (index % 2 === 0 ? other : stage.first).commands.submit(
          increaseTally,
          { tallyId },
          { tenantId: tenantA, metadata },
        ),
      ),
    );
    const counts = outcomes.map((one) =>
      one.kind === 'decided' && one.outcome.accepted ? one.outcome.result.count : 0,
    );
    expect(counts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
  });

  it('in a deadlock with somebody else: the batch gives way and runs again', async () => {
    const [a, b] = [fresh(), fresh()];
    await submit(a, 1n);
    await submit(b, 1n);
    const lock = 'select 1 from counters where tenant_id = $1 and counter_id = $2 for update';
    const gate = await hold(stage.adminPool, lock, [tenantA, b]);
    const both = defineCommand({
      ...increase,
      name: 'counter.Both',
      loads: (data: { counterId: string; by: bigint }) => ({
        ...increase.loads(data, undefined, { tenantId: tenantA, metadata }),
        rows: [a, b].map((key) => ({ table: stage.modules[2]?.tables[0] as never, key })),
      }),
    });
    const outcome = stage.first.commands.submit(both, { counterId: a, by: 1n }, { tenantId: tenantA, metadata });
    await pause(100);
    await gate.query(lock, [tenantA, a]);
    await gate.open();
    expect((await outcome).kind).toBe('decided');
    expect(await valueOf(a)).toBe(2n);
  });
});

describe('a command', () => {
  it('whose deadline passed in the queue is dropped before it is decided', async () => {
    const counterId = fresh();
    const [late] = await inOneBatch(() => [submit(counterId, 1n, { timeoutMs: 5 })]);
    expect(late).toMatchObject({ status: 'rejected', reason: { name: 'Overloaded', code: 'deadline_passed' } });
    expect(await valueOf(counterId)).toBeUndefined();
  });

  it('is refused when the queue is full; one tenant fills at most half of it', async () => {
    const gate = await hold(stage.adminPool, 'lock table counters in access exclusive mode');
    const committer = createCommitter(stage.first.tools, { limits: { commandsMax: 1, weightMax: 10 }, queueMin: 4 });
    const data = { counterId: fresh(), by: 1n };
    const command = (tenantId: string) => ({
      handler: increase as never,
      data,
      refs: undefined,
      tenantId,
      metadata,
      needs: increase.loads(data, undefined, { tenantId, metadata }),
      weight: 1,
      render: () => ({ status: 200, body: '' }),
    });
    const send = (tenantId: string) => committer.submit(command(tenantId), Number.POSITIVE_INFINITY);
    const taken = send(tenantA);
    // Taken up in the next turn of the event loop, by a commit that the gate then holds.
    await expect.poll(() => committer.queued).toBe(0);
    const queued = [send(tenantA), send(tenantA)];
    await expect(send(tenantA)).rejects.toMatchObject({ name: 'Overloaded', code: 'overloaded', retryAfterSeconds: 2 });
    queued.push(send(tenantB), send(tenantB));
    await expect(send(tenantB)).rejects.toMatchObject({ code: 'overloaded' });
    await gate.open();
    await Promise.all([taken, ...queued]);
    const drained = committer.drain();
    await expect(send(tenantA)).rejects.toMatchObject({ code: 'draining' });
    await drained;
  });

  it('of one tenant does not wait for the flood of another', async () => {
    let flooded = 0;
    const flood = Array.from({ length: 400 }, async () => {
      await submit(fresh(), 1n);
      flooded++;
    });
    const other = await stage.first.commands.submit(
      increase,
      { counterId: fresh(), by: 1n },
      { tenantId: tenantB, metadata },
    );
    expect(other.kind).toBe('decided');
    // It came last and has its share of the very next batch.
    expect(flooded).toBeLessThan(300);
    await Promise.all(flood);
  });

  it('as a dry run says what would happen, writes nothing and leaves its key free', async () => {
    const counterId = fresh();
    const head = async () =>
      (await stage.adminPool.query('select seq from tenant_heads where tenant_id = $1', [tenantA])).rows[0];
    const before = await head();
    expect(await submit(counterId, 5n, { ...under(counterId), isDryRun: true })).toMatchObject({
      kind: 'decided',
      outcome: { accepted: true, result: { value: 5n } },
      position: undefined,
    });
    expect(await submit(counterId, 501n, { isDryRun: true })).toMatchObject({ outcome: { accepted: false } });
    expect(await head()).toEqual(before);
    expect(await valueOf(counterId)).toBeUndefined();
    expect((await submit(counterId, 5n, under(counterId))).kind).toBe('decided');
  });

  it('that is only tried by many does not keep another tenant waiting', async () => {
    const flood = Array.from({ length: 300 }, fresh).map((counterId) => submit(counterId, 1n, { isDryRun: true }));
    let flooded = 0;
    for (const one of flood) void one.then(() => (flooded += 1));
    const other = await stage.first.commands.submit(
      increase,
      { counterId: fresh(), by: 1n },
      { tenantId: tenantB, metadata, isDryRun: true },
    );
    expect(other.kind).toBe('decided');
    expect(flooded).toBeLessThan(10);
    await Promise.all(flood);
  });

  it('is never booked earlier than what its rows have seen, whatever the clock says', async () => {
    const counterId = fresh();
    await submit(counterId, 1n);
    await stage.adminPool.query("update counters set booked_at = '2099-01-01T00:00:00.000Z' where counter_id = $1", [
      counterId,
    ]);
    // By a process that remembers nothing of the row: what changes without an event is not seen by one that does.
    const other = stage.startProcess();
    await other.commands.submit(increase, { counterId, by: 1n }, { tenantId: tenantA, metadata });
    const { rows } = await stage.adminPool.query('select booked_at from events where stream = $1 and version = 2', [
      `counter:${counterId}`,
    ]);
    expect(rows).toEqual([{ booked_at: '2099-01-01T00:00:00.000Z' }]);
  });

  it('for a tenant that was never created writes nothing', async () => {
    const nobody = '0190a000-0000-7000-8000-0000000000dd';
    await expect(submit(fresh(), 1n, { tenantId: nobody })).rejects.toMatchObject({
      name: 'DatabaseFault',
      code: 'FA001',
    });
    expect((await stage.adminPool.query('select 1 from counters where tenant_id = $1', [nobody])).rows).toEqual([]);
  });

  it('takes the bulk lane beside the interactive one', async () => {
    const counters = Array.from({ length: 300 }, fresh);
    const outcomes = await Promise.all(counters.map((counterId) => submit(counterId, 1n, { lane: 'bulk' })));
    expect(outcomes.every(({ kind }) => kind === 'decided')).toBe(true);
  });
});
