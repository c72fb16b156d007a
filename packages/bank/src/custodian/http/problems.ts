import { defineProblems, type Problem, type ProblemTable } from '@finaegis/platform/http/problem';
import type { CustodianRefusal } from '../contract.ts';

const sameAgain =
  'The same id with the same content would be answered as the first time. Use a new id for something new.';

/** How every refusal of this context is told; total by type. */
export const custodianProblems = defineProblems({
  partner_bank_unknown: { status: 404, title: 'There is no such partner bank', offender: 'bank' },
  partner_bank_exists_with_different_terms: {
    status: 409,
    title: 'The partner bank is registered with other terms',
    description: 'Terms are changed by a request of its own.',
    offender: 'bank',
  },
  nostro_account_unfit: {
    status: 422,
    title: 'There is no such house account, or it is not one of assets',
    offender: 'account',
  },
  nostro_exists_with_different_account: {
    status: 409,
    title: 'Another account has been assigned for this asset',
    description: 'What was booked so far was booked on that account.',
    offender: 'asset',
  },
  allocation_party_unknown: { status: 422, title: 'There is no such party', offender: 'partyId' },
  allocation_bank_repeated: { status: 422, title: 'A bank is named twice', offender: 'bank' },
  allocation_bank_unusable: {
    status: 422,
    title: 'A bank is not registered or is suspended',
    offender: 'bank',
  },
  allocation_not_whole: {
    status: 422,
    title: 'The shares do not make 100 percent',
    description: '`totalBasisPoints` is what they make; 10,000 are all of it.',
  },
  allocation_primary_without_share: { status: 422, title: 'The primary bank has no share', offender: 'primary' },
  transfer_exists_with_different_content: {
    status: 409,
    title: 'A transfer with this id exists with other content',
    description: sameAgain,
  },
  transfer_unknown: { status: 404, title: 'There is no such transfer between custodians' },
  transfer_house_account_missing: {
    status: 422,
    title: 'A house account the transfer is booked on is missing',
    description: 'Open it in the chart of accounts first.',
  },
  transfer_bank_unusable: { status: 422, title: 'A bank is not registered or is suspended', offender: 'bank' },
  transfer_nostro_missing: { status: 422, title: 'We have no account in this asset at the bank', offender: 'bank' },
  transfer_amount_above_limits: { status: 422, title: 'The amount is above the limit of every rail' },
  transfer_without_route: { status: 422, title: 'There is no way between the two banks' },
  break_unknown: { status: 404, title: 'There is no such break' },
  break_not_open: { status: 409, title: 'The break is not open any more' },
  break_offset_unfit: {
    status: 422,
    title: 'A break cannot be the other side of this one',
    description: 'It is offset by other open breaks of the same account and asset, each named once.',
    offender: 'breakId',
  },
  break_still_differs: {
    status: 409,
    title: 'The difference is still there',
    description:
      'A reason does not take a difference away. Name the breaks that offset it to nothing, propose a correction or a write-off, or wait for the statement in which the other side comes.',
  },
  break_has_proposal: { status: 409, title: 'Another correction is proposed; it has to be decided first' },
  break_without_proposal: { status: 409, title: 'No such correction is proposed' },
  break_counter_account_unfit: {
    status: 422,
    title: 'The difference cannot be booked against this account',
    description:
      'A correction goes against any house account but a nostro, a write-off against a loss; nothing is taken from suspense.',
    offender: 'account',
  },
  break_decided_by_proposer: { status: 403, title: 'Somebody else than the proposer has to decide' },
  bank_not_reachable: {
    status: 503,
    title: 'The bank cannot be reached from here',
    description: 'It answers no call, or this process has no connection of the name in its terms.',
  },
} satisfies Record<CustodianRefusal['code'] | 'bank_not_reachable', Problem>);

/** With the tables of neighbours whose deciders answer in the same commit. */
export const withNeighbours = (...neighbours: readonly ProblemTable[]): ProblemTable =>
  Object.assign({}, ...neighbours, custodianProblems) as Readonly<Record<string, Problem>>;
