import { describe, expect, it } from 'vitest';
import { purposes } from './purpose.ts';
import { purposeCodeOf } from './purpose-codes.ts';
import { sides } from './terms.ts';

const compact = (posting: Parameters<typeof purposeCodeOf>[0]): string => {
  const { domain, family, subFamily } = purposeCodeOf(posting).bankTransactionCode;
  return `${domain}-${family}-${subFamily}`;
};

describe('codes of purposes', () => {
  it('every purpose has four-letter ISO codes and a general-ledger account on both sides', () => {
    for (const purpose of purposes) {
      for (const side of sides) {
        expect(compact({ purpose, side })).toMatch(/^[A-Z]{4}-[A-Z]{4}-[A-Z]{4}$/);
        expect(purposeCodeOf({ purpose, side }).generalLedger).toMatch(/^[1-5]\d{3}$/);
      }
    }
  });

  it('a debit and a credit for one purpose are never reported as the same operation', () => {
    for (const purpose of purposes) {
      expect(compact({ purpose, side: 'debit' })).not.toBe(compact({ purpose, side: 'credit' }));
    }
  });

  it('cash paid in, a standing order and a conversion are told apart from a plain transfer', () => {
    expect(compact({ purpose: 'principal', side: 'credit', kind: 'deposit' })).toBe('PMNT-CNTR-CDPT');
    expect(compact({ purpose: 'principal', side: 'debit', kind: 'standing_order' })).toBe('PMNT-ICDT-STDO');
    expect(compact({ purpose: 'principal', side: 'debit', kind: 'conversion' })).toBe('FORX-SPOT-OTHR');
    expect(compact({ purpose: 'principal', side: 'debit', kind: 'transfer' })).toBe('PMNT-ICDT-BOOK');
  });

  it('the fee of a deposit is a fee, whatever moved the money', () => {
    expect(compact({ purpose: 'fee', side: 'debit', kind: 'deposit' })).toBe('ACMT-MDOP-FEES');
  });
});
