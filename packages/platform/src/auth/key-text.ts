import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A key as its holder writes it: `fin_<environment>_<prefix>_<secret>`. The prefix is public, the secret is never stored. */
export interface KeyText {
  readonly environment: string;
  readonly prefix: string;
  readonly secret: string;
}

/** A fresh key: the text for its holder, and what the bank keeps of it. */
export interface NewApiKeySecret {
  readonly text: string;
  readonly prefix: string;
  /** SHA-256 of the secret, hex. */
  readonly secretHash: string;
}

// Without i, l, o and u: nothing that is read out can be misheard, and no word appears by chance.
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const prefixLength = 12;
// 260 random bits: past any guessing, so one round of SHA-256 protects it as well as a slow hash would.
const secretLength = 52;
const pattern = /^fin_([a-z]{1,16})_([0-9a-z]{12})_([0-9a-z]{52})$/;

const randomText = (length: number, random: (length: number) => Uint8Array): string => {
  let text = '';
  // 256 is a multiple of 32, so every character is equally likely.
  for (const byte of random(length)) text += alphabet[byte % alphabet.length];
  return text;
};

/** Makes a key. `environment` is a word for people and secret scanners (`live`, `test`, `demo`). */
export const newApiKeySecret = (
  environment: string,
  random: (length: number) => Uint8Array = randomBytes,
): NewApiKeySecret => {
  if (!/^[a-z]{1,16}$/.test(environment))
    throw new TypeError('The environment of a key is 1 to 16 lower case letters.');
  const prefix = randomText(prefixLength, random);
  const secret = randomText(secretLength, random);
  return { text: `fin_${environment}_${prefix}_${secret}`, prefix, secretHash: hashOf(secret).toString('hex') };
};

/** The parts of an `Authorization` header's key; undefined for anything else than `Bearer` and a whole key. */
export const keyFromHeader = (authorization: string | undefined): KeyText | undefined => {
  // The length is looked at first, so that a long header costs nothing.
  if (authorization === undefined || authorization.length > 120) return undefined;
  const [, text] = /^bearer +(\S+) *$/i.exec(authorization) ?? [];
  const [, environment, prefix, secret] = pattern.exec(text ?? '') ?? [];
  return environment === undefined || prefix === undefined || secret === undefined
    ? undefined
    : { environment, prefix, secret };
};

/** What the bank keeps of a secret: SHA-256, hex. */
export const secretHashOf = (secret: string): string => hashOf(secret).toString('hex');

const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

const noHash = Buffer.alloc(32);

/** Whether this is the secret behind the hash, in the same time whether or not there is a hash to compare with. */
export const isSecretOf = (secret: string, secretHash: Uint8Array | undefined): boolean => {
  const expected = secretHash?.length === noHash.length ? secretHash : noHash;
  return timingSafeEqual(hashOf(secret), expected) && secretHash !== undefined;
};
