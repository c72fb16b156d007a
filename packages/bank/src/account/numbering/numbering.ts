import { type Decision, accept, reject, unreachable } from '@finaegis/kernel/decision';
import { type Aggregate, type Recorded, defineAggregate } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { bankDetailsSet } from './events.ts';

/** Country, national bank code, BIC and name under which an entity keeps accounts. */
export interface BankDetails {
  readonly entity: string;
  /** ISO 3166 alpha-2. */
  readonly country: string;
  readonly bankCode: string;
  readonly bic?: string | undefined;
  readonly name: string;
}

export type NumberingState = { readonly status: 'unset' } | ({ readonly status: 'set' } & BankDetails);
export type NumberingRefusal = { readonly code: 'bank_details_exist_with_different_terms'; readonly entity: string };

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

/** Set once: account numbers already given out carry the code. */
export const setBankDetails = (state: NumberingState, command: BankDetails): Decision<NewEvent, NumberingRefusal> => {
  const { entity, country, bankCode, bic, name } = command;
  if (state.status === 'unset') return accept(numberingAggregate.record(entity, 'BankDetailsSet', { entity, country, bankCode, name, ...(bic === undefined ? {} : { bic }) }));
  const isSame = state.country === country && state.bankCode === bankCode && state.bic === bic && state.name === name;
  return isSame ? accept() : reject({ code: 'bank_details_exist_with_different_terms', entity });
};
