import { randomBytes } from 'node:crypto';

const prefix = 'whsec_';

/** A fresh secret as Standard Webhooks writes them: 32 random bytes. */
export const newSecretText = (): string => `${prefix}${randomBytes(32).toString('base64')}`;

/** The bytes that sign. */
export const secretBytes = (text: string): Buffer => Buffer.from(text.slice(prefix.length), 'base64');
