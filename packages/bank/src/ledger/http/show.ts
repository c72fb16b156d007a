import { personalMarker } from '@finaegis/platform/event-store/personal-ref';
import type { ShowAmount } from '../../asset/contract.ts';
import type { Hold } from '../hold/hold.ts';
import type { Incoming } from '../incoming/incoming.ts';
import type { JournalPosting } from '../journal/events.ts';
import type { Journal } from '../journal/journal.ts';
import type { Quote } from '../quote/quote.ts';
import { mirrored, type Side } from '../terms.ts';
import type { HoldRow } from '../views/holds.ts';

/** Every asset a journal speaks of. */
export const assetsOf = ({ postings }: Pick<Journal, 'postings'>): readonly string[] =>
  postings.map(({ asset }) => asset);

/** How a personal text is shown: the value read, or a marker that becomes the value when the answer is sent. */
export type ShowText = (reference: { readonly ref: string }) => unknown;

/** In answers of commands, which are stored: the text itself is put in on the way out, each time. */
export const asMarker: ShowText = personalMarker;

/** Whose a hold is and in what: immutable, and not in the journal that captures it. */
export type HoldsOfJournal = ReadonlyMap<string, { readonly account: string; readonly asset: string }>;

/** How a journal is shown, and to whom. */
export interface JournalShowing {
  readonly amount: ShowAmount;
  readonly text: ShowText;
  readonly holds: HoldsOfJournal;
  /** Accounts the customer may see; absent for staff, who see all. */
  readonly visible?: ReadonlySet<string> | undefined;
}

/**
 * A journal as plain JSON. A customer sees its own lines and those they are with (same asset and purpose, other side) as far as they are with
 * it; not what moved between others, other people's holds, or the labels of whoever paid it.
 */
export const showJournal = (journal: Journal, showing: JournalShowing): unknown => {
  const { amount, text, visible } = showing;
  const { postings, reversedBy, description, metadata } = journal;
  const shownMinor = visibleAmounts(journal, visible);
  const isWhole = (line: number): boolean => shownMinor(line) === postings[line]?.amountMinor;
  const isPayer = visible === undefined || visible.has(postings[0]?.account ?? '');
  return {
    journalId: journal.journalId,
    status: statusOf(journal),
    entity: journal.entity,
    kind: journal.kind,
    reference: journal.reference,
    bookingDate: journal.bookingDate,
    valueDate: journal.valueDate,
    bookedAt: journal.bookedAt,
    postings: postings.flatMap(({ account, side, asset, purpose }, line) => {
      const minor = shownMinor(line);
      return minor === undefined ? [] : [{ line, account, side, amount: amount(asset, minor), purpose }];
    }),
    captures: showCaptures(journal, showing),
    ...(journal.fulfils === undefined || visible !== undefined ? {} : { fulfils: journal.fulfils }),
    ...(journal.reverses === undefined ? {} : { reverses: journal.reverses }),
    reversedBy: reversedBy.map(({ journalId, lines }) => ({
      journalId,
      lines: lines.flatMap(({ index, amountMinor }) =>
        isWhole(index) ? [{ line: index, amount: amount(postings[index]?.asset ?? '', amountMinor) }] : [],
      ),
    })),
    ...(journal.quoteId === undefined ? {} : { quoteId: journal.quoteId }),
    ...(journal.forced === undefined ? {} : { forced: journal.forced }),
    ...(journal.endToEndId === undefined ? {} : { endToEndId: journal.endToEndId }),
    ...(description === undefined ? {} : { description: text(description) }),
    ...(metadata === undefined || !isPayer ? {} : { metadata }),
  };
};

/** Whether a customer who sees these accounts is shown all that a journal says: every line in full, every hold it captured, its labels. */
export const isShownWhole = (
  { postings, captures, metadata }: Pick<Journal, 'postings' | 'captures' | 'metadata'>,
  { visible, holds }: { readonly visible: ReadonlySet<string>; readonly holds: HoldsOfJournal },
): boolean => {
  const shownMinor = visibleAmounts({ postings }, visible);
  return (
    postings.every(({ amountMinor }, line) => shownMinor(line) === amountMinor) &&
    captures.every(({ holdId }) => visible.has(holds.get(holdId)?.account ?? '')) &&
    (metadata === undefined || visible.has(postings[0]?.account ?? ''))
  );
};

const statusOf = ({ postings, reversedMinor }: Journal): 'posted' | 'partially_reversed' | 'reversed' => {
  if (reversedMinor.every((minor) => minor === 0n)) return 'posted';
  return postings.every(({ amountMinor }, line) => amountMinor === reversedMinor[line])
    ? 'reversed'
    : 'partially_reversed';
};

/** How much of each line a reader may see; undefined for lines that are not for its eyes. */
const visibleAmounts = (
  { postings }: Pick<Journal, 'postings'>,
  visible: ReadonlySet<string> | undefined,
): ((line: number) => bigint | undefined) => {
  if (visible === undefined) return (line) => postings[line]?.amountMinor;
  const groupOf = (posting: JournalPosting, side: Side): readonly JournalPosting[] =>
    postings.filter(
      (other) => other.side === side && other.asset === posting.asset && other.purpose === posting.purpose,
    );
  return (line) => {
    const posting = postings[line];
    if (posting === undefined) return undefined;
    if (visible.has(posting.account)) return posting.amountMinor;
    const facing = groupOf(posting, mirrored(posting.side));
    const own = facing.filter(({ account }) => visible.has(account));
    if (own.length === 0) return undefined;
    if (own.length === facing.length) return posting.amountMinor;
    // One account pays several, or is paid by several: the customer sees the part that is its own, and of a crowd on both sides nobody.
    const ownMinor = own.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
    return groupOf(posting, posting.side).length === 1 && ownMinor <= posting.amountMinor ? ownMinor : undefined;
  };
};

const showCaptures = ({ captures }: Journal, { amount, holds, visible }: JournalShowing): readonly unknown[] =>
  captures.flatMap(({ holdId, amountMinor, isFinal }) => {
    const hold = holds.get(holdId);
    return hold === undefined || (visible !== undefined && !visible.has(hold.account))
      ? []
      : [{ holdId, amount: amount(hold.asset, amountMinor), isFinal }];
  });

/** A hold as plain JSON, with the journals that used it. */
export const showHold = (hold: Hold, amount: ShowAmount, text: ShowText): unknown => ({
  ...holdParts(hold, amount),
  ...(hold.description === undefined ? {} : { description: text(hold.description) }),
  journals: hold.journals,
});

/** A hold of a list. */
export const showHoldRow = (hold: HoldRow, amount: ShowAmount, texts: ReadonlyMap<string, string>): unknown => ({
  ...holdParts(hold, amount),
  ...(hold.description === undefined ? {} : { description: texts.get(hold.description) }),
});

const holdParts = (hold: Omit<HoldRow, 'description'>, amount: ShowAmount) => ({
  holdId: hold.holdId,
  account: hold.account,
  status: hold.status,
  amount: amount(hold.asset, hold.amountMinor),
  captured: amount(hold.asset, hold.capturedMinor),
  remaining: amount(hold.asset, hold.remainingMinor),
  placedAt: hold.placedAt,
  ...(hold.expiresAt === undefined ? {} : { expiresAt: hold.expiresAt }),
});

/** An announcement as plain JSON. */
export const showIncoming = (incoming: Incoming, amount: ShowAmount): unknown => ({
  announcementId: incoming.announcementId,
  account: incoming.account,
  status: incoming.status,
  amount: amount(incoming.asset, incoming.amountMinor),
  announcedAt: incoming.announcedAt,
  ...(incoming.expectedOn === undefined ? {} : { expectedOn: incoming.expectedOn }),
  ...(incoming.reference === undefined ? {} : { reference: incoming.reference }),
  ...(incoming.journalId === undefined ? {} : { journalId: incoming.journalId }),
});

/** A quote as plain JSON. */
export const showQuote = (quote: Quote, amount: ShowAmount): unknown => ({
  quoteId: quote.quoteId,
  status: quote.status,
  entity: quote.entity,
  sell: amount(quote.sellAsset, quote.soldMinor),
  buy: amount(quote.buyAsset, quote.boughtMinor),
  midRate: quote.midRate,
  customerRate: quote.customerRate,
  rateSource: quote.rateSource,
  rateDate: quote.rateDate,
  issuedAt: quote.issuedAt,
  expiresAt: quote.expiresAt,
  ...(quote.journalId === undefined ? {} : { journalId: quote.journalId }),
});
