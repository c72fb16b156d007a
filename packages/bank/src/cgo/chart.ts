import type { AccountClass } from '../ledger/contract.ts';

/** Shares of a round that can still be issued: a floor, so that overselling is an ordinary lack of funds. */
export const issuableShares = 'cgo/issuable';
/** The other side of issuable shares: what all rounds may issue. */
export const authorisedShares = 'equity/authorised-shares';
/** Money paid in that an investor can still have back. */
export const subscriptions = 'cgo/subscriptions';
export const shareCapital = 'equity/shares';
export const refundsInClearing = 'clearing/refunds';
export const feeIncome = 'income/cgo-fee';

/** Leaves of the chart an offering books on; the first round of an entity opens them. */
export const offeringAccounts: readonly {
  readonly chartCode: string;
  readonly class: AccountClass;
  readonly hasFloor: boolean;
}[] = [
  { chartCode: issuableShares, class: 'liability', hasFloor: true },
  { chartCode: authorisedShares, class: 'equity', hasFloor: false },
  { chartCode: subscriptions, class: 'liability', hasFloor: false },
  { chartCode: shareCapital, class: 'equity', hasFloor: false },
  { chartCode: refundsInClearing, class: 'liability', hasFloor: false },
  { chartCode: feeIncome, class: 'income', hasFloor: false },
];
