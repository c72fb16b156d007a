import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BankSide, bankEffect, compare, findingKey, type OurSide, ourEffect } from './match.ts';

const entry = (entryId: string, signed: number, endToEndId?: string, reference?: string): BankSide => ({
  entryId,
  side: signed > 0 ? 'CRDT' : 'DBIT',
  amountMinor: BigInt(Math.abs(signed)),
  ...(endToEndId === undefined ? {} : { endToEndId }),
  ...(reference === undefined ? {} : { reference }),
});
const posting = (journalId: string, signed: number, endToEndId?: string, reference = journalId): OurSide => ({
  journalId,
  line: 1,
  side: signed > 0 ? 'debit' : 'credit',
  amountMinor: BigInt(Math.abs(signed)),
  reference,
  ...(endToEndId === undefined ? {} : { endToEndId }),
});
const told = (bank: readonly BankSide[], ours: readonly OurSide[]): readonly string[] => {
  const { matched, findings } = compare(bank, ours);
  return [
    ...matched.map(({ entryId, journalId }) => `${entryId}=${journalId}`),
    ...findings.map((finding) => `${findingKey(finding)} ${finding.differenceMinor}`),
  ];
};

describe('comparing a day of the bank with ours', () => {
  it.each<[string, readonly BankSide[], readonly OurSide[], readonly string[]]>([
    ['the bank’s credit is our debit', [entry('e', 100, 'X')], [posting('j', 100, 'X')], ['e=j']],
    ['the bank’s debit is our credit', [entry('e', -100, 'X')], [posting('j', -100, 'X')], ['e=j']],
    ['by our own reference', [entry('e', 100, 'other', 'J1')], [posting('j', 100, undefined, 'J1')], ['e=j']],
    ['missing here', [entry('e', 100, 'X')], [], ['here/e/100 100']],
    ['missing there', [], [posting('j', 100, 'X')], ['there/j/1 -100']],
    ['another amount: what the bank has more', [entry('e', 110, 'X')], [posting('j', 100, 'X')], ['amount/e/j/1 10']],
    [
      'another amount that left: the bank holds less',
      [entry('e', -110, 'X')],
      [posting('j', -100, 'X')],
      ['amount/e/j/1 -10'],
    ],
    [
      'a return has the reference of the payment and the other direction: no amount that differs',
      [entry('e1', -100, 'X'), entry('e2', 100, 'X')],
      [posting('j', -100, 'X')],
      ['e1=j', 'here/e2/100 100'],
    ],
    [
      'the right amount is taken before another one of the same reference',
      [entry('e1', 90, 'X'), entry('e2', 100, 'X')],
      [posting('j', 100, 'X')],
      ['e2=j', 'here/e1/90 90'],
    ],
    ['an entry without any reference goes by its amount', [entry('e', 100)], [posting('j', 100, 'X')], ['e=j']],
    [
      'an entry with another reference does not, however equal the amount',
      [entry('e', 100, 'Y')],
      [posting('j', 100, 'X')],
      ['here/e/100 100', 'there/j/1 -100'],
    ],
    [
      'twice booked there',
      [entry('e1', 100, 'X'), entry('e2', 100, 'X')],
      [posting('j', 100, 'X')],
      ['e1=j', 'here/e2/100 100'],
    ],
    ['a quiet day', [], [], []],
  ])('%s', (_, bank, ours, result) => {
    expect(told(bank, ours)).toEqual(result);
  });

  const ids = fc.constantFrom('A', 'B', 'C', undefined);
  const signed = fc.constantFrom(-200, -100, 100, 200);
  const banks = fc
    .array(fc.tuple(signed, ids), { maxLength: 8 })
    .map((all) => all.map(([amount, id], index) => entry(`e${index}`, amount, id)));
  const books = fc
    .array(fc.tuple(signed, ids), { maxLength: 8 })
    .map((all) => all.map(([amount, id], index) => posting(`j${index}`, amount, id)));

  it('puts every entry and posting in one place, and the differences explain the whole difference', () => {
    fc.assert(
      fc.property(banks, books, (bank, ours) => {
        const { matched, findings } = compare(bank, ours);
        const placed = [...matched, ...findings];
        const entries = placed.flatMap((one) => ('entryId' in one ? one.entryId : []));
        const journals = placed.flatMap((one) => ('journalId' in one ? one.journalId : []));
        expect(entries.toSorted()).toEqual(bank.map(({ entryId }) => entryId).toSorted());
        expect(journals.toSorted()).toEqual(ours.map(({ journalId }) => journalId).toSorted());
        const whole =
          bank.reduce((sum, one) => sum + bankEffect(one), 0n) - ours.reduce((sum, one) => sum + ourEffect(one), 0n);
        expect(findings.reduce((sum, { differenceMinor }) => sum + differenceMinor, 0n)).toBe(whole);
        expect(new Set(findings.map(findingKey)).size).toBe(findings.length);
      }),
    );
  });
});
