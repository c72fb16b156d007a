import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { keyIdOf, type VerifySignature } from '@finaegis/kernel/tree-head';

/** A key that signs heads: here from a seed, elsewhere from a key service, which is why it answers later. */
export interface SigningKey {
  readonly keyId: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The Ed25519 signature over a text's UTF-8 bytes, 64 bytes. */
  sign(text: string): Promise<Uint8Array>;
}

// What stands before the 32 bytes in the DER forms of an Ed25519 key (RFC 8410).
const privatePrefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const publicPrefix = Buffer.from('302a300506032b6570032100', 'hex');

/** The key of a 32-byte seed (RFC 8032). */
export const signingKeyOf = (seed: Uint8Array): SigningKey => {
  if (seed.length !== 32) throw new RangeError('A seed of Ed25519 has 32 bytes.');
  const key = createPrivateKey({ key: Buffer.concat([privatePrefix, seed]), format: 'der', type: 'pkcs8' });
  const exported = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const publicKey = Uint8Array.from(exported.subarray(publicPrefix.length));
  return {
    keyId: keyIdOf(publicKey),
    publicKey,
    sign: async (text) => Uint8Array.from(sign(null, Buffer.from(text), key)),
  };
};

/** Checks Ed25519 signatures with Node's own implementation. */
export const verifyEd25519: VerifySignature = ({ publicKey, text, signature }) => {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  const key = createPublicKey({ key: Buffer.concat([publicPrefix, publicKey]), format: 'der', type: 'spki' });
  return verify(null, Buffer.from(text), key, signature);
};
