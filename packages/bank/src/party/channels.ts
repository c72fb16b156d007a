import type { ChannelDeclaration } from '@finaegis/platform/realtime/channel';

/** What the bank's compliance staff hears as it happens. */
export const partyChannels: readonly ChannelDeclaration[] = [
  {
    name: 'tenant.{tenantId}.compliance',
    summary: 'What somebody has to look at: identities, blocks, money that lies in suspense, erasures.',
    permission: 'party:kyc',
    audience: 'staff',
    events: ['party.kyc.*', 'party.party.*', 'ledger.account.*', 'payment.incoming.suspended'],
  },
];
