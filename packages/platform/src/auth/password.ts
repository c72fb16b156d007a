import { createHash } from 'node:crypto';
import { type Algorithm, hash, verify } from '@node-rs/argon2';
import { breachedPasswords } from './breached-passwords.table.ts';

// OWASP's least for Argon2id: 19 MiB, two passes. Hashes carry their parameters, so that these may grow.
const parameters = { algorithm: 2 satisfies Algorithm.Argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Shortest and longest password, in characters. */
export const passwordLength = { min: 10, max: 200 } as const;

/** What the bank keeps of a password: Argon2id under a salt of its own, in PHC form. */
export const hashPassword = (password: string): Promise<string> => hash(normal(password), parameters);

// The hash of a text nobody was told, made once: a password of nobody costs as much to refuse as one of somebody.
const ofNobody = '$argon2id$v=19$m=19456,t=2,p=1$5tJIeaRCTaEG4hb+XidQCA$uROMJiDy6SvuB0/WdN8zqMWnM/hSMm5a5/Ax2OpCHvc';

/** Whether this is the password behind the hash, at the same cost whether or not there is a hash to compare with. */
export const isPassword = async (password: string, stored: string | undefined): Promise<boolean> => {
  const isSame = await verify(stored ?? ofNobody, normal(password));
  return isSame && stored !== undefined;
};

/** One text for the several ways to write it down in Unicode: keyboards differ (RFC 8265). */
const normal = (password: string): string => password.normalize('NFC');

let known: Buffer | undefined;
const bytesEach = 5;

/**
 * Whether a password is one of those that breaches have brought to light, in whatever case, with or without digits and signs behind it. The list is in
 * the program: nobody outside is asked.
 */
export const isBreached = (password: string): boolean => {
  const plain = normal(password).toLowerCase();
  return [plain, plain.replace(/[^\p{L}]+$/u, ''), plain.replace(/^[^\p{L}]+/u, '')].some(isListed);
};

const isListed = (text: string): boolean => {
  known ??= Buffer.from(breachedPasswords, 'base64');
  const wanted = createHash('sha256').update(text).digest().subarray(0, bytesEach);
  let [low, high] = [0, known.length / bytesEach];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = Buffer.compare(known.subarray(middle * bytesEach, (middle + 1) * bytesEach), wanted);
    if (order === 0) return true;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return false;
};
