import { defineProblems, type ProblemTable } from '@finaegis/platform/http/problem';
import type { LedgerRefusal } from '../contract.ts';
import type { HoldRefusal } from '../hold/hold.ts';
import type { IncomingRefusal } from '../incoming/incoming.ts';
import type { JournalRefusal } from '../journal/post.ts';
import type { ReversalRefusal } from '../journal/reverse.ts';

const sameAgain =
  'The same id with the same content would be answered as the first time. Use a new id for something new.';

/** What only the routes refuse. */
type RouteProblem = 'account_under_product' | 'hold_not_yours' | 'batch_too_large';

/** How every refusal of the ledger is told. */
export const ledgerProblems = defineProblems({
  journal_exists_with_different_content: {
    status: 409,
    title: 'A journal with this id exists with other content',
    description: sameAgain,
    offender: 'journalId',
  },
  journal_malformed: { status: 400, title: 'The journal is malformed', description: '`reason` says how.' },
  amount_not_positive: { status: 400, title: 'An amount must be more than zero' },
  account_unknown: {
    status: 404,
    title: 'There is no such account',
    description: '`account` is the id that was not found.',
    offender: 'account',
  },
  account_pays_itself: {
    status: 422,
    title: 'An account cannot pay itself',
    description: 'The same `account` and `asset` are debited and credited as principal.',
    offender: 'account',
  },
  journal_unbalanced: {
    status: 422,
    title: 'The journal does not balance',
    description: 'In each entity and asset debits and credits must be equal; `debits` and `credits` are their sums.',
    offender: 'postings',
  },
  day_closed: {
    status: 422,
    title: 'The business day is closed',
    description: '`businessDate` is the entity’s last day. Bookings go to an open day only.',
    field: 'bookingDate',
  },
  account_closed: { status: 422, title: 'The account is closed', offender: 'account' },
  account_debits_blocked: { status: 422, title: 'The account is blocked for debits', offender: 'account' },
  account_credits_blocked: { status: 422, title: 'The account is blocked for credits', offender: 'account' },
  hold_unknown: { status: 404, title: 'There is no such hold', offender: 'holdId' },
  hold_not_active: {
    status: 422,
    title: 'The hold is not active any more',
    description: '`status` is what became of it.',
    offender: 'holdId',
  },
  hold_not_of_debited_account: {
    status: 422,
    title: 'The journal takes nothing from the account of the hold it captures',
    offender: 'holdId',
  },
  capture_exceeds_hold: {
    status: 422,
    title: 'The capture is more than what remains of the hold',
    description: '`remaining` is what remains.',
    offender: 'holdId',
  },
  capture_exceeds_debit: {
    status: 422,
    title: 'The journal takes less from the account than it captures of its holds',
    description: '`debited` is what it takes; together the captures of one account may be as much.',
    offender: 'holdId',
  },
  insufficient_funds: {
    status: 422,
    title: 'The account does not have enough',
    description: '`spendable` is what may be spent, `needed` what was asked.',
    offender: 'account',
  },
  balance_out_of_range: { status: 422, title: 'The balance would have more than 38 digits', offender: 'account' },
  journal_unknown: { status: 404, title: 'There is no such journal', offender: 'journalId' },
  reversal_not_reversible: {
    status: 422,
    title: 'A reversal cannot be reversed',
    description: 'Post the original again under a new id.',
    field: 'journalId',
  },
  reversal_line_unknown: {
    status: 422,
    title: 'The journal has no such line',
    description: '`index` is the line asked for.',
    field: 'lines',
  },
  reversal_exceeds_original: {
    status: 422,
    title: 'More would be reversed than was posted',
    description: '`remaining` is what remains of the line `index`.',
    offender: 'lines',
  },
  journal_already_reversed: { status: 422, title: 'The journal has been reversed already' },
  linked_journal_refused: {
    status: 422,
    title: 'One of the linked transfers was refused, so none was posted',
    description: '`index` is its place in the batch, `refusal` the reason.',
    field: 'journalId',
  },
  announcement_exists_with_different_terms: {
    status: 409,
    title: 'An announcement with this id exists with other terms',
    description: sameAgain,
    offender: 'announcementId',
  },
  announcement_unknown: { status: 404, title: 'There is no such announcement', offender: 'announcementId' },
  announcement_not_open: {
    status: 422,
    title: 'The announcement is not open any more',
    description: '`status` is what became of it.',
    offender: 'announcementId',
  },
  announcement_not_of_credited_account: {
    status: 422,
    title: 'The journal brings nothing to the account of the announcement it fulfils',
    description: 'It must credit the account of the announcement, in its asset.',
    offender: 'announcementId',
  },
  hold_exists_with_different_terms: {
    status: 409,
    title: 'A hold with this id exists with other terms',
    description: sameAgain,
    offender: 'holdId',
  },
  hold_amount_below_captured: {
    status: 422,
    title: 'A hold can only grow',
    description: 'Void it, or capture part of it, to reserve less. `captured` is what was taken so far.',
    field: 'amount',
  },
  hold_not_due: { status: 422, title: 'The hold has not expired yet', offender: 'holdId' },
  hold_expiry_in_past: { status: 422, title: 'The hold would have expired already', offender: 'expiresAt' },
  hold_not_yours: {
    status: 403,
    title: 'The hold was placed by somebody else',
    description:
      'The bank, or another of those who may operate the account. A customer may raise, capture or void only holds it placed itself.',
    offender: 'holdId',
  },
  account_has_no_floor: {
    status: 422,
    title: 'The account has no floor',
    description: 'An account without a floor may go below zero, so there is nothing to hold or to overdraw.',
    offender: 'account',
  },
  account_under_product: {
    status: 422,
    title: 'The account is bound by the terms of its product',
    description:
      'How far a customer’s account may go below zero is set by `POST /v1/accounts/{accountId}/overdraft-limits`.',
    offender: 'account',
  },
  account_exists_with_different_terms: {
    status: 409,
    title: 'An account with this id exists with other terms',
    description: 'Class, entity and floor of an account never change.',
    offender: 'account',
  },
  account_not_empty: {
    status: 422,
    title: 'The account is not at zero everywhere',
    description: '`asset` is the first in which something is posted or held; `posted` and `heldOut` are how much.',
    offender: 'account',
  },
  block_unknown: { status: 404, title: 'There is no such block on the account', offender: 'blockId' },
  block_exists_with_different_terms: {
    status: 409,
    title: 'A block with this id exists with other terms',
    description: sameAgain,
    offender: 'blockId',
  },
  entity_unknown: { status: 404, title: 'There is no such entity', offender: 'entity' },
  entity_exists_with_different_terms: {
    status: 409,
    title: 'An entity with this name exists with other terms',
    description: sameAgain,
    field: 'entity',
  },
  chart_code_unknown: {
    status: 422,
    title: 'The code grows on no root of the chart',
    description: 'Codes begin with a root such as `nostro/`, `clearing/` or `income/`.',
    offender: 'chartCode',
  },
  day_not_open: {
    status: 422,
    title: 'That day is not the open business day',
    description: '`businessDate` is the entity’s last day, `isOpen` whether it is open.',
    field: 'businessDate',
  },
  day_still_open: {
    status: 422,
    title: 'The business day before is still open',
    description: 'Close `businessDate` first.',
    field: 'businessDate',
  },
  day_not_business_day: {
    status: 422,
    title: 'The date is no business day of the entity’s calendar',
    field: 'businessDate',
  },
  day_too_far_ahead: {
    status: 422,
    title: 'The date is too far after the last business day',
    description: 'Days never go back. `latest` is the last date that may be opened now.',
    field: 'businessDate',
  },
  day_not_after_last: {
    status: 422,
    title: 'Business days go forward only',
    description: '`businessDate` is the entity’s last day.',
    field: 'businessDate',
  },
  valuation_missing: {
    status: 422,
    title: 'An asset was booked while the day was being valued',
    description: 'Ask again.',
  },
  quote_exists_with_different_terms: {
    status: 409,
    title: 'A quote with this id exists with other terms',
    description: sameAgain,
    offender: 'quoteId',
  },
  quote_same_asset: { status: 422, title: 'A quote is between two assets' },
  quote_rate_malformed: {
    status: 422,
    title: 'The rate cannot be used',
    description: 'With this margin nothing of it is left, or it has too many digits.',
    field: 'buyAsset',
  },
  quote_amount_too_small: {
    status: 422,
    title: 'The amount buys less than the smallest unit',
    description: '`bought` is what it would buy, in `asset`.',
    field: 'amount',
  },
  quote_unknown: { status: 404, title: 'There is no such quote', offender: 'quoteId' },
  quote_used: {
    status: 422,
    title: 'The quote has been used',
    description: '`journalId` is the conversion that used it.',
    offender: 'quoteId',
  },
  quote_expired: {
    status: 422,
    title: 'The quote has expired',
    description: 'Ask for a new one.',
    offender: 'quoteId',
  },
  batch_too_large: {
    status: 422,
    title: 'The batch is too large',
    description: 'At most `max` transfers in this mode.',
    field: 'transfers',
  },
} satisfies Record<LedgerRefusal['code'] | RouteProblem, ProblemTable[string]>);

/** Refusals of anything that posts. */
export const postingProblems = [
  'journal_exists_with_different_content',
  'journal_malformed',
  'amount_not_positive',
  'account_unknown',
  'account_pays_itself',
  'journal_unbalanced',
  'day_closed',
  'account_closed',
  'account_debits_blocked',
  'account_credits_blocked',
  'hold_unknown',
  'hold_not_active',
  'hold_not_of_debited_account',
  'capture_exceeds_hold',
  'capture_exceeds_debit',
  'announcement_unknown',
  'announcement_not_open',
  'announcement_not_of_credited_account',
  'insufficient_funds',
  'balance_out_of_range',
] as const satisfies readonly JournalRefusal['code'][];

/** Refusals of a reversal. */
export const reversalProblems = [
  ...postingProblems,
  'journal_unknown',
  'reversal_not_reversible',
  'reversal_line_unknown',
  'reversal_exceeds_original',
  'journal_already_reversed',
] as const satisfies readonly ReversalRefusal['code'][];

/** Refusals of a change of a hold. */
export const holdProblems = [
  'account_unknown',
  'amount_not_positive',
  'hold_exists_with_different_terms',
  'hold_unknown',
  'hold_not_active',
  'hold_amount_below_captured',
  'hold_not_due',
  'hold_expiry_in_past',
  'account_closed',
  'account_debits_blocked',
  'insufficient_funds',
  'balance_out_of_range',
] as const satisfies readonly HoldRefusal['code'][];

/** Refusals of announcing money and of taking that back. */
export const incomingProblems = [
  'announcement_exists_with_different_terms',
  'amount_not_positive',
  'account_unknown',
  'account_closed',
  'account_has_no_floor',
  'announcement_unknown',
  'announcement_not_open',
] as const satisfies readonly IncomingRefusal['code'][];

/** What authorisation by mandate answers. */
export const mandateProblems = ['not_found', 'mandate_missing', 'mandate_limit_exceeded'] as const;
