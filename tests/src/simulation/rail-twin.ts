import { createMemoryRail } from '@finaegis/bank/payment/adapters/memory-rail';
import type { BankRail, RailOrder } from '@finaegis/bank/payment/ports';
import { chance, type Scheduler } from './scheduler.ts';

/** The partner bank on the other side of the rail `sepa`, as the auditor asks it in the end. */
export interface RailOrderTold {
  readonly tenantId: string;
  readonly paymentId: string;
  readonly amountMinor: bigint;
  readonly outcome: string;
}

/** What the bank tells of its own accord: money that it sent back after it had been paid. */
export interface RailNews {
  readonly tenantId: string;
  readonly paymentId: string;
  readonly amountMinor: bigint;
  readonly entryReference: string;
}

/** A partner bank in memory that declines, takes its time, loses requests and answers on the way, and sends money back. */
export interface RailTwin {
  /** As one process calls it; `turn` is where that process may die. */
  calledBy(turn: () => Promise<void>): BankRail;
  orders(): Promise<readonly RailOrderTold[]>;
  /** Whether it has nothing left to decide or to tell. */
  isQuiet(): boolean;
  /** The oldest of what our bank has not heard yet; told until it has. */
  newsFor(tenantId: string): RailNews | undefined;
  /** @param entry the payment, or the reference of the entry */
  heard(entry: string): void;
}

/** The bank our tenants have their nostro at. */
export const partnerBank = 'kb';
/** Numbers of payees elsewhere; the bank knows the last one under another name. */
export const payeesElsewhere = [
  'DE89370400440532013000',
  'GB29NWBK60161331926819',
  'FR1420041010050500013M02606',
] as const;
const otherName = payeesElsewhere[2];

/** The request or its answer was lost on the way. */
class RailSilent extends Error {
  override readonly name = 'RailSilent';
  readonly code = 'outcome_unknown';
}

/** Nothing was sent. */
class RailAway extends Error {
  override readonly name = 'RailAway';
  readonly code = 'provider_fault';
}

const never = new AbortController().signal;

/** The bank itself: what becomes of an order it has, and what it has to tell. */
const createBank = (scheduler: Scheduler) => {
  const { random } = scheduler;
  const rail = createMemoryRail({ bank: partnerBank });
  rail.payees.set(otherName, 'no_match');
  const seen = new Set<string>();
  const news: RailNews[] = [];
  let undecided = 0;
  const later = async (decide: () => Promise<void>): Promise<void> => {
    undecided += 1;
    await scheduler.sleep(random.below(15_000));
    await decide();
    undecided -= 1;
  };
  const sendBack = async ({ tenantId, key, amountMinor, endToEndId, reference }: RailOrder): Promise<void> => {
    rail.sendBack(endToEndId, 'AC04');
    news.push({ tenantId, paymentId: key, amountMinor, entryReference: `B-${reference}` });
  };
  const decide = async (order: RailOrder): Promise<void> => {
    if (chance(random, 250)) return rail.decline(order.endToEndId, 'AM04');
    rail.settle(order.endToEndId);
    if (chance(random, 250)) await later(() => sendBack(order));
  };
  /** The bank has the order in its hands; asked for again it stands by what it said. */
  const take = async (order: RailOrder) => {
    if (!seen.has(order.key)) {
      seen.add(order.key);
      const draw = random.below(10);
      if (draw < 2) rail.script(order.endToEndId, { kind: 'decline', code: 'AC04' });
      else if (draw < 6) rail.script(order.endToEndId, { kind: 'accept' });
      if (draw >= 2 && draw < 6) void later(() => decide(order));
      if (draw === 9) void later(() => sendBack(order));
    }
    return rail.submit(order, never);
  };
  return { rail, take, news, isUndecided: () => undecided > 0 };
};

/** Makes it; every choice is drawn from the scheduler's chance. */
export const createRailTwin = (scheduler: Scheduler): RailTwin => {
  const { random } = scheduler;
  const { rail, take, news, isUndecided } = createBank(scheduler);
  const calledBy: RailTwin['calledBy'] = (turn) => ({
    route: rail.route,
    cutOff: rail.cutOff,
    submit: async (order) => {
      await turn();
      if (chance(random, 60)) throw new RailAway('The bank cannot be reached.');
      if (chance(random, 60)) {
        // Slow on its way, but there before anybody asks what became of it; or lost.
        if (chance(random, 500)) void scheduler.sleep(random.below(400)).then(() => take(order));
        throw new RailSilent('The request is on its way.');
      }
      const outcome = await take(order);
      await turn();
      if (chance(random, 80)) throw new RailSilent('The answer was lost.');
      return outcome;
    },
    find: async (lookup) => {
      await turn();
      if (chance(random, 100)) throw new RailAway('The bank cannot be asked.');
      const found = await rail.find(lookup);
      await turn();
      return found;
    },
    verifyPayee: async (payee) => {
      await turn();
      if (chance(random, 40)) throw new RailAway('Payees cannot be verified.');
      return rail.verifyPayee(payee);
    },
  });
  return {
    calledBy,
    orders: () =>
      Promise.all(
        rail.orders.map(async ({ tenantId, key, bank, amountMinor }) => {
          const { kind } = await rail.find({ tenantId, bank, key });
          return { tenantId, paymentId: key, amountMinor, outcome: kind };
        }),
      ),
    isQuiet: () => !isUndecided() && news.length === 0,
    newsFor: (tenantId) => news.find((one) => one.tenantId === tenantId),
    heard: (entry) => {
      const at = news.findIndex(({ paymentId, entryReference }) => paymentId === entry || entryReference === entry);
      if (at >= 0) news.splice(at, 1);
    },
  };
};
