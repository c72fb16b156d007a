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
  /** Whether it has no row before this commit: a row made for it goes again if nothing is decided on it. */
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

/**
 * The balance after one posting, the account's class deciding nothing: only the counters move. Every property is spelt out, since this is the
 * object made most often of all and a spread costs several times as much.
 */
export const afterPosting = (
  balance: Balance,
  { side, amountMinor }: Pick<JournalPosting, 'side' | 'amountMinor'>,
  bookedAt: string | undefined = balance.bookedAt,
): Balance => ({
  account: balance.account,
  asset: balance.asset,
  entity: balance.entity,
  class: balance.class,
  status: balance.status,
  hasFloor: balance.hasFloor,
  debitBlocks: balance.debitBlocks,
  creditBlocks: balance.creditBlocks,
  blockedMinor: balance.blockedMinor,
  debitsMinor: side === 'debit' ? balance.debitsMinor + amountMinor : balance.debitsMinor,
  creditsMinor: side === 'credit' ? balance.creditsMinor + amountMinor : balance.creditsMinor,
  heldOutMinor: balance.heldOutMinor,
  overdraftLimitMinor: balance.overdraftLimitMinor,
  bookedAt,
  isNew: balance.isNew === true,
});

/** Whether both counters still fit what is stored. */
export const isInRange = ({ debitsMinor, creditsMinor }: Pick<Balance, 'debitsMinor' | 'creditsMinor'>): boolean =>
  debitsMinor < balanceLimit && creditsMinor < balanceLimit;
