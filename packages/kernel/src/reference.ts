import { isUuid } from './id.ts';

/** The longest reference ISO 20022 messages carry (Max35Text); a dashed UUID has 36 characters and does not fit. */
export const REFERENCE_LENGTH_MAX = 35;

const REFERENCE = /^[A-Z0-9]{1,35}$/;
const PREFIX = /^[A-Z0-9]{0,10}$/;

// 36^25 is the first power of 36 beyond 2^128, so every UUID has 25 digits of its own, and reading them is unambiguous.
const DIGITS = 25;
const UUID_LIMIT = 1n << 128n;

/** Whether a text can travel as a reference through every rail: 1 to 35 capitals and digits. */
export const isReference = (text: string): boolean => REFERENCE.test(text);

/**
 * The reference of a journal or payment, from its id: the prefix and 25 digits in base 36. The same id always gives the
 * same reference, different ids different ones, and `uuidOfReference` reads the id back.
 * @param prefix what it stands for, 0 to 10 capitals and digits, such as 'J' for a journal
 */
export const referenceOf = (prefix: string, uuid: string): string => {
  if (!PREFIX.test(prefix)) throw new RangeError('A prefix has at most 10 capitals and digits.');
  if (!isUuid(uuid)) throw new RangeError('A reference is made from a UUID in lower case.');
  const value = BigInt(`0x${uuid.replaceAll('-', '')}`);
  return prefix + value.toString(36).toUpperCase().padStart(DIGITS, '0');
};

/** The id a reference with this prefix was made from; undefined for one that somebody else made. */
export const uuidOfReference = (prefix: string, reference: string): string | undefined => {
  if (!isReference(reference) || !reference.startsWith(prefix) || reference.length !== prefix.length + DIGITS)
    return undefined;
  let value = 0n;
  for (const digit of reference.slice(prefix.length)) value = value * 36n + BigInt(Number.parseInt(digit, 36));
  if (value >= UUID_LIMIT) return undefined;
  const hex = value.toString(16).padStart(32, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};
