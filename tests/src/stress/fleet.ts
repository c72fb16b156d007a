import { setTimeout as pause } from 'node:timers/promises';
import { type ServerProcess, startServer } from '../server-process.ts';

/** Server processes that are started again whenever they are gone, as a supervisor or Kubernetes does. */
export interface Fleet {
  /** Addresses of those that run now. */
  readonly addresses: () => readonly string[];
  readonly authorization: string;
  /** Kills one, which comes back by itself. */
  kill(which: number): Promise<void>;
  /** Kills one; it comes back with its clock so far from the machine's. */
  stepClock(which: number, offsetMs: number): Promise<void>;
  /** Resolves when all are there and say that they are ready; rejects after `withinMs`. */
  untilReady(withinMs: number): Promise<void>;
  /** What those that ended without being killed had said. */
  readonly deaths: readonly string[];
  /** What servers logged of requests that failed, each once. */
  faults(): readonly string[];
  stop(): Promise<void>;
}

interface Slot {
  server: ServerProcess | undefined;
  offsetMs: number;
  isKilled: boolean;
}

const restartMs = 200;

/** Starts `size` servers in one data folder. */
export const startFleet = async ({
  size,
  folder,
  environment,
}: {
  readonly size: number;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}): Promise<Fleet> => {
  const deaths: string[] = [];
  const outputs: (() => string)[] = [];
  let isOver = false;
  const start = async (slot: Slot): Promise<ServerProcess> => {
    const server = await startServer(folder, { ...environment, CLOCK_OFFSET_MS: String(slot.offsetMs) });
    outputs.push(server.output);
    slot.server = server;
    return server;
  };
  const keep = async (slot: Slot): Promise<void> => {
    for (;;) {
      await slot.server?.ended;
      if (slot.server !== undefined && !slot.isKilled && !isOver) deaths.push(slot.server.output().slice(-2_000));
      slot.server = undefined;
      if (isOver) return;
      slot.isKilled = false;
      await pause(restartMs);
      // While the database is away a start fails, and is tried again.
      await start(slot).catch(() => undefined);
    }
  };
  const slots = Array.from({ length: size }, (): Slot => ({ server: undefined, offsetMs: 0, isKilled: false }));
  // One after the other, so that the first makes the demo and its key.
  const first: ServerProcess[] = [];
  for (const slot of slots) first.push(await start(slot));
  const keeping = Promise.all(slots.map(keep));
  const kill = async (slot: Slot | undefined): Promise<void> => {
    if (slot?.server === undefined) return;
    slot.isKilled = true;
    await slot.server.kill();
  };
  return {
    addresses: () => slots.flatMap(({ server }) => (server === undefined ? [] : [server.url])),
    authorization: first[0]?.authorization ?? '',
    deaths,
    kill: (which) => kill(slots[which]),
    stepClock: async (which, offsetMs) => {
      const slot = slots[which];
      if (slot === undefined) return;
      slot.offsetMs = offsetMs;
      await kill(slot);
    },
    untilReady: async (withinMs) => {
      for (const deadline = performance.now() + withinMs; ; await pause(50)) {
        if ((await Promise.all(slots.map(isReady))).every(Boolean)) return;
        if (performance.now() > deadline) throw new Error(`The servers were not ready again after ${withinMs} ms.`);
      }
    },
    faults: () => [...new Set(outputs.flatMap((output) => faultsIn(output())))],
    stop: async () => {
      isOver = true;
      await Promise.all(slots.map(kill));
      await keeping;
    },
  };
};

const isReady = ({ server }: Slot): Promise<boolean> =>
  server === undefined
    ? Promise.resolve(false)
    : fetch(`${server.url}/readyz`, { signal: AbortSignal.timeout(3_000) }).then(
        ({ status }) => status === 200,
        () => false,
      );

const faultsIn = (output: string): readonly string[] =>
  output
    .split('\n')
    .filter((line) => line.includes('a request failed'))
    .map((line) => JSON.stringify((JSON.parse(line) as { readonly err?: unknown }).err));
