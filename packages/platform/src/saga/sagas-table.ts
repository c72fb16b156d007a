import { instantArray, plainArray, textArray } from '../database/array-parameters.ts';
import type { Statement } from '../database/statement.ts';
import type { RecordedEvent } from '../event-store/event.ts';
import type { ModuleTable } from '../module.ts';
import type { SagaFailure } from './definition.ts';
import { sagaEvents } from './events.ts';
import { leaseMs } from './queue.ts';
import { moving, type SagaEvent } from './saga.ts';

/** Physical name of the list that people read. The queue that workers take from is made by a migration. */
export const sagasName = 'platform_sagas';

const sagasDdl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  saga_id uuid not null,
  definition text not null,
  version int not null,
  subject text,
  parent_id uuid,
  status text not null,
  step text,
  phase text,
  attempt int,
  failure text,
  started_at timestamptz(3) not null,
  changed_at timestamptz(3) not null,
  primary key (tenant_id, saga_id)
) with (fillfactor = 60);
create index on ${name} (tenant_id, started_at, saga_id);
create index on ${name} (tenant_id, subject, started_at, saga_id) where subject is not null;
create index on ${name} (tenant_id, status, started_at, saga_id) where status in ('running', 'undoing', 'parked');
-- Those that stand still are counted over all tenants, and nothing else of them is.
grant select (status) on ${name} to finaegis_system`;

/** What one commit changes of one saga: the last word of each event. */
interface Change {
  tenantId: string;
  sagaId: string;
  changedAt: string;
  started?: {
    definition: string;
    version: number;
    subject: string | null;
    parentId: string | null;
    startedAt: string;
  };
  status?: string;
  step?: string;
  phase?: string;
  attempt?: number;
  /** Null removes it. */
  failure?: SagaFailure | null;
  /** Null waits for a signal. */
  dueAt?: string | null;
  /** It is due at once, so whoever commits this goes on with it. */
  isDueNow?: boolean;
  /** Whether anybody has to work on it at all. */
  isQueued?: boolean;
}

/**
 * Sagas as they stand, and the queue of those that have something to do, in the commit that changes them. Nothing is locked here: a saga is decided
 * on its stream.
 * @param workerId the worker of this process, which goes on with a saga it has just moved; undefined where no worker runs
 */
export const createSagasTable = (workerId: () => string | undefined): ModuleTable => ({
  name: 'platform.sagas',
  rank: 90,
  consumes: sagaEvents.map(({ type }) => type),
  ddl: [{ name: sagasName, create: sagasDdl }],
  lock: async () => new Map<string, never>(),
  fold: ({ scratch }, event) => {
    const { sagaId } = event.data as { sagaId: string };
    const name = `${event.tenantId}/${sagaId}`;
    const before = (scratch.get(name) ?? { tenantId: event.tenantId, sagaId }) as Change;
    scratch.set(name, { ...before, ...changeOf(event as RecordedEvent & SagaEvent), changedAt: event.bookedAt });
  },
  write: async (tx, { scratch }) => {
    if (scratch.size === 0) return;
    const changes = [...scratch.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, change]) => change as Change);
    const worker = workerId() ?? null;
    const started = changes.filter(isStarted);
    const moved = changes.filter((change) => !isStarted(change));
    const back = moved.filter(({ isQueued }) => isQueued === true);
    await Promise.all([
      ...(started.length === 0 ? [] : [tx.query(startSagas(started, worker))]),
      ...(moved.length === 0 ? [] : [tx.query(moveSagas(moved, worker))]),
      ...(back.length === 0 ? [] : [tx.query(requeueSagas(back, worker))]),
    ]);
  },
});

const isStarted = (change: Change): change is Change & Pick<Required<Change>, 'started'> =>
  change.started !== undefined;

const changeOf = (event: RecordedEvent & SagaEvent): Partial<Change> => {
  switch (event.type) {
    case 'SagaStarted': {
      const { definition, version, subject = null, parentId = null } = event.data;
      const started = { definition, version, subject, parentId, startedAt: event.bookedAt };
      return { started, status: 'running', dueAt: event.bookedAt, isDueNow: true, isQueued: true };
    }
    case 'SagaStepIntended': {
      const { step, phase, dueAt = null } = event.data;
      return { step, phase, attempt: 1, dueAt, isDueNow: true, status: moving(phase) };
    }
    case 'SagaStepWaiting':
      return { dueAt: event.data.dueAt ?? null, isDueNow: false };
    case 'SagaStepFailed':
      return { attempt: event.data.attempt + 1, dueAt: event.data.retryAt, isDueNow: false };
    case 'SagaStepOutcomeUnknown':
      return { dueAt: event.data.askAt, isDueNow: false };
    case 'SagaUndoing':
      return { status: 'undoing', failure: event.data.failure };
    case 'SagaParked':
      return { status: 'parked', failure: event.data.failure, isQueued: false };
    case 'SagaRetried':
      return { ...goingOn(event.data.phase), attempt: 1, dueAt: event.data.dueAt, isDueNow: true, isQueued: true };
    case 'SagaResumed':
      return { ...goingOn(event.data.phase), isQueued: true };
    case 'SagaSignalled':
    case 'SagaCancelRequested':
      return { dueAt: event.data.dueAt, isDueNow: true };
    case 'SagaEnded':
      return { status: event.data.outcome, failure: event.data.failure ?? null, isQueued: false };
    default:
      return {};
  }
};

/** What it stood still for is over; why it is being taken back is not. */
const goingOn = (phase: 'do' | 'undo'): Partial<Change> => ({
  status: moving(phase),
  ...(phase === 'do' ? { failure: null } : {}),
});

/** Columns that both statements begin with. */
const listed = (changes: readonly Change[]): readonly unknown[] => [
  plainArray(changes.map(({ tenantId }) => tenantId)),
  plainArray(changes.map(({ sagaId }) => sagaId)),
  textArray(changes.map(({ status }) => status ?? null)),
  textArray(changes.map(({ step }) => step ?? null)),
  textArray(changes.map(({ phase }) => phase ?? null)),
  plainArray(changes.map(({ attempt }) => attempt ?? null)),
  textArray(changes.map(({ failure }) => (failure === undefined || failure === null ? null : JSON.stringify(failure)))),
  instantArray(changes.map(({ changedAt }) => changedAt)),
  instantArray(changes.map(({ dueAt }) => dueAt ?? null)),
  plainArray(changes.map(({ isDueNow }) => isDueNow === true)),
];

const leaseEnd = `clock_timestamp() + interval '${leaseMs} milliseconds'`;

/** Rows of the list and of the queue in one statement: most of what a small commit costs is the start of its statements. */
const startSagas = (
  started: readonly (Change & Pick<Required<Change>, 'started'>)[],
  worker: string | null,
): Statement => ({
  name: 'start-sagas',
  text: `with started as (
      select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::text[], $8::timestamptz[], $9::timestamptz[],
        $10::boolean[], $11::text[], $12::int[], $13::text[], $14::uuid[], $15::timestamptz[], $16::boolean[])
        as w (tenant_id, saga_id, status, step, phase, attempt, failure, changed_at, due_at, is_now, definition, version, subject, parent_id,
          started_at, is_queued)),
    listed as (
      insert into ${sagasName} (tenant_id, saga_id, status, step, phase, attempt, failure, changed_at, definition, version, subject, parent_id, started_at)
      select tenant_id, saga_id, status, step, phase, attempt, failure, changed_at, definition, version, subject, parent_id, started_at from started)
    insert into saga_queue (tenant_id, saga_id, definition, version, due_at, worker, lease, lease_until)
    select tenant_id, saga_id, definition, version, due_at, case when is_now then $17::text end, saga_id,
      case when is_now and $17::text is not null then ${leaseEnd} end
    from started where is_queued`,
  values: [
    ...listed(started),
    textArray(started.map((change) => change.started.definition)),
    plainArray(started.map((change) => change.started.version)),
    textArray(started.map((change) => change.started.subject)),
    plainArray(started.map((change) => change.started.parentId)),
    instantArray(started.map((change) => change.started.startedAt)),
    plainArray(started.map(({ isQueued }) => isQueued === true)),
    worker,
  ],
});

// Whoever moves a saga goes on with it, unless another worker has it in hand; what is due later is nobody's until then.
const isAnothers = 'q.lease_until > clock_timestamp() and q.worker is distinct from $12::text';
const lease = `worker = case when ${isAnothers} then q.worker when m.is_now then $12::text end,
  lease = case when not coalesce(${isAnothers}, false) and m.is_now and q.worker is distinct from $12::text then gen_random_uuid() else q.lease end,
  lease_until = case when ${isAnothers} then q.lease_until when m.is_now and $12::text is not null then ${leaseEnd} end`;
// Step after step in one hand changes nothing that anybody asks: it is due, and leased for long enough.
const isStillHeld = `m.is_now and q.due_at <= m.due_at and q.worker = $12::text
  and q.lease_until > clock_timestamp() + interval '${leaseMs / 2} milliseconds'`;

const moveSagas = (moved: readonly Change[], worker: string | null): Statement => ({
  name: 'move-sagas',
  text: `with m as materialized (
      select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::text[], $8::timestamptz[], $9::timestamptz[],
        $10::boolean[], $11::text[], $13::boolean[])
        as m (tenant_id, saga_id, status, step, phase, attempt, failure, changed_at, due_at, is_now, queue, is_failure_told)),
    listed as (
      update ${sagasName} s set status = coalesce(m.status, s.status), step = coalesce(m.step, s.step), phase = coalesce(m.phase, s.phase),
        attempt = coalesce(m.attempt, s.attempt), failure = case when m.is_failure_told then m.failure else s.failure end, changed_at = m.changed_at
      from m where s.tenant_id = m.tenant_id and s.saga_id = m.saga_id),
    due as (
      update saga_queue q set due_at = m.due_at, ${lease}
      from m where m.queue = 'due' and q.tenant_id = m.tenant_id and q.saga_id = m.saga_id and (${isStillHeld}) is not true)
    delete from saga_queue q using m where m.queue = 'over' and q.tenant_id = m.tenant_id and q.saga_id = m.saga_id`,
  values: [
    ...listed(moved),
    textArray(moved.map(turnOf)),
    worker,
    plainArray(moved.map(({ failure }) => failure !== undefined)),
  ],
});

/** What becomes of a saga's place in the queue. */
const turnOf = ({ isQueued, dueAt }: Change): 'due' | 'over' | null => {
  if (isQueued === false) return 'over';
  return isQueued === undefined && dueAt !== undefined ? 'due' : null;
};

/** Those that had left the queue and are back, because a person decided so. */
const requeueSagas = (back: readonly Change[], worker: string | null): Statement => ({
  name: 'requeue-sagas',
  text: `insert into saga_queue (tenant_id, saga_id, definition, version, due_at, worker, lease_until)
    select s.tenant_id, s.saga_id, s.definition, s.version, m.due_at, case when m.is_now then $5::text end,
      case when m.is_now and $5::text is not null then ${leaseEnd} end
    from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::boolean[]) as m (tenant_id, saga_id, due_at, is_now)
    join ${sagasName} s on s.tenant_id = m.tenant_id and s.saga_id = m.saga_id
    on conflict (tenant_id, saga_id) do update set due_at = excluded.due_at, worker = excluded.worker, lease = excluded.lease,
      lease_until = excluded.lease_until`,
  values: [
    plainArray(back.map(({ tenantId }) => tenantId)),
    plainArray(back.map(({ sagaId }) => sagaId)),
    instantArray(back.map(({ dueAt }) => dueAt ?? null)),
    plainArray(back.map(({ isDueNow }) => isDueNow === true)),
    worker,
  ],
});
