import { derivedUuid } from '@finaegis/kernel/id';
import type { ReplayedBooks } from '@finaegis/testing/coherence/replayed-books';
import type { AuditedEvent } from './audited-event.ts';
import { house, isHouse, moves, type PaymentBooks, suspenseBlocked } from './payment-books.ts';

/** A line of a file as the log tells it. */
export interface AuditedLine {
  readonly line: number;
  readonly asset: string;
  readonly amount: bigint;
  readonly problem: string | undefined;
  readonly iban: string | undefined;
  status: string;
  /** The account of ours it goes to; undefined where it leaves the bank. */
  creditor?: string | undefined;
  fee: bigint;
  wasReviewed: boolean;
  reviewedBy?: string | undefined;
}

/** Some lines of a file that one account pays. */
export interface AuditedBatch {
  readonly bulkId: string;
  readonly debtor: string;
  readonly lines: Map<number, AuditedLine>;
  checkedAt: string;
  wasSubmitted: boolean;
}

/** A file as the log tells it. */
export interface AuditedFile {
  readonly batchIds: readonly string[];
  readonly isWhole: boolean;
  readonly takenBy: string;
  status: string;
}

/** Files of payments, and what of their money lies where. */
export interface FileBooks {
  readonly files: Map<string, AuditedFile>;
  readonly batches: Map<string, AuditedBatch>;
  /** Sagas of files that have not ended. */
  readonly open: Map<string, string>;
  /** How long a line waits for somebody's word. */
  readonly reviewMaxMs: number;
}

export const emptyFileBooks = (reviewMaxMs = 45_000): FileBooks => ({
  files: new Map(),
  batches: new Map(),
  open: new Map(),
  reviewMaxMs,
});

interface Surroundings {
  readonly payments: PaymentBooks;
  readonly replayed: ReplayedBooks;
  /** Whose number it is, of an account of ours. */
  readonly ownerOf: (iban: string) => string | undefined;
  readonly complain: (text: string) => void;
}
type Around = Surroundings & { readonly books: FileBooks; readonly actor: string; readonly bookedAt: string };
type Texts = Readonly<Record<string, string | undefined>>;
interface Said {
  readonly line: number;
  readonly status?: string;
  readonly kind?: string;
  readonly reason?: string;
  readonly accountId?: string;
  readonly feeMinor?: string;
  readonly review?: string;
  readonly bankReference?: string;
}

const income = house('income/payment-fee');
/** What the bank charges for a payment that leaves it. */
const feeOfRail = 20n;
export const clearingBulk = house('clearing/bulk');
const clearingRail = house('clearing/sepa');
const nostro = house('nostro/kb');
const lineKey = (bulkId: string, line: number): string => derivedUuid('bulk-line', bulkId, String(line));
const waitsOn = ({ creditor }: AuditedLine): string => (creditor === undefined ? clearingRail : clearingBulk);

/** Folds one event about files, and notes what moves other money than it says, or comes at the wrong time. */
export const foldFiles = (books: FileBooks, event: AuditedEvent, around: Surroundings): void => {
  const { type, data, actor, bookedAt } = event;
  const texts = data as unknown as Texts;
  const { bulkId = '', batchId = '', sagaId = '' } = texts;
  if (type === 'SagaStarted' && texts['definition'] === 'payment.bulk')
    books.open.set(sagaId, (data['input'] as unknown as { readonly bulkId: string }).bulkId);
  if (type === 'SagaEnded') books.open.delete(sagaId);
  const its = { ...around, books, actor, bookedAt };
  if (type.startsWith('BulkPayment')) foldFile(its, type, data);
  if (type === 'BulkLinesTaken') {
    if (books.batches.has(batchId)) around.complain(`batch ${batchId} is written down twice`);
    books.batches.set(batchId, batchOf(data));
  } else if (type.startsWith('BulkLine')) {
    const batch = books.batches.get(batchId);
    const complain = (text: string): void => around.complain(`batch ${batchId} of file ${bulkId} ${text}`);
    if (batch === undefined) complain('was never written down');
    else foldBatch({ ...its, complain }, batch, type, data);
  }
};

const batchOf = (data: AuditedEvent['data']): AuditedBatch => {
  const { bulkId, debtorAccountId, lines } = data as unknown as {
    readonly bulkId: string;
    readonly debtorAccountId: string;
    readonly lines: readonly {
      readonly line: number;
      readonly asset: string;
      readonly amountMinor: string;
      readonly iban?: string;
      readonly problem?: { readonly code: string };
    }[];
  };
  const audited = lines.map(({ line, asset, amountMinor, iban, problem }): AuditedLine => {
    const asked = { line, asset, amount: BigInt(amountMinor), iban, problem: problem?.code };
    return { ...asked, status: 'received', fee: 0n, wasReviewed: false };
  });
  const byNumber = new Map(audited.map((line) => [line.line, line]));
  return { bulkId, debtor: debtorAccountId, lines: byNumber, checkedAt: '', wasSubmitted: false };
};

const linesOf = ({ batches }: FileBooks, { batchIds }: AuditedFile): readonly AuditedLine[] =>
  batchIds.flatMap((batchId) => [...(batches.get(batchId)?.lines.values() ?? [])]);

const foldFile = ({ books, actor, ...around }: Around, type: string, data: AuditedEvent['data']): void => {
  const texts = data as unknown as Texts;
  const { bulkId = '', digest = '', journalId = '' } = texts;
  const file = books.files.get(bulkId);
  const complain = (text: string): void => around.complain(`file ${bulkId} ${text}`);
  if (type === 'BulkPaymentTaken') {
    if (file !== undefined) complain('is taken on twice');
    const count = Number(data['batchCount']);
    const batchIds = Array.from({ length: count }, (_, at) => derivedUuid('bulk-batch', bulkId, digest, String(at)));
    const taken = { batchIds, isWhole: texts['mode'] === 'all_or_none', takenBy: actor, status: 'taken' };
    books.files.set(bulkId, taken);
    if (linesOf(books, taken).length !== Number(data['lineCount'])) complain('has other lines than were written down');
    return;
  }
  if (file === undefined) return complain('was never taken on');
  const was = file.status;
  file.status = type.slice('BulkPayment'.length).toLowerCase();
  const lines = linesOf(books, file);
  const count = (status: string): number => lines.filter((line) => line.status === status).length;
  switch (type) {
    case 'BulkPaymentFunded': {
      if (was !== 'taken' || !file.isWhole) complain(`is funded whole after it was ${was}`);
      if (count('checked') + count('approved') !== lines.length)
        complain('is funded whole with a line that is not paid');
      for (const line of lines) if (line.status === 'approved') line.status = 'checked';
      const debts = file.batchIds.flatMap((batchId) => debtsOf(books.batches.get(batchId), () => true));
      return compareMoves(around.replayed, [journalId], debts, complain);
    }
    case 'BulkPaymentRejected':
      if (was !== 'taken' || !file.isWhole) complain(`is rejected after it was ${was}`);
      return;
    default: {
      const told = ['settled', 'returned', 'rejected'].map((status) => Number(data[status]));
      const counted = ['settled', 'returned', 'rejected'].map(count);
      if (was !== (file.isWhole ? 'funded' : 'taken')) complain(`ends after it was ${was}`);
      // A line that was paid may have come back since it was counted.
      const isMoved =
        told[0] !== counted[0] && (told[0] ?? 0) + (told[1] ?? 0) === (counted[0] ?? 0) + (counted[1] ?? 0);
      if (String(told) !== String(counted) && !isMoved) complain(`ends as ${told.join()}, and is ${counted.join()}`);
      if (counted.reduce((sum, one) => sum + one, 0) !== lines.length) complain('ends before its lines have');
    }
  }
};

type Debt = readonly [account: string, asset: string, credited: bigint];

/** What debiting lines does to accounts. */
const debtsOf = (batch: AuditedBatch | undefined, isMeant: (line: AuditedLine) => boolean): readonly Debt[] =>
  [...(batch?.lines.values() ?? [])].filter(isMeant).flatMap((line): readonly Debt[] => {
    const { asset, amount, fee } = line;
    const debit: Debt = [batch?.debtor ?? '', asset, -(amount + fee)];
    return [debit, [waitsOn(line), asset, amount], [income, asset, fee]];
  });

/** Journals that were booked for something move just that. */
const compareMoves = (
  { journals }: ReplayedBooks,
  journalIds: readonly string[],
  debts: readonly Debt[],
  complain: (text: string) => void,
): void => {
  const left = new Map<string, bigint>();
  const add = (name: string, amount: bigint): unknown => left.set(name, (left.get(name) ?? 0n) + amount);
  for (const [account, asset, credited] of debts) add(`${account} ${asset}`, credited);
  for (const journalId of journalIds) {
    const journal = journals.get(journalId);
    if (journal === undefined) complain(`names journal ${journalId}, which is not there`);
    for (const { account, asset, side, amountMinor } of journal?.postings ?? [])
      add(`${account} ${asset}`, side === 'credit' ? -BigInt(amountMinor) : BigInt(amountMinor));
  }
  for (const [name, amount] of left) if (amount !== 0n) complain(`was debited, and ${amount} of ${name} is missing`);
};

const foldBatch = (around: Around, batch: AuditedBatch, type: string, data: AuditedEvent['data']): void => {
  const file = around.books.files.get(batch.bulkId);
  if (file === undefined) return around.complain(`has ${type} before its file was taken on`);
  const at = { around, batch, file };
  const said = data['lines'] as unknown as readonly Said[];
  switch (type) {
    case 'BulkLinesChecked':
      if (batch.checkedAt !== '') around.complain('is checked twice');
      batch.checkedAt = around.bookedAt;
      if (said.length !== batch.lines.size) around.complain('is checked in part');
      for (const one of said) checked(at, one);
      return;
    case 'BulkLineReviewed':
      return reviewed(at, data as unknown as Parameters<typeof reviewed>[1]);
    case 'BulkLinesFunded':
      return funded(at, data as unknown as Parameters<typeof funded>[1]);
    case 'BulkLinesSubmitted':
      if (file.isWhole && file.status !== 'funded') around.complain('is sent before its file was debited');
      for (const line of batch.lines.values()) {
        if (!file.isWhole && line.status === 'checked') around.complain(`sends line ${line.line}, which nobody paid`);
        if (line.status === 'checked' || line.status === 'funded') line.status = 'submitted';
      }
      return;
    default:
      for (const one of said) concluded(at, one);
  }
};

interface At {
  readonly around: Around;
  readonly batch: AuditedBatch;
  readonly file: AuditedFile;
}

/** Anybody can work out what becomes of a line. */
const checked = ({ around: { ownerOf, complain }, batch }: At, said: Said): void => {
  const line = batch.lines.get(said.line);
  if (line === undefined) return complain(`checks line ${said.line}, which it has not`);
  const creditor = ownerOf(line.iban ?? '');
  const end = Number(line.amount % 10n);
  const why =
    line.problem ??
    (creditor === batch.debtor ? 'account_pays_itself' : undefined) ??
    (creditor === undefined && line.asset !== 'EUR' ? 'rail_not_found' : undefined) ??
    (end === 9 ? 'forbidden_amount' : undefined);
  if (said.reason !== why)
    complain(`line ${said.line} is ${said.reason ?? 'let go'}, and should be ${why ?? 'let go'}`);
  line.status = why !== undefined ? 'rejected' : end === 7 ? 'in_review' : 'checked';
  line.wasReviewed = line.status === 'in_review';
  if (why !== undefined) return;
  Object.assign(line, { creditor, fee: creditor === undefined ? feeOfRail : 0n });
  if (said.accountId !== creditor) complain(`line ${said.line} goes to ${said.accountId ?? 'a bank'}`);
  if ((said.review !== undefined) !== line.wasReviewed) complain(`line ${said.line} waits for nobody`);
  if (BigInt(said.feeMinor ?? '0') !== line.fee) complain(`line ${said.line} costs ${said.feeMinor ?? ''}`);
};

const reviewed = (
  { around: { books, bookedAt, complain }, batch, file }: At,
  said: { readonly line: number; readonly decision: string; readonly reviewedBy?: string },
): void => {
  const line = batch.lines.get(said.line);
  if (line?.status !== 'in_review') return complain(`line ${said.line} is reviewed, and waits for nobody`);
  line.status = said.decision;
  line.reviewedBy = said.reviewedBy;
  if (said.reviewedBy === file.takenBy) complain(`line ${said.line} is reviewed by who sent the file`);
  const waitedMs = Date.parse(bookedAt) - Date.parse(batch.checkedAt);
  if (said.reviewedBy === undefined && (said.decision !== 'rejected' || waitedMs < books.reviewMaxMs))
    complain(`line ${said.line} is decided by nobody after ${waitedMs} ms`);
};

const spendable = ({ balances }: ReplayedBooks, name: string): bigint => {
  const its = balances.get(name);
  return its === undefined ? 0n : its.credits - its.debits - its.heldOut - its.blocked + its.overdraftLimit;
};

/** Lines are debited as long as there is money for them; no other one is refused. */
const funded = (
  { around: { replayed, complain }, batch, file }: At,
  said: {
    readonly journalIds: readonly string[];
    readonly rejected: readonly Said[];
    readonly reviewed?: readonly number[];
  },
): void => {
  if (file.isWhole) complain('is debited by itself, though its file is paid whole');
  const refused = new Map(said.rejected.map((one) => [one.line, one.reason]));
  const isMeant = ({ status, line }: AuditedLine): boolean =>
    status === 'checked' || (status === 'approved' && (said.reviewed?.includes(line) === true || refused.has(line)));
  const meant = [...batch.lines.values()].filter(isMeant);
  compareMoves(
    replayed,
    said.journalIds,
    debtsOf(batch, (line) => isMeant(line) && !refused.has(line.line)),
    complain,
  );
  const account = replayed.accounts.get(batch.debtor);
  const numbers = new Set(meant.map(({ line }) => line));
  for (const line of refused.keys()) if (!numbers.has(line)) complain(`line ${line} is refused, and was not its turn`);
  for (const line of meant) {
    const why = refused.get(line.line);
    line.status = why === undefined ? 'funded' : 'rejected';
    const isShort = line.amount + line.fee > spendable(replayed, `${batch.debtor} ${line.asset}`);
    const isTrue =
      why === undefined ||
      (why === 'insufficient_funds' && isShort) ||
      (why === 'account_closed' && account?.isClosed === true) ||
      (why === 'account_debits_blocked' && (account?.debitBlocks ?? 0) > 0);
    if (!isTrue) complain(`line ${line.line} is refused for ${why}, which is not so`);
  }
};

const concluded = ({ around, batch }: At, said: Said): void => {
  const { payments, replayed, complain } = around;
  const line = batch.lines.get(said.line);
  if (line === undefined) return complain(`ends line ${said.line}, which it has not`);
  const was = line.status;
  line.status = said.status ?? '';
  if (was !== 'submitted' && !(was === 'settled' && line.status === 'returned'))
    complain(`line ${said.line} is ${line.status} after it was ${was}`);
  const key = lineKey(batch.bulkId, said.line);
  const moved = (step: string): string | undefined =>
    payments.journals.get(derivedUuid('bulk-line-journal', key, step));
  const { asset, amount, fee, creditor } = line;
  const expect = (step: string, wanted: string): void => {
    if (moved(step) !== wanted) complain(`line ${said.line} is ${line.status}, and ${step} is ${moved(step)}`);
  };
  if (line.status === 'settled')
    return creditor === undefined
      ? expect('settle', moves(asset, [clearingRail, nostro, amount]))
      : expect('credit', moves(asset, [clearingBulk, creditor, amount]));
  // Of money that was with the bank and came back the fee is kept.
  const wasPaid = said.bankReference !== undefined;
  const returns = house('clearing/returns');
  if (wasPaid) {
    expect('settle', moves(asset, [clearingRail, nostro, amount]));
    expect('return', moves(asset, [nostro, returns, amount]));
  }
  const from = wasPaid ? returns : waitsOn(line);
  const feeBack = wasPaid ? 0n : fee;
  const account = replayed.accounts.get(batch.debtor);
  const canTake = account?.isClosed === false && account.creditBlocks === 0;
  const to = canTake ? batch.debtor : suspenseBlocked;
  expect(canTake ? 'give-back' : 'suspend', moves(asset, [from, to, amount], [income, to, feeBack]));
  if (!isHouse(to)) return;
  const hasItem = [...payments.items.values()].some(
    (item) => !item.isResolved && item.account === to && item.asset === asset && item.amount === amount + feeBack,
  );
  if (!hasItem) complain(`line ${said.line} lies on ${to}, and nobody was told`);
};

/** Money of files that lies in clearing or with the partner bank, by account and asset. */
export const explainedByFiles = (books: FileBooks): ReadonlyMap<string, bigint> => {
  const explained = new Map<string, bigint>();
  const add = (name: string, amount: bigint): unknown => explained.set(name, (explained.get(name) ?? 0n) + amount);
  for (const file of books.files.values())
    for (const line of linesOf(books, file)) {
      const isThere =
        ['funded', 'submitted'].includes(line.status) || (file.status === 'funded' && line.status === 'checked');
      if (isThere) add(`${waitsOn(line)} ${line.asset}`, line.amount);
      if (line.status === 'settled' && line.creditor === undefined) add(`${nostro} ${line.asset}`, line.amount);
    }
  return explained;
};

const ends: readonly string[] = ['settled', 'returned', 'rejected'];

/** What can only be said at the end: every file has, and so has each of its lines. */
export const concludeFiles = (
  books: FileBooks,
  { replayed, complain }: Pick<Surroundings, 'replayed' | 'complain'>,
): void => {
  for (const bulkId of books.open.values())
    complain(`the saga of file ${bulkId} never ends, and it is ${books.files.get(bulkId)?.status ?? 'unknown'}`);
  for (const [bulkId, file] of books.files) {
    if (file.status !== 'ended' && file.status !== 'rejected') complain(`file ${bulkId} never ends`);
    if (file.status === 'ended')
      for (const { line, status } of linesOf(books, file))
        if (!ends.includes(status)) complain(`line ${line} of file ${bulkId} is ${status} for ever`);
  }
  const explained = explainedByFiles(books);
  for (const [name, { credits, debits }] of replayed.balances)
    if (name.startsWith(clearingBulk) && credits - debits !== (explained.get(name) ?? 0n))
      complain(`${name} has ${credits - debits}, and ${explained.get(name) ?? 0n} of it is explained`);
};

const endsOf: Readonly<Record<string, readonly string[]>> = {
  settled: ['settled'],
  returned: ['returned'],
  declined: ['returned'],
};

/** Lines by the key a bank knows them by. */
export const linesByKey = ({ files, batches }: FileBooks): ReadonlyMap<string, AuditedLine> =>
  new Map(
    [...files.values()].flatMap(({ batchIds }) =>
      batchIds.flatMap((batchId) => {
        const batch = batches.get(batchId);
        return [...(batch?.lines.values() ?? [])].map(
          (line) => [lineKey(batch?.bulkId ?? '', line.line), line] as const,
        );
      }),
    ),
  );

/** Every order the bank has of a file's line ended there as here, and nothing is settled that the bank knows nothing of. */
export const compareLinesWithBank = (
  books: FileBooks,
  orders: readonly { readonly paymentId: string; readonly amountMinor: bigint; readonly outcome: string }[],
  complain: (text: string) => void,
): void => {
  const lines = linesByKey(books);
  const there = new Set<string>();
  for (const { paymentId: key, amountMinor, outcome } of orders) {
    const line = lines.get(key);
    if (line === undefined) continue;
    there.add(key);
    if (line.amount !== amountMinor || endsOf[outcome]?.includes(line.status) !== true)
      complain(`the bank has ${outcome} line ${key} of ${amountMinor}, and here it is ${line.status}`);
  }
  for (const [key, { status, creditor }] of lines)
    if (status === 'settled' && creditor === undefined && !there.has(key))
      complain(`line ${key} is settled, and the bank knows nothing of it`);
};
