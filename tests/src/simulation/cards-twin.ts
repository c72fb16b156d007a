import { createMemoryCards, type MemoryCards } from '@finaegis/bank/payment/adapters/memory-cards';
import {
  type CardDecline,
  type CardDispute,
  type CardIntent,
  CardOutcomeUnknown,
  type CardProvider,
} from '@finaegis/bank/payment/card-provider';
import { type CardMessage, type CardPost, createCardPost, silentPost } from './card-post.ts';
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
  accountOf(tenantId: string): Pick<MemoryCards, 'findIntent' | 'findRefund' | 'balanceMinor' | 'dispute'>;
  /** Whether nothing is left to be decided or told. */
  isQuiet(): boolean;
  newsFor(tenantId: string): CardNews | undefined;
  heard(refundId: string): void;
  /** A message that nobody has said yes to; none of a provider that is silent. */
  messageFor(tenantId: string): CardMessage | undefined;
  heardMessage(messageId: string): void;
  bodyOf(messageId: string): string | undefined;
  /** Cases that were ever opened, by the provider's names. */
  casesOf(tenantId: string): readonly string[];
  readonly isTelling: boolean;
}

/** How a provider is that sends messages, and whose payers have their banks take payments back. */
export interface Telling {
  /** Milliseconds since 1970 when the simulation began: deadlines are dates. */
  readonly epochMs: number;
  /** How long a case may wait for its answer: at least so long, and so much longer at most. */
  readonly dueMs: readonly [leastMs: number, spreadMs: number];
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
  paying(tenantId: string, intent: CardIntent, depositId: string): void;
  /** What a case is with the date by which it must be answered. */
  withDeadline<Told extends CardDispute | CardDecline>(told: Told): Told;
  /** Something about a case has changed by what we did. */
  answered(tenantId: string, told: CardDispute | CardDecline): void;
  readonly post: CardPost;
  casesOf(tenantId: string): readonly string[];
  /** A refund under way ends, or one that was completed comes back. */
  refunding(
    tenantId: string,
    refund: { readonly key: string; readonly refundId: string; readonly status: string },
  ): void;
  readonly news: CardNews[];
  isUndecided(): boolean;
}

const createWorld = (scheduler: Scheduler, telling: Telling | undefined): World => {
  const { random } = scheduler;
  const post = telling === undefined ? silentPost : createCardPost(random);
  const accounts = new Map<string, MemoryCards>();
  const seen = new Set<string>();
  const news: CardNews[] = [];
  let undecided = 0;
  const accountOf = (tenantId: string): MemoryCards => {
    const known = accounts.get(tenantId) ?? createMemoryCards(cardProviderName);
    accounts.set(tenantId, known);
    return known;
  };
  const later = async (decide: () => Promise<void> | void, mostMs = 12_000): Promise<void> => {
    undecided += 1;
    await scheduler.sleep(random.below(mostMs));
    await decide();
    undecided -= 1;
  };
  const isFirst = (id: string): boolean => !seen.has(id) && seen.add(id) !== undefined;
  const disputes = telling === undefined ? undefined : disputing({ scheduler, accountOf, post, later, ...telling });
  const paid = (tenantId: string, intentId: string, depositId: string): void => {
    if (disputes === undefined || !isFirst(`paid ${tenantId} ${intentId}`)) return;
    post.tell(tenantId, 'payment_intent.succeeded', { id: intentId, metadata: { depositId, tenantId } });
    disputes.mayFollow(tenantId, intentId);
  };
  return {
    accountOf,
    news,
    post,
    casesOf: (tenantId) => disputes?.casesOf(tenantId) ?? [],
    withDeadline: (told) => disputes?.withDeadline(told) ?? told,
    answered: (tenantId, told) => disputes?.answered(tenantId, told),
    isUndecided: () => undecided > 0,
    paying: (tenantId, { intentId, status }, depositId) => {
      if (status === 'succeeded') paid(tenantId, intentId, depositId);
      // One in four never comes back.
      if (status !== 'action_required' || !isFirst(`${tenantId} ${intentId}`) || chance(random, 250)) return;
      void later(async () => {
        const cards = accountOf(tenantId);
        const intent = await cards.intent({ tenantId, intentId });
        if (intent.status !== 'action_required') return;
        if (chance(random, 150)) cards.takeOnly(BigInt(1 + random.below(300)));
        const answer = chance(random, 800) ? 'pass' : 'fail';
        cards.complete(intentId, answer);
        if (answer === 'pass') paid(tenantId, intentId, depositId);
        else post.tell(tenantId, 'payment_intent.payment_failed', { id: intentId, metadata: { depositId, tenantId } });
      });
    },
    refunding: (tenantId, { key, refundId, status }) => {
      if (!isFirst(`${tenantId} ${refundId}`)) return;
      const cards = accountOf(tenantId);
      const tell = (type: string): void => post.tell(tenantId, type, { id: refundId, metadata: { refundId: key } });
      if (status === 'pending')
        void later(() => {
          if (chance(random, 700)) cards.settleRefund(refundId);
          else cards.failRefund(refundId);
          tell('refund.updated');
        });
      else if (status === 'completed' && chance(random, 250))
        void later(() => {
          cards.failRefund(refundId);
          if (telling === undefined) news.push({ tenantId, refundId: key });
          else tell('refund.failed');
        });
    },
  };
};

/** Banks of payers that take payments back, and decide about what they are answered. */
const disputing = ({
  scheduler,
  accountOf,
  post,
  later,
  epochMs,
  dueMs: [leastMs, spreadMs],
}: Telling & {
  readonly scheduler: Scheduler;
  readonly accountOf: (tenantId: string) => MemoryCards;
  readonly post: CardPost;
  readonly later: (decide: () => Promise<void> | void, mostMs?: number) => Promise<void>;
}) => {
  const { random } = scheduler;
  const cases: { readonly tenantId: string; readonly caseId: string; readonly dueMs: number }[] = [];
  const decided = async (tenantId: string, caseId: string, isDue: boolean): Promise<void> => {
    const cards = accountOf(tenantId);
    const { status } = await cards.dispute({ tenantId, disputeId: caseId });
    if (status === 'won' || status === 'lost') return;
    const isAnswered = status === 'submitted';
    // Some think better of it; nobody else decides before the deadline about what has not been answered.
    if (!isAnswered && !isDue && !chance(random, 150)) return later(() => decided(tenantId, caseId, true), 60_000);
    cards.decide(caseId, (isAnswered || !isDue) && chance(random, 600) ? 'won' : 'lost');
    post.tell(tenantId, 'charge.dispute.closed', { id: caseId });
  };
  return {
    mayFollow: (tenantId: string, intentId: string): void => {
      if (!chance(random, 450)) return;
      void later(async () => {
        const caseId = accountOf(tenantId).openDispute(intentId);
        cases.push({ tenantId, caseId, dueMs: epochMs + scheduler.nowMs() + leastMs + random.below(spreadMs) });
        post.tell(tenantId, 'charge.dispute.created', { id: caseId });
        await later(() => decided(tenantId, caseId, false), 60_000);
      }, 20_000);
    },
    casesOf: (tenantId: string): readonly string[] =>
      cases.filter((one) => one.tenantId === tenantId).map(({ caseId }) => caseId),
    withDeadline: <Told extends CardDispute | CardDecline>(told: Told): Told => {
      if ('kind' in told) return told;
      const dueMs = cases.find(({ caseId }) => caseId === told.disputeId)?.dueMs ?? 0;
      return { ...told, evidenceDueAt: new Date(dueMs).toISOString() };
    },
    answered: (tenantId: string, told: CardDispute | CardDecline): void => {
      if (!('kind' in told)) post.tell(tenantId, 'charge.dispute.updated', { id: told.disputeId });
    },
  };
};

/**
 * Makes it; every choice is drawn from the scheduler's chance.
 * @param telling of a provider that sends messages and has disputes; the other one is silent, and is heard of otherwise
 */
export const createCardsTwin = (scheduler: Scheduler, telling?: Telling): CardsTwin => {
  const world = createWorld(scheduler, telling);
  const { news, post } = world;
  return {
    calledBy: (turn) => calledBy(scheduler, world, turn),
    accountOf: world.accountOf,
    isQuiet: () => !world.isUndecided() && news.length === 0 && post.isEmpty(),
    messageFor: post.next,
    heardMessage: post.heard,
    bodyOf: post.bodyOf,
    casesOf: world.casesOf,
    isTelling: telling !== undefined,
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
  const answering = async (tenantId: string, answer: Promise<CardDispute | CardDecline>) => {
    const told = world.withDeadline(await answer);
    world.answered(tenantId, told);
    return told;
  };
  const unused = (): Promise<never> => Promise.reject(new Error('Nobody asks for this in a simulation.'));
  return {
    name: cardProviderName,
    createPayer: (payer) => sent(() => of(payer.tenantId).createPayer(payer)),
    createIntent: (order) =>
      sent(async () => {
        const intent = await of(order.tenantId).createIntent(order);
        world.paying(order.tenantId, intent, order.depositId);
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
    dispute: (lookup) => asked(async () => world.withDeadline(await of(lookup.tenantId).dispute(lookup))),
    submitEvidence: (order) => sent(() => answering(order.tenantId, of(order.tenantId).submitEvidence(order))),
    acceptDispute: (order) => sent(() => answering(order.tenantId, of(order.tenantId).acceptDispute(order))),
    movementsWithin: unused,
    payout: unused,
    payoutsNamedIn: () => [],
  };
};
