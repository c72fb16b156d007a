import { defineProblems, type Problem, type ProblemTable } from '@finaegis/platform/http/problem';
import type { LedgerRefusal } from '../../ledger/contract.ts';
import type { PaymentContextRefusal } from '../contract.ts';

/** What only the routes refuse. */
type RouteProblem = 'webhook_refused';

/** Refusals of the ledger, which decides with us, are told in its own table. */
type OwnRefusal = Exclude<PaymentContextRefusal['code'], LedgerRefusal['code']>;

const sameAgain =
  'The same id with the same content would be answered as the first time. Use a new id for something new.';

/** How every refusal of this context is told; total by type. */
export const paymentProblems = defineProblems({
  payment_exists_with_different_content: {
    status: 409,
    title: 'A payment with this id exists with other content',
    description: sameAgain,
  },
  payment_unknown: { status: 404, title: 'There is no such payment', offender: 'paymentId' },
  creditor_account_missing: {
    status: 422,
    title: 'The payee has no account',
    description: 'Name an `iban`, or an `account` where there are none.',
  },
  creditor_takes_no_credits: {
    status: 422,
    title: 'The payee’s account takes no credits',
    description: 'Why is between the payee and the bank.',
    offender: 'iban',
  },
  rail_not_found: {
    status: 422,
    title: 'No partner bank pays this',
    description: 'No rail carries this asset and amount to this account.',
    offender: 'asset',
  },
  payee_not_matched: {
    status: 422,
    title: 'The payee’s bank knows another name for this account',
    description: 'Ask the payer; `isPayeeConfirmed` pays all the same, at his risk.',
    offender: 'iban',
  },
  payment_refused: {
    status: 422,
    title: 'A check before booking refused the payment',
    description: '`reason` is the check’s own code.',
  },
  payment_not_in_review: { status: 409, title: 'The payment is not in review' },
  reviewer_is_creator: {
    status: 409,
    title: 'Nobody reviews his own payment',
    description: 'Another person than the one who created it decides.',
  },
  payment_in_review: { status: 409, title: 'The payment waits for a review' },
  payment_over: { status: 409, title: 'The payment was rejected or cancelled' },
  payment_not_cancellable: {
    status: 409,
    title: 'The payment can no longer be cancelled',
    description: 'The bank has been told, or it is over; a recall is a matter between banks.',
  },
  payment_not_returnable: {
    status: 409,
    title: 'Nothing of this payment can come back',
    description: 'Only money that a bank was told to pay is returned by it.',
  },
  payment_already_returned: {
    status: 409,
    title: 'The payment has come back already, by another entry',
    description: '`entryReference` is the entry it came back by.',
  },
  return_exceeds_payment: { status: 422, title: 'More came back than was paid' },
  incoming_payment_exists_with_different_content: {
    status: 409,
    title: 'An entry with this reference was told with other content',
    description: 'A bank’s entry never changes; a correction is an entry of its own.',
    offender: 'entryReference',
  },
  incoming_payment_unknown: { status: 404, title: 'There is no such incoming payment', offender: 'incomingId' },
  incoming_payment_not_in_review: { status: 409, title: 'The incoming payment is not in review' },
  reviewer_is_recorder: { status: 409, title: 'Nobody reviews what he recorded himself' },
  work_item_unknown: { status: 404, title: 'There is no such work item', offender: 'workItem' },
  work_item_already_resolved: { status: 409, title: 'The work item was resolved otherwise' },
  work_item_waits_for_saga: {
    status: 409,
    title: 'The item is resolved by deciding about its saga',
    description: 'Retry, resume or cancel the saga; the item ends in the same commit.',
  },
  work_item_waits_for_break: {
    status: 409,
    title: 'The item is resolved by what ends its break',
    description:
      'The next statement in which the other side comes, an approved correction or write-off, or breaks that offset it; the item ends in the same commit.',
  },
  work_item_waits_for_booking: {
    status: 409,
    title: 'The item is resolved by what ends its difference',
    description:
      'What the provider tells, or a journal that names the difference in its metadata; the item ends with the first day on which both sides agree.',
  },
  resolution_not_for_kind: {
    status: 422,
    title: 'An item of this kind is not resolved this way',
    description: 'Money is applied, returned or written off; a difference is explained; what is in review is reviewed.',
  },
  work_item_has_no_owner: {
    status: 409,
    title: 'Nobody has looked for whose money it is',
    description: 'Assign the item first; another person than its owner writes it off.',
  },
  owner_may_not_write_off: { status: 409, title: 'The owner of an item does not write it off himself' },
  sender_unknown: {
    status: 422,
    title: 'Nobody knows where the money came from',
    description: 'The bank told no account of the sender, so it cannot be sent back by itself.',
  },
  webhook_message_unknown: { status: 404, title: 'There is no such message', offender: 'key' },
  webhook_message_under_way: { status: 409, title: 'The message is being worked on' },
  webhook_refused: {
    status: 401,
    title: 'The message is not the provider’s',
    description: '`reason` says whether the signature is missing, wrong or too old.',
  },
} satisfies Record<OwnRefusal | RouteProblem, ProblemTable[string]>);

/** Titles and statuses of everything the commands of this context may answer, neighbours' refusals included. */
export const withNeighbours = (...neighbours: readonly ProblemTable[]): ProblemTable =>
  Object.assign({}, ...neighbours, paymentProblems) as Readonly<Record<string, Problem>>;

/** Refusals of anything that books. */
export const bookingProblems = [
  'account_unknown',
  'account_closed',
  'day_closed',
  'amount_not_positive',
  'journal_malformed',
  'journal_unbalanced',
  'journal_exists_with_different_content',
  'account_pays_itself',
  'account_debits_blocked',
  'account_credits_blocked',
  'insufficient_funds',
  'balance_out_of_range',
  'journal_unknown',
  'reversal_not_reversible',
  'reversal_exceeds_original',
  'journal_already_reversed',
] as const;
