import { canonicalJson } from '@finaegis/kernel/canonical-json';
import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import { type MandateEvent, type MandateKind, type MandateLimit, mandateEvents } from './events.ts';

/** Lets a party act on an account. */
export interface GrantMandate {
  readonly mandateId: string;
  readonly partyId: string;
  readonly accountId: string;
  readonly kind: MandateKind;
  /** UTC instant with milliseconds from which it counts; at once when absent. */
  readonly validFrom?: string | undefined;
  /** UTC instant with milliseconds from which it no longer counts; never ends when absent. */
  readonly validTo?: string | undefined;
  /** None: bound by the account alone. Some: only these assets, up to these amounts. */
  readonly limits: readonly MandateLimit[];
}

/** Replaces all limits. */
export interface ChangeMandateLimits {
  readonly mandateId: string;
  readonly limits: readonly MandateLimit[];
}

/** Ends a mandate; it counts at once. */
export interface RevokeMandate {
  readonly mandateId: string;
}

/** Refusals in order of precedence; those of the party come from its own list. */
export type MandateRefusal =
  | { readonly code: 'mandate_exists_with_different_content' }
  | { readonly code: 'mandate_not_found' }
  | { readonly code: 'mandate_revoked' }
  | { readonly code: 'mandate_period_empty'; readonly validFrom: string; readonly validTo: string }
  | { readonly code: 'party_not_found' }
  | { readonly code: 'party_erased' };

/** What decisions need to know of a mandate: what was granted, the limits of now, whether it still stands. */
export type MandateState =
  | { readonly status: 'unknown' }
  | { readonly status: 'granted' | 'revoked'; readonly grant: GrantMandate; readonly limits: readonly MandateLimit[] };

const evolve = (state: MandateState, event: Recorded<MandateEvent>): MandateState => {
  switch (event.type) {
    case 'MandateGranted':
      return { status: 'granted', grant: event.data, limits: event.data.limits };
    case 'MandateLimitsChanged':
      return { ...known(state), limits: event.data.limits };
    case 'MandateRevoked':
      return { ...known(state), status: 'revoked' };
    default:
      return unreachable(event);
  }
};

/** One stream per mandate. */
export const mandateAggregate: Aggregate<MandateState, MandateEvent> = defineAggregate({
  context: 'party',
  name: 'mandate',
  initial: { status: 'unknown' } as MandateState,
  events: mandateEvents,
  evolve,
});

/**
 * Grants a mandate, or recognises the same grant asked for again, even when it was changed or revoked since.
 * @param party status of the party's row, undefined when there is no such party; the row must be locked, since it counts its mandates
 */
export const grantMandate = (
  state: MandateState,
  grant: GrantMandate,
  party: 'active' | 'erased' | undefined,
  now: string,
): Decision<NewEvent, MandateRefusal> => {
  if (state.status !== 'unknown')
    return sameGrant(state.grant, grant) ? accept() : reject({ code: 'mandate_exists_with_different_content' });
  const { mandateId, partyId, accountId, kind, validFrom, validTo, limits } = grant;
  if (validTo !== undefined && validTo <= (validFrom ?? now))
    return reject({ code: 'mandate_period_empty', validFrom: validFrom ?? now, validTo });
  if (party === undefined) return reject({ code: 'party_not_found' });
  if (party === 'erased') return reject({ code: 'party_erased' });
  return accept(
    mandateAggregate.record(mandateId, 'MandateGranted', {
      mandateId,
      partyId,
      accountId,
      kind,
      validFrom,
      validTo,
      limits: [...limits],
    }),
  );
};

/** Replaces the limits of a mandate that stands. */
export const changeMandateLimits = (
  state: MandateState,
  { mandateId, limits }: ChangeMandateLimits,
): Decision<NewEvent, MandateRefusal> => {
  if (state.status === 'unknown') return reject({ code: 'mandate_not_found' });
  if (state.status === 'revoked') return reject({ code: 'mandate_revoked' });
  if (limitsText(state.limits) === limitsText(limits)) return accept();
  return accept(
    mandateAggregate.record(mandateId, 'MandateLimitsChanged', { ...whom(state.grant), limits: [...limits] }),
  );
};

/** Ends a mandate; ending it twice is one ending. */
export const revokeMandate = (
  state: MandateState,
  { mandateId }: RevokeMandate,
): Decision<NewEvent, MandateRefusal> => {
  if (state.status === 'unknown') return reject({ code: 'mandate_not_found' });
  if (state.status === 'revoked') return accept();
  return accept(
    mandateAggregate.record(mandateId, 'MandateRevoked', { ...whom(state.grant), validTo: state.grant.validTo }),
  );
};

const known = (state: MandateState): Exclude<MandateState, { readonly status: 'unknown' }> => {
  if (state.status === 'unknown')
    throw new Error('A mandate that was never granted has an event only a granted one can have.');
  return state;
};

const whom = ({
  mandateId,
  partyId,
  accountId,
  kind,
}: GrantMandate): Pick<GrantMandate, 'mandateId' | 'partyId' | 'accountId' | 'kind'> => ({
  mandateId,
  partyId,
  accountId,
  kind,
});

const sameGrant = (one: GrantMandate, other: GrantMandate): boolean => grantText(one) === grantText(other);

const grantText = (grant: GrantMandate): string =>
  canonicalJson({
    ...whom(grant),
    validFrom: grant.validFrom,
    validTo: grant.validTo,
    limits: limitsText(grant.limits),
  });

// The order in which limits are given means nothing.
const limitsText = (limits: readonly MandateLimit[]): string =>
  canonicalJson([...limits].sort((a, b) => (a.asset < b.asset ? -1 : 1)));
