import { setTimeout as pause } from 'node:timers/promises';
import { unreachable } from '@finaegis/kernel/decision';
import { sha3_512, toHex } from '@finaegis/kernel/hash';
import { counterIncreased, increaseTally, tally } from '@finaegis/testing/tenancy/counter';
import { metadata, type Stage, startStage, tenantA, tenantB } from '@finaegis/testing/tenancy/stage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineCommand } from '../command/handler.ts';
import { inTransaction } from '../database/transaction.ts';
import { defineAggregate } from './aggregate.ts';
import { appendEvents, emptyTip, type LogHead, lockHeads } from './append.ts';
import { eventCatalogue } from './catalogue.ts';
import { defineEvent, type RecordedEvent } from './event.ts';
import { readStream, rehydrate } from './read.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});

afterAll(async () => {
  await stage.close();
});

let names = 0;
const fresh = (): string => `t${++names}`;
const grow = (tallyId: string, tenantId = tenantA, process = stage.first) =>
  process.commands.submit(increaseTally, { tallyId }, { tenantId, metadata });
const recorded = (stream: string, version: number, tenantId = tenantA): RecordedEvent => ({
  tenantId,
  context: 'counter',
  stream,
  version,
  id: stage.services.newId(),
  type: 'TallyIncreased',
  schemaVersion: 1,
  data: { tallyId: stream },
  metadata,
  bookedAt: '2026-01-02T03:04:05.678Z',
});
const append = (events: readonly RecordedEvent[]) =>
  inTransaction(stage.first.pool, { tenants: [...new Set(events.map(({ tenantId }) => tenantId))] }, async (tx) => {
    await tx.query(lockHeads(events.map(({ tenantId }) => tenantId)));
    return (await tx.query<{ tenant_id: string; base: bigint }>(appendEvents(events))).rows;
  });
const headOf = async (tenantId: string): Promise<bigint> =>
  (await stage.adminPool.query<{ seq: bigint }>('select seq from tenant_heads where tenant_id = $1', [tenantId]))
    .rows[0]?.seq ?? 0n;

describe('the order of a tenant’s log', () => {
  it('is dense and the order of commits, however many processes write: a reader never finds a hole behind it', async () => {
    const processes = [stage.first, stage.startProcess(), stage.startProcess()];
    const start = await headOf(tenantA);
    let isWriting = true;
    const look = async (): Promise<number> => {
      let looks = 0;
      for (; isWriting; looks++) {
        // The catalogue of events up to the head must be whole at every moment: as many as the highest number says.
        const { rows } = await stage.adminPool.query<{ count: bigint; max: bigint }>(
          'select count(*), coalesce(max(seq), 0) as max from events where tenant_id = $1',
          [tenantA],
        );
        expect(rows[0]?.count).toBe(rows[0]?.max);
      }
      return looks;
    };
    const looking = look();
    const streams = Array.from({ length: 40 }, fresh);
    await Promise.all(
      Array.from({ length: 900 }, (_, index) =>
        grow(streams[(index * 7) % streams.length] ?? '', tenantA, processes[index % 3]),
      ),
    );
    isWriting = false;
    expect(await looking).toBeGreaterThan(3);
    expect(await headOf(tenantA)).toBe(start + 900n);
    const { rows } = await stage.adminPool.query<{ seq: bigint }>(
      'select seq from events where tenant_id = $1 order by seq',
      [tenantA],
    );
    expect(rows.map(({ seq }) => seq)).toEqual(
      Array.from({ length: Number(start) + 900 }, (_, index) => BigInt(index + 1)),
    );
  });

  it('cannot be overtaken: whoever comes after a slow transaction waits for it', async () => {
    const start = await headOf(tenantA);
    let letGo: (() => void) | undefined;
    const slow = inTransaction(stage.startProcess().pool, { tenants: [tenantA] }, async (tx) => {
      await tx.query(lockHeads([tenantA]));
      await tx.query(appendEvents([recorded(fresh(), 1)]));
      await new Promise<void>((resolve) => (letGo = resolve));
    });
    await pause(50);
    let hasOvertaken = false;
    const fast = grow(fresh()).then((outcome) => {
      hasOvertaken = true;
      return outcome;
    });
    await pause(200);
    expect(hasOvertaken).toBe(false);
    // Another tenant's log is another order, and does not wait.
    await grow(fresh(), tenantB, stage.startProcess());
    letGo?.();
    await slow;
    expect(await fast).toMatchObject({ position: start + 2n });
  });

  it('goes on only from the head a commit expects: another number or another last event there writes nothing', async () => {
    const readHead = async (tenantId: string) =>
      (
        await stage.adminPool.query<{ seq: bigint; tip: string }>(
          'select seq, tip from tenant_heads where tenant_id = $1',
          [tenantId],
        )
      ).rows[0] ?? { seq: 0n, tip: emptyTip };
    const appendTo = (head: LogHead, ...events: readonly RecordedEvent[]) =>
      inTransaction(
        stage.first.pool,
        { tenants: [tenantA] },
        async (tx) => (await tx.query(appendEvents(events, new Map([[tenantA, head]])))).rows,
      );
    await grow(fresh());
    const head = await readHead(tenantA);
    const [one, two, late] = [recorded(fresh(), 1), recorded(fresh(), 1), recorded(fresh(), 1)];
    for (const other of [
      { ...head, seq: head.seq - 1n },
      { ...head, tip: one.id },
    ])
      await expect(appendTo(other, one)).rejects.toMatchObject({ code: 'FA003' });
    expect(await readHead(tenantA)).toEqual(head);

    expect(await appendTo(head, one, two)).toMatchObject([
      { tenant_id: tenantA, base: head.seq, base_tip: head.tip, seq: head.seq + 2n, tip: two.id },
    ]);
    expect(await readHead(tenantA)).toEqual({ seq: head.seq + 2n, tip: two.id });
    // Events of several instants take the general statement, which checks the same.
    const second = { ...recorded(fresh(), 1), bookedAt: '2026-01-02T03:04:05.679Z' };
    await expect(appendTo(head, late, second)).rejects.toMatchObject({ code: 'FA003' });
    expect(await appendTo({ seq: head.seq + 2n, tip: two.id }, late, second)).toMatchObject([{ seq: head.seq + 4n }]);
    const { rows } = await stage.adminPool.query(
      'select seq, stream from events where tenant_id = $1 and seq > $2 order by seq',
      [tenantA, head.seq],
    );
    expect(rows.map(({ stream }) => stream as string)).toEqual([one.stream, two.stream, late.stream, second.stream]);
  });

  it('is not begun for a tenant that has no head', async () => {
    const nobody = '0190a000-0000-7000-8000-0000000000ff';
    const events = [recorded(fresh(), 1, nobody)];
    const expected = new Map([[nobody, { seq: 0n, tip: emptyTip }]]);
    await expect(
      inTransaction(stage.first.pool, { tenants: [nobody] }, (tx) => tx.query(appendEvents(events, expected))),
    ).rejects.toMatchObject({ code: 'FA003' });
  });

  it('is each tenant’s own, also when one batch writes for several', async () => {
    const [a, b] = [await headOf(tenantA), await headOf(tenantB)];
    const stream = fresh();
    const rows = await append([
      recorded(stream, 1),
      recorded(stream, 1, tenantB),
      recorded(stream, 2),
      recorded(fresh(), 1, tenantB),
      recorded(stream, 3),
    ]);
    expect(new Map(rows.map(({ tenant_id, base }) => [tenant_id, base]))).toEqual(
      new Map([
        [tenantA, a],
        [tenantB, b],
      ]),
    );
    expect([await headOf(tenantA), await headOf(tenantB)]).toEqual([a + 3n, b + 2n]);
  });

  it('has no place for a tenant that was never created, not even silently', async () => {
    await expect(append([recorded(fresh(), 1, '0190a000-0000-7000-8000-0000000000dd')])).rejects.toMatchObject({
      code: 'FA001',
    });
    await expect(
      append([recorded(fresh(), 1), recorded(fresh(), 1, '0190a000-0000-7000-8000-0000000000dd')]),
    ).rejects.toMatchObject({ code: 'FA001' });
  });
});

describe('a stream', () => {
  it('takes each version once: the second writer of a version fails, and its numbers are given out again', async () => {
    const stream = fresh();
    await append([recorded(stream, 1)]);
    const head = await headOf(tenantA);
    await expect(append([recorded(stream, 1)])).rejects.toMatchObject({ name: 'DatabaseFault', code: '23505' });
    await expect(append([recorded(stream, 2), recorded(stream, 2)])).rejects.toMatchObject({ code: '23505' });
    expect(await headOf(tenantA)).toBe(head);
  });

  it('of the same name is another one in another tenant', async () => {
    const stream = fresh();
    await append([recorded(stream, 1)]);
    await expect(append([recorded(stream, 1, tenantB)])).resolves.toHaveLength(1);
  });

  it('stores exactly the text that was hashed, and reads it back', async () => {
    const tallyId = fresh();
    await grow(tallyId);
    const { rows } = await stage.adminPool.query<{ envelope: string; hash: Buffer }>(
      'select envelope, hash from events where stream = $1',
      [`tally:${tallyId}`],
    );
    const { envelope, hash } = rows[0] ?? { envelope: '', hash: Buffer.alloc(0) };
    expect(toHex(sha3_512(envelope))).toBe(hash.toString('hex'));
    const [event] = await inTransaction(stage.services.readPool, { tenants: [tenantA], readOnly: true }, (tx) =>
      readStream(tx, stage.services.catalogue, { tenantId: tenantA, context: 'counter', stream: `tally:${tallyId}` }),
    );
    expect(event).toMatchObject({ tenantId: tenantA, version: 1, type: 'TallyIncreased', data: { tallyId }, metadata });
    expect(Object.keys(JSON.parse(envelope) as object)).toEqual([
      'bookedAt',
      'context',
      'data',
      'id',
      'metadata',
      'schemaVersion',
      'stream',
      'tenant',
      'type',
      'version',
    ]);
  });

  it('is folded to its state and version; one nobody has written to is at version 0', async () => {
    const tallyId = fresh();
    for (let n = 0; n < 3; n++) await grow(tallyId);
    const ask = (id: string) =>
      inTransaction(stage.services.readPool, { tenants: [tenantA], readOnly: true }, (tx) =>
        rehydrate(tx, stage.services.catalogue, tally, { tenantId: tenantA, id }),
      );
    expect(await ask(tallyId)).toEqual({ state: { count: 3 }, version: 3 });
    expect(await ask('nobody')).toEqual({ state: { count: 0 }, version: 0 });
  });
});

describe('an event', () => {
  const stored = (type: string, schemaVersion: number, data: object): Promise<unknown> =>
    append([{ ...recorded(fresh(), 1), type, schemaVersion, data: data as never }]);
  const readAll = (catalogue: ReturnType<typeof eventCatalogue>, type: string) =>
    inTransaction(stage.services.readPool, { tenants: [tenantA], readOnly: true }, async (tx) => {
      const { rows } = await tx.query<{ stream: string }>(
        'select stream from events where tenant_id = $1 and type = $2 order by seq',
        [tenantA, type],
      );
      return Promise.all(
        rows.map(
          async ({ stream }) =>
            (await readStream(tx, catalogue, { tenantId: tenantA, context: 'counter', stream }))[0]?.data,
        ),
      );
    });

  it('of an older shape is read in today’s, step by step', async () => {
    await stored('PaintMixed', 1, { colour: 'red' });
    await stored('PaintMixed', 2, { colours: ['red', 'blue'] });
    await stored('PaintMixed', 3, { colours: ['green'], litres: 7n });
    const paintMixed = defineEvent({
      type: 'PaintMixed',
      schemaVersion: 3,
      schema: z.strictObject({ colours: z.array(z.string()), litres: z.string().transform(BigInt) }),
      upcasts: { 1: ({ colour }) => ({ colours: [colour] }), 2: (data) => ({ ...data, litres: '1' }) },
    });
    expect(await readAll(eventCatalogue([paintMixed]), 'PaintMixed')).toEqual([
      { colours: ['red'], litres: 1n },
      { colours: ['red', 'blue'], litres: 1n },
      { colours: ['green'], litres: 7n },
    ]);
  });

  it('of a newer shape, an unknown type or a shape that is not its own stops the reader', async () => {
    await stored('CounterIncreased', 2, { counterId: 'x', by: '1', unit: 'eggs' });
    await expect(readAll(eventCatalogue([counterIncreased]), 'CounterIncreased')).rejects.toMatchObject({
      name: 'UnknownEvent',
      message: expect.stringContaining('newer') as string,
    });
    await expect(readAll(eventCatalogue([]), 'PaintMixed')).rejects.toMatchObject({ name: 'UnknownEvent' });
    const strict = defineEvent({
      type: 'PaintMixed',
      schemaVersion: 3,
      schema: z.strictObject({ litres: z.string() }),
    });
    await expect(readAll(eventCatalogue([strict]), 'PaintMixed')).rejects.toThrow();
  });

  it('that the store reads must be known to the aggregate that folds it', () => {
    expect(() =>
      tally.evolve({ count: 0 }, { type: 'CounterIncreased', data: {}, meta: recorded('x', 1) } as never),
    ).toThrow('Unreachable');
  });

  it('declared twice is found when the bank starts', () => {
    expect(() => eventCatalogue([counterIncreased, counterIncreased])).toThrow('declared twice');
  });
});

describe('a snapshot', () => {
  const long = defineAggregate({
    context: 'counter',
    name: 'tally',
    initial: { count: 0 },
    events: tally.events as never,
    evolve: (state: { count: number }, event: { type: string }) =>
      event.type === 'TallyIncreased' ? { count: state.count + 1 } : unreachable(event as never),
    snapshot: { every: 10, stateVersion: 1, decode: (state) => z.strictObject({ count: z.number() }).parse(state) },
  });
  const growLong = defineCommand({
    ...increaseTally,
    name: 'counter.IncreaseLongTally',
    loads: ({ tallyId }: { tallyId: string }) => ({ streams: [{ aggregate: long, id: tallyId }] }),
    result: (loaded, { tallyId }: { tallyId: string }) => loaded.stream(long, tallyId).state,
  });
  const snapshotOf = async (tallyId: string) =>
    (await stage.adminPool.query('select version, state from snapshots where stream = $1', [`tally:${tallyId}`])).rows;
  const ask = (tallyId: string) =>
    inTransaction(stage.services.readPool, { tenants: [tenantA], readOnly: true }, (tx) =>
      rehydrate(tx, stage.services.catalogue, long, { tenantId: tenantA, id: tallyId }),
    );

  it('is kept now and then, replaced by newer ones, and read instead of the events before it', async () => {
    const tallyId = fresh();
    const add = () => stage.first.commands.submit(growLong, { tallyId }, { tenantId: tenantA, metadata });
    for (let n = 0; n < 9; n++) await add();
    expect(await snapshotOf(tallyId)).toEqual([]);
    for (let n = 0; n < 13; n++) await add();
    expect(await snapshotOf(tallyId)).toEqual([{ version: 20, state: '{"count":20}' }]);
    expect(await ask(tallyId)).toEqual({ state: { count: 22 }, version: 22 });
    // A state no event could have led to shows that it is the snapshot that is read.
    await stage.adminPool.query(`update snapshots set state = '{"count":1020}' where stream = $1`, [
      `tally:${tallyId}`,
    ]);
    expect(await ask(tallyId)).toEqual({ state: { count: 1_022 }, version: 22 });
    // A process that remembers the stream has no need of it; another one reads it.
    const other = stage.startProcess();
    expect(await other.commands.submit(growLong, { tallyId }, { tenantId: tenantA, metadata })).toMatchObject({
      outcome: { result: { count: 1_023 } },
    });
  });

  it('of another shape is passed over, and losing it loses nothing', async () => {
    const tallyId = fresh();
    for (let n = 0; n < 12; n++)
      await stage.first.commands.submit(growLong, { tallyId }, { tenantId: tenantA, metadata });
    await stage.adminPool.query('update snapshots set state_version = 7 where stream = $1', [`tally:${tallyId}`]);
    expect(await ask(tallyId)).toEqual({ state: { count: 12 }, version: 12 });
    await stage.adminPool.query('delete from snapshots where stream = $1', [`tally:${tallyId}`]);
    expect(await stage.first.commands.submit(growLong, { tallyId }, { tenantId: tenantA, metadata })).toMatchObject({
      outcome: { result: { count: 13 } },
    });
  });

  it('keeps up with two processes writing one stream', async () => {
    const tallyId = fresh();
    const other = stage.startProcess();
    await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        (index % 2 === 0 ? stage.first : other).commands.submit(growLong, { tallyId }, { tenantId: tenantA, metadata }),
      ),
    );
    expect(await ask(tallyId)).toEqual({ state: { count: 60 }, version: 60 });
    const [{ version, state }] = (await snapshotOf(tallyId)) as [{ version: number; state: string }];
    expect(state).toBe(`{"count":${version}}`);
  });
});
