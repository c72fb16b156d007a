import { canonicalJson } from '@finaegis/kernel/canonical-json';
import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { addMonths } from '@finaegis/kernel/local-date';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import type { z } from 'zod';
import { mapReferences, type SealedChange, type SealedDetails } from './details.ts';
import { type erasureReason, type Kyc, type PartyEvent, type PartyKind, partyEvents } from './events.ts';

/** Registers a party. */
export interface RegisterParty {
  readonly partyId: string;
  readonly kind: PartyKind;
  readonly details: SealedDetails;
}

/** Changes what is named and leaves the rest. */
export interface ChangePartyDetails {
  readonly partyId: string;
  readonly change: SealedChange;
}

/** States KYC as it now is, whole. */
export interface SetKyc {
  readonly partyId: string;
  readonly kyc: Kyc;
}

/** Erases everything personal, for ever. */
export interface EraseParty {
  readonly partyId: string;
  readonly reason: z.output<typeof erasureReason>;
}

/** Why a record has to be kept although its subject asks for erasure. */
export type RetentionReason = 'mandate_open' | 'customer_due_diligence';

/** Refusals in order of precedence. */
export type PartyRefusal =
  | { readonly code: 'party_not_found' }
  | { readonly code: 'party_erased' }
  | { readonly code: 'party_exists_with_different_content' }
  | { readonly code: 'details_do_not_fit_kind'; readonly kind: PartyKind }
  | {
      readonly code: 'erasure_refused_retention';
      readonly reason: RetentionReason;
      readonly openMandates?: number;
      readonly until?: string;
    };

/** What decisions need to know of a party. */
export type PartyState =
  | { readonly status: 'unknown' }
  | {
      readonly status: 'active';
      readonly kind: PartyKind;
      readonly registered: string;
      readonly details: SealedDetails;
      readonly kyc: Kyc;
    }
  | { readonly status: 'erased' };

/** What a party's mandates say about how long we must keep it. */
export interface Relationship {
  /** Mandates not revoked yet, whatever their kind. */
  readonly openMandates: number;
  /** When the last mandate to own or operate an account ended; absent when there never was one. */
  readonly operatedUntil?: string;
}

/** How long customer due diligence is kept after the relationship ended: Directive (EU) 2015/849, article 40. */
export const dueDiligenceMonths = 60;

const evolve = (state: PartyState, event: Recorded<PartyEvent>): PartyState => {
  switch (event.type) {
    case 'PartyRegistered':
      return {
        status: 'active',
        kind: event.data.kind,
        registered: commitmentsOf(event.data.details),
        details: event.data.details,
        kyc: { status: 'none' },
      };
    case 'PartyDetailsChanged':
      return { ...active(state), details: withChange(active(state).details, event.data.change) };
    case 'PartyKycSet':
      return { ...active(state), kyc: event.data.kyc };
    case 'PartyErased':
      return { status: 'erased' };
    default:
      return unreachable(event);
  }
};

/** One stream per party. */
export const partyAggregate: Aggregate<PartyState, PartyEvent> = defineAggregate({
  context: 'party',
  name: 'party',
  initial: { status: 'unknown' } as PartyState,
  events: partyEvents,
  evolve,
});

/** Registers, or recognises the same registration asked for again. */
export const registerParty = (
  state: PartyState,
  { partyId, kind, details }: RegisterParty,
): Decision<NewEvent, PartyRefusal> => {
  // Nothing is left to compare an erased party with.
  if (state.status === 'erased') return reject({ code: 'party_erased' });
  if (state.status === 'active')
    return state.kind === kind && state.registered === commitmentsOf(details)
      ? accept()
      : reject({ code: 'party_exists_with_different_content' });
  if (!fitsKind(kind, details)) return reject({ code: 'details_do_not_fit_kind', kind });
  return accept(partyAggregate.record(partyId, 'PartyRegistered', { partyId, kind, details }));
};

/** Changes details; what already is as wanted is left out, and a change of nothing is a repeat. */
export const changePartyDetails = (
  state: PartyState,
  { partyId, change }: ChangePartyDetails,
): Decision<NewEvent, PartyRefusal> => {
  const party = living(state);
  if ('code' in party) return reject(party);
  if (!fitsKind(party.kind, change)) return reject({ code: 'details_do_not_fit_kind', kind: party.kind });
  const news = Object.fromEntries(
    Object.entries(change).filter(([field, value]) => differs(party.details[field as keyof SealedDetails], value)),
  ) as SealedChange;
  return Object.keys(news).length === 0
    ? accept()
    : accept(partyAggregate.record(partyId, 'PartyDetailsChanged', { partyId, change: news }));
};

/** Sets KYC by hand; any status may follow any other, since a person looked at it. */
export const setKyc = (state: PartyState, { partyId, kyc }: SetKyc): Decision<NewEvent, PartyRefusal> => {
  const party = living(state);
  if ('code' in party) return reject(party);
  return canonicalJson(party.kyc) === canonicalJson(kyc)
    ? accept()
    : accept(partyAggregate.record(partyId, 'PartyKycSet', { partyId, kyc }));
};

/** Erases, unless the law or an open mandate says that we must still know who this is. */
export const eraseParty = (
  state: PartyState,
  { partyId, reason }: EraseParty,
  relationship: Relationship,
  now: string,
): Decision<NewEvent, PartyRefusal> => {
  if (state.status === 'erased') return accept();
  if (state.status === 'unknown') return reject({ code: 'party_not_found' });
  const { openMandates, operatedUntil } = relationship;
  if (openMandates > 0) return reject({ code: 'erasure_refused_retention', reason: 'mandate_open', openMandates });
  const until = operatedUntil === undefined ? undefined : addMonths(operatedUntil.slice(0, 10), dueDiligenceMonths);
  if (until !== undefined && now.slice(0, 10) < until)
    return reject({ code: 'erasure_refused_retention', reason: 'customer_due_diligence', until });
  return accept(partyAggregate.record(partyId, 'PartyErased', { partyId, reason }));
};

/** Details after a change. */
export const withChange = (details: SealedDetails, change: SealedChange): SealedDetails =>
  Object.fromEntries(
    Object.entries({ ...details, ...change }).filter(([, value]) => value !== null && value !== undefined),
  ) as SealedDetails;

type Active = Extract<PartyState, { readonly status: 'active' }>;

const active = (state: PartyState): Active => {
  if (state.status !== 'active')
    throw new Error(`A party that is ${state.status} has an event only an active one can have.`);
  return state;
};

const living = (
  state: PartyState,
): Active | Extract<PartyRefusal, { readonly code: 'party_not_found' | 'party_erased' }> => {
  if (state.status === 'active') return state;
  return { code: state.status === 'erased' ? 'party_erased' : 'party_not_found' };
};

/** Organisations have a legal name and no birthday, persons have neither of the other's. */
const fitsKind = (kind: PartyKind, { name, birthDate }: SealedDetails | SealedChange): boolean => {
  const hasName = name === undefined || (kind === 'person' ? name.family !== undefined : name.legal !== undefined);
  return hasName && (kind === 'person' || birthDate === undefined || birthDate === null);
};

// References are new each time a value is sealed; commitments of one subject's equal values are equal.
const commitmentsOf = (details: SealedDetails | SealedChange): string =>
  canonicalJson(mapReferences(details, ({ commitment }) => commitment));

const differs = (is: SealedDetails[keyof SealedDetails], wanted: SealedChange[keyof SealedChange]): boolean =>
  commitmentsOf({ field: is ?? null } as SealedChange) !== commitmentsOf({ field: wanted ?? null } as SealedChange);
