import { describe, expect, it } from 'vitest';
import { isBic, isSameOffice, parseBic } from './bic.ts';

describe('a business identifier code', () => {
  it.each([
    ['GIBACZPX', { party: 'GIBA', country: 'CZ', branch: 'XXX' }],
    ['COBADEFFXXX', { party: 'COBA', country: 'DE', branch: 'XXX' }],
    ['DEUTDEFF500', { party: 'DEUT', country: 'DE', branch: '500' }],
    // Digits in the party's own part have been allowed since 2014.
    ['E097AEXX', { party: 'E097', country: 'AE', branch: 'XXX' }],
  ])('%s has the parts it is made of', (bic, parts) => {
    expect(parseBic(bic)).toEqual({ ok: true, bic, ...parts });
    expect(isBic(bic)).toBe(true);
  });

  it.each(['', 'GIBACZP', 'GIBACZPXX', 'GIBACZPXXXXX', 'gibaczpx', 'GIBA1ZPX', 'GIBACZPX ', 'JOHNDOE99', 'Bank BIC'])(
    '"%s" is none',
    (text) => {
      expect(parseBic(text)).toEqual({ ok: false, problem: 'bic_malformed' });
      expect(isBic(text)).toBe(false);
    },
  );

  it('without a branch is that of the head office', () => {
    expect(isSameOffice('GIBACZPX', 'GIBACZPXXXX')).toBe(true);
    expect(isSameOffice('DEUTDEFF', 'DEUTDEFF500')).toBe(false);
  });
});
