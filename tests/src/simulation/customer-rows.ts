import type { NumberingRow } from '@finaegis/bank/account/views/numbering';
import type { RowRules } from './memory-database.ts';

/**
 * How the rows of parties and customers' accounts behave in PostgreSQL: a row that is not there cannot be locked, so two processes may both find
 * nothing; then the stream, or the number that is taken, refuses one of them.
 */
const lockedOnceThere: RowRules = { isLockedOnceThere: true };

/** Row rules by name of the table. */
export const customerRules: readonly (readonly [string, RowRules])[] = [
  ['party.parties', lockedOnceThere],
  ['party.mandates', lockedOnceThere],
  ['account.products', lockedOnceThere],
  ['account.accounts', lockedOnceThere],
  // A number is issued once: the second insertion fails its statement.
  ['account.identifiers', { isLockedOnceThere: true, isInsertedOnly: true }],
  ['account.bank-codes', { isLockedOnceThere: true, isInsertedOnly: true }],
  [
    'account.numbering',
    {
      isLockedOnceThere: true,
      merge: (before, row) => {
        const [was, is] = [before as NumberingRow, row as NumberingRow];
        return was.nextNumber > is.nextNumber ? { ...is, nextNumber: was.nextNumber } : is;
      },
    },
  ],
];
