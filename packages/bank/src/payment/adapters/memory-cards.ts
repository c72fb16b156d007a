import {
  type CardDispute,
  type CardIntent,
  type CardMovement,
  CardOutcomeUnknown,
  type CardProvider,
  type CardRefund,
  type IntentOrder,
  type MovementKind,
} from '../card-provider.ts';

interface Kept extends IntentOrder {
  readonly intent: CardIntent;
}
interface KeptRefund extends CardRefund {
  readonly key: string;
  readonly intentId: string;
  readonly amountMinor: bigint;
  readonly of: string;
}

/** A card provider in memory, with what its payers and their banks do. */
export interface MemoryCards extends CardProvider {
  /** The payer passes the challenge of his bank, or does not. */
  complete(intentId: string, answer?: 'pass' | 'fail'): void;
  /** Takes another amount than was asked for. */
  takeOnly(amountMinor: bigint): void;
  /** Loses so many answers of calls that move money, after the work is done. */
  loseAnswers(times: number): void;
  failRefund(refundId: string, code?: string): void;
  settleRefund(refundId: string): void;
  openDispute(intentId: string): string;
  decide(disputeId: string, verdict: 'won' | 'lost'): void;
  payOut(asset: string): string;
  /** The provider takes or gives something for itself. */
  adjust(asset: string, kind: 'fee' | 'other', grossMinor: bigint): void;
  /** Sum of everything that has not been paid out. */
  balanceMinor(): bigint;
}

interface Book {
  readonly intents: Map<string, Kept>;
  readonly refunds: Map<string, KeptRefund>;
  readonly disputes: Map<string, CardDispute & { readonly intentId: string; readonly keys: readonly string[] }>;
  readonly movements: (CardMovement & { readonly at: string; readonly intentId?: string; payoutId?: string })[];
  readonly now: () => string;
  readonly payouts: Map<string, { readonly asset: string; readonly amountMinor: bigint }>;
  onlyMinor: bigint | undefined;
  answersToLose: number;
  made: number;
}

const disputeFeeMinor = 1_500n;
const feeOf = (amountMinor: bigint): bigint => (amountMinor * 29n + 500n) / 1_000n + 30n;

/** The twin of the real adapters: the same contract suite runs on both. Cards are named as Stripe names its test cards. */
export const createMemoryCards = (name = 'stripe', now = (): string => '2025-01-30T12:00:00.000Z'): MemoryCards => {
  const book: Book = {
    intents: new Map(),
    refunds: new Map(),
    disputes: new Map(),
    movements: [],
    payouts: new Map(),
    now,
    onlyMinor: undefined,
    answersToLose: 0,
    made: 0,
  };
  return { name, ...paying(book), ...givingBack(book), ...paidOut(book), ...world(book) };
};

const newId = (book: Book, prefix: string): string => `${prefix}_${String((book.made += 1)).padStart(6, '0')}`;
const found = <Value>(value: Value | undefined, id: string): Value => {
  if (value === undefined) throw Object.assign(new Error(`There is no ${id}.`), { code: 'resource_missing' });
  return value;
};
const answered = <Value>(book: Book, value: Value): Value => {
  if (book.answersToLose === 0) return value;
  book.answersToLose -= 1;
  throw new CardOutcomeUnknown('the answer was lost');
};
const move = (
  book: Book,
  kind: MovementKind,
  {
    asset,
    grossMinor,
    feeMinor = 0n,
    subject,
    intentId,
  }: {
    readonly asset: string;
    readonly grossMinor: bigint;
    readonly feeMinor?: bigint;
    readonly subject: string;
    readonly intentId?: string;
  },
): void => {
  const movementId = newId(book, 'txn');
  const netMinor = grossMinor - feeMinor;
  const one = { movementId, kind, asset, grossMinor, feeMinor, netMinor, subject, at: book.now() };
  book.movements.push(intentId === undefined ? one : { ...one, intentId });
};

const pay = (book: Book, kept: Kept): CardIntent => {
  const receivedMinor = book.onlyMinor ?? kept.amountMinor;
  book.onlyMinor = undefined;
  const { intentId } = kept.intent;
  const { asset, depositId: subject } = kept;
  move(book, 'charge', { asset, grossMinor: receivedMinor, feeMinor: feeOf(receivedMinor), subject, intentId });
  return keep(book, kept, { intentId, asset, status: 'succeeded', receivedMinor });
};
const keep = (book: Book, kept: Kept, intent: CardIntent): CardIntent => {
  book.intents.set(intent.intentId, { ...kept, intent });
  return intent;
};
const tryCard = (book: Book, kept: Kept, paymentMethod: string): CardIntent => {
  const { intentId, asset } = kept.intent;
  const open = { intentId, asset, receivedMinor: 0n };
  if (paymentMethod.includes('Declined')) {
    const declineCode = paymentMethod.includes('Insufficient') ? 'insufficient_funds' : 'generic_decline';
    return keep(book, kept, { ...open, status: 'declined', declineCode });
  }
  if (paymentMethod.includes('threeDSecure'))
    return keep(book, kept, {
      ...open,
      status: 'action_required',
      nextAction: { kind: 'redirect', url: `https://cards.example/challenge/${intentId}` },
    });
  return pay(book, kept);
};

const paying = (
  book: Book,
): Pick<CardProvider, 'createPayer' | 'createIntent' | 'findIntent' | 'intent' | 'confirm' | 'cancel'> => {
  const ofKey = (key: string) => [...book.intents.values()].find((kept) => kept.key === key);
  const ofId = (intentId: string) => found(book.intents.get(intentId), intentId);
  return {
    createPayer: async ({ accountId }) => answered(book, `cus_${accountId}`),
    createIntent: async (order) => {
      const known = ofKey(order.key);
      if (known !== undefined) return answered(book, known.intent);
      const intentId = newId(book, 'pi');
      const intent: CardIntent = {
        intentId,
        asset: order.asset,
        status: 'action_required',
        receivedMinor: 0n,
        nextAction: { kind: 'provider_script', clientSecret: `${intentId}_secret` },
      };
      const kept = { ...order, intent };
      book.intents.set(intentId, kept);
      const { paymentMethod } = order;
      return answered(book, paymentMethod === undefined ? intent : tryCard(book, kept, paymentMethod));
    },
    findIntent: async ({ key }) => ofKey(key)?.intent ?? { kind: 'absent' },
    intent: async ({ intentId }) => ofId(intentId).intent,
    confirm: async ({ intentId, paymentMethod }) => {
      const kept = ofId(intentId);
      const isOver = kept.intent.status === 'succeeded' || kept.intent.status === 'cancelled';
      return answered(book, isOver ? kept.intent : tryCard(book, kept, paymentMethod));
    },
    cancel: async ({ intentId }) => {
      const kept = ofId(intentId);
      const { status, asset } = kept.intent;
      if (status === 'succeeded') return kept.intent;
      return keep(book, kept, { intentId, asset, status: 'cancelled', receivedMinor: 0n });
    },
  };
};

const givingBack = (
  book: Book,
): Pick<CardProvider, 'refund' | 'findRefund' | 'dispute' | 'submitEvidence' | 'acceptDispute'> => {
  const refundOf = (key: string) => [...book.refunds.values()].find((kept) => kept.key === key);
  const shown = ({ status, refundId, code }: CardRefund): CardRefund =>
    code === undefined ? { status, refundId } : { status, refundId, code };
  const caseOf = (kept: CardDispute & { readonly intentId: string; readonly keys: readonly string[] }): CardDispute => {
    const { disputeId, depositId, status, reason, asset, amountMinor, withdrawnMinor, feeMinor, reinstatedMinor } =
      kept;
    return { disputeId, depositId, status, reason, asset, amountMinor, withdrawnMinor, feeMinor, reinstatedMinor };
  };
  const open = (disputeId: string) => found(book.disputes.get(disputeId), disputeId);
  return {
    refund: async ({ key, refundId: of, intentId, amountMinor }) => {
      const known = refundOf(key);
      if (known !== undefined) return answered(book, shown(known));
      const { asset, intent, paymentMethod = '' } = found(book.intents.get(intentId), intentId);
      if ([...book.disputes.values()].some((one) => one.intentId === intentId))
        return { kind: 'declined', code: 'charge_disputed' };
      const refunded = [...book.refunds.values()]
        .filter((one) => one.intentId === intentId && one.status !== 'failed')
        .reduce((sum, one) => sum + one.amountMinor, 0n);
      if (amountMinor > intent.receivedMinor - refunded) return { kind: 'declined', code: 'charge_already_refunded' };
      const refundId = newId(book, 're');
      move(book, 'refund', { asset, grossMinor: -amountMinor, subject: of });
      const status = paymentMethod.includes('pendingRefund') ? 'pending' : 'completed';
      const kept: KeptRefund = { status, refundId, key, intentId, amountMinor, of };
      book.refunds.set(refundId, kept);
      return answered(book, shown(kept));
    },
    findRefund: async ({ key }) => {
      const known = refundOf(key);
      return known === undefined ? { kind: 'absent' } : shown(known);
    },
    dispute: async ({ disputeId }) => caseOf(open(disputeId)),
    submitEvidence: async ({ disputeId, key }) => {
      const dispute = open(disputeId);
      if (dispute.keys.includes(key)) return answered(book, caseOf(dispute));
      if (dispute.status !== 'evidence_due') return { kind: 'declined', code: 'request_refused' };
      const submitted = { ...dispute, status: 'submitted' as const, keys: [key] };
      book.disputes.set(disputeId, submitted);
      return answered(book, caseOf(submitted));
    },
    acceptDispute: async ({ disputeId, key }) => {
      const dispute = open(disputeId);
      if (dispute.keys.includes(key)) return answered(book, caseOf(dispute));
      if (dispute.status === 'won' || dispute.status === 'lost') return { kind: 'declined', code: 'request_refused' };
      const lost = { ...dispute, status: 'lost' as const, keys: [key] };
      book.disputes.set(disputeId, lost);
      return answered(book, caseOf(lost));
    },
  };
};

const plain = ({ movementId, kind, asset, grossMinor, feeMinor, netMinor, subject }: CardMovement): CardMovement => ({
  movementId,
  kind,
  asset,
  grossMinor,
  feeMinor,
  netMinor,
  ...(subject === undefined ? {} : { subject }),
});

const paidOut = (book: Book): Pick<CardProvider, 'movementsOf' | 'movementsWithin' | 'payout' | 'payoutsNamedIn'> => ({
  payoutsNamedIn: (text) => text.match(/\bpo_[0-9]+/g) ?? [],
  movementsOf: async ({ intentId }) => book.movements.filter((one) => one.intentId === intentId).map(plain),
  movementsWithin: async ({ asset, from = '', to }) =>
    book.movements.filter((one) => one.asset === asset && one.at >= from && one.at < to).map(plain),
  payout: async ({ payoutId }) => {
    const payout = book.payouts.get(payoutId);
    if (payout === undefined) return { kind: 'absent' };
    const along = book.movements.filter((one) => one.payoutId === payoutId && one.kind !== 'payout');
    return { payoutId, status: 'paid', ...payout, movements: along.map(plain) };
  },
});

const world = (book: Book): Omit<MemoryCards, keyof CardProvider> => ({
  complete: (intentId, answer = 'pass') => {
    const kept = found(book.intents.get(intentId), intentId);
    const { asset } = kept.intent;
    if (answer === 'pass') pay(book, kept);
    else
      keep(book, kept, {
        intentId,
        asset,
        status: 'declined',
        receivedMinor: 0n,
        declineCode: 'authentication_failed',
      });
  },
  takeOnly: (amountMinor) => {
    book.onlyMinor = amountMinor;
  },
  loseAnswers: (times) => {
    book.answersToLose = times;
  },
  failRefund: (refundId, code = 'expired_or_canceled_card') => {
    const refund = found(book.refunds.get(refundId), refundId);
    const { asset } = found(book.intents.get(refund.intentId), refund.intentId);
    move(book, 'refund_failure', { asset, grossMinor: refund.amountMinor, subject: refund.of });
    book.refunds.set(refundId, { ...refund, status: 'failed', code });
  },
  settleRefund: (refundId) => {
    book.refunds.set(refundId, { ...found(book.refunds.get(refundId), refundId), status: 'completed' });
  },
  openDispute: (intentId) => {
    const { asset, depositId, intent } = found(book.intents.get(intentId), intentId);
    const disputeId = newId(book, 'dp');
    const amountMinor = intent.receivedMinor;
    move(book, 'dispute', { asset, grossMinor: -amountMinor, feeMinor: disputeFeeMinor, subject: disputeId });
    book.disputes.set(disputeId, {
      disputeId,
      depositId,
      status: 'evidence_due',
      reason: 'fraudulent',
      asset,
      amountMinor,
      withdrawnMinor: amountMinor,
      feeMinor: disputeFeeMinor,
      reinstatedMinor: 0n,
      intentId,
      keys: [],
    });
    return disputeId;
  },
  decide: (disputeId, status) => {
    const dispute = found(book.disputes.get(disputeId), disputeId);
    const { asset, amountMinor } = dispute;
    if (status === 'won') move(book, 'dispute_reversal', { asset, grossMinor: amountMinor, subject: disputeId });
    book.disputes.set(disputeId, { ...dispute, status, reinstatedMinor: status === 'won' ? amountMinor : 0n });
  },
  payOut: (asset) => {
    const payoutId = newId(book, 'po');
    const along = book.movements.filter((one) => one.asset === asset && one.payoutId === undefined);
    const amountMinor = along.reduce((sum, { netMinor }) => sum + netMinor, 0n);
    for (const one of along) one.payoutId = payoutId;
    move(book, 'payout', { asset, grossMinor: -amountMinor, subject: payoutId });
    const booked = book.movements.at(-1);
    if (booked !== undefined) booked.payoutId = payoutId;
    book.payouts.set(payoutId, { asset, amountMinor });
    return payoutId;
  },
  adjust: (asset, kind, grossMinor) => move(book, kind, { asset, grossMinor, subject: '' }),
  balanceMinor: () => book.movements.reduce((sum, { netMinor }) => sum + netMinor, 0n),
});
