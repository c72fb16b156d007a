import { setTimeout as pause } from 'node:timers/promises';
import type { DatabaseProxy } from './database-proxy.ts';
import type { Fleet } from './fleet.ts';
import type { Random } from './random.ts';
import type { StressedDatabase } from './stressed-database.ts';

/** What a fault can be done to. */
export interface Victims {
  readonly fleet: Fleet;
  readonly servers: number;
  readonly database: StressedDatabase;
  readonly proxy: DatabaseProxy;
  readonly random: Random;
  readonly freezeMs: number;
  /** How often clients have had to ask again. */
  readonly retries: () => number;
}

/** One thing that goes wrong; resolves when it is over, recovery not included. Throws when it could not be done. */
export type Fault = (victims: Victims) => Promise<void>;

const outageMs = 500;
const fullDiskMs = 2_000;
const feltWithinMs = 20_000;
const commitWaitMs = 10_000;
const hourMs = 3_600_000;
const offsets = [-26 * hourMs, -hourMs, -5_000, 0, 5_000, hourMs, 26 * hourMs];

const atCommit =
  (moment: 'before' | 'sent' | 'answered'): Fault =>
  async ({ proxy, random }) => {
    const cuts = Array.from({ length: 2 + random.below(4) }, () => proxy.cutNextCommit(moment));
    const isDone = await Promise.race([Promise.all(cuts).then(() => true), pause(commitWaitMs, false)]);
    if (!isDone) throw new Error(`Nobody committed ${cuts.length} times within ${commitWaitMs} ms.`);
  };

/** PostgreSQL goes on for a while in the room it has set aside; the fault begins when a client notices. */
const untilFelt = async (retries: () => number): Promise<void> => {
  const before = retries();
  for (const deadline = performance.now() + feltWithinMs; retries() === before; await pause(20)) {
    if (performance.now() > deadline) throw new Error(`Nobody noticed within ${feltWithinMs} ms.`);
  }
  await pause(fullDiskMs);
};

/** Everything that is done to the bank, by name. */
export const faults: Readonly<Record<string, Fault>> = {
  'a server is killed': ({ fleet, servers, random }) => fleet.kill(random.below(servers)),
  'a session of PostgreSQL is killed': async ({ database, random }) => {
    if (!(await database.killBackend(random.pick))) throw new Error('PostgreSQL had no session to kill.');
  },
  'PostgreSQL is killed': ({ database }) => database.killPostmaster(),
  'the disk is full': ({ database, retries }) => database.fillDisk(untilFelt(retries)),
  'PostgreSQL is frozen': ({ database, freezeMs }) => database.freeze(freezeMs),
  'all connections are cut': async ({ proxy }) => {
    if (proxy.cutAll() === 0) throw new Error('There was no connection to cut.');
    proxy.refuse(true);
    await pause(outageMs);
    proxy.refuse(false);
  },
  'connections are cut before COMMIT': atCommit('before'),
  'connections are cut when COMMIT was sent': atCommit('sent'),
  'connections are cut when COMMIT is done and not yet answered': atCommit('answered'),
  'a clock is stepped': ({ fleet, servers, random }) => fleet.stepClock(random.below(servers), random.pick(offsets)),
};
