import { createMemoryCards, type MemoryCards } from '@finaegis/bank/payment/adapters/memory-cards';
import { type CardIntent, CardOutcomeUnknown, type CardProvider } from '@finaegis/bank/payment/card-provider';
import { chance, type Scheduler } from './scheduler.ts';

/** What the provider tells of its own accord: a refund it had called completed came back. */
export interface CardNews {
  readonly tenantId: string;
  readonly refundId: string;
}

/** A card provider with an account for each tenant; payers, their banks and the network between behave as they do. */
export interface CardsTwin {
  /** As one process calls it; `turn` is where that process may die. */
  calledBy(turn: () => Promise<void>): CardProvider;
  /** A tenant's account there, as the auditor looks into it in the end. */
  accountOf(tenantId: string): Pick<MemoryCards, 'findIntent' | 'findRefund' | 'balanceMinor'>;
  /** Whether nothing is left to be decided or told. */
  isQuiet(): boolean;
  newsFor(tenantId: string): CardNews | undefined;
  heard(refundId: string): void;
}

export const cardProviderName = 'stripe';
/** The only asset it takes. */
export const cardAsset = 'EUR';
/** How long a payer has to pay. */
export const cardPayMaxMs = 40_000;

/** Nothing was sent. */
class ProviderAway extends Error {
  override readonly name = 'ProviderAway';
  readonly code = 'provider_fault';
}

/** What payers and their banks do of their own accord. */
interface World {
  accountOf(tenantId: string): MemoryCards;
  /** The payer comes back to an intent that waits for him, or does not. */
  paying(tenantId: string, intent: CardIntent): void;
  /** A refund under way ends, or one that was completed comes back. */
  refunding(
    tenantId: string,
    refund: { readonly key: string; readonly refundId: string; readonly status: string },
  ): void;
  readonly news: CardNews[];
  isUndecided(): boolean;
}

const createWorld = (scheduler: Scheduler): World => {
  const { random } = scheduler;
  const accounts = new Map<string, MemoryCards>();
  const seen = new Set<string>();
  const news: CardNews[] = [];
  let undecided = 0;
  const accountOf = (tenantId: string): MemoryCards => {
    const known = accounts.get(tenantId) ?? createMemoryCards(cardProviderName);
    accounts.set(tenantId, known);
    return known;
  };
  const later = async (decide: () => Promise<void> | void): Promise<void> => {
    undecided += 1;
    await scheduler.sleep(random.below(12_000));
    await decide();
    undecided -= 1;
  };
  const isFirst = (id: string): boolean => !seen.has(id) && seen.add(id) !== undefined;
  return {
    accountOf,
    news,
    isUndecided: () => undecided > 0,
    paying: (tenantId, { intentId, status }) => {
      // One in four never comes back.
      if (status !== 'action_required' || !isFirst(`${tenantId} ${intentId}`) || chance(random, 250)) return;
      void later(async () => {
        const cards = accountOf(tenantId);
        const intent = await cards.intent({ tenantId, intentId });
        if (intent.status !== 'action_required') return;
        if (chance(random, 150)) cards.takeOnly(BigInt(1 + random.below(300)));
        cards.complete(intentId, chance(random, 800) ? 'pass' : 'fail');
      });
    },
    refunding: (tenantId, { key, refundId, status }) => {
      if (!isFirst(`${tenantId} ${refundId}`)) return;
      const cards = accountOf(tenantId);
      if (status === 'pending')
        void later(() => (chance(random, 700) ? cards.settleRefund(refundId) : cards.failRefund(refundId)));
      else if (status === 'completed' && chance(random, 250))
        void later(() => {
          cards.failRefund(refundId);
          news.push({ tenantId, refundId: key });
        });
    },
  };
};

/** Makes it; every choice is drawn from the scheduler's chance. */
export const createCardsTwin = (scheduler: Scheduler): CardsTwin => {
  const world = createWorld(scheduler);
  const { news } = world;
  return {
    calledBy: (turn) => calledBy(scheduler, world, turn),
    accountOf: world.accountOf,
    isQuiet: () => !world.isUndecided() && news.length === 0,
    newsFor: (tenantId) => news.find((one) => one.tenantId === tenantId),
    heard: (refundId) => {
      const at = news.findIndex((one) => one.refundId === refundId);
      if (at >= 0) news.splice(at, 1);
    },
  };
};

const calledBy = (scheduler: Scheduler, world: World, turn: () => Promise<void>): CardProvider => {
  const { random } = scheduler;
  /** A question: it is answered, or nobody is there. */
  const asked = async <T>(work: () => Promise<T>): Promise<T> => {
    await turn();
    if (chance(random, 50)) throw new ProviderAway('The provider cannot be asked.');
    const answer = await work();
    await turn();
    return answer;
  };
  /** A request that moves money: it may be lost on the way, come late, or be done without anybody hearing of it. */
  const sent = async <T>(work: () => Promise<T>): Promise<T> => {
    await turn();
    if (chance(random, 40)) throw new ProviderAway('The provider cannot be reached.');
    if (chance(random, 40)) {
      // Slow, but there before anybody asks what became of it; or lost.
      if (chance(random, 500)) void scheduler.sleep(random.below(400)).then(work);
      throw new CardOutcomeUnknown('The request is on its way.');
    }
    const answer = await work();
    await turn();
    if (chance(random, 50)) throw new CardOutcomeUnknown('The answer was lost.');
    return answer;
  };
  const of = world.accountOf;
  const unused = (): Promise<never> => Promise.reject(new Error('Nobody asks for this in a simulation.'));
  return {
    name: cardProviderName,
    createPayer: (payer) => sent(() => of(payer.tenantId).createPayer(payer)),
    createIntent: (order) =>
      sent(async () => {
        const intent = await of(order.tenantId).createIntent(order);
        world.paying(order.tenantId, intent);
        return intent;
      }),
    findIntent: (lookup) => asked(() => of(lookup.tenantId).findIntent(lookup)),
    intent: (lookup) => asked(() => of(lookup.tenantId).intent(lookup)),
    confirm: (order) => sent(() => of(order.tenantId).confirm(order)),
    cancel: (order) => sent(() => of(order.tenantId).cancel(order)),
    refund: (order) =>
      sent(async () => {
        const refund = await of(order.tenantId).refund(order);
        if ('refundId' in refund)
          world.refunding(order.tenantId, { key: order.refundId, refundId: refund.refundId, status: refund.status });
        return refund;
      }),
    findRefund: (lookup) => asked(() => of(lookup.tenantId).findRefund(lookup)),
    movementsOf: (lookup) => asked(() => of(lookup.tenantId).movementsOf(lookup)),
    dispute: unused,
    submitEvidence: unused,
    acceptDispute: unused,
    payout: unused,
    payoutsNamedIn: () => [],
  };
};
