import type { ChannelDeclaration } from '@finaegis/platform/realtime/channel';

const events = [
  'account.*',
  'ledger.account.*',
  'ledger.hold.*',
  'ledger.journal.*',
  'party.mandate.*',
  'payment.*',
] as const;

/** What is heard of accounts as it happens: of all of them by staff, of one by whoever may see it. */
export const accountChannels: readonly ChannelDeclaration[] = [
  {
    name: 'tenant.{tenantId}.accounts',
    summary:
      'What becomes of accounts: opened and closed, blocks, holds, statements, mandates. What is booked on them is in `.transactions`.',
    permission: 'account:read',
    audience: 'staff',
    events: ['account.account.*', 'account.statement.*', 'ledger.account.*', 'ledger.hold.*', 'party.mandate.*'],
  },
  {
    name: 'tenant.{tenantId}.accounts.{accountId}',
    summary:
      'Everything of one account, to staff and to customers whose mandates let them see it; a customer sees no more of it than the API would show.',
    permission: 'account:read',
    audience: 'mandate',
    events: [...events],
    latest: ['ledger.account.balances'],
  },
];
