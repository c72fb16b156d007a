import type { JournalPosting } from './journal/events.ts';
import { type AccountClass, normalSide } from './terms.ts';

/** One account's position in one asset, as decisions see it under lock. Counters only grow; what they mean depends on the class. */
export interface Balance {
  readonly account: string;
  readonly asset: string;
  readonly entity: string;
  readonly class: AccountClass;
  readonly status: 'open' | 'closed';
  readonly hasFloor: boolean;
  /** How many blocks stop debits, and credits. */
  readonly debitBlocks: number;
  readonly creditBlocks: number;
  /** Sum of the amount blocks in this asset: posted, but not to be spent. */
  readonly blockedMinor: bigint;
  readonly debitsMinor: bigint;
  readonly creditsMinor: bigint;
  readonly heldOutMinor: bigint;
  readonly overdraftLimitMinor: bigint;
  /** Instant of the newest booking or hold on it. */
  readonly bookedAt: string | undefined;
  /** Whether its row was made by the commit under way, for want of one; it goes again if nothing is decided on it. */
  readonly isNew?: boolean;
}

// 38 digits: one more than any amount, so that sums of amounts can be refused instead of failing in the database.
const balanceLimit = 10n ** 38n;

/** Normal side − other side; may be negative. */
export const postedOf = ({
  class: accountClass,
  debitsMinor,
  creditsMinor,
}: Pick<Balance, 'class' | 'debitsMinor' | 'creditsMinor'>): bigint =>
  normalSide(accountClass) === 'debit' ? debitsMinor - creditsMinor : creditsMinor - debitsMinor;

/** posted − heldOut − amounts under a block. */
export const availableOf = (balance: Balance): bigint =>
  postedOf(balance) - balance.heldOutMinor - balance.blockedMinor;

/** available + overdraft limit. */
export const spendableOf = (balance: Balance): bigint => availableOf(balance) + balance.overdraftLimitMinor;

/** How a decision would change a balance. */
export interface BalanceChange {
  /** Change of posted, in the direction of the normal side. */
  readonly postedMinor?: bigint;
  /** Change of what is held. */
  readonly heldOutMinor?: bigint;
}

/** What is missing if available would end below the overdraft limit; a change that raises always passes. */
export const shortfall = (
  balance: Balance,
  { postedMinor = 0n, heldOutMinor = 0n }: BalanceChange,
): { readonly spendableMinor: bigint } | undefined => {
  if (!balance.hasFloor || (postedMinor >= 0n && heldOutMinor <= 0n)) return undefined;
  const after = spendableOf(balance) + postedMinor - heldOutMinor;
  return after < 0n ? { spendableMinor: spendableOf(balance) } : undefined;
};

/** The balance after one posting, the account's class deciding nothing: only the counters move. */
export const afterPosting = (
  balance: Balance,
  { side, amountMinor }: Pick<JournalPosting, 'side' | 'amountMinor'>,
): Balance =>
  side === 'debit'
    ? { ...balance, debitsMinor: balance.debitsMinor + amountMinor }
    : { ...balance, creditsMinor: balance.creditsMinor + amountMinor };

/** Whether both counters still fit what is stored. */
export const isInRange = ({ debitsMinor, creditsMinor }: Pick<Balance, 'debitsMinor' | 'creditsMinor'>): boolean =>
  debitsMinor < balanceLimit && creditsMinor < balanceLimit;
