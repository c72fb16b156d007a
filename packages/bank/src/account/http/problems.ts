import { defineProblems, type Problem, type ProblemTable } from '@finaegis/platform/http/problem';
import type { LedgerRefusal } from '../../ledger/contract.ts';
import type { MandateRefusal, PartyRefusal } from '../../party/contract.ts';
import type { AccountContextRefusal } from '../contract.ts';

/** What only the routes refuse. */
type RouteProblem = 'statement_not_in_format';

/** Refusals of neighbours that decide with us are told in their own tables. */
type OwnRefusal = Exclude<
  AccountContextRefusal['code'],
  LedgerRefusal['code'] | MandateRefusal['code'] | PartyRefusal['code']
>;

const sameAgain =
  'The same id with the same content would be answered as the first time. Use a new id for something new.';

/** How every refusal of this context is told; total by type. */
export const accountProblems = defineProblems({
  account_exists_with_different_content: {
    status: 409,
    title: 'An account with this id exists with other content',
    description: sameAgain,
    offender: 'account',
  },
  product_unknown: { status: 422, title: 'There is no such product, or no such version of it', offender: 'product' },
  asset_not_registered: { status: 422, title: 'The asset is not in the registry', offender: 'asset' },
  asset_not_of_product: { status: 422, title: 'The product does not allow this asset', offender: 'asset' },
  holder_missing: { status: 422, title: 'An account needs at least one holder', offender: 'holders' },
  holder_repeated: {
    status: 422,
    title: 'A party is named twice as holder',
    description: '`partyId` is the party.',
    offender: 'partyId',
  },
  external_reference_taken: {
    status: 409,
    title: 'Another account has this external reference',
    offender: 'externalReference',
  },
  account_numbers_used_up: { status: 422, title: 'The entity has no account numbers left' },
  bank_details_exist_with_different_terms: {
    status: 409,
    title: 'The entity has other bank details',
    description: 'They are set once, since account numbers already given out carry them.',
  },
  bank_code_malformed: {
    status: 422,
    title: 'The bank code makes no account numbers of this country',
    description: 'It must be everything an IBAN of the country has before the account number.',
    offender: 'bankCode',
  },
  bank_code_taken: {
    status: 409,
    title: 'Another entity has this bank code',
    description: 'Both would issue the same account numbers.',
    offender: 'bankCode',
  },
  product_version_exists_with_different_terms: {
    status: 409,
    title: 'This version of the product exists with other terms',
    description: 'A version never changes; publish the next one.',
    field: 'version',
  },
  product_version_not_next: {
    status: 422,
    title: 'Versions of a product are counted without a gap',
    description: '`nextVersion` is the one to publish.',
    field: 'version',
  },
  statement_exists_with_different_content: {
    status: 409,
    title: 'The statement was issued with other content',
    description: 'What a statement says never changes.',
  },
  statement_period_empty: { status: 422, title: 'The period of the statement ends before it begins' },
  statement_period_overlaps: {
    status: 422,
    title: 'The period overlaps the last statement',
    description: '`lastTo` is the last day that is covered.',
  },
  statement_period_open: {
    status: 422,
    title: 'The period is not over',
    description: '`businessDate` is the entity’s last business day; close the day first.',
    field: 'date',
  },
  statement_does_not_continue: {
    status: 422,
    title: 'The statement does not open where the last one closed',
    description: '`previousClosing` is where the last one closed, `opening` where this one would open.',
  },
  deposit_exists_with_different_content: {
    status: 409,
    title: 'A deposit with this id exists with other content',
    description: sameAgain,
    field: 'depositId',
  },
  house_account_expected: {
    status: 422,
    title: 'The other side must be a house account',
    description: 'Money between customers is a transfer.',
    field: 'from',
  },
  overdraft_not_of_product: {
    status: 422,
    title: 'The product allows no overdraft',
    description: '`product` and `version` are the terms the account was opened under.',
    field: 'amount',
  },
  standing_order_exists_with_different_content: {
    status: 409,
    title: 'A standing order with this id exists with other content',
    description: sameAgain,
    field: 'orderId',
  },
  standing_order_unknown: { status: 404, title: 'The account has no such standing order', offender: 'order' },
  statement_not_in_format: {
    status: 422,
    title: 'The statement has no such form',
    description: '`reason` says why: camt.053 carries money of ISO 4217 only, with at most 18 digits.',
    field: 'format',
  },
} satisfies Record<OwnRefusal | RouteProblem, ProblemTable[string]>);

/** Titles and statuses of everything the commands of this context may answer, neighbours' refusals included. */
export const withNeighbours = (...neighbours: readonly ProblemTable[]): ProblemTable =>
  Object.assign({}, ...neighbours, accountProblems) as Readonly<Record<string, Problem>>;

/** Refusals of opening an account. */
export const openingProblems = [
  'account_exists_with_different_content',
  'account_exists_with_different_terms',
  'entity_unknown',
  'product_unknown',
  'asset_not_registered',
  'asset_not_of_product',
  'holder_missing',
  'holder_repeated',
  'external_reference_taken',
  'account_numbers_used_up',
  'mandate_exists_with_different_content',
  'party_not_found',
  'party_erased',
] as const;

/** Refusals of anything that posts on a customer's account. */
export const bookingProblems = [
  'account_unknown',
  'account_closed',
  'day_closed',
  'amount_not_positive',
  'journal_malformed',
  'journal_unbalanced',
  'account_pays_itself',
  'account_debits_blocked',
  'account_credits_blocked',
  'insufficient_funds',
  'balance_out_of_range',
  'house_account_expected',
] as const;
