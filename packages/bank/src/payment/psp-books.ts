import type { LedgerReads } from '../ledger/contract.ts';
import type { CardMovement, CardProvider } from './card-provider.ts';
import type { CardReads } from './card-reads.ts';
import { journalsOfKey, type KeyedAmount, partsOfMovement } from './psp-day/compare.ts';
import type { PspLine } from './psp-day/events.ts';

type PostingRow = Awaited<ReturnType<LedgerReads['postingsWithin']>>[number];

/** Where it is found out what our postings are about. */
export interface PspBooks {
  readonly ledger: Pick<LedgerReads, 'journal'>;
  readonly provider: Pick<CardProvider, 'name' | 'payout'>;
  readonly reads: Pick<CardReads, 'payout'>;
}

/** Postings on the provider's account, and what the other side has of the day. */
export interface PspPostings {
  readonly tenantId: string;
  readonly postings: readonly PostingRow[];
  readonly keys: ReadonlySet<string>;
}

/**
 * What each posting is about. Most are what the provider tells of too and are known by the id of their journal; only of the rest the journal itself
 * is read. A journal that a person posts names in its metadata the `difference` it is for.
 */
export const bookedParts = async (
  books: PspBooks,
  { tenantId, postings, keys }: PspPostings,
): Promise<readonly KeyedAmount[]> => {
  const keyOfJournal = new Map(
    [...keys].flatMap((key) => journalsOfKey(key).map((journalId) => [journalId, key] as const)),
  );
  const parts: KeyedAmount[] = [];
  for (const posting of postings) {
    const key = keyOfJournal.get(posting.reverses ?? posting.journalId);
    if (key === undefined) parts.push(...(await readParts(books, tenantId, posting)));
    else parts.push({ key, line: lineOfPosting(posting), amountMinor: signed(posting) });
  }
  return parts;
};

/** A provider's account is an asset: what debits it is owed to us. */
const signed = ({ side, amountMinor }: PostingRow): bigint => (side === 'debit' ? amountMinor : -amountMinor);

const lines: Readonly<Record<string, PspLine>> = {
  'card-deposit': 'charges',
  'card-cost': 'fees',
  refund: 'refunds',
  'refund-return': 'refunds',
  dispute: 'disputes',
  'card-payout': 'payouts',
};

const lineOfPosting = ({ kind, purpose }: PostingRow): PspLine =>
  purpose === 'cost' ? 'fees' : (lines[kind] ?? 'other');

const readParts = async (books: PspBooks, tenantId: string, posting: PostingRow): Promise<readonly KeyedAmount[]> => {
  const { journalId, reverses } = posting;
  const metadataOf = async (id: string) => (await books.ledger.journal(tenantId, id))?.journal.metadata ?? {};
  const own = await metadataOf(journalId);
  // What undoes a journal is about what that one was about.
  const { difference, depositId, refundId, disputeId, payoutId } =
    reverses === undefined || own['difference'] !== undefined ? own : await metadataOf(reverses);
  const [line, amountMinor] = [lineOfPosting(posting), signed(posting)];
  if (difference !== undefined) return [{ key: difference, line, amountMinor }];
  if (payoutId !== undefined && line === 'fees') return costParts(books, tenantId, { payoutId, amountMinor });
  const about = Object.entries({ deposit: depositId, refund: refundId, dispute: disputeId, payout: payoutId }).find(
    ([, id]) => id !== undefined,
  );
  return [{ key: about === undefined ? `journal:${reverses ?? journalId}` : about.join(':'), line, amountMinor }];
};

/** What was booked with a payout as cost, by the movements it is the cost of; as a whole where the provider tells them otherwise now. */
const costParts = async (
  { provider, reads }: PspBooks,
  tenantId: string,
  { payoutId, amountMinor }: { readonly payoutId: string; readonly amountMinor: bigint },
): Promise<readonly KeyedAmount[]> => {
  const whole = [{ key: `payout-cost:${payoutId}`, line: 'fees' as const, amountMinor }];
  const payout = await reads.payout(tenantId, payoutId);
  if (payout.status === 'unknown') return whole;
  const told = await provider.payout({ tenantId, payoutId: payout.payoutReference });
  if ('kind' in told) return whole;
  const costs = told.movements.flatMap((movement: CardMovement) =>
    partsOfMovement(provider.name, movement).filter(
      (part) => part.key.startsWith('cost:') && part.amountMinor < 0n === amountMinor < 0n,
    ),
  );
  const sumMinor = costs.reduce((sum, part) => sum + part.amountMinor, 0n);
  return sumMinor === amountMinor ? costs : whole;
};
