import { accept, type Decision, reject } from '@finaegis/kernel/decision';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import type { PersonalRef } from '@finaegis/platform/event-store/personal-ref';
import {
  type AccountFacts,
  type Book,
  houseAccountId,
  type Journal,
  type JournalPosting,
  type JournalRefusal,
  postJournal,
} from '../ledger/contract.ts';
import type { SuspenseQueue } from './ports.ts';

/** Money that has already arrived on a house account. */
export interface RecordDeposit {
  /** Also the id of the journal. */
  readonly depositId: string;
  readonly accountId: string;
  /** House account it arrived on. */
  readonly from: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly valueDate?: string | undefined;
  readonly endToEndId?: string | undefined;
}

/** Why money that has arrived is kept in suspense, declared in order of precedence. */
export const suspensionReasons = [
  'account_unknown',
  'account_closed',
  'account_credits_blocked',
  'asset_not_of_product',
] as const;
export type SuspensionReason = (typeof suspensionReasons)[number];

/** What became of a deposit. */
export interface Deposit {
  readonly depositId: string;
  /** For whom it came, whether or not there is such an account. */
  readonly accountId: string;
  readonly status: 'credited' | 'suspended';
  readonly reason?: SuspensionReason;
  readonly creditedTo: string;
  readonly from: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly journal: Journal;
}

export type DepositRefusal =
  | JournalRefusal
  | { readonly code: 'deposit_exists_with_different_content'; readonly depositId: string }
  | { readonly code: 'house_account_expected'; readonly account: string };

/** What is known of the accounts before anything is locked; none of it ever changes. */
export interface DepositFacts {
  readonly from: AccountFacts | undefined;
  /** The customer's account, when there is one. */
  readonly account: AccountFacts | undefined;
  /** Whether the account's product may hold the asset. */
  readonly isAssetAllowed: boolean;
  readonly description?: PersonalRef | undefined;
  /** Has people look at money in suspense. */
  readonly openItem: SuspenseQueue['open'];
}

/**
 * Books money that has arrived, always: to the account, or, where that cannot take it, to the entity's suspense, with the reason on the journal and
 * an item for whoever has to look at it.
 * Refused is only what is wrong in itself (a day that is closed, a house account nobody knows, an id used for something else).
 */
export const recordDeposit = (
  book: Book,
  command: RecordDeposit,
  facts: DepositFacts,
): Decision<NewEvent, DepositRefusal> => {
  const { depositId, from } = command;
  const existing = book.journal(depositId);
  if (existing.status === 'posted') {
    return isSameDeposit(existing, command, facts)
      ? accept()
      : reject({ code: 'deposit_exists_with_different_content', depositId });
  }
  if (facts.from === undefined) return reject({ code: 'account_unknown', account: from });
  if (facts.from.kind !== 'house') return reject({ code: 'house_account_expected', account: from });

  const { asset, amountMinor, valueDate, endToEndId } = command;
  const reason = suspensionOf(book, command, facts);
  const creditedTo = reason === undefined ? command.accountId : suspenseAccount(facts.from.entity, reason);
  const purpose = 'principal';
  const posted = postJournal(book, {
    journalId: depositId,
    kind: 'deposit',
    postings: [
      { account: from, asset, side: 'debit', amountMinor, purpose },
      { account: creditedTo, asset, side: 'credit', amountMinor, purpose },
    ],
    captures: [],
    valueDate,
    endToEndId,
    description: facts.description,
    ...(reason === undefined ? {} : { metadata: { suspendedFor: command.accountId, suspendedReason: reason } }),
  });
  if (!posted.accepted || reason === undefined) return posted;
  const items = facts.openItem({
    entity: facts.from.entity,
    account: creditedTo,
    asset,
    amountMinor,
    journalId: depositId,
    subject: `deposit:${depositId}`,
    reason,
    links: [`account:${command.accountId}`],
    reference: endToEndId,
  });
  return accept(...posted.events, ...items);
};

/** Where money is kept that an account cannot take. */
export const suspenseAccount = (entity: string, reason: SuspensionReason): string =>
  houseAccountId(entity, reason === 'account_unknown' ? 'suspense/unidentified' : 'suspense/blocked');

const suspensionOf = (
  book: Book,
  { accountId, asset }: RecordDeposit,
  { account, isAssetAllowed }: DepositFacts,
): SuspensionReason | undefined => {
  const balance = account === undefined ? undefined : book.balance(accountId, asset);
  if (balance === undefined) return 'account_unknown';
  if (balance.status === 'closed') return 'account_closed';
  if (balance.creditBlocks > 0) return 'account_credits_blocked';
  return isAssetAllowed ? undefined : 'asset_not_of_product';
};

/** A deposit as its journal tells it; undefined for a journal that is none. */
export const depositOf = (journal: Journal): Deposit | undefined => {
  const [debit, credit] = journal.postings as readonly [JournalPosting?, JournalPosting?];
  if (journal.kind !== 'deposit' || debit === undefined || credit === undefined) return undefined;
  const reason = suspensionReasons.find((one) => one === journal.metadata?.['suspendedReason']);
  return {
    depositId: journal.journalId,
    accountId: journal.metadata?.['suspendedFor'] ?? credit.account,
    status: reason === undefined ? 'credited' : 'suspended',
    ...(reason === undefined ? {} : { reason }),
    creditedTo: credit.account,
    from: debit.account,
    asset: debit.asset,
    amountMinor: debit.amountMinor,
    journal,
  };
};

// Where it was credited is our doing and may differ from what we would do today; what was asked must be the same.
const isSameDeposit = (journal: Journal, command: RecordDeposit, { description }: DepositFacts): boolean => {
  const deposit = depositOf(journal);
  return (
    deposit !== undefined &&
    deposit.accountId === command.accountId &&
    deposit.from === command.from &&
    deposit.asset === command.asset &&
    deposit.amountMinor === command.amountMinor &&
    journal.endToEndId === command.endToEndId &&
    journal.description?.commitment === description?.commitment &&
    (command.valueDate === undefined || command.valueDate === journal.valueDate)
  );
};
