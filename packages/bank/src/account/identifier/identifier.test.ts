import type { Decision } from '@finaegis/kernel/decision';
import { isIban } from '@finaegis/kernel/iban';
import { fold } from '@finaegis/platform/event-store/aggregate';
import type { NewEvent, RecordedEvent } from '@finaegis/platform/event-store/event';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BankDetails,
  type NumberingRefusal,
  type NumberingState,
  numberingAggregate,
  numbersOf,
  setBankDetails,
} from './identifier.ts';

const details: BankDetails = { entity: 'main', country: 'CZ', bankCode: '2010', bic: 'TESTCZPP', name: 'Test Bank' };
const known = { isEntityKnown: true, codeHolder: undefined };
const unset: NumberingState = { status: 'unset' };
const resultOf = (decision: Decision<NewEvent, NumberingRefusal>): unknown =>
  decision.accepted ? decision.events.map(({ type }) => type) : decision.rejection;

const after = (command: BankDetails): NumberingState => {
  const decision = setBankDetails(unset, command, known);
  if (!decision.accepted) throw new Error(decision.rejection.code);
  return decision.events.reduce(
    (state, event) => fold(numberingAggregate, state, event as RecordedEvent),
    numberingAggregate.initial,
  );
};

describe('bank details', () => {
  it('an event of a kind nobody knows stops the stream', () => {
    expect(() => numberingAggregate.evolve(unset, { type: 'BankSold', data: {} } as never)).toThrow('Unreachable');
  });

  it('are set once; the same again is a repeat, anything else is refused', () => {
    expect(resultOf(setBankDetails(unset, details, known))).toEqual(['BankDetailsSet']);
    const set = after(details);
    expect(set).toEqual({ status: 'set', ...details });
    const { bic: _bic, ...withoutBic } = details;
    expect(after(withoutBic)).toEqual({ status: 'set', ...withoutBic });
    expect(resultOf(setBankDetails(after(withoutBic), withoutBic, known))).toEqual([]);
    expect(resultOf(setBankDetails(set, details, { isEntityKnown: true, codeHolder: 'main' }))).toEqual([]);
    for (const other of [{ country: 'SK' }, { bankCode: '0800' }, { bic: undefined }, { name: 'Other' }]) {
      expect(resultOf(setBankDetails(set, { ...details, ...other }, known))).toEqual({
        code: 'bank_details_exist_with_different_terms',
        entity: 'main',
      });
    }
  });

  it.each<[string, Partial<BankDetails>]>([
    ['a country without IBANs we know how to number', { country: 'US' }],
    ['a code too short, which an IBAN would fill up with zeros', { bankCode: '201' }],
    ['a code too long', { bankCode: '20100' }],
    ['letters where the country has digits', { bankCode: 'ABCD' }],
  ])('are refused for %s', (_, other) => {
    expect(resultOf(setBankDetails(unset, { ...details, ...other }, known))).toMatchObject({
      code: 'bank_code_malformed',
    });
  });

  it.each([
    ['AT', '19043'],
    ['BE', '539'],
    ['BG', 'BNBG9661'],
    ['CH', '00762'],
    ['DE', '37040044'],
    ['NL', 'ABNA'],
    ['SK', '1200'],
  ])('of %s take the code %s, which is everything before the account number', (country, bankCode) => {
    expect(resultOf(setBankDetails(unset, { ...details, country, bankCode }, known))).toEqual(['BankDetailsSet']);
  });

  it('of nobody, or with the code of somebody else, are refused', () => {
    expect(resultOf(setBankDetails(unset, details, { isEntityKnown: false, codeHolder: 'second' }))).toEqual({
      code: 'entity_unknown',
    });
    expect(resultOf(setBankDetails(unset, details, { isEntityKnown: true, codeHolder: 'second' }))).toEqual({
      code: 'bank_code_taken',
      country: 'CZ',
      bankCode: '2010',
      entity: 'second',
    });
  });
});

describe('account numbers', () => {
  it('are a valid IBAN and a local number of their own for every place in the sequence', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 99_999_998n), fc.bigInt(1n, 99_999_998n), (one, other) => {
        const [first, second] = [one, other].map((sequence) => numbersOf(details, sequence) ?? []);
        expect(first?.map(({ scheme }) => scheme)).toEqual(['local', 'iban']);
        expect(isIban(first?.[1]?.value ?? '')).toBe(true);
        expect(first?.[0]?.value === second?.[0]?.value).toBe(one === other);
        expect(first?.[1]?.value === second?.[1]?.value).toBe(one === other);
      }),
    );
  });

  it('without bank details are plain, and like no number of any country', () => {
    expect(numbersOf(undefined, 7n)).toEqual([{ scheme: 'local', value: 'A000000007' }]);
  });

  it('end where a country has no more of them', () => {
    expect(numbersOf({ country: 'BE', bankCode: '539' }, 9_999_999n)).toHaveLength(2);
    expect(numbersOf({ country: 'BE', bankCode: '539' }, 10_000_000n)).toBeUndefined();
  });
});
