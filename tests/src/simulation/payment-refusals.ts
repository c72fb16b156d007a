import type { AuditorBooks } from './auditor-books.ts';
import type { AuditedArrival, AuditedItem, AuditedPayment } from './payment-books.ts';
import { payeesElsewhere } from './rail-twin.ts';
import type { Asked, Case } from './refusal-case.ts';
import { type JournalData, pair } from './wishes.ts';

/** Money that a command other than the ledger's own would move; undefined where it says nothing of any. */
export const movementOf = (asked: Asked, books: AuditorBooks): JournalData['postings'] | undefined => {
  const { asset = '', amountMinor = 0n, accountId = '', withdrawalId, debtorAccountId, creditor, workItemId } = asked;
  const leg = { asset, amountMinor };
  if (asked.saveMethod !== undefined) return pair({ debit: 'main:psp/stripe', credit: accountId, ...leg });
  if (withdrawalId !== undefined) return pair({ debit: accountId, credit: 'main:cash', ...leg });
  if (debtorAccountId !== undefined)
    return pair({ debit: debtorAccountId, credit: ourOwn(books, creditor?.iban) ?? '', ...leg });
  const dispute = books.disputes.disputes.get(asked.disputeId ?? '');
  if (dispute !== undefined) return pair({ debit: 'main:loss/chargeback', credit: dispute.account, ...leg });
  if (workItemId === undefined && asked.incomingId === undefined) return undefined;
  const [item, arrival] = [itemOf({ books, asked }), arrivalOf({ books, asked })];
  const to = asked.accountId ?? arrival?.accountId ?? '';
  return pair({ debit: item?.account ?? '', credit: to, asset: item?.asset ?? '', amountMinor: item?.amount ?? 0n });
};

/** The account of ours that a number belongs to. */
const ourOwn = ({ customers }: AuditorBooks, iban: string | undefined): string | undefined =>
  customers.numbers.get(`iban ${iban ?? ''}`);

type Place = Pick<Case, 'books' | 'asked'>;
const paymentOf = ({ books: { payments }, asked: { paymentId = '' } }: Place): AuditedPayment | undefined =>
  payments.payments.get(paymentId);
const arrivalOf = ({ books: { payments }, asked: { incomingId = '' } }: Place): AuditedArrival | undefined =>
  payments.arrivals.get(incomingId);
const itemOf = ({ books: { payments }, asked }: Place): AuditedItem | undefined =>
  payments.items.get(asked.workItemId ?? arrivalOf({ books: { payments } as AuditorBooks, asked })?.workItemId ?? '');
const arrivalOfItem = (its: Place): AuditedArrival | undefined =>
  its.books.payments.arrivals.get(itemOf(its)?.subject.replace('incoming:', '') ?? '');

/** Names of states as the wire says them. */
const wire: Readonly<Record<string, string>> = { ReviewRequested: 'in_review', OutcomeLost: 'outcome_unknown' };
const isIn = (its: Case): boolean => {
  const { status = '' } = paymentOf(its) ?? {};
  return (wire[status] ?? status.toLowerCase()) === its.refusal['status'];
};

/** Why a bank may say no to a payment, or to who decides about one. */
export const paymentRefusals: Readonly<Record<string, (its: Case) => boolean>> = {
  payment_unknown: (its) => paymentOf(its) === undefined,
  payment_exists_with_different_content: (its) => paymentOf(its) !== undefined,
  account_unknown: (its) =>
    its.name === 'createPayment' && !its.books.customers.accounts.has(its.refusal['account'] ?? ''),
  account_closed: (its) => its.books.customers.accounts.get(its.refusal['account'] ?? '')?.isClosed === true,
  account_pays_itself: ({ books, asked }) => ourOwn(books, asked.creditor?.iban) === asked.debtorAccountId,
  creditor_takes_no_credits: ({ books, asked }) => {
    const account = books.replayed.accounts.get(ourOwn(books, asked.creditor?.iban) ?? '');
    return account !== undefined && (account.isClosed || account.creditBlocks > 0);
  },
  creditor_account_missing: ({ asked }) => asked.creditor?.iban === undefined,
  rail_not_found: ({ books, asked }) => asked.asset !== 'EUR' && ourOwn(books, asked.creditor?.iban) === undefined,
  payee_not_matched: ({ asked }) => asked.creditor?.iban === payeesElsewhere[2] && asked.isPayeeConfirmed !== true,
  payment_refused: ({ asked, refusal }) =>
    (asked.amountMinor ?? 0n) % 10n === 9n && refusal['reason'] === 'forbidden_amount',
  payment_not_in_review: (its) => isIn(its) && its.refusal['status'] !== 'in_review',
  reviewer_is_creator: (its) => paymentOf(its)?.createdBy === its.actor && its.refusal['reviewer'] === its.actor,
  payment_not_cancellable: (its) =>
    isIn(its) && !['created', 'in_review', 'authorised', 'funded'].includes(its.refusal['status'] ?? ''),
  payment_not_returnable: (its) =>
    isIn(its) &&
    (paymentOf(its)?.creditor !== undefined ||
      !['submitted', 'outcome_unknown', 'settled'].includes(its.refusal['status'] ?? '')),
  payment_already_returned: (its) =>
    paymentOf(its)?.returnEntry === its.refusal['entryReference'] && paymentOf(its)?.status === 'Returned',
  return_exceeds_payment: (its) => (its.asked.amountMinor ?? 0n) > (paymentOf(its)?.amount ?? 0n),
  incoming_payment_unknown: (its) => arrivalOf(its) === undefined,
  incoming_payment_not_in_review: (its) =>
    arrivalOf(its)?.status === its.refusal['status'] && its.refusal['status'] !== 'in_review',
  reviewer_is_recorder: (its) => arrivalOf(its)?.toldBy.includes(its.actor) === true,
  incoming_payment_exists_with_different_content: ({ books, refusal }) =>
    books.payments.arrivals.has(refusal['incomingId'] ?? ''),
  work_item_unknown: (its) => itemOf(its) === undefined,
  work_item_already_resolved: (its) => itemOf(its)?.isResolved === true,
  // Money is moved, not explained; and what waits for a review is decided there.
  // Money in flight, of a dispute, is explained by how that ends.
  resolution_not_for_kind: (its) =>
    itemOf(its)?.subject.startsWith('dispute:') === true
      ? its.asked.resolution !== 'explained'
      : its.asked.resolution === 'explained' || arrivalOfItem(its)?.status === 'in_review',
  work_item_has_no_owner: (its) => itemOf(its)?.owner === undefined && itemOf(its) !== undefined,
  owner_may_not_write_off: (its) => [itemOf(its)?.owner, itemOf(its)?.assignedBy].includes(its.actor),
  sender_unknown: (its) => its.asked.resolution === 'returned' && itemOf(its) !== undefined,
};
