import type { ChannelDeclaration } from '@finaegis/platform/realtime/channel';

/** What is booked, as it is booked. */
export const ledgerChannels: readonly ChannelDeclaration[] = [
  {
    name: 'tenant.{tenantId}.transactions',
    summary: 'Everything that moves money or is about to: journals, deposits, withdrawals, payments, refunds.',
    permission: 'ledger:read',
    audience: 'staff',
    events: ['ledger.journal.*', 'account.deposit.*', 'account.withdrawal.*', 'payment.*'],
  },
];
