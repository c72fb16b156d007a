import type { InvestmentPayments, PaymentState } from '../ports.ts';

/**
 * Pays from the investor's own account here. There is nobody to ask: the account is debited when the payment is booked, and credited when it is paid
 * back, each in the commit of what it is for.
 */
export const accountPayments = (): InvestmentPayments => ({
  methods: ['account'],
  requestPayment: async ({ accountId, amountMinor }): Promise<PaymentState> => ({
    kind: 'paid',
    payer: accountId,
    paidMinor: amountMinor,
  }),
  findPayment: async () => undefined,
  refund: async () => ({ kind: 'refunded' }),
});
