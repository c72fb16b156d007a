import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { creditorReferenceOf, isCreditorReference, parseCreditorReference } from './creditor-reference.ts';

describe('a structured creditor reference', () => {
  it('RF18 5390 0754 7034, the example of the standard, is one however it is written', () => {
    expect(creditorReferenceOf('539007547034')).toBe('RF18539007547034');
    expect(parseCreditorReference('rf18 5390\u00A00754 7034')).toEqual({ ok: true, reference: 'RF18539007547034' });
    expect(isCreditorReference('RF18539007547034')).toBe(true);
    expect(isCreditorReference('RF18 5390 0754 7034')).toBe(false);
  });

  it.each([
    ['', 'creditor_reference_malformed'],
    ['0010008346912014', 'creditor_reference_malformed'],
    ['RF18', 'creditor_reference_malformed'],
    ['RF18539007547034539007547034', 'creditor_reference_malformed'],
    ['RF18539-07547034', 'creditor_reference_malformed'],
    ['RF19539007547034', 'creditor_reference_check_digits_wrong'],
    ['RF18539007547043', 'creditor_reference_check_digits_wrong'],
  ])('"%s" is none: %s', (text, problem) => {
    expect(parseCreditorReference(text)).toEqual({ ok: false, problem });
  });

  it('of any number is one, has check digits from 02 to 98, and no other check digits will do', () => {
    const characters = fc.constantFrom(...Array.from('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'));
    fc.assert(
      fc.property(
        fc.string({ unit: characters, minLength: 1, maxLength: 21 }),
        fc.nat({ max: 99 }),
        (number, other) => {
          const reference = creditorReferenceOf(number);
          expect(isCreditorReference(reference)).toBe(true);
          const forged = `RF${String(other).padStart(2, '0')}${number}`;
          expect(isCreditorReference(forged)).toBe(forged === reference);
        },
      ),
    );
    expect(() => creditorReferenceOf('')).toThrow(RangeError);
    expect(() => creditorReferenceOf('a b')).toThrow(RangeError);
  });
});
