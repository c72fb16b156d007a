import { timingSafeEqual } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

const periodSeconds = 30;
// A clock half a minute off is usual; each further step would double what a guess may hit.
const stepsAside = 1;

const totpOf = (secret: string, label = 'FinAegis'): TOTP =>
  new TOTP({ issuer: 'FinAegis', label, algorithm: 'SHA1', digits: 6, period: periodSeconds, secret });

/** A second factor to be taken up by an authenticator (RFC 6238): 160 random bits, and the address its app reads. */
export const newTotpSecret = (label: string): { readonly secret: string; readonly uri: string } => {
  const secret = new Secret({ size: 20 }).base32;
  return { secret, uri: totpOf(secret, label).toString() };
};

/**
 * The time step a code belongs to; undefined when it is no code of now. All steps are compared, each in constant time. Whoever accepts one keeps it, and
 * takes none up to it again: a code is used once.
 */
export const totpStep = (secret: string, code: string, nowMs: number): number | undefined => {
  const totp = totpOf(secret);
  const now = Math.floor(nowMs / 1_000 / periodSeconds);
  const given = Buffer.from(code.padEnd(6).slice(0, 6));
  let found: number | undefined;
  for (let step = now - stepsAside; step <= now + stepsAside; step++) {
    const expected = Buffer.from(totp.generate({ timestamp: step * periodSeconds * 1_000 }));
    if (timingSafeEqual(given, expected) && code.length === 6) found = step;
  }
  return found;
};

/** The code of an instant; for whoever holds the secret, which outside of tests is an authenticator. */
export const totpCode = (secret: string, nowMs: number): string => totpOf(secret).generate({ timestamp: nowMs });
