import { canonicalJson } from './canonical-json.ts';
import { fromHex, sha3_256, toHex } from './hash.ts';

/** What a signer says of a tenant's log: how many events it has and the Merkle root over all of them. */
export interface TreeHead {
  readonly tenant: string;
  /** Which restore of the database the log belongs to. */
  readonly epoch: string;
  /** Events of the log. */
  readonly size: number;
  /** Root of the Merkle tree over their hashes, hexadecimal. */
  readonly root: string;
  /** UTC instant with milliseconds. */
  readonly timestamp: string;
  readonly keyId: string;
}

/** A head with its Ed25519 signature (RFC 8032), hexadecimal. */
export interface SignedTreeHead extends TreeHead {
  readonly signature: string;
}

/** A key that signs heads, announced by the key before it; the first one announces itself. */
export interface AuditKey {
  /** 1 for the first key of the installation, one more for each that follows. */
  readonly number: number;
  readonly keyId: string;
  /** 32 bytes, hexadecimal. */
  readonly publicKey: string;
  /** Heads of this instant and later may be signed with it, until the next key's. */
  readonly validFrom: string;
  /** Key that signed the announcement. */
  readonly announcedBy: string;
  readonly signature: string;
}

/** Whether an Ed25519 signature is a key's over a text's UTF-8 bytes. Node and browsers each bring their own. */
export type VerifySignature = (claim: {
  readonly publicKey: Uint8Array;
  readonly text: string;
  readonly signature: Uint8Array;
}) => boolean;

/** The text that is signed for a head. The kind keeps a signature from meaning something else elsewhere. */
export const headStatement = ({ tenant, epoch, size, root, timestamp, keyId }: TreeHead): string =>
  canonicalJson({ kind: 'finaegis.audit.head.v1', tenant, epoch, size, root, timestamp, keyId });

/** The text that announces a key, signed by the key before it. */
export const keyStatement = (key: Omit<AuditKey, 'signature'>): string =>
  canonicalJson({
    kind: 'finaegis.audit.key.v1',
    number: key.number,
    keyId: key.keyId,
    publicKey: key.publicKey,
    validFrom: key.validFrom,
    announcedBy: key.announcedBy,
  });

/** A key's id: the first 16 hexadecimal digits of the SHA3-256 of its public half, so that an id cannot be given to another key. */
export const keyIdOf = (publicKey: Uint8Array): string => toHex(sha3_256(publicKey)).slice(0, 16);

/** Why a chain of keys, or a head under it, is not believed. */
export type SignatureFault =
  | 'key_chain_broken'
  | 'key_not_trusted'
  | 'head_key_unknown'
  | 'head_key_not_trusted'
  | 'head_outside_key_period'
  | 'head_signature_wrong';

/**
 * Why a chain of keys is not believed, or undefined. Every key must be announced by the one before it, the first by itself.
 * @param keys oldest first
 * @param trusted public key (hexadecimal) the caller knows from elsewhere; it must stand in the chain
 */
export const keyChainFault = (
  keys: readonly AuditKey[],
  { verify, trusted }: { readonly verify: VerifySignature; readonly trusted?: string | undefined },
): SignatureFault | undefined => {
  const isAnnounced = keys.every((key, index) => {
    const before = keys[index - 1] ?? key;
    return (
      key.number === index + 1 &&
      key.keyId === keyIdOf(fromHex(key.publicKey)) &&
      key.announcedBy === before.keyId &&
      key.validFrom >= before.validFrom &&
      verify({ publicKey: fromHex(before.publicKey), text: keyStatement(key), signature: fromHex(key.signature) })
    );
  });
  if (!isAnnounced) return 'key_chain_broken';
  return trusted === undefined || keys.some(({ publicKey }) => publicKey === trusted) ? undefined : 'key_not_trusted';
};

/**
 * Why a head is not believed, or undefined. The chain itself must have been found good.
 * @param trusted as for `keyChainFault`: keys before it are vouched for by nobody the caller knows
 */
export const headFault = (
  head: SignedTreeHead,
  {
    keys,
    verify,
    trusted,
  }: { readonly keys: readonly AuditKey[]; readonly verify: VerifySignature; readonly trusted?: string | undefined },
): SignatureFault | undefined => {
  const place = keys.findIndex(({ keyId }) => keyId === head.keyId);
  const key = keys[place];
  if (key === undefined) return 'head_key_unknown';
  if (trusted !== undefined && place < keys.findIndex(({ publicKey }) => publicKey === trusted))
    return 'head_key_not_trusted';
  const retiredAt = keys[place + 1]?.validFrom;
  if (head.timestamp < key.validFrom || (retiredAt !== undefined && head.timestamp > retiredAt))
    return 'head_outside_key_period';
  const claim = { publicKey: fromHex(key.publicKey), text: headStatement(head), signature: fromHex(head.signature) };
  return verify(claim) ? undefined : 'head_signature_wrong';
};
