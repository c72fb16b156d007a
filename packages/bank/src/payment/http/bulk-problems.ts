import { defineProblems, type ProblemTable } from '@finaegis/platform/http/problem';
import type { JournalRefusal } from '../../ledger/contract.ts';
import type { BulkRefusal } from '../bulk/bulk.ts';

// That nobody reviews his own is told as of a payment by itself.
type Own =
  | Exclude<BulkRefusal['code'], JournalRefusal['code'] | 'reviewer_is_creator'>
  | 'bulk_file_invalid'
  | 'bulk_debtor_unknown';

/** How refusals of bulk payments are told. */
export const bulkProblems = defineProblems({
  bulk_payment_exists_with_different_content: {
    status: 409,
    title: 'A file with this message id was sent before, with other content or in another mode',
    description: 'The same file sent again is answered as it stands; give another file another message id.',
    offender: 'messageId',
  },
  bulk_payment_unknown: { status: 404, title: 'There is no such bulk payment', offender: 'bulkId' },
  bulk_payment_over: { status: 409, title: 'The bulk payment has ended' },
  bulk_line_not_in_review: { status: 409, title: 'The line of the file is not in review' },
  bulk_line_refused: {
    status: 422,
    title: 'A line of the file was refused, and all lines are to be paid or none',
    description: '`line` counts payments of the file from 1.',
  },
  bulk_file_invalid: {
    status: 422,
    title: 'The file cannot be executed',
    description: 'Each of `problems` names the line of the text, the element and the reason; nothing was taken on.',
  },
  bulk_debtor_unknown: {
    status: 422,
    title: 'An account that is to pay is none of this bank',
    description: 'Every account that pays must be one of this tenant and in one legal entity.',
  },
} satisfies Record<Own, ProblemTable[string]>);
