// A context of the smallest kind, for tests of the platform itself: counters that only grow, with a locked table and a subscribed view.
import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { type CommandHandler, defineCommand } from '@finaegis/platform/command/handler';
import { type LockedTable, type LockRequest, rowName } from '@finaegis/platform/command/locked-table';
import type { Transaction } from '@finaegis/platform/database/transaction';
import { defineAggregate } from '@finaegis/platform/event-store/aggregate';
import { defineEvent, type NewEvent } from '@finaegis/platform/event-store/event';
import type { ContextModule } from '@finaegis/platform/module';
import { defineView } from '@finaegis/platform/view/view';
import { z } from 'zod';

/** A counter grew. */
export const counterIncreased = defineEvent({
  type: 'CounterIncreased',
  schemaVersion: 1,
  schema: z.strictObject({
    counterId: z.string(),
    by: z
      .string()
      .regex(/^\d{1,38}$/)
      .transform(BigInt),
  }),
});

/** A counter without a row grew: nothing but its stream's version keeps two writers apart. */
export const tallyIncreased = defineEvent({
  type: 'TallyIncreased',
  schemaVersion: 1,
  schema: z.strictObject({ tallyId: z.string() }),
});

/** One counter. */
export const counter = defineAggregate({
  context: 'counter',
  name: 'counter',
  initial: { value: 0n },
  events: [counterIncreased],
  evolve: (state, event) => {
    if (event.type !== 'CounterIncreased') return unreachable(event.type);
    return { value: state.value + event.data.by };
  },
});

/** One tally. */
export const tally = defineAggregate({
  context: 'counter',
  name: 'tally',
  initial: { count: 0 },
  events: [tallyIncreased],
  evolve: (state, event) => {
    if (event.type !== 'TallyIncreased') return unreachable(event.type);
    return { count: state.count + 1 };
  },
});

interface CounterRow {
  readonly value: bigint;
  readonly bookedAt: string;
}

const readCounters = async (
  tx: Transaction,
  requests: readonly LockRequest[],
  lock: 'for no key update' | '',
): Promise<ReadonlyMap<string, CounterRow>> => {
  const { rows } = await tx.query<{ tenant_id: string; counter_id: string; value: bigint; booked_at: string }>({
    name: lock === '' ? 'recall-counters' : 'lock-counters',
    text: `select c.tenant_id, c.counter_id, c.value, c.booked_at from counters c
      where (c.tenant_id, c.counter_id) in (select * from unnest($1::uuid[], $2::text[])) order by c.tenant_id, c.counter_id ${lock}`,
    values: [requests.map(({ tenantId }) => tenantId), requests.map(({ key }) => key)],
  });
  return new Map(
    rows.map(({ tenant_id, counter_id, value, booked_at }) => [
      rowName(tenant_id, counter_id),
      { value, bookedAt: booked_at },
    ]),
  );
};

/** What PostgreSQL's own CHECK lets a counter reach; a command that is allowed past the decider fails there and poisons its batch. */
export const valueMax = 1_000n;

/** The counters as rows, locked before a decision. */
export const countersTable: LockedTable<CounterRow> & {
  readonly ddl: readonly { readonly name: string; create(physicalName: string): string }[];
} = {
  name: 'counters',
  rank: 900,
  ddl: [
    {
      name: 'counters',
      create: (name) =>
        `create table ${name} (tenant_id uuid not null, counter_id text not null, value bigint not null check (value <= ${valueMax}), booked_at timestamptz(3) not null, primary key (tenant_id, counter_id))`,
    },
  ],
  consumes: ['CounterIncreased'],
  lock: (tx, requests) => readCounters(tx, requests, 'for no key update'),
  recall: { covers: () => true, keeps: () => true, read: (tx, requests) => readCounters(tx, requests, '') },
  fold: (rows, event) => {
    const { counterId, by } = event.data as { counterId: string; by: bigint };
    rows.set(event.tenantId, counterId, {
      value: (rows.get(event.tenantId, counterId)?.value ?? 0n) + by,
      bookedAt: event.bookedAt,
    });
  },
  write: async (tx, { changed }) => {
    if (changed.length === 0) return;
    await tx.query({
      name: 'write-counters',
      text: `insert into counters (tenant_id, counter_id, value, booked_at)
        select * from unnest($1::uuid[], $2::text[], $3::bigint[], $4::timestamptz[]) as sent (tenant_id, counter_id, value, booked_at) order by tenant_id, counter_id
        on conflict (tenant_id, counter_id) do update set value = excluded.value, booked_at = excluded.booked_at`,
      values: [
        changed.map(({ tenantId }) => tenantId),
        changed.map(({ key }) => key),
        changed.map(({ row }) => row.value),
        changed.map(({ row }) => row.bookedAt),
      ],
    });
  },
  bookedAt: ({ bookedAt }) => bookedAt,
};

/** `bug: 'decide'` throws in the decider; `isForced` skips its limit, so that the database refuses instead. */
export interface Increase {
  readonly counterId: string;
  readonly by: bigint;
  readonly isForced?: boolean;
  readonly bug?: 'decide';
}

export type CounterRefusal = { readonly code: 'counter_too_high'; readonly value: bigint; readonly max: bigint };

/** What the decider lets a counter reach. */
export const decidedMax = 500n;

/** Adds to a counter, under its row's lock. */
export const increase: CommandHandler<Increase, undefined, { readonly value: bigint }, CounterRefusal> = defineCommand({
  name: 'counter.Increase',
  schema: z.custom<Increase>(),
  permission: 'counter:write',
  loads: ({ counterId }) => ({
    rows: [{ table: countersTable, key: counterId }],
    streams: [{ aggregate: counter, id: counterId }],
  }),
  decide: (loaded, { counterId, by, isForced = false, bug }): Decision<NewEvent, CounterRefusal> => {
    if (bug === 'decide') throw new Error('a bug in a decider');
    const value = loaded.row(countersTable, counterId)?.value ?? 0n;
    if (!isForced && value + by > decidedMax) return reject({ code: 'counter_too_high', value, max: decidedMax });
    return accept(counter.record(counterId, 'CounterIncreased', { counterId, by }));
  },
  result: (loaded, { counterId }) => ({ value: loaded.row(countersTable, counterId)?.value ?? 0n }),
});

/** Adds one to a tally, without a lock: two processes may decide on the same state, and the store lets one of them through. */
export const increaseTally: CommandHandler<{ readonly tallyId: string }, undefined, { readonly count: number }, never> =
  defineCommand({
    name: 'counter.IncreaseTally',
    schema: z.strictObject({ tallyId: z.string() }),
    permission: 'counter:write',
    loads: ({ tallyId }) => ({ streams: [{ aggregate: tally, id: tallyId }] }),
    decide: (_, { tallyId }) => accept(tally.record(tallyId, 'TallyIncreased', { tallyId })),
    result: (loaded, { tallyId }) => loaded.stream(tally, tallyId).state,
  });

/** Every increase as a row, in the order of the log. */
export const counterLog = defineView({
  name: 'counter_log',
  version: 1,
  contexts: ['counter'],
  consumes: ['CounterIncreased'],
  tables: [
    {
      suffix: '',
      create: (name) =>
        `create table ${name} (tenant_id uuid not null, seq bigint not null, counter_id text not null, increase bigint not null, primary key (tenant_id, seq))`,
    },
  ],
  apply: async (tx, tables, events) => {
    await tx.query(
      `insert into ${tables.table()} (tenant_id, seq, counter_id, increase) select $1, * from unnest($2::bigint[], $3::text[], $4::bigint[])`,
      [
        tables.tenantId,
        events.map(({ seq }) => seq),
        events.map(({ data }) => data['counterId']),
        events.map(({ data }) => data['by']),
      ],
    );
  },
});

/** The context, as the server would see it. */
export const counterModule: ContextModule = {
  name: 'counter',
  events: [counterIncreased, tallyIncreased],
  tables: [countersTable],
  views: [counterLog],
  commands: [increase, increaseTally],
  checked: [],
  routes: [],
  problems: { counter_too_high: { status: 409, title: 'The counter would be too high' } },
};
