import { describe, expect, it } from 'vitest';
import { accessTokenFromHeader, accessTokenKeyOf, createAccessTokens } from './token-text.ts';

const tokens = createAccessTokens(() => accessTokenKeyOf(new Uint8Array(32).fill(1)));
const token = {
  tokenId: '0190a000-0000-7000-8000-0000000000a1',
  tenantId: '0190a000-0000-7000-8000-0000000000a2',
  keyId: '0190a000-0000-7000-8000-0000000000a3',
  prefix: '0123456789ab',
  scopes: ['ledger:read', '*:read'],
  issuedAtMs: 1_000,
  expiresAtMs: 601_000,
};

describe('an access token', () => {
  it('is read as it was written, from its header too', () => {
    const text = tokens.write(token);
    expect(tokens.read(text)).toEqual(token);
    expect(accessTokenFromHeader(`Bearer ${text}`)).toBe(text);
  });

  it('is nothing when a byte is another, when it was signed elsewhere, or without its signature', () => {
    const text = tokens.write(token);
    const [head = '', mac = ''] = text.split('.');
    const payload = Buffer.from(head.slice('fin_access_'.length), 'base64url').toString();
    const forged = Buffer.from(payload.replace('ledger:read', 'ledger:post')).toString('base64url');
    const other = createAccessTokens(() => accessTokenKeyOf(new Uint8Array(32).fill(2))).write(token);
    const wrong = [other, head, `${head}.`, `${head}.${'A'.repeat(43)}`, `fin_access_${forged}.${mac}`, `${text}x`, ''];
    expect(wrong.map((each) => tokens.read(each))).toEqual(wrong.map(() => undefined));
  });

  it('is in no header that is too long or of another scheme', () => {
    const text = tokens.write(token);
    for (const header of [
      undefined,
      text,
      `Basic ${text}`,
      `Bearer ${text} ${text}`,
      `Bearer ${text}${'a'.repeat(13_000)}`,
    ])
      expect(accessTokenFromHeader(header)).toBeUndefined();
  });
});
