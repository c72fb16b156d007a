import { type PaymentTimes, paymentTimes } from '@finaegis/bank/payment/ports';
import { cardPayMaxMs } from './cards-twin.ts';

/** How long those outside and the people at the desk are waited for. */
export type OutsideTimes = PaymentTimes & { readonly payMaxMs: number };

/** In virtual time, which costs nothing. */
export const virtualTimes: OutsideTimes = {
  ...paymentTimes,
  askFirstMs: 1_000,
  pollFirstMs: 500,
  pollMaxMs: 4_000,
  reviewMaxMs: 45_000,
  disputeRemindersMs: [20_000, 5_000],
  payMaxMs: cardPayMaxMs,
};
