import type { Problem } from '@finaegis/platform/http/problem';
import type { MandateRefusal } from '../mandate/mandate.ts';
import type { PartyRefusal } from '../party/party.ts';

/** What the routes and the authorisation of this context refuse besides its deciders. */
type RouteProblem = 'mandate_missing' | 'mandate_limit_exceeded';

/** Every refusal of the context over HTTP; total by type. */
export const partyProblems = {
  party_not_found: { status: 404, title: 'There is no such party', offender: 'partyId' },
  party_erased: {
    status: 409,
    title: 'The party has been erased',
    description: 'Its personal data was destroyed and cannot come back. Register the party again under a new id.',
    offender: 'partyId',
  },
  party_exists_with_different_content: {
    status: 409,
    title: 'A party with this id exists with other content',
    description: 'The same id with the same content would be answered as the first time. Use PATCH to change a party.',
    offender: 'partyId',
  },
  details_do_not_fit_kind: {
    status: 422,
    title: 'The details do not fit the kind of party',
    description:
      'A person has a family name and may have a birth date, an organisation has a legal name. `kind` is what the party is.',
  },
  erasure_refused_retention: {
    status: 409,
    title: 'The party must be kept for now',
    description:
      '`reason` says why: `mandate_open` (`openMandates` must be revoked first), or `customer_due_diligence` (records are kept for five years after the last mandate to operate an account ended, `until` is the first day on which erasure is allowed).',
    field: 'partyId',
  },
  mandate_not_found: { status: 404, title: 'There is no such mandate', offender: 'mandateId' },
  mandate_revoked: { status: 409, title: 'The mandate has been revoked', offender: 'mandateId' },
  mandate_exists_with_different_content: {
    status: 409,
    title: 'A mandate with this id exists with other content',
    description: 'The same id with the same content would be answered as the first time.',
    offender: 'mandateId',
  },
  mandate_period_empty: {
    status: 422,
    title: 'The mandate would never be in force',
    description: '`validTo` must be later than `validFrom`, and than now.',
    field: 'validTo',
  },
  mandate_missing: {
    status: 403,
    title: 'The mandate on the account does not allow this',
    description: 'The party may look at the account but not operate it.',
    offender: 'accountId',
  },
  mandate_limit_exceeded: {
    status: 403,
    title: 'The mandate allows less',
    description:
      '`needed` is what the transfer would take, `limit` the most it may; zero when the mandate does not allow the `asset` at all.',
    offender: 'accountId',
  },
} as const satisfies Record<PartyRefusal['code'] | MandateRefusal['code'] | RouteProblem, Problem>;
