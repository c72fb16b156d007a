import type { InvestmentPayments, PaymentState } from '../ports.ts';

/** A crypto deposit to an account here, as the context of payments knows it. */
export interface CryptoDepositSeen {
  readonly status: 'announced' | 'open' | 'pending' | 'credited' | 'suspended' | 'failed' | 'expired';
  readonly accountId: string;
  readonly receivedMinor?: bigint | undefined;
  /** Where the investor pays. */
  readonly checkoutUrl?: string | undefined;
  readonly reason?: string | undefined;
  readonly waitingSagaId?: string | undefined;
}

/** What is asked of the context of payments. */
export interface CryptoDeposits {
  /** Asked for twice it is one deposit; a refusal is told by its code. */
  create(deposit: {
    readonly tenantId: string;
    readonly depositId: string;
    readonly accountId: string;
    readonly asset: string;
    readonly amountMinor: bigint;
    readonly waitingSagaId: string;
  }): Promise<CryptoDepositSeen | { readonly refused: string }>;
  find(tenantId: string, depositId: string): Promise<CryptoDepositSeen | undefined>;
}

const stateOf = (deposit: CryptoDepositSeen): PaymentState => {
  const { status, accountId, receivedMinor, checkoutUrl, reason = status, waitingSagaId } = deposit;
  switch (status) {
    case 'credited':
      return { kind: 'paid', payer: accountId, paidMinor: receivedMinor ?? 0n };
    // What arrived and could not be credited has an item of its own, and nothing of it is the investment's.
    case 'suspended':
    case 'failed':
    case 'expired':
      return { kind: 'failed', code: reason };
    default:
      return {
        kind: 'pending',
        ...(checkoutUrl === undefined ? {} : { checkoutUrl }),
        ...(waitingSagaId === undefined ? {} : { isTold: true }),
      };
  }
};

/**
 * Paid in crypto, in the asset of the round: the investor puts the money on his own account here by a crypto checkout, and the account is debited
 * when it is there. What goes back is on that account again, from where he may have it sent to an address that he confirms.
 */
export const cryptoPayments = (deposits: CryptoDeposits): InvestmentPayments => ({
  methods: ['crypto'],
  requestPayment: async ({ tenantId, key: depositId, accountId, asset, amountMinor, waitingSagaId }) => {
    const made = await deposits.create({ tenantId, depositId, accountId, asset, amountMinor, waitingSagaId });
    return 'refused' in made ? { kind: 'failed', code: made.refused } : stateOf(made);
  },
  findPayment: async ({ tenantId, key }) => {
    const found = await deposits.find(tenantId, key);
    return found === undefined ? undefined : stateOf(found);
  },
  refund: async () => ({ kind: 'refunded' }),
});
