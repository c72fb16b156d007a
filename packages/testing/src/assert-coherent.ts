import { verifyLog } from '@finaegis/platform/audit/verify-log';
import { inTransaction } from '@finaegis/platform/database/transaction';
import type { Bank } from '@finaegis/server/bank';
import { checkPublished } from './coherence/check-published.ts';
import { compareBalances, compareHolds, compareIncoming, replayLedger } from './coherence/compare-rows.ts';
import { compareViews } from './coherence/compare-views.ts';
import { conclude, emptyBooks, foldRaw } from './coherence/replayed-books.ts';

/** What a look at a tenant's whole log and everything folded from it found. */
export interface Coherence {
  /** Empty when everything agrees. */
  readonly problems: readonly string[];
  readonly events: number;
  /** Merkle root of the log, hex; empty when the log itself is not intact. */
  readonly root: string;
}

/**
 * LEDGER line 25 as far as it exists, and the log under it: hashes, places and versions; each journal balanced and above the floors; holds,
 * captures, quotes and reversals used once and within their remainder; trial balances zero; balance rows, rows of holds and of announcements and subscribed views
 * equal to a replay of the raw log by rules of its own; and every event that is published can be told to those outside.
 */
export const examineCoherence = async (bank: Bank, tenantId: string): Promise<Coherence> => {
  const verdict = await verifyLog({ pool: bank.pools.read, tenantId });
  const ledger = await examineLedger(bank, tenantId);
  const views = await compareViews(bank, tenantId);
  const problems = [
    ...(verdict.isIntact ? [] : [`seq ${verdict.fault.seq}: ${verdict.fault.code} (${verdict.fault.detail})`]),
    ...ledger,
    ...views,
    ...(await checkPublished(bank, tenantId)),
  ];
  return { problems, events: verdict.events, root: verdict.isIntact ? verdict.root : '' };
};

/** Log, rows of balances and rows of holds are of one moment, so it holds under traffic too. */
const examineLedger = (bank: Bank, tenantId: string): Promise<readonly string[]> =>
  inTransaction(bank.pools.read, { tenants: [tenantId], readOnly: true, isolation: 'repeatable read' }, async (tx) => {
    const books = emptyBooks();
    await replayLedger(tx, tenantId, (event) => foldRaw(books, event));
    conclude(books);
    return [
      ...books.problems,
      ...(await compareBalances(tx, tenantId, books)),
      ...(await compareHolds(tx, tenantId, books)),
      ...(await compareIncoming(tx, tenantId, books)),
    ];
  });

/**
 * How every test of the whole system ends.
 * @throws Error that names what does not agree
 */
export const assertCoherent = async (bank: Bank, tenantId: string): Promise<void> => {
  const { problems } = await examineCoherence(bank, tenantId);
  if (problems.length > 0) throw new Error(`The bank is not coherent:\n  ${problems.slice(0, 20).join('\n  ')}`);
};
