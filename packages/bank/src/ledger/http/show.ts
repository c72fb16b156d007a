import { formatAmount } from '@finaegis/kernel/money';
import { personalMarker } from '@finaegis/platform/event-store/personal-ref';
import type { Hold } from '../hold/hold.ts';
import type { JournalPosting } from '../journal/events.ts';
import type { Journal } from '../journal/journal.ts';
import type { Quote } from '../quote/quote.ts';
import { type Side, mirrored } from '../terms.ts';
import type { HoldRow } from '../views/holds.ts';
import type { FindAsset, ShowAmount } from './fields.ts';

/** A writer of amounts in the assets named; asked for before a command, since its answer is written inside the commit. */
export const amountWriter = async (assets: FindAsset, tenantId: string, codes: Iterable<string>): Promise<ShowAmount> => {
  const decimals = new Map<string, number>();
  await Promise.all(
    [...new Set(codes)].map(async (code) => {
      const facts = await assets.get(tenantId, code);
      if (facts !== undefined) decimals.set(code, facts.decimals);
    }),
  );
  return (asset, amountMinor) => {
    const its = decimals.get(asset);
    // Whatever is booked was registered, for registration is for ever; only an asset that was not asked for can be missing.
    if (its === undefined) throw new Error(`The decimals of ${asset} were not read.`);
    return { amount: formatAmount(amountMinor, its), asset };
  };
};

/** Every asset a journal speaks of. */
export const assetsOf = ({ postings }: Pick<Journal, 'postings'>): readonly string[] => postings.map(({ asset }) => asset);

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
 * A journal as plain JSON. A customer sees its own lines and those they are with (same asset and purpose, other side), not what moved between
 * others, other people's holds, or the labels of whoever paid it.
 */
export const showJournal = (journal: Journal, showing: JournalShowing): unknown => {
  const { amount, text, visible } = showing;
  const { postings, reversedBy, description, metadata } = journal;
  const isShown = visibleLines(journal, visible);
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
    postings: postings.flatMap(({ account, side, asset, amountMinor, purpose }, line) => (isShown(line) ? [{ line, account, side, amount: amount(asset, amountMinor), purpose }] : [])),
    captures: showCaptures(journal, showing),
    ...(journal.reverses === undefined ? {} : { reverses: journal.reverses }),
    reversedBy: reversedBy.map(({ journalId, lines }) => ({
      journalId,
      lines: lines.flatMap(({ index, amountMinor }) => (isShown(index) ? [{ line: index, amount: amount(postings[index]?.asset ?? '', amountMinor) }] : [])),
    })),
    ...(journal.quoteId === undefined ? {} : { quoteId: journal.quoteId }),
    ...(journal.forced === undefined ? {} : { forced: journal.forced }),
    ...(journal.endToEndId === undefined ? {} : { endToEndId: journal.endToEndId }),
    ...(description === undefined ? {} : { description: text(description) }),
    ...(metadata === undefined || !isPayer ? {} : { metadata }),
  };
};

const statusOf = ({ postings, reversedMinor }: Journal): 'posted' | 'partially_reversed' | 'reversed' => {
  if (reversedMinor.every((minor) => minor === 0n)) return 'posted';
  return postings.every(({ amountMinor }, line) => amountMinor === reversedMinor[line]) ? 'reversed' : 'partially_reversed';
};

const visibleLines = ({ postings }: Journal, visible: ReadonlySet<string> | undefined): ((line: number) => boolean) => {
  if (visible === undefined) return () => true;
  const group = ({ asset, purpose }: JournalPosting, side: Side): string => `${side} ${purpose} ${asset}`;
  const own = postings.filter(({ account }) => visible.has(account));
  const facing = new Set(own.map((posting) => group(posting, mirrored(posting.side))));
  // Where several accounts face the customer's own (a payroll, a trade), who got how much of it is between them and the payer.
  const countOf = (posting: JournalPosting): number => postings.filter((other) => group(other, other.side) === group(posting, posting.side)).length;
  const isPayer = visible.has(postings[0]?.account ?? '');
  return (line) => {
    const posting = postings[line];
    if (posting === undefined) return false;
    return visible.has(posting.account) || (facing.has(group(posting, posting.side)) && (isPayer || countOf(posting) === 1));
  };
};

const showCaptures = ({ captures }: Journal, { amount, holds, visible }: JournalShowing): readonly unknown[] =>
  captures.flatMap(({ holdId, amountMinor, isFinal }) => {
    const hold = holds.get(holdId);
    return hold === undefined || (visible !== undefined && !visible.has(hold.account)) ? [] : [{ holdId, amount: amount(hold.asset, amountMinor), isFinal }];
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
