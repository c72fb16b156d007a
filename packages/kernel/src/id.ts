import { sha3_256, toHex } from './hash.ts';

/** Where fresh ids come from; handed to whoever needs one, so that decisions and tests stay repeatable. */
export type IdSource = () => string;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text is a UUID in its one canonical form: lower case, dashed. Two spellings of one id would be two ids. */
export const isUuid = (text: string): boolean => UUID.test(text);

/**
 * A version 7 UUID (RFC 9562 section 5.7): ordered by the millisecond it was made.
 * @param nowMs milliseconds since 1970, a whole number below 2^48
 * @param random 10 random bytes, of which 74 bits are used
 */
export const uuidV7 = ({ nowMs, random }: { readonly nowMs: number; readonly random: Uint8Array }): string => {
  if (!Number.isInteger(nowMs) || nowMs < 0 || nowMs >= 2 ** 48)
    throw new RangeError(`No version 7 UUID can hold the time ${nowMs}.`);
  if (random.length !== 10) throw new RangeError('A version 7 UUID takes 10 random bytes.');
  const bytes = new Uint8Array(16);
  const high = Math.floor(nowMs / 2 ** 32);
  const low = nowMs % 2 ** 32;
  bytes.set([high >>> 8, high, low >>> 24, low >>> 16, low >>> 8, low]);
  bytes.set(random, 6);
  return stamp(bytes, 7);
};

/**
 * A version 4 UUID from 16 random bytes: what ISO 20022 demands of a UETR (unique end-to-end transaction reference).
 */
export const uuidV4FromBytes = (random: Uint8Array): string => {
  if (random.length !== 16) throw new RangeError('A version 4 UUID takes 16 random bytes.');
  return stamp(Uint8Array.from(random), 4);
};

/**
 * The UUID that stands for these parts, always the same: the id of a saga's step, of an event caused by another, of a
 * row of a file. Version 8 (RFC 9562 section 5.8) from SHA3-256 over the parts' JSON, so ('a','bc') and ('ab','c') differ.
 */
export const derivedUuid = (...parts: readonly [string, ...string[]]): string =>
  stamp(sha3_256(JSON.stringify(parts)).slice(0, 16), 8);

/**
 * A source of version 7 UUIDs that strictly increase within this process, also many in one millisecond and when the
 * clock is set back. The 12 bits behind the time count within a millisecond (RFC 9562 section 6.2, method 1), starting
 * at a random place in their lower half; when they run out the source borrows the next millisecond.
 * @param clock milliseconds since 1970
 * @param randomBytes as many random bytes as asked for, from a cryptographic source
 */
export const uuidV7Source = (clock: () => number, randomBytes: (length: number) => Uint8Array): IdSource => {
  let lastMs = -1;
  let counter = 0;
  return () => {
    const nowMs = Math.floor(clock());
    const random = Uint8Array.from(randomBytes(10));
    if (nowMs > lastMs) {
      lastMs = nowMs;
      counter = (((random[0] as number) << 8) | (random[1] as number)) & 0x7ff;
    } else if (counter < 0xfff) {
      counter += 1;
    } else {
      lastMs += 1;
      counter = 0;
    }
    random[0] = counter >>> 8;
    random[1] = counter;
    return uuidV7({ nowMs: lastMs, random });
  };
};

/** The millisecond at which a version 7 UUID was made, as far as its maker's clock was right. */
export const uuidV7Time = (uuid: string): number => {
  if (!isUuid(uuid) || uuid[14] !== '7') throw new RangeError('Not a version 7 UUID.');
  return Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);
};

const stamp = (bytes: Uint8Array, version: number): string => {
  bytes[6] = ((bytes[6] as number) & 0x0f) | (version << 4);
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = toHex(bytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};
