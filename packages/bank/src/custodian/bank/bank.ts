import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import type { z } from 'zod';
import {
  nostroAssigned,
  partnerBankRegistered,
  partnerBankResumed,
  partnerBankSuspended,
  partnerBankTermsChanged,
  type partnerTerms,
} from './events.ts';

/** What a bank offers and how it is reached. */
export type PartnerTerms = z.output<typeof partnerTerms>;

/** Our account at a bank in one asset. */
export interface Nostro {
  readonly asset: string;
  /** House account, `main:nostro/ing`. */
  readonly account: string;
  readonly iban: string;
}

/** A bank we keep money at. */
export interface PartnerBank {
  readonly status: 'active' | 'suspended';
  readonly bank: string;
  readonly terms: PartnerTerms;
  readonly nostros: readonly Nostro[];
  readonly reason?: string | undefined;
}

export type PartnerBankState = { readonly status: 'unknown' } | PartnerBank;

/** Declared in order of precedence. */
export type PartnerBankRefusal =
  | { readonly code: 'partner_bank_unknown'; readonly bank: string }
  | { readonly code: 'partner_bank_exists_with_different_terms'; readonly bank: string }
  | { readonly code: 'nostro_account_unfit'; readonly account: string }
  | { readonly code: 'nostro_exists_with_different_account'; readonly bank: string; readonly asset: string };

const definitions = [
  partnerBankRegistered,
  partnerBankTermsChanged,
  nostroAssigned,
  partnerBankSuspended,
  partnerBankResumed,
] as const;
type PartnerBankEvent = EventOf<(typeof definitions)[number]>;
type Outcome = Decision<NewEvent, PartnerBankRefusal>;

const evolve = (state: PartnerBankState, event: Recorded<PartnerBankEvent>): PartnerBankState => {
  if (event.type === 'PartnerBankRegistered')
    return { status: 'active', bank: event.data.bank, terms: event.data.terms, nostros: [] };
  if (state.status === 'unknown') throw new Error(`${event.type} on a bank that was never registered.`);
  switch (event.type) {
    case 'PartnerBankTermsChanged':
      return { ...state, terms: event.data.terms };
    case 'NostroAssigned': {
      const { asset, account, iban } = event.data;
      return { ...state, nostros: [...state.nostros, { asset, account, iban }] };
    }
    case 'PartnerBankSuspended':
      return { ...state, status: 'suspended', reason: event.data.reason };
    case 'PartnerBankResumed':
      return { ...state, status: 'active', reason: undefined };
    default:
      return unreachable(event);
  }
};

/** One stream per partner bank. */
export const partnerBankAggregate: Aggregate<PartnerBankState, PartnerBankEvent> = defineAggregate({
  context: 'custodian',
  name: 'bank',
  initial: { status: 'unknown' } as PartnerBankState,
  events: definitions,
  evolve,
});

export interface RegisterPartnerBank {
  readonly bank: string;
  readonly terms: PartnerTerms;
}

/** A bank is registered once; its terms can be changed afterwards. */
export const registerPartnerBank = (state: PartnerBankState, { bank, terms }: RegisterPartnerBank): Outcome => {
  if (state.status === 'unknown')
    return accept(partnerBankAggregate.record(bank, 'PartnerBankRegistered', { bank, terms }));
  return isSame(state.terms, terms) ? accept() : reject({ code: 'partner_bank_exists_with_different_terms', bank });
};

export const changePartnerBankTerms = (state: PartnerBankState, { bank, terms }: RegisterPartnerBank): Outcome => {
  if (state.status === 'unknown') return reject({ code: 'partner_bank_unknown', bank });
  if (isSame(state.terms, terms)) return accept();
  return accept(partnerBankAggregate.record(bank, 'PartnerBankTermsChanged', { bank, terms }));
};

export interface AssignNostro extends Nostro {
  readonly bank: string;
}

/** @param isFit whether the house account is there and is one of assets */
export const assignNostro = (
  state: PartnerBankState,
  { bank, asset, account, iban }: AssignNostro,
  { isFit }: { readonly isFit: boolean },
): Outcome => {
  if (state.status === 'unknown') return reject({ code: 'partner_bank_unknown', bank });
  if (!isFit) return reject({ code: 'nostro_account_unfit', account });
  const existing = state.nostros.find((nostro) => nostro.asset === asset);
  // What was booked so far was booked on that account, so it can never be another.
  if (existing !== undefined)
    return existing.account === account && existing.iban === iban
      ? accept()
      : reject({ code: 'nostro_exists_with_different_account', bank, asset });
  return accept(partnerBankAggregate.record(bank, 'NostroAssigned', { bank, asset, account, iban }));
};

export interface SuspendPartnerBank {
  readonly bank: string;
  /** A code; free text is personal data and stays out. */
  readonly reason: string;
}

export const suspendPartnerBank = (state: PartnerBankState, { bank, reason }: SuspendPartnerBank): Outcome => {
  if (state.status === 'unknown') return reject({ code: 'partner_bank_unknown', bank });
  if (state.status === 'suspended') return accept();
  return accept(partnerBankAggregate.record(bank, 'PartnerBankSuspended', { bank, reason }));
};

export const resumePartnerBank = (state: PartnerBankState, { bank }: { readonly bank: string }): Outcome => {
  if (state.status === 'unknown') return reject({ code: 'partner_bank_unknown', bank });
  if (state.status === 'active') return accept();
  return accept(partnerBankAggregate.record(bank, 'PartnerBankResumed', { bank }));
};

// Terms are plain data whose members the schema has put in one order, so their text tells whether they are the same.
const isSame = (left: PartnerTerms, right: PartnerTerms): boolean => textOf(left) === textOf(right);
const textOf = (terms: PartnerTerms): string =>
  JSON.stringify(terms, (_, part: unknown) => (typeof part === 'bigint' ? part.toString() : part));
