import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { addressList } from './address-list.ts';
import { isSecretOf, keyFromHeader, newApiKeySecret } from './key-text.ts';
import { isWithin } from './scope.ts';

const secretOf = (text: string): string => text.split('_')[3] ?? '';

describe('a new key', () => {
  it('is read back from the header it is sent in', () => {
    const { text, prefix } = newApiKeySecret('live');
    expect(keyFromHeader(`Bearer ${text}`)).toEqual({ environment: 'live', prefix, secret: secretOf(text) });
    expect(keyFromHeader(`bearer ${text}`)?.prefix).toBe(prefix);
  });

  it('has 256 random bits and more, and the bank keeps the SHA-256 of the secret only', () => {
    const { text, secretHash } = newApiKeySecret('test');
    expect(secretOf(text)).toMatch(/^[0-9a-hj-km-np-tv-z]{52}$/);
    expect(secretHash).toBe(createHash('sha256').update(secretOf(text)).digest('hex'));
    expect(newApiKeySecret('test').text).not.toBe(text);
  });

  it('comes from every random byte the same way', () => {
    const { text } = newApiKeySecret('test', (length) => Uint8Array.from({ length }, (_, index) => index));
    expect(text).toBe('fin_test_0123456789ab_0123456789abcdefghjkmnpqrstvwxyz0123456789abcdefghjk');
  });

  it('refuses an environment that would break its shape', () => {
    expect(() => newApiKeySecret('a_b')).toThrow(TypeError);
  });
});

describe('a header', () => {
  const { text } = newApiKeySecret('live');
  it.each([
    undefined,
    '',
    text,
    `Basic ${text}`,
    `Bearer`,
    `Bearer ${text}x`,
    `Bearer ${text} ${text}`,
    `Bearer ${text.toUpperCase()}`,
    `Bearer ${'x'.repeat(100_000)}`,
    `Bearer fin_live_%_${secretOf(text)}`,
  ])('%# is not a key', (header) => {
    expect(keyFromHeader(header)).toBeUndefined();
  });
});

describe('a secret', () => {
  const { text, secretHash } = newApiKeySecret('live');
  it('opens its own hash and no other, and nothing when no key was found', () => {
    expect(isSecretOf(secretOf(text), Buffer.from(secretHash, 'hex'))).toBe(true);
    expect(isSecretOf(secretOf(newApiKeySecret('live').text), Buffer.from(secretHash, 'hex'))).toBe(false);
    expect(isSecretOf(secretOf(text), undefined)).toBe(false);
    expect(isSecretOf(secretOf(text), new Uint8Array(3))).toBe(false);
  });
});

describe('an allow list', () => {
  it.each([
    [[], '203.0.113.9', true],
    [['192.0.2.1'], '192.0.2.1', true],
    [['192.0.2.1'], '::ffff:192.0.2.1', true],
    [['192.0.2.1'], '192.0.2.2', false],
    [['192.0.2.0/24'], '192.0.2.255', true],
    [['192.0.2.0/24'], '192.0.3.0', false],
    [['2001:db8::/32'], '2001:db8:1::1', true],
    [['2001:db8::/32'], '2001:db9::1', false],
    [['192.0.2.0/24'], 'not an address', false],
    [['0.0.0.0/0'], '2001:db8::1', false],
  ])('%j holds %s: %s', (entries, address, expected) => {
    expect(addressList(entries)(address)).toBe(expected);
  });
});

describe('a scope', () => {
  it.each([
    ['ledger:write', ['ledger:write'], true],
    ['ledger:write', ['ledger:*'], true],
    ['ledger:write', ['*'], true],
    ['ledger:*', ['ledger:*'], true],
    ['ledger:*', ['*'], true],
    ['*', ['*'], true],
    ['ledger:*', ['ledger:write', 'ledger:read'], false],
    ['*', ['ledger:*', 'auth:*'], false],
    ['ledger:write', ['ledger:read'], false],
    ['ledgers:write', ['ledger:*'], false],
    ['ledger:write', [], false],
    ['ledger:read', ['*:read'], true],
    ['*:read', ['*'], true],
    ['*:read', ['*:read'], true],
    ['*:read', ['ledger:*', 'auth:*'], false],
    ['ledger:write', ['*:read'], false],
    ['ledger:*', ['*:read'], false],
    ['*', ['*:read'], false],
  ])('%s is within %j: %s', (scope, held, expected) => {
    expect(isWithin(scope, held)).toBe(expected);
  });
});
