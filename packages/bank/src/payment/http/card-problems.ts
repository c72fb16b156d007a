import { defineProblems, type ProblemTable } from '@finaegis/platform/http/problem';
import type { LedgerRefusal } from '../../ledger/contract.ts';
import type { CardDepositRefusal } from '../card-deposit/card-deposit.ts';
import type { DisputeRefusal } from '../dispute/dispute.ts';
import type { CardPayoutRefusal } from '../payout/payout.ts';
import type { RefundRefusal } from '../refund/refund.ts';

type Refused = CardDepositRefusal | RefundRefusal | DisputeRefusal | CardPayoutRefusal;
type Own = Exclude<Refused['code'], LedgerRefusal['code']>;

/** How refusals of card deposits, refunds and disputes are told. */
export const cardProblems = defineProblems({
  card_deposit_exists_with_different_content: {
    status: 409,
    title: 'A card deposit with this id exists with other content',
    description: 'The same id with the same content would be answered as the first time.',
    offender: 'depositId',
  },
  card_deposit_unknown: { status: 404, title: 'There is no such card deposit', offender: 'depositId' },
  card_asset_not_supported: {
    status: 422,
    title: 'This cannot be paid in by card',
    description: 'The card provider takes other assets, or the account’s product may not hold it.',
    offender: 'asset',
  },
  refund_exists_with_different_content: {
    status: 409,
    title: 'A refund with this id exists with other content',
    description: 'The same id with the same content would be answered as the first time.',
    offender: 'refundId',
  },
  refund_unknown: { status: 404, title: 'There is no such refund', offender: 'refundId' },
  payment_not_refundable: {
    status: 422,
    title: 'Nothing of this payment can go back',
    description: 'It is not known, did not arrive, lies in suspense, or nobody knows where it came from.',
    offender: 'paymentId',
  },
  refund_address_missing: {
    status: 422,
    title: 'The payer has confirmed no address',
    description: 'What came in crypto goes to an address that the payer names.',
    offender: 'address',
  },
  refund_asset_differs: { status: 422, title: 'The payment was made in another asset', offender: 'asset' },
  refund_exceeds_remainder: {
    status: 422,
    title: 'No more than this is left of the payment',
    description: '`remaining` is what was paid less all refunds and disputes.',
    offender: 'amount',
  },
  refund_not_awaiting_approval: { status: 409, title: 'The refund does not wait for an approval' },
  approver_is_requester: {
    status: 409,
    title: 'Nobody approves his own refund',
    description: 'Another person than the one who asked for it decides.',
  },
  refund_not_cancellable: { status: 409, title: 'The refund can no longer be cancelled' },
  refund_over: { status: 409, title: 'The refund has ended' },
  refund_not_returnable: { status: 409, title: 'Only a refund that has gone can come back' },
  dispute_unknown: { status: 404, title: 'There is no such dispute', offender: 'disputeId' },
  dispute_not_answerable: { status: 409, title: 'The dispute takes no answer any more' },
  dispute_answer_under_way: { status: 409, title: 'The provider is being told another answer' },
  dispute_not_lost: { status: 409, title: 'The dispute is not lost' },
  dispute_has_no_debt: { status: 409, title: 'The account owes nothing of this dispute' },
  dispute_write_off_not_proposed: {
    status: 409,
    title: 'Nobody has proposed to write this off',
    description: 'One person proposes it, another one does it.',
  },
  proposer_may_not_write_off: {
    status: 409,
    title: 'Nobody writes off what he proposed himself',
    description: 'Another person than the one who proposed it decides.',
  },
  card_payout_unknown: { status: 404, title: 'There is no such payout', offender: 'payoutId' },
} satisfies Record<Own, ProblemTable[string]>);
