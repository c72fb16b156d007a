import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** What is signed: that a principal may subscribe a connection to a channel. */
export interface SubscriptionClaim {
  readonly tenantId: string;
  readonly principalId: string;
  readonly socketId: string;
  readonly channel: string;
  /** Sent with it, as it stands. */
  readonly channelData?: string | undefined;
}

/** Signs subscriptions for connections that may be another process's. */
export interface Signer {
  /** `key:signature` as the protocol has it. */
  sign(claim: SubscriptionClaim): string;
  /** The principal that asked for it; undefined for anything that was not signed for this very connection and channel. */
  verify(auth: string, claim: Omit<SubscriptionClaim, 'principalId'>): string | undefined;
}

/** Key of all processes of an installation, from the key they share. */
export const signingKeyOf = (masterKey: Uint8Array): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', masterKey, '', 'finaegis realtime subscriptions', 32));

/**
 * Signatures by the Pusher Channels protocol: HMAC-SHA256 in hex over `socket_id:channel` and, where there are data, `:` and the data. In the
 * protocol's place for the key stands who asked, and each has a secret of its own, so that a connection can be dropped when that one may no longer.
 */
export const createSigner = (key: () => Uint8Array): Signer => {
  const hmac = (secret: Uint8Array | Buffer, text: string): Buffer =>
    createHmac('sha256', secret).update(text).digest();
  const signature = ({ tenantId, principalId, socketId, channel, channelData }: SubscriptionClaim): Buffer =>
    hmac(
      hmac(key(), `${tenantId}:${principalId}`),
      [socketId, channel, ...(channelData === undefined ? [] : [channelData])].join(':'),
    );
  return {
    sign: (claim) => `${claim.principalId}:${signature(claim).toString('hex')}`,
    verify: (auth, claim) => {
      const [, principalId, hex] = /^([\w-]{1,100}):([0-9a-f]{64})$/.exec(auth) ?? [];
      if (principalId === undefined || hex === undefined) return undefined;
      return timingSafeEqual(Buffer.from(hex, 'hex'), signature({ ...claim, principalId })) ? principalId : undefined;
    },
  };
};
