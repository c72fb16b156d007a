import type { InvestmentPayments, PaymentRequest } from '../ports.ts';

/** Several ways of being paid behind one port: each payment is asked of the first way that takes its method. */
export const paymentsByMethod = (...ways: readonly InvestmentPayments[]): InvestmentPayments => {
  const wayOf = ({ method }: PaymentRequest) => ways.find(({ methods }) => methods.includes(method));
  const unavailable = { kind: 'failed', code: 'payment_method_unavailable' } as const;
  return {
    methods: [...new Set(ways.flatMap(({ methods }) => methods))],
    requestPayment: async (request) => wayOf(request)?.requestPayment(request) ?? unavailable,
    findPayment: async (request) => wayOf(request)?.findPayment(request),
    refund: async (payment) => wayOf(payment)?.refund(payment) ?? unavailable,
  };
};
