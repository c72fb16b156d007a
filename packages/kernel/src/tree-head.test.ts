import { describe, expect, it } from 'vitest';
import { toHex } from './hash.ts';
import { type AuditKey, headFault, headStatement, keyChainFault, keyIdOf, type SignedTreeHead } from './tree-head.ts';

// Signatures themselves are tested where they are made; here whoever is asked says yes, so that only the rules of belief are left.
const verify = (): boolean => true;

const keyOf = (number: number, its: Partial<AuditKey> = {}): AuditKey => {
  const publicKey = new Uint8Array(32).fill(number);
  return {
    number,
    keyId: keyIdOf(publicKey),
    publicKey: toHex(publicKey),
    validFrom: `2026-03-0${number}T00:00:00.000Z`,
    announcedBy: keyIdOf(new Uint8Array(32).fill(Math.max(1, number - 1))),
    signature: '',
    ...its,
  };
};
const keys = [keyOf(1), keyOf(2), keyOf(3)];

const headBy = (number: number, timestamp: string): SignedTreeHead => ({
  tenant: 'a',
  epoch: 'e',
  size: 1,
  root: '',
  timestamp,
  keyId: keyOf(number).keyId,
  signature: '',
});

describe('a chain of keys', () => {
  it('is believed when every key is announced by the one before it, also the empty one', () => {
    expect(keyChainFault(keys, { verify })).toBeUndefined();
    expect(keyChainFault([], { verify })).toBeUndefined();
  });

  it.each([
    ['a key is left out', [keyOf(1), keyOf(3)]],
    ['keys changed places', [keyOf(2), keyOf(1), keyOf(3)]],
    ['an id is not that of its key', [keyOf(1, { keyId: 'ffffffffffffffff', announcedBy: 'ffffffffffffffff' })]],
    ['a key is announced by one that is not before it', [keyOf(1), keyOf(2, { announcedBy: keyOf(3).keyId })]],
    ['a key begins before the one that announces it', [keyOf(1), keyOf(2, { validFrom: '2026-02-28T00:00:00.000Z' })]],
  ])('is broken when %s', (_, chain) => {
    expect(keyChainFault(chain, { verify })).toBe('key_chain_broken');
  });

  it('is broken when one announcement is not signed', () => {
    expect(keyChainFault(keys, { verify: ({ text }) => !text.includes('"number":2') })).toBe('key_chain_broken');
  });
});

describe('a head', () => {
  it.each([
    [1, '2026-03-01T00:00:00.000Z', undefined],
    [1, '2026-03-02T00:00:00.000Z', undefined],
    [1, '2026-03-02T00:00:00.001Z', 'head_outside_key_period'],
    [2, '2026-03-01T23:59:59.999Z', 'head_outside_key_period'],
    [3, '2036-01-01T00:00:00.000Z', undefined],
    [9, '2026-03-02T00:00:00.000Z', 'head_key_unknown'],
  ])('of key %i dated %s: %s', (number, timestamp, fault) => {
    expect(headFault(headBy(number, timestamp), { keys, verify })).toBe(fault);
  });

  it('is believed from the key on that is known, not before it', () => {
    const fault = (number: number) =>
      headFault(headBy(number, keyOf(number).validFrom), { keys, verify, trusted: keyOf(2).publicKey });
    expect([1, 2, 3].map(fault)).toEqual(['head_key_not_trusted', undefined, undefined]);
  });

  it('is signed as a head and as nothing else', () => {
    expect(headStatement(headBy(1, '2026-03-01T00:00:00.000Z'))).toBe(
      `{"epoch":"e","keyId":"${keyOf(1).keyId}","kind":"finaegis.audit.head.v1","root":"","size":1,"tenant":"a","timestamp":"2026-03-01T00:00:00.000Z"}`,
    );
  });
});
