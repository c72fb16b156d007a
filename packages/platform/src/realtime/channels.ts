import type { ChannelDeclaration } from './channel.ts';

/** Channels of the platform itself; contexts declare theirs beside what they publish. */
export const platformChannels: readonly ChannelDeclaration[] = [
  {
    name: 'tenant.{tenantId}',
    summary: 'Everything that is published of a tenant, to its staff.',
    permission: 'realtime:read',
    audience: 'staff',
    events: ['*'],
    hasPresence: true,
  },
  {
    name: 'user.{userId}',
    summary:
      'What concerns a customer: everything of the accounts its mandates let it see. Named after the principal, or the party it acts for.',
    permission: 'realtime:read',
    audience: 'self',
    events: ['*'],
  },
];
