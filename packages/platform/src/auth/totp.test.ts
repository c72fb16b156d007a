import { describe, expect, it } from 'vitest';
import { newTotpSecret, totpCode, totpStep } from './totp.ts';

// RFC 6238, appendix B: the secret is "12345678901234567890", the last six of its eight digits.
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

describe('a one-time code', () => {
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
  ])('at second %i is as RFC 6238 says', (second, code) => {
    expect(totpCode(secret, second * 1_000)).toBe(code);
    expect(totpStep(secret, code, second * 1_000)).toBe(Math.floor(second / 30));
  });

  it('is taken one step early or late, as the step it belongs to, and no further', () => {
    const nowMs = 1_111_111_111_000;
    const step = Math.floor(nowMs / 30_000);
    const found = [-2, -1, 0, 1, 2].map((aside) => totpStep(secret, totpCode(secret, nowMs + aside * 30_000), nowMs));
    expect(found).toEqual([undefined, step - 1, step, step + 1, undefined]);
  });

  it.each(['', '28708', '2870820', '287083', 'abcdef'])('%j is none', (code) => {
    expect(totpStep(secret, code, 59_000)).toBeUndefined();
  });

  it('is made for an authenticator with 160 random bits', () => {
    const made = newTotpSecret('jana');
    expect(made.secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(made.uri).toContain('otpauth://totp/FinAegis:jana?');
    expect(newTotpSecret('jana').secret).not.toBe(made.secret);
  });
});
