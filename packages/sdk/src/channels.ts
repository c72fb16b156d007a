/** Names of the channels of a tenant, for `subscribe` and for clients of the Pusher protocol. */
export interface ChannelNames {
  /** Everything; for staff. */
  readonly everything: string;
  readonly accounts: string;
  readonly transactions: string;
  readonly compliance: string;
  /** Everything of one account; for staff, and for customers with a mandate on it. */
  account(accountId: string): string;
}

/** Channels of a tenant; which of them a key may listen to is the server's to say. */
export const channelsOf = (tenantId: string): ChannelNames => {
  const everything = `private-tenant.${tenantId}`;
  return {
    everything,
    accounts: `${everything}.accounts`,
    transactions: `${everything}.transactions`,
    compliance: `${everything}.compliance`,
    account: (accountId) => `${everything}.accounts.${accountId}`,
  };
};

/** The channel of a key or user, or of the party it acts for: everything of the accounts its mandates let it see. */
export const channelOf = (principalOrPartyId: string): string => `private-user.${principalOrPartyId}`;
