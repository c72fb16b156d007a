import { describe, expect, it } from 'vitest';
import type { Instruction } from './clients.ts';
import { bookedJournals, compare } from './verdict.ts';

const asked: Instruction = {
  reference: 's1-1',
  from: 'a',
  to: 'b',
  minor: 5,
  outcome: 'acknowledged',
  journalId: 'j1',
};
const journal = ({ reference = 's1-1', journalId = 'j1', minor = 5, from = 'a' } = {}): string =>
  JSON.stringify({
    data: {
      journalId,
      endToEndId: reference,
      postings: [
        { account: from, side: 'debit', amountMinor: String(minor) },
        { account: 'b', side: 'credit', amountMinor: String(minor) },
      ],
    },
  });
const against = (instructions: readonly Instruction[], ...envelopes: string[]): readonly string[] =>
  compare(instructions, bookedJournals(envelopes)).flatMap((each) => (each.against.length > 0 ? [each.claim] : []));

describe('the verdict', () => {
  it('finds nothing when the bank kept its word', () => {
    expect(against([asked], journal())).toEqual([]);
  });

  it.each([
    ['lost', [asked], []],
    ['booked twice', [asked], [journal(), journal({ journalId: 'j2' })]],
    ['booked under another id than was told', [asked], [journal({ journalId: 'j2' })]],
    ['booked with another amount', [asked], [journal({ minor: 6 })]],
    ['taken from another account', [asked], [journal({ from: 'c' })]],
  ])('finds what was acknowledged and is %s', (_, instructions, envelopes) => {
    expect(against(instructions, ...envelopes)).toEqual([expect.stringMatching(/^what was acknowledged/)]);
  });

  it('finds what was refused and is booked all the same', () => {
    expect(against([{ ...asked, outcome: 'refused' }], journal())).toEqual(['what was refused is not booked']);
  });

  it('finds whom nobody answered', () => {
    expect(against([{ ...asked, outcome: 'unanswered' }])).toEqual(['every instruction was answered in the end']);
  });

  it('finds what nobody asked for', () => {
    expect(against([asked], journal(), journal({ reference: 's9-9', journalId: 'j9' }))).toEqual([
      'nothing is booked that nobody asked for',
    ]);
  });
});
