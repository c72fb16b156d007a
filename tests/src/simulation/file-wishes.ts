import type { LineTerms } from '@finaegis/bank/payment/bulk/batch';
import type { BatchToTake, TakeBulk } from '@finaegis/bank/payment/bulk/commands';
import { derivedUuid } from '@finaegis/kernel/id';
import { payeesElsewhere, type RailNews } from './rail-twin.ts';
import { chance } from './scheduler.ts';
import type { PaymentFile, WholeNotes } from './whole-notes.ts';
import type { Draft, Sources } from './wishes.ts';

/** Where a line of a file lies. */
export interface LinePlace {
  readonly batchId: string;
  readonly line: number;
}

/** One thing somebody wants of files: whoever sends one, or a person who looks at a line of it. */
export const fileWish = (from: Sources, notes: WholeNotes): Draft => {
  const { random, fresh } = from;
  const draw = random.below(100);
  const written = notes.writtenFiles.shift();
  if (written !== undefined) {
    notes.takenFiles.push(written);
    return taking(from, written);
  }
  if (draw < 55 || notes.takenFiles.length === 0) return { name: 'takeBulkLines', data: newFile(from, notes).lines };
  const file = random.pick(notes.takenFiles);
  if (draw < 62) return taking(from, file);
  const odd = file.lines.batches.flatMap(({ batchId, lines }) =>
    lines.filter(({ amountMinor }) => amountMinor % 10n === 7n).map(({ line }) => ({ batchId, line })),
  );
  const { bulkId } = file.terms;
  const place = odd.length > 0 && !chance(random, 100) ? random.pick(odd) : anyLine(from, file);
  const isMistaken = chance(random, 50);
  return {
    name: 'reviewBulkLine',
    data: {
      ...place,
      bulkId: isMistaken ? fresh('bulk') : bulkId,
      decision: random.pick(['approved', 'approved', 'rejected']),
    },
    actor: random.pick(['client', 'clerk', 'officer']),
  };
};

const anyLine = ({ random }: Sources, { lines }: PaymentFile): LinePlace => {
  const { batchId, lines: its } = random.pick(lines.batches);
  return { batchId, line: random.pick(its).line };
};

/** Sent again by somebody who wants it executed another way, it is another order under the same name. */
const taking = ({ random }: Sources, { terms }: PaymentFile): Draft => ({
  name: 'takeBulk',
  data: chance(random, 80) ? { ...terms, mode: terms.mode === 'best_effort' ? 'all_or_none' : 'best_effort' } : terms,
  actor: random.pick(['client', 'clerk']),
});

const newFile = (from: Sources, notes: WholeNotes): PaymentFile => {
  const { random, fresh, nowMs } = from;
  const debtor = random.pick(notes.customers);
  const messageId = fresh('message');
  const digest = fresh('digest');
  const mode = random.pick(['best_effort', 'best_effort', 'all_or_none'] as const);
  const bulkId = derivedUuid('bulk-payment', debtor, messageId);
  // Mostly of one account that pays; some are long enough to be worked through in several attempts.
  const isLong = chance(random, 30);
  const batchCount = isLong ? 21 + random.below(4) : 1 + random.below(3);
  let number = 0;
  const batches = Array.from({ length: batchCount }, (_, index): BatchToTake => {
    const lines = Array.from({ length: isLong ? 1 : 1 + random.below(4) }, () =>
      lineOf(from, notes, { line: (number += 1), mode }),
    );
    return {
      batchId: derivedUuid('bulk-batch', bulkId, digest, String(index)),
      number: index,
      paymentInfoId: `P${index}`,
      debtorAccountId: index === 0 || chance(random, 700) ? debtor : random.pick(notes.customers),
      entity: 'main',
      lines,
      texts: lines.map(() => ({ name: 'Somebody' })),
    };
  });
  const executionDate = new Date(nowMs()).toISOString().slice(0, 10);
  const counts = { lineCount: number, batchCount, totals: totalsOf(batches) };
  const terms: TakeBulk = { bulkId, messageId, digest, source: 'json', mode, entity: 'main', executionDate, ...counts };
  const file = { lines: { bulkId, batches }, terms };
  notes.files.push(file);
  return file;
};

const lineOf = (
  { random, fresh }: Sources,
  { ibans }: WholeNotes,
  { line, mode }: { readonly line: number; readonly mode: TakeBulk['mode'] },
): LineTerms => {
  const isWhole = mode === 'all_or_none';
  const amount = 1 + random.below(chance(random, 30) ? 9_000 : 250);
  // A file that is executed whole or not at all would nearly never be, were every tenth of its lines forbidden.
  const amountMinor = BigInt(isWhole && chance(random, 900) ? 10 * amount : amount);
  const terms = {
    line,
    at: line,
    endToEndId: fresh('end-to-end'),
    asset: chance(random, isWhole ? 5 : 50) ? 'JPY' : 'EUR',
    iban: ibans.length > 0 && chance(random, 450) ? random.pick(ibans) : random.pick(payeesElsewhere),
  };
  return !isWhole && chance(random, 40)
    ? { ...terms, amountMinor: 0n, problem: { code: 'amount_invalid', path: 'Amt' } }
    : { ...terms, amountMinor };
};

const totalsOf = (batches: readonly BatchToTake[]): TakeBulk['totals'] => {
  const totals = new Map<string, TakeBulk['totals'][number]>();
  for (const { debtorAccountId, lines } of batches)
    for (const { asset, amountMinor, problem } of lines) {
      if (problem !== undefined) continue;
      const name = `${debtorAccountId} ${asset}`;
      const before = totals.get(name) ?? { debtorAccountId, asset, amountMinor: 0n, count: 0 };
      totals.set(name, { ...before, amountMinor: before.amountMinor + amountMinor, count: before.count + 1 });
    }
  return [...totals.values()];
};

/** The message of the bank about money of a file's line that came back. */
export const lineSentBack = ({ entryReference }: RailNews, { batchId, line }: LinePlace): Draft => ({
  name: 'concludeBulkLines',
  data: {
    batches: [{ batchId, outcomes: [{ line, kind: 'returned', code: 'AC04', bankReference: entryReference }] }],
  },
  actor: 'connector',
});

/** The key the bank knows a line by. */
export const lineKey = (bulkId: string, line: number): string => derivedUuid('bulk-line', bulkId, String(line));
