import { houseAccountId } from '../entity/chart.ts';
import type { JournalPosting } from './events.ts';
import type { AccountFacts } from './journal.ts';

/** Money between two accounts of one tenant. */
export interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  /** Charged to `from` on top of the amount. */
  readonly feeMinor?: bigint | undefined;
}

type Accounts = ReadonlyMap<string, Pick<AccountFacts, 'entity'>>;

/**
 * The postings of a transfer: Dr from · Cr to, and the fee as a pair of its own, gross. Between two entities each has its own balanced set,
 * through what the one owes the other.
 */
export const transferPostings = (
  accounts: Accounts,
  { from, to, asset, amountMinor, feeMinor }: Transfer,
): readonly JournalPosting[] => {
  const [payer, payee] = [accounts.get(from)?.entity, accounts.get(to)?.entity];
  const pair = (
    debit: string,
    credit: string,
    minor: bigint,
    purpose: JournalPosting['purpose'],
  ): readonly JournalPosting[] => [
    { account: debit, asset, side: 'debit', amountMinor: minor, purpose },
    { account: credit, asset, side: 'credit', amountMinor: minor, purpose },
  ];
  const isWithin = payer === undefined || payee === undefined || payer === payee;
  const principal = isWithin
    ? pair(from, to, amountMinor, 'principal')
    : [
        ...pair(from, houseAccountId(payer, `interco/${payee}`), amountMinor, 'principal'),
        ...pair(houseAccountId(payee, `interco/${payer}`), to, amountMinor, 'principal'),
      ];
  if (feeMinor === undefined) return principal;
  return [...principal, ...pair(from, houseAccountId(payer ?? '', 'income/transfer-fee'), feeMinor, 'fee')];
};
