import { randomUUID } from 'node:crypto';
import { createAlarm } from '../audit/alarm.ts';
import type { PersonalData } from '../event-store/personal-data.ts';
import {
  type DeliveryResult,
  type DueDelivery,
  endpointsToGiveUp,
  findDue,
  type HealthChange,
  type LeasedDelivery,
  leaseDue,
  leaseMs,
  type QueuePools,
  recordResults,
} from './delivery-queue.ts';
import { createEndpointSecrets } from './endpoint-secrets.ts';
import { givenUpAfterMs, openAfter, waitAfter } from './schedule.ts';
import type { Attempted, Sender } from './sender.ts';
import { createSlots } from './slots.ts';

/** Makes deliveries; every process with the role may. */
export interface Deliverer {
  /** Tells it that something was queued; without this it looks by itself every `pollMs`. */
  wake(): void;
  /** Stops taking on and waits for what is under way. */
  close(): Promise<void>;
}

/** An endpoint that is to be given up. */
export interface GivenUp {
  readonly tenantId: string;
  readonly endpointId: string;
  readonly reason: 'failing' | 'gone';
  readonly failingSince?: string;
}

/** What it needs. */
export interface DelivererOptions extends QueuePools {
  readonly personalData: Pick<PersonalData, 'read'>;
  readonly sender: Sender;
  /** Records that an endpoint is given up. */
  readonly giveUp: (endpoint: GivenUp) => Promise<void>;
  readonly newId: () => string;
  readonly now: () => string;
  /** Between 0 and 1, for the waits. */
  readonly random: () => number;
  readonly onError?: ((error: unknown) => void) | undefined;
  readonly pollMs?: number | undefined;
}

/** Deliveries under way in one process at most; each endpoint has a much smaller bound of its own. */
const totalMax = 1_024;
const retryMs = 1_000;
const giveUpLookMs = 60_000;
// A run in order is broken off in time for its lease, so that nobody else begins it meanwhile.
const runMs = leaseMs / 2;

/** Starts it. */
export const startDeliverer = (options: DelivererOptions): Deliverer => {
  const worker = randomUUID();
  const alarm = createAlarm();
  const slots = createSlots(totalMax);
  const secrets = createEndpointSecrets(options);
  const recorder = createRecorder(options, worker, () => alarm.ring());
  const deliver = createDelivery(options, { secrets, recorder, slots });
  let lookedAt = Number.NEGATIVE_INFINITY;

  const round = async (): Promise<boolean> => {
    if (performance.now() - lookedAt >= giveUpLookMs) {
      lookedAt = performance.now();
      const since = new Date(Date.parse(options.now()) - givenUpAfterMs).toISOString();
      for (const its of await endpointsToGiveUp(options, since)) await options.giveUp({ ...its, reason: 'failing' });
    }
    const room = slots.room();
    if (room.total <= 0) return false;
    const due = await findDue(options, { now: options.now(), room });
    if (due.length === 0) return false;
    const leased = await leaseDue(options, { due, worker });
    await secrets.load(leased);
    for (const run of runsOf(leased)) slots.track(run, deliver(run));
    return leased.length > 0;
  };
  const loop = async (): Promise<void> => {
    while (!alarm.isOver) {
      try {
        if (!(await round())) await alarm.sleep(options.pollMs ?? 250);
      } catch (error) {
        options.onError?.(error);
        await alarm.pause(retryMs);
      }
    }
  };
  const running = loop();
  return {
    wake: () => alarm.ring(),
    close: async () => {
      alarm.end();
      await running;
      await slots.idle();
      await recorder.close();
      options.sender.close();
    },
  };
};

/** Deliveries that are made one after the other: those of an ordered endpoint together, every other one alone. */
const runsOf = (leased: readonly LeasedDelivery[]): readonly (readonly LeasedDelivery[])[] => {
  const ordered = new Map<string, LeasedDelivery[]>();
  for (const delivery of leased.filter(({ isOrdered }) => isOrdered)) {
    const name = `${delivery.tenantId}/${delivery.endpointId}`;
    ordered.set(name, [...(ordered.get(name) ?? []), delivery]);
  }
  return [...ordered.values(), ...leased.filter(({ isOrdered }) => !isOrdered).map((delivery) => [delivery])];
};

interface Parts {
  readonly secrets: ReturnType<typeof createEndpointSecrets>;
  readonly recorder: Recorder;
  readonly slots: ReturnType<typeof createSlots>;
}

/** Makes one run; never rejects, since what becomes of it is recorded. */
const createDelivery =
  (options: DelivererOptions, { secrets, recorder, slots }: Parts) =>
  async (run: readonly LeasedDelivery[]): Promise<void> => {
    const begunAt = performance.now();
    // At once, while it is known for certain; nothing is ever sent unsigned.
    const sealed = run.map((delivery) => secrets.of(delivery, options.now()));
    for (const [place, delivery] of run.entries()) {
      if (place > 0 && performance.now() - begunAt > runMs) return recorder.release(run.slice(place));
      const madeAt = options.now();
      const { url, messageId, body } = delivery;
      const its = sealed[place];
      const attempted =
        its === undefined || its.secrets.length === 0
          ? { error: 'secret_missing', durationMs: 0 }
          : await options.sender.send({ url, messageId, body, ...its });
      const isTaken = isSuccess(attempted);
      slots.settle(delivery, isTaken);
      const result = resultOf(options, delivery, { attempted, madeAt, isTaken });
      recorder.add(result);
      // Those behind one that was not taken wait for it, whoever takes it up next.
      if (!isTaken && place < run.length - 1) return recorder.release(run.slice(place + 1));
    }
  };

const isSuccess = ({ status = 0, error }: Attempted): boolean => error === undefined && status >= 200 && status < 300;

const resultOf = (
  { newId, now, random }: DelivererOptions,
  delivery: LeasedDelivery,
  made: { readonly attempted: Attempted; readonly madeAt: string; readonly isTaken: boolean },
): DeliveryResult => {
  const waitMs = made.isTaken ? undefined : waitAfter(delivery.attempts + 1, random, made.attempted.retryAfterMs);
  const nextAt = waitMs === undefined ? undefined : new Date(Date.parse(now()) + waitMs).toISOString();
  return { delivery, ...made, attemptId: newId(), nextAt };
};

/** Writes results, many in one commit: whatever has come while the last commit was under way. */
interface Recorder {
  add(result: DeliveryResult): void;
  release(deliveries: readonly DueDelivery[]): void;
  close(): Promise<void>;
}

const createRecorder = (options: DelivererOptions, worker: string, onRecorded: () => void): Recorder => {
  let results: DeliveryResult[] = [];
  let released: DueDelivery[] = [];
  let running: Promise<void> | undefined;
  const failures = new Map<string, number>();

  const run = async (): Promise<void> => {
    while (results.length > 0 || released.length > 0) {
      const taken = { results, released };
      [results, released] = [[], []];
      const health = healthOf(options, failures, taken.results);
      try {
        await recordResults(options, { ...taken, health, worker, now: options.now() });
        for (const { delivery, attempted } of taken.results)
          if (attempted.status === 410) await options.giveUp({ ...delivery, reason: 'gone' });
      } catch (error) {
        // What is not recorded is delivered again when its lease is over: at least once, as promised.
        options.onError?.(error);
      }
      onRecorded();
    }
    running = undefined;
  };
  const start = (): void => {
    running ??= Promise.resolve().then(run);
  };
  return {
    add: (result) => {
      results.push(result);
      start();
    },
    release: (deliveries) => {
      released.push(...deliveries);
      start();
    },
    close: async () => {
      await running;
    },
  };
};

/** What results say of the endpoints; those that are well and were well before are not mentioned. */
const healthOf = (
  { now, random }: DelivererOptions,
  failures: Map<string, number>,
  results: readonly DeliveryResult[],
): readonly HealthChange[] => {
  const changes = new Map<string, HealthChange>();
  for (const { delivery, isTaken } of results) {
    const { tenantId, endpointId } = delivery;
    const name = `${tenantId}/${endpointId}`;
    const before = Math.max(failures.get(name) ?? 0, delivery.failures);
    if (isTaken) {
      failures.delete(name);
      if (before > 0) changes.set(name, { tenantId, endpointId, failures: 0 });
      continue;
    }
    failures.set(name, before + 1);
    const ms = openAfter(before + 1, random);
    const openUntil = ms === undefined ? undefined : new Date(Date.parse(now()) + ms).toISOString();
    changes.set(name, { tenantId, endpointId, failures: before + 1, openUntil });
  }
  return [...changes.values()];
};
