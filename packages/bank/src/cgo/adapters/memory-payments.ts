import type { InvestmentPayments, PaymentRequest, PaymentState } from '../ports.ts';

/** A provider that lives in memory: payments stay pending until somebody pays them. */
export interface MemoryPayments extends InvestmentPayments {
  /** Pays a request by its reference, all of it unless told. */
  pay(reference: string, paidMinor?: bigint): void;
  decline(reference: string, code: string): void;
  /** What the next refunds answer; refunded unless told. */
  refundsAnswer: 'refunded' | 'pending' | 'failed';
  /** References of what was sent back, in order, each once. */
  readonly refunded: readonly string[];
  readonly requests: readonly PaymentRequest[];
}

const nameOf = ({ tenantId, key }: Pick<PaymentRequest, 'tenantId' | 'key'>): string => `${tenantId}/${key}`;

/**
 * Takes card, bank and crypto payments.
 * @param payer the house account money arrives on, by the entity's chart: `main:psp/stripe`
 */
export const memoryPayments = (payer: string): MemoryPayments => {
  const payments = new Map<string, { readonly request: PaymentRequest; state: PaymentState }>();
  const refunded: string[] = [];
  const byReference = (reference: string) => {
    const found = [...payments.values()].find(({ request }) => request.reference === reference);
    if (found === undefined) throw new Error(`Nobody asked for a payment with the reference ${reference}.`);
    return found;
  };
  const provider: MemoryPayments = {
    methods: ['card', 'bank', 'crypto'],
    refundsAnswer: 'refunded',
    get refunded() {
      return refunded;
    },
    get requests() {
      return [...payments.values()].map(({ request }) => request);
    },
    requestPayment: async (request) => {
      const known = payments.get(nameOf(request));
      if (known !== undefined) return known.state;
      const state: PaymentState = { kind: 'pending', checkoutUrl: `https://pay.example/${request.reference}` };
      payments.set(nameOf(request), { request, state });
      return state;
    },
    findPayment: async (address) => payments.get(nameOf(address))?.state,
    refund: async (address) => {
      const known = payments.get(nameOf(address));
      if (provider.refundsAnswer === 'pending') return { kind: 'pending' };
      if (provider.refundsAnswer === 'failed') return { kind: 'failed', code: 'refund_declined' };
      if (known?.state.kind === 'paid' && !refunded.includes(known.request.reference))
        refunded.push(known.request.reference);
      if (known?.state.kind === 'pending') known.state = { kind: 'failed', code: 'payment_withdrawn' };
      return { kind: 'refunded' };
    },
    pay: (reference, paidMinor) => {
      const found = byReference(reference);
      found.state = { kind: 'paid', payer, paidMinor: paidMinor ?? found.request.amountMinor };
    },
    decline: (reference, code) => {
      byReference(reference).state = { kind: 'failed', code };
    },
  };
  return provider;
};
