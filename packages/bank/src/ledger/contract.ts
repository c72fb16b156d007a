import type { ClosingRefusal, LedgerAccountRefusal } from './account/account.ts';
import type { OpenHouseAccountRefusal } from './account/commands.ts';
import type { RevaluationRefusal } from './entity/commands.ts';
import type { EntityRefusal } from './entity/entity.ts';
import type { HoldRefusal } from './hold/hold.ts';
import type { IncomingRefusal } from './incoming/incoming.ts';
import type { LinkedRefusal } from './journal/commands.ts';
import type { JournalRefusal } from './journal/post.ts';
import type { ReversalRefusal } from './journal/reverse.ts';
import type { QuoteRefusal } from './quote/quote.ts';

// What a neighbour commits with its own events: the ledger decides, the neighbour writes both in one commit.
export {
  closeLedgerAccount,
  type LedgerAccount,
  type LedgerAccountState,
  ledgerAccountAggregate,
  type OpenLedgerAccount,
  openLedgerAccount,
} from './account/account.ts';
export { lifeNeeds, openingNeeds, remainingBalances } from './account/commands.ts';
// Published events.
export {
  accountBlockLifted,
  accountBlockPlaced,
  ledgerAccountClosed,
  ledgerAccountOpened,
  overdraftLimitSet,
} from './account/events.ts';
export { availableOf, type Balance, postedOf, spendableOf } from './balance.ts';
// Words.
export { blockResource, blockTerms, blockToPlace, showBlocks } from './block-on-wire.ts';
export { entityNeed, layeredBook, loadedBook, loadedEntity, postingNeeds, type Touched } from './book.ts';
export type { LedgerDirectory } from './directory.ts';
export { classOf, houseAccountId, isHouseAccountId } from './entity/chart.ts';
export type { Entity } from './entity/entity.ts';
export { businessDayClosed, businessDayOpened, entityOpened } from './entity/events.ts';
export { bankDay, entityName } from './entity-on-wire.ts';
export { holdCaptured, holdExpired, holdIncreased, holdPlaced, holdVoided } from './hold/events.ts';
export { type Hold, holdAggregate, type PlaceHold, placeHold, voidHold } from './hold/hold.ts';
export { incomingAnnounced, incomingFulfilled, incomingWithdrawn } from './incoming/events.ts';
export {
  type AnnounceIncoming,
  announceIncoming,
  type Incoming,
  incomingAggregate,
  withdrawAnnouncement,
} from './incoming/incoming.ts';
// Commands, as plain JSON.
export { linkedMax, type PostJournalData, postJournalSchema } from './journal/commands.ts';
export type { JournalCapture, JournalPosting } from './journal/events.ts';
export { journalPosted, journalReversed } from './journal/events.ts';
export { type AccountFacts, type Journal, type JournalState, journalAggregate } from './journal/journal.ts';
export { type Book, type JournalRefusal, type PostJournal, postingsMax, postJournal } from './journal/post.ts';
export { type ReverseJournal, reverseJournal } from './journal/reverse.ts';
export { type Purpose, purposes } from './purpose.ts';
export { type BankTransactionCode, type PurposeCode, purposeCodeOf } from './purpose-codes.ts';
export { quoteIssued, quoteUsed } from './quote/events.ts';
export type { JournalStory, LedgerReads, PostedAmount } from './reads.ts';
export { balanceRepaired } from './repair/events.ts';
export { type AccountClass, type BlockReason, blockReasons, mirrored, normalSide, type Side } from './terms.ts';
export type { ClosingRefusal, LedgerAccountRefusal };

/** Every refusal of this context. */
export type LedgerRefusal =
  | JournalRefusal
  | ReversalRefusal
  | LinkedRefusal
  | HoldRefusal
  | IncomingRefusal
  | { readonly code: 'account_has_no_floor'; readonly account: string }
  | LedgerAccountRefusal
  | ClosingRefusal
  | OpenHouseAccountRefusal
  | EntityRefusal
  | RevaluationRefusal
  | QuoteRefusal;
