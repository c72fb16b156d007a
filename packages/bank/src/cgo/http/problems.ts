import { defineProblems, type ProblemTable } from '@finaegis/platform/http/problem';
import type { LedgerRefusal } from '../../ledger/contract.ts';
import type { CgoContextRefusal } from '../contract.ts';

/** Refusals of neighbours that decide with us are told in their own tables. */
type OwnRefusal = Exclude<CgoContextRefusal['code'], LedgerRefusal['code']>;

const sameAgain =
  'The same id with the same content would be answered as the first time. Use a new id for something new.';

/** How every refusal of this context is told; total by type. */
export const cgoProblems = defineProblems({
  round_exists_with_different_terms: {
    status: 409,
    title: 'A round with this number exists with other terms',
    description: 'Terms of a round never change; open another one.',
    offender: 'round',
  },
  round_unknown: { status: 404, title: 'There is no such round', offender: 'round' },
  asset_not_registered: { status: 422, title: 'The asset is not in the registry', offender: 'asset' },
  round_limits_crossed: { status: 422, title: 'The least investment is above the greatest' },
  round_period_empty: { status: 422, title: 'The round would close before it opens', offender: 'closesAt' },
  round_not_open: {
    status: 409,
    title: 'Nothing is sold in this round now',
    description: '`status` says whether it has closed or not opened yet.',
    offender: 'round',
  },
  investment_exists_with_different_content: {
    status: 409,
    title: 'An investment with this id exists with other content',
    description: sameAgain,
  },
  investment_unknown: { status: 404, title: 'There is no such investment' },
  investor_unknown: { status: 422, title: 'There is no such investor', offender: 'partyId' },
  account_not_of_investor: {
    status: 422,
    title: 'The account is not the investor’s own, or not with the entity that sells',
    offender: 'account',
  },
  payment_asset_differs: { status: 422, title: 'The round is paid in another asset', offender: 'asset' },
  payment_method_unavailable: { status: 422, title: 'This means of payment is not offered', offender: 'method' },
  investment_below_minimum: { status: 422, title: 'The amount is below the least investment' },
  investment_above_maximum: { status: 422, title: 'The amount is above the greatest investment' },
  ownership_cap_exceeded: {
    status: 422,
    title: 'The investor would own more of the round than is allowed',
    description: '`available` is how many shares the investor may still ask for.',
  },
  shares_not_available: {
    status: 409,
    title: 'The round has not so many shares left',
    description: '`available` is how many are left.',
  },
  investment_not_in_review: { status: 409, title: 'The investment waits for no review' },
  reviewer_is_requester: {
    status: 403,
    title: 'Whoever asked for it cannot decide about it',
    description: 'Another person must.',
  },
  investment_over: { status: 409, title: 'The investment has ended' },
  agreement_not_drawn_up: {
    status: 409,
    title: 'There is no agreement to be signed yet',
    description: 'It is drawn up when the shares are reserved.',
  },
  agreement_differs: {
    status: 409,
    title: 'The agreement says something else than what was signed',
    description: 'Sign the hash of the agreement as it is now.',
    offender: 'agreementHash',
  },
  agreement_not_signed: {
    status: 409,
    title: 'The agreement has to be signed before the investment can be paid',
  },
  investment_not_cancellable: {
    status: 409,
    title: 'The investment cannot be cancelled any more',
    description: 'A confirmed investment can be refunded.',
  },
  investment_not_awaiting_payment: { status: 409, title: 'The investment waits for no payment' },
  investment_not_paid: { status: 409, title: 'The investment is not paid' },
  investment_refund_exists_with_different_content: {
    status: 409,
    title: 'A refund with this id exists with another reason',
    description: sameAgain,
  },
  investment_not_refundable: {
    status: 409,
    title: 'Only a confirmed investment can be refunded',
    description: 'Before it is confirmed it can be cancelled.',
  },
  investment_refund_window_over: {
    status: 409,
    title: 'The time for a refund is over',
    description: '`endedAt` is when it ended.',
  },
  investment_refund_under_way: { status: 409, title: 'The investment is being refunded already' },
  investment_refund_unknown: { status: 404, title: 'Nobody asked for a refund of this investment' },
  investment_refund_not_in_review: { status: 409, title: 'The refund waits for no decision' },
} satisfies Record<OwnRefusal, ProblemTable[string]>);

/** Titles and statuses of everything the commands of this context may answer, neighbours' refusals included. */
export const withNeighbours = (...neighbours: readonly ProblemTable[]): ProblemTable =>
  Object.assign({}, ...neighbours, cgoProblems) as ProblemTable;
