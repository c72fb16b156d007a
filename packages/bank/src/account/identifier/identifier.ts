import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { issueIban } from '@finaegis/kernel/iban';
import { BBAN_STRUCTURES } from '@finaegis/kernel/iban.table';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { bankDetailsSet } from './events.ts';
import { localNumberOf } from './local-number.ts';

/** Country, national bank code, BIC and name under which an entity keeps accounts. */
export interface BankDetails {
  readonly entity: string;
  /** ISO 3166 alpha-2. */
  readonly country: string;
  /** Everything an IBAN has before the account number. */
  readonly bankCode: string;
  readonly bic?: string | undefined;
  readonly name: string;
}

/** How an account is known: to the bank, to other banks, to the system it came from. */
export type IdentifierScheme = 'local' | 'iban' | 'external';

/** A number of an account. */
export interface Identifier {
  readonly scheme: IdentifierScheme;
  readonly value: string;
}

export type NumberingState = { readonly status: 'unset' } | ({ readonly status: 'set' } & BankDetails);
export type NumberingRefusal =
  | { readonly code: 'bank_details_exist_with_different_terms'; readonly entity: string }
  | { readonly code: 'entity_unknown' }
  | { readonly code: 'bank_code_malformed'; readonly country: string; readonly bankCode: string }
  | { readonly code: 'bank_code_taken'; readonly country: string; readonly bankCode: string; readonly entity: string };

const evolve = (_state: NumberingState, event: Recorded<EventOf<typeof bankDetailsSet>>): NumberingState => {
  switch (event.type) {
    case 'BankDetailsSet':
      return { status: 'set', ...event.data };
    default:
      return unreachable(event.type);
  }
};

/** The bank an entity is to the outside. */
export const numberingAggregate: Aggregate<NumberingState, EventOf<typeof bankDetailsSet>> = defineAggregate({
  context: 'account',
  name: 'bank',
  initial: { status: 'unset' } as NumberingState,
  events: [bankDetailsSet] as const,
  evolve,
});

/** What setting bank details is decided on besides the entity's own state. */
export interface NumberingFacts {
  readonly isEntityKnown: boolean;
  /** The entity that has this country and bank code already, if any. */
  readonly codeHolder: string | undefined;
}

/** Set once: account numbers already given out carry the code. Two entities with one code would issue the same numbers. */
export const setBankDetails = (
  state: NumberingState,
  command: BankDetails,
  { isEntityKnown, codeHolder }: NumberingFacts,
): Decision<NewEvent, NumberingRefusal> => {
  const { entity, country, bankCode, bic, name } = command;
  if (state.status === 'set') {
    const isSame = state.country === country && state.bankCode === bankCode && state.bic === bic && state.name === name;
    return isSame ? accept() : reject({ code: 'bank_details_exist_with_different_terms', entity });
  }
  if (!isEntityKnown) return reject({ code: 'entity_unknown' });
  if (bankCode.length !== bankCodeLength(country) || numbersOf({ country, bankCode }, 1n) === undefined)
    return reject({ code: 'bank_code_malformed', country, bankCode });
  if (codeHolder !== undefined) return reject({ code: 'bank_code_taken', country, bankCode, entity: codeHolder });
  const data = { entity, country, bankCode, name, ...(bic === undefined ? {} : { bic }) };
  return accept(numberingAggregate.record(entity, 'BankDetailsSet', data));
};

/** Parts of a country's IBAN that make up the account number: all after the bank, where the number has more than one. */
const accountParts: Readonly<Record<string, number>> = { BE: 2, BG: 2, CZ: 2, SK: 2 };

// An IBAN fills the account number up with zeros, so it would swallow a bank code that is too short.
const bankCodeLength = (country: string): number => {
  const lengths = Array.from(BBAN_STRUCTURES[country]?.matchAll(/(\d+)[nac]/g) ?? [], ([, length]) => Number(length));
  return lengths.slice(0, -(accountParts[country] ?? 1)).reduce((sum, length) => sum + length, 0);
};

/**
 * The numbers that stand for one place in an entity's sequence: local and IBAN, or a plain local number while the entity has no bank details.
 * @returns undefined where there are none: an unknown country, a code that does not fit it, a sequence that is used up
 */
export const numbersOf = (
  bank: Pick<BankDetails, 'country' | 'bankCode'> | undefined,
  sequence: bigint,
): readonly Identifier[] | undefined => {
  // The letter keeps these apart from whatever numbers the entity issues once it has a country.
  if (bank === undefined) return [{ scheme: 'local', value: `A${sequence.toString().padStart(9, '0')}` }];
  try {
    const { localNumber, accountNumber } = localNumberOf({ ...bank, sequence });
    return [
      { scheme: 'local', value: localNumber },
      { scheme: 'iban', value: issueIban({ ...bank, accountNumber }) },
    ];
  } catch (error) {
    // The one way in which both say that there is no such number.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};
