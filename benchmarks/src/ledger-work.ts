import { setTimeout as pause } from 'node:timers/promises';
import type { PostJournalData } from '@finaegis/bank/ledger/journal/commands';
import type { Submission } from '@finaegis/platform/command/commands';
import type { CommandHandler, Refusal } from '@finaegis/platform/command/handler';
import type { Sides } from './account-choice.ts';
import { type Books, cardClearing, feeIncome, submission } from './ledger-books.ts';

/** What one caller does once; each counts the journals that were acknowledged. */
export interface LedgerWork {
  /** One transfer with its own Idempotency-Key, as POST /v1/transfers submits it. */
  transfer(sides: Sides): Promise<void>;
  /** A transfer and its fee in one journal: Dr payer · Cr payee · Dr payer · Cr the house's income. */
  transferWithFee(sides: Sides): Promise<void>;
  /** Independent transfers in the bulk lane, as POST /v1/transfer-batches submits them. */
  batch(all: readonly Sides[]): Promise<void>;
  /** A hold of a card payment and the journal that captures it, one after the other. */
  holdAndCapture(sides: Sides): Promise<void>;
  /** Transfers that were turned away by a full queue so far, and came again when they were told to. */
  turnedAway(): number;
}

const amountMinor = 1n;
// As the route of batches waits.
const batchTimeoutMs = 120_000;
const posting = (account: string, side: 'debit' | 'credit', purpose: 'principal' | 'fee' = 'principal') =>
  ({ account, asset: 'EUR', side, amountMinor, purpose }) as const;

/** The work of the cells over one bank. */
export const ledgerWork = (books: Books): LedgerWork => {
  const { services, modules } = books.bank;
  const { postJournal, placeHold } = modules.ledger.handlers;
  const inBatch = { ...submission, lane: 'bulk', timeoutMs: batchTimeoutMs } as const;
  let turnedAway = 0;
  const newJournal = (...postings: PostJournalData['postings']): PostJournalData => ({
    journalId: services.newId(),
    kind: 'transfer',
    captures: [],
    postings,
  });
  const post = async (data: PostJournalData, how: Submission<unknown>): Promise<void> => {
    await submit(books, postJournal, data, how);
    books.acknowledged++;
  };
  const postAlone = (sides: Sides, data: PostJournalData): Promise<void> =>
    post(data, asRequest(data.journalId, sides));
  return {
    transfer: (sides) => postAlone(sides, newJournal(posting(sides.from, 'debit'), posting(sides.to, 'credit'))),
    transferWithFee: (sides) =>
      postAlone(
        sides,
        newJournal(
          posting(sides.from, 'debit'),
          posting(sides.to, 'credit'),
          posting(sides.from, 'debit', 'fee'),
          posting(feeIncome, 'credit', 'fee'),
        ),
      ),
    batch: async (all) => {
      const postOne = async ({ from, to }: Sides): Promise<void> => {
        // In a batch the journal's id is the repeat protection of each item.
        const data = newJournal(posting(from, 'debit'), posting(to, 'credit'));
        const times = await untilTaken(() => post(data, inBatch));
        turnedAway += times;
      };
      await Promise.all(all.map(postOne));
    },
    holdAndCapture: async (sides) => {
      const holdId = services.newId();
      const hold = { holdId, account: sides.from, asset: 'EUR', amountMinor };
      await submit(books, placeHold, hold, asRequest(holdId, sides));
      await postAlone(sides, {
        ...newJournal(posting(sides.from, 'debit'), posting(cardClearing, 'credit')),
        captures: [{ holdId, amountMinor, isFinal: true }],
      });
    },
    turnedAway: () => turnedAway,
  };
};

const submit = async <Data, Refs, Result, R extends Refusal>(
  { bank }: Books,
  handler: CommandHandler<Data, Refs, Result, R>,
  data: Data,
  how: Submission<Result>,
): Promise<void> => {
  const settled = await bank.services.commands.submit(handler, data, how);
  if (settled.kind !== 'decided') throw new Error(`${handler.name} was answered as ${settled.kind}.`);
  if (!settled.outcome.accepted) throw new Error(`${handler.name} was refused: ${settled.outcome.refusal.code}.`);
};

const amount = { amount: '0.01', asset: 'EUR' };

/** As long as what the API answers a transfer with, 555 bytes; the outcome itself would do for the benchmark, and would be stored for less. */
const answerOf = (id: string, { from, to }: Sides): string =>
  JSON.stringify({
    journalId: id,
    to,
    kind: 'transfer',
    amount,
    reference: 'J0Z9VT8Z8TCPFYJ5XHY4CJCLZX',
    bookingDate: '2026-03-02',
    valueDate: '2026-03-02',
    bookedAt: '2026-03-02T09:00:00.000Z',
    postings: [
      { account: from, side: 'debit', amount, purpose: 'principal' },
      { account: to, side: 'credit', amount, purpose: 'principal' },
    ],
  });

/** As a request for one resource: its key, and its answer. */
const asRequest = (id: string, sides: Sides): Submission<unknown> => ({
  ...submission,
  idempotency: { principalId: 'benchmark', key: id, fingerprint: id },
  render: () => ({ status: 201, body: answerOf(id, sides) }),
});

/** A bounded queue is what the client of a flood meets; it waits as Retry-After says, and the wait counts in its latency. Gives back how often. */
const untilTaken = async (ask: () => Promise<void>): Promise<number> => {
  for (let turnedAway = 0; ; turnedAway++) {
    try {
      await ask();
      return turnedAway;
    } catch (error) {
      const { code, retryAfterSeconds = 1 } = error as { code?: string; retryAfterSeconds?: number };
      if (code !== 'overloaded' && code !== 'deadline_passed') throw error;
      await pause(retryAfterSeconds * 1_000);
    }
  }
};
