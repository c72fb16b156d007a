import type { Balance } from '@finaegis/bank/ledger/balance';
import { sha3_256, toHex } from '@finaegis/kernel/hash';
import type { LockedTable } from '@finaegis/platform/command/locked-table';
import { type Random, randomFrom } from '../stress/random.ts';
import { type Audit, audit } from './auditor.ts';
import type { CardsTwin } from './cards-twin.ts';
import { type Experience, perform } from './clients.ts';
import { lastOrders, passOn } from './last-orders.ts';
import { startMemoryBank } from './memory-bank.ts';
import type { Sabotage } from './memory-database.ts';
import type { RailTwin } from './rail-twin.ts';
import { createRequests, type ScriptName } from './requests.ts';
import { createScheduler } from './scheduler.ts';
import { isRefusal, type SimulatedBank } from './simulated-bank.ts';
import { follow } from './subscriber.ts';

/** What an episode came to. */
export interface Episode extends Audit {
  /** Of everything that was asked, answered and logged; the same for the same seed. */
  readonly history: string;
  readonly turns: number;
}

/** How much happens. */
export interface Script {
  /** Wishes of all clients together. */
  readonly steps: number;
  readonly clients: number;
  readonly script?: ScriptName;
}

/** Opens the books of a bank and lets clients loose on it; gives back what each of them lived through. */
export const runClients = async (
  bank: SimulatedBank,
  random: Random,
  { steps, clients, script = 'ledger' }: Script,
): Promise<readonly Experience[]> => {
  const experiences: Experience[] = [];
  const requests = createRequests(random, {
    tenants: bank.tenants,
    nowMs: () => bank.nowMs(),
    script,
    newsFor: bank.whole?.rail.newsFor,
    cardNewsFor: bank.whole?.cards.newsFor,
    messageFor: bank.whole?.cards.messageFor,
    casesOf: bank.whole?.cards.casesOf,
  });
  const tell = (lived: Experience): void => {
    const { request, answer } = lived;
    if (bank.whole !== undefined) passOn(bank.whole, lived);
    if (answer?.kind !== 'answered') return;
    if (isRefusal(answer.body)) requests.refused(request);
    else requests.accepted(request, answer.body);
  };
  for (const request of requests.opening) {
    const lived = await perform(bank, request, random);
    if (script !== 'ledger') tell(lived);
    experiences.push(lived);
  }
  let left = steps;
  // Some crowds never rest, so that commits overlap; others leave the bank idle between two wishes.
  const pauseMs = random.pick([1, 20, 200]);
  const client = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const wish = requests.next();
      const lived = await Promise.all(wish.map((request) => perform(bank, request, random)));
      lived.forEach(tell);
      experiences.push(...lived);
      await bank.pause(random.below(pauseMs));
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return [...experiences, ...(await lastOrders(bank, requests, random))];
};

/** Which crowd lives in the bank, and ways to break the product on purpose. */
export interface Breakage {
  readonly script?: ScriptName;
  readonly sabotage?: Sabotage;
  readonly breakRail?: (rail: RailTwin) => RailTwin;
  readonly breakCards?: (cards: CardsTwin) => CardsTwin;
  readonly breakBalances?: (table: LockedTable<Balance>) => LockedTable<Balance>;
}

/** One life of the bank in memory, all of it drawn from the seed: processes, faults, clients, and who goes first. */
export const runEpisode = async (
  seed: number,
  steps: number,
  { script = 'ledger', ...breakage }: Breakage = {},
): Promise<Episode> => {
  const scheduler = createScheduler(seed);
  const random = randomFrom(seed + 1);
  const isCalm = random.below(4) === 0;
  const often = (most: number): number => (isCalm ? 0 : random.below(most));
  const crashEveryMs = random.pick([200, 800, 5_000]);
  const bank = startMemoryBank({
    scheduler,
    processes: 1 + random.below(3),
    tenants: 1 + random.below(3),
    isLopsided: random.below(3) === 0,
    faults: {
      lostBefore: often(30),
      lostAfter: often(60),
      unknown: 300,
      slow: random.pick([0, 20, 200]),
      serialization: often(30),
    },
    ...(isCalm ? {} : { crashEveryMs }),
    isWhole: script !== 'ledger',
    isTelling: script === 'all',
    ...breakage,
  });
  return scheduler.run(
    (async () => {
      const subscribers = bank.tenants.map((tenantId) => follow(bank, tenantId, random));
      const experiences = await runClients(bank, random, { steps, clients: random.pick([2, 5, 12, 25, 70]), script });
      // A commit of a process that died may still be on its way.
      await bank.pause(60_000);
      const found = await audit(bank, experiences);
      const behind = await Promise.all(subscribers.map((subscriber) => subscriber.conclude()));
      const history = toHex(sha3_256(JSON.stringify([found.roots, experiences.map(told)]))).slice(0, 16);
      return { ...found, problems: [...found.problems, ...behind.flat()], history, turns: scheduler.turns };
    })(),
  );
};

const told = ({ request, from, upTo, answeredMs, answer }: Experience): readonly unknown[] => [
  request.correlation,
  String(from),
  String(upTo),
  answeredMs,
  answer,
];
