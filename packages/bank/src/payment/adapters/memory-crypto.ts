import { OutcomeUnknown } from '@finaegis/platform/resilience/faults';
import type { CheckoutOrder, CryptoCheckout, CryptoProvider, PayableAsset } from '../crypto-provider.ts';
import type { RefundOutcome } from '../refund-ways.ts';

interface Kept {
  readonly order: CheckoutOrder;
  checkout: CryptoCheckout;
  paidMinor: bigint;
}
interface KeptRefund {
  readonly key: string;
  readonly checkoutId: string;
  readonly amountMinor: bigint;
  outcome: RefundOutcome;
}

/** A provider in memory, with what its payers and the chain do. */
export interface MemoryCrypto extends CryptoProvider {
  /** The payer sends an amount, the price unless told; it is not final before it is confirmed. */
  pay(checkoutId: string, amountMinor?: bigint): void;
  confirm(checkoutId: string): void;
  /** The chain forgets what was paid. */
  fail(checkoutId: string): void;
  expire(checkoutId: string): void;
  settleRefund(reference: string): void;
  failRefund(reference: string): void;
  /** Loses so many answers of calls that move money, after the work is done. */
  loseAnswers(times: number): void;
}

interface Book {
  readonly kept: Map<string, Kept>;
  readonly refunds: Map<string, KeptRefund>;
  answersToLose: number;
}

const feeOf = (amountMinor: bigint): bigint => amountMinor / 100n;

/** The twin of the real adapters: the same contract suite runs on all of them. */
export const createMemoryCrypto = (
  assets: readonly PayableAsset[] = [{ code: 'USDC', decimals: 6, priceDecimals: 2 }],
): MemoryCrypto => {
  const book: Book = { kept: new Map(), refunds: new Map(), answersToLose: 0 };
  return { name: 'coinbase', assets, ...checkouts(book), ...givingBack(book), ...world(book) };
};

const answered = <Value>(book: Book, value: Value): Value => {
  if (book.answersToLose === 0) return value;
  book.answersToLose -= 1;
  throw new OutcomeUnknown('connection_lost');
};
const ofId = ({ kept }: Book, checkoutId: string): Kept => {
  const found = kept.get(checkoutId);
  if (found === undefined) throw Object.assign(new Error(`There is no ${checkoutId}.`), { code: 'status_404' });
  return found;
};
const move = (book: Book, checkoutId: string, status: CryptoCheckout['status']): CryptoCheckout => {
  const one = ofId(book, checkoutId);
  one.checkout = { ...one.checkout, status };
  return one.checkout;
};

const checkouts = (book: Book): Pick<CryptoProvider, 'createCheckout' | 'findCheckout' | 'checkout' | 'close'> => {
  const ofKey = (key: string): Kept | undefined => [...book.kept.values()].find(({ order }) => order.key === key);
  return {
    createCheckout: async (order) => {
      const known = ofKey(order.key);
      if (known !== undefined) return answered(book, known.checkout);
      const { depositId, tenantId } = order;
      const checkoutId = `checkout-${book.kept.size + 1}`;
      const url = `https://pay.example/${checkoutId}`;
      const checkout: CryptoCheckout = { checkoutId, status: 'open', url, depositId, tenantId, isLate: false };
      book.kept.set(checkoutId, { order, checkout, paidMinor: 0n });
      return answered(book, checkout);
    },
    findCheckout: async ({ key }) => ofKey(key)?.checkout ?? { kind: 'absent' },
    checkout: async ({ checkoutId }) => ofId(book, checkoutId).checkout,
    close: async ({ checkoutId }) =>
      ofId(book, checkoutId).checkout.status === 'open'
        ? move(book, checkoutId, 'closed')
        : ofId(book, checkoutId).checkout,
  };
};

const givingBack = (book: Book): Pick<CryptoProvider, 'refund' | 'findRefund'> => ({
  refund: async ({ key, checkoutId, amountMinor }) => {
    const known = book.refunds.get(key);
    if (known !== undefined) return answered(book, known.outcome);
    const taken = [...book.refunds.values()]
      .filter((one) => one.checkoutId === checkoutId && one.outcome.kind !== 'failed')
      .reduce((sum, one) => sum + one.amountMinor, 0n);
    const { received } = ofId(book, checkoutId).checkout;
    if (taken + amountMinor > (received?.amountMinor ?? 0n)) return { kind: 'declined', code: 'invalid_request' };
    const outcome: RefundOutcome = { kind: 'pending', reference: `refund-${book.refunds.size + 1}` };
    book.refunds.set(key, { key, checkoutId, amountMinor, outcome });
    return answered(book, outcome);
  },
  findRefund: async ({ key }) => book.refunds.get(key)?.outcome ?? { kind: 'absent' },
});

const world = (book: Book): Omit<MemoryCrypto, keyof CryptoProvider> => ({
  pay: (checkoutId, amountMinor) => {
    const one = ofId(book, checkoutId);
    const isLate = one.checkout.status === 'closed';
    one.checkout = { ...one.checkout, isLate };
    one.paidMinor += amountMinor ?? one.order.amountMinor;
    move(book, checkoutId, 'pending');
  },
  confirm: (checkoutId) => {
    const one = ofId(book, checkoutId);
    const received = { asset: one.order.asset, amountMinor: one.paidMinor };
    one.checkout = { ...one.checkout, status: 'paid', received, feeMinor: feeOf(one.paidMinor) };
  },
  fail: (checkoutId) => void move(book, checkoutId, 'failed'),
  expire: (checkoutId) => void move(book, checkoutId, 'closed'),
  settleRefund: (reference) => endRefund(book, reference, { kind: 'completed', reference }),
  failRefund: (reference) => endRefund(book, reference, { kind: 'failed', code: 'refund_failed' }),
  loseAnswers: (times) => {
    book.answersToLose = times;
  },
});

const endRefund = ({ refunds }: Book, reference: string, outcome: RefundOutcome): void => {
  const found = [...refunds.values()].find((one) => 'reference' in one.outcome && one.outcome.reference === reference);
  if (found === undefined) throw new Error(`There is no refund ${reference}.`);
  found.outcome = outcome;
};
