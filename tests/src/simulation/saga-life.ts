import { derivedUuid } from '@finaegis/kernel/id';
import { createSagaHandlers } from '@finaegis/platform/saga/commands';
import { sagaCatalogue } from '@finaegis/platform/saga/definition';
import { type Saga, type SagaState, sagaAggregate } from '@finaegis/platform/saga/saga';
import { type SagaWorker, startSagaWorker } from '@finaegis/platform/saga/worker';
import { createSagaLog, type SagaLog, sagaTenant } from './saga-log.ts';
import { counter, createOutside, type Errand, type Outside, simulatedSagas } from './saga-world.ts';
import { chance, createScheduler, type Scheduler } from './scheduler.ts';

/** How one life of a few sagas went. */
export interface SagaLife {
  /** Nothing, unless something is wrong. */
  readonly problems: readonly string[];
  /** Where processes died. */
  readonly deaths: readonly string[];
  readonly outcomes: readonly string[];
  /** The whole log by type, for comparing two runs of one seed. */
  readonly history: readonly string[];
}

interface Process {
  isDead: boolean;
  frozenUntilMs: number;
  worker?: SagaWorker;
}

interface Life {
  readonly scheduler: Scheduler;
  readonly log: SagaLog;
  readonly outside: Outside;
  readonly processes: Process[];
  readonly deaths: string[];
  readonly problems: string[];
  readonly handlers: ReturnType<typeof createSagaHandlers>;
  readonly now: () => string;
}

const epochMs = Date.parse('2026-03-02T09:00:00.000Z');
const never = new Promise<never>(() => undefined);
const deathsMax = 20;
/** Far more than all leases and waits together, far less than the day a missed signal costs. */
const lifeMsMax = 2 * 3_600_000;

/** Runs a few sagas in three processes that die, freeze and lose their connections wherever the seed says. */
export const liveSagas = async (seed: number, sagas = 5): Promise<SagaLife> => {
  const scheduler = createScheduler(seed);
  const life = createLife(scheduler);
  for (let index = 0; index < 3; index++) startProcess(life);
  const errands = Array.from({ length: sagas }, (_, index) => derivedUuid('errand', String(seed), String(index)));
  const all = Promise.all([...errands.map((sagaId) => beClient(life, sagaId)), beOperator(life, errands)]);
  try {
    await scheduler.run(all);
  } catch (error) {
    life.problems.push(String(error));
  }
  for (const process of life.processes) process.isDead = true;
  return {
    problems: [...life.problems, ...life.log.overtakings, ...errands.flatMap((sagaId) => audited(life, sagaId))],
    deaths: life.deaths,
    outcomes: errands.map((sagaId) => life.log.saga(sagaId).status),
    history: life.log.events.map(({ type, stream, bookedAt }) => `${bookedAt} ${stream} ${type}`),
  };
};

const createLife = (scheduler: Scheduler): Life => {
  const nowMs = (): number => epochMs + scheduler.nowMs();
  const now = (): string => new Date(nowMs()).toISOString();
  const outside = createOutside(scheduler.random);
  // Clients and operators enter through processes that only serve the API, which need no way outside.
  const catalogue = sagaCatalogue(simulatedSagas(outside.calledBy(async () => undefined)));
  const log = createSagaLog(nowMs);
  const handlers = createSagaHandlers({
    definitions: () => catalogue,
    now,
    readSaga: async ({ sagaId }) => log.saga(sagaId),
  });
  return { scheduler, outside, handlers, now, processes: [], deaths: [], problems: [], log };
};

/** A place where a process may die, stand still for longer than its lease, or go on. */
const turn = async (life: Life, process: Process, where: string): Promise<void> => {
  const { scheduler, deaths } = life;
  await scheduler.step();
  if (process.frozenUntilMs > scheduler.nowMs()) await scheduler.sleep(process.frozenUntilMs - scheduler.nowMs());
  if (process.isDead) return never;
  // Processes look at the queue all the time; they shall not spend their deaths on that.
  if (deaths.length < deathsMax && chance(scheduler.random, where.endsWith('the claim') ? 2 : 60)) {
    process.isDead = true;
    deaths.push(where);
    startProcess(life);
    return never;
  }
  if (chance(scheduler.random, 3)) process.frozenUntilMs = scheduler.nowMs() + 60_000;
};

const startProcess = (life: Life): void => {
  const { scheduler, log, handlers, now } = life;
  const process: Process = { isDead: false, frozenUntilMs: 0 };
  const workerId = `worker-${life.processes.push(process)}`;
  const pass = (where: string): Promise<void> => turn(life, process, where);
  const passOrLose = async (where: string): Promise<void> => {
    await pass(where);
    // The connection is lost: before the commit nothing is kept, after it only the answer is missing.
    if (chance(scheduler.random, 15)) throw Object.assign(new Error(`lost ${where}`), { code: 'connection_lost' });
  };
  const { claim, renew, release } = log.queue;
  process.worker = startSagaWorker({
    workerId,
    definitions: sagaCatalogue(simulatedSagas(life.outside.calledBy(pass))),
    handlers,
    commands: log.commands(passOrLose, workerId),
    queue: {
      claim: async (asked) => {
        await pass('before the claim');
        const claimed = await claim(asked);
        await pass('after the claim');
        return claimed;
      },
      renew: async (...renewal) => {
        await pass('before the renewal');
        return renew(...renewal);
      },
      release: async (...released) => {
        await pass('before the release');
        await release(...released);
        await pass('after the release');
      },
    },
    readSaga: async ({ sagaId }) => {
      await pass('before a read');
      return log.saga(sagaId);
    },
    now,
    random: () => scheduler.random.below(1_000) / 1_000,
    sleep: (durationMs, abort) => napping(scheduler, process, durationMs, abort),
    onError: (_, error) => noteMistake(life, error),
  });
};

const napping = async (
  scheduler: Scheduler,
  process: { readonly isDead: boolean },
  durationMs: number,
  abort: AbortSignal,
): Promise<void> => {
  if (!abort.aborted) {
    let wake = (): void => undefined;
    const woken = new Promise<void>((resolve) => (wake = resolve));
    abort.addEventListener('abort', wake, { once: true });
    await Promise.race([scheduler.sleep(durationMs), woken]);
    abort.removeEventListener('abort', wake);
  }
  if (process.isDead) return never;
};

/** Faults of the world are part of the life; anything else is a mistake of ours. */
const noteMistake = ({ problems }: Life, error: unknown): void => {
  const { code } = error as { readonly code?: unknown };
  if (code !== 'connection_lost' && code !== 'provider_fault') problems.push(`a mistake: ${String(error)}`);
};

/** Whoever wants something done: asks, tells what the saga waits for (twice, as providers do), and sometimes changes its mind. */
const beClient = async (life: Life, sagaId: string): Promise<void> => {
  const { scheduler, handlers, log } = life;
  const { random } = scheduler;
  const api = log.commands(() => scheduler.step(), undefined);
  const submission = {
    tenantId: sagaTenant,
    metadata: { actor: 'client', channel: 'simulation', correlation: sagaId },
  };
  const soon = (mostMs: number): Promise<void> => scheduler.sleep(random.below(mostMs));
  const tellWorker = (): void => {
    // Mostly the process that took the request executes sagas too; sometimes it only serves the API.
    const alive = life.processes.filter(({ isDead }) => !isDead);
    if (chance(random, 700)) random.pick(alive).worker?.adopt({ tenantId: sagaTenant, sagaId });
  };
  const signalled = async (signal: string, mostMs: number): Promise<void> => {
    await soon(mostMs);
    for (const signalId of [`${signal}-1`, `${signal}-1`]) {
      await api.submit(handlers.signal, { sagaId, signal, signalId, data: { by: 'client' } }, submission);
      tellWorker();
    }
  };
  await soon(2_000);
  const input: Errand = { by: 2 + random.below(110), wantsYes: chance(random, 500) };
  await api.submit(handlers.start, { definition: 'simulation.errand', sagaId, input: { ...input } }, submission);
  tellWorker();
  await Promise.all([
    signalled('settled', random.pick([10, 500, 40_000])),
    signalled('approved', random.pick([10, 500, 40_000])),
    (async () => {
      await soon(20_000);
      if (!chance(random, 250)) return;
      await api.submit(handlers.cancel, { sagaId, reason: 'changed_mind' }, submission);
      tellWorker();
    })(),
  ]);
};

/** Tries again what stands still, until everything is over. */
const beOperator = async ({ scheduler, log, handlers }: Life, errands: readonly string[]): Promise<void> => {
  const api = log.commands(() => scheduler.step(), undefined);
  const metadata = { actor: 'operator', channel: 'simulation', correlation: 'operator' };
  for (;;) {
    await scheduler.sleep(5_000);
    const states = errands.map((sagaId) => log.saga(sagaId));
    for (const saga of states)
      if (saga.status === 'parked')
        await api.submit(handlers.retry, { sagaId: saga.id }, { tenantId: sagaTenant, metadata });
    if (states.every(isOver)) return;
    if (scheduler.nowMs() > lifeMsMax) throw new Error(`Not over: ${states.map(standing).join(', ')}`);
  }
};

const isOver = ({ status }: SagaState): boolean => status === 'completed' || status === 'undone';
const standing = (saga: SagaState): string =>
  saga.status === 'unknown' ? 'unknown' : `${saga.status} at ${saga.current?.step} until ${saga.current?.dueAt}`;

const audited = ({ log, outside }: Life, sagaId: string): readonly string[] => {
  const saga = log.saga(sagaId);
  if (saga.status === 'unknown') return [`${sagaId} never began`];
  const own = log.events.filter(({ stream }) => stream === sagaAggregate.stream(sagaId));
  const times = (type: string): number => own.filter((event) => event.type === type).length;
  const doneTwice =
    new Set(own.filter(({ type }) => type === 'SagaStepDone').map(({ data }) => data['step'])).size !==
    times('SagaStepDone');
  const amount = (saga.input as unknown as Errand).by;
  const [from, to] = [log.state(counter, `${sagaId}-from`), log.state(counter, `${sagaId}-to`)];
  const isDone = saga.status === 'completed';
  const isSent = outside.sent.has(sagaId) && !outside.takenBack.has(sagaId);
  const expected = isDone ? [-amount, amount, true] : [0, 0, false];
  return [
    ...(times('SagaEnded') === 1 ? [] : [`${sagaId} ended ${times('SagaEnded')} times`]),
    ...(doneTwice ? [`${sagaId} did a step twice`] : []),
    ...(String([from, to, isSent]) === String(expected)
      ? []
      : [`${sagaId} is ${saga.status} and left ${from}, ${to}, ${isSent ? 'sent' : 'not sent'}`]),
    ...childrenOf(log, saga).flatMap(({ id, status }) =>
      isDone && status === 'completed' ? [] : [`child ${id} is ${status}`],
    ),
  ];
};

const childrenOf = (log: SagaLog, { id }: Saga): readonly Saga[] =>
  log.events
    .filter(({ type, data }) => type === 'SagaStarted' && data['parentId'] === id)
    .map(({ data }) => log.saga(String(data['sagaId'])) as Saga);
