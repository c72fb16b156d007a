import { isUtf8 } from 'node:buffer';
import { setImmediate as breathe } from 'node:timers/promises';
import { isBic } from '@finaegis/kernel/bic';
import { isIban } from '@finaegis/kernel/iban';
import { isLocalDate } from '@finaegis/kernel/local-date';
import { formatAmount, parseAmount } from '@finaegis/kernel/money';
import { isStorableText } from '@finaegis/kernel/text';
import { amountText, assetCode, text } from '@finaegis/platform/http/amount';
import { z } from 'zod';
import type { CreditTransferLine, CreditTransferPayment } from '../../iso20022/credit-transfer.ts';
import type { MessageProblem } from '../../iso20022/problem.ts';
import { readCreditTransfers } from '../../iso20022/read-credit-transfers.ts';
import { FileRefused } from '../../iso20022/text-source.ts';
import { checkSchema } from '../../iso20022/xsd.ts';

/** Something wrong with a file or one of its lines. */
export interface FileProblem {
  readonly code: string;
  /** Counts from 1. */
  readonly line?: number;
  readonly path: string;
  readonly reason: string;
}

/** A payment of a file, as far as it could be read. */
export interface FileLine {
  /** Line of the text where it begins. */
  readonly at: number;
  readonly endToEndId: string;
  readonly instructionId?: string | undefined;
  readonly uetr?: string | undefined;
  readonly amount: string;
  readonly asset: string;
  readonly name: string;
  readonly iban?: string | undefined;
  readonly account?: string | undefined;
  readonly bic?: string | undefined;
  readonly remittance?: string | undefined;
  readonly problem?: FileProblem | undefined;
}

/** Payments of one account. */
export interface FilePayment {
  readonly paymentInfoId: string;
  readonly executionDate: string;
  readonly debtor: { readonly iban?: string | undefined; readonly accountId?: string | undefined };
  readonly lines: readonly FileLine[];
}

/** A file, with what is wrong with it as a whole. One with any such problem is not what its sender meant. */
export interface PaymentFile {
  readonly messageId: string;
  /** The message it came as, or `json`. */
  readonly source: string;
  readonly payments: readonly FilePayment[];
  readonly problems: readonly FileProblem[];
}

/** Most payments of one file, and its most bytes: a kilobyte and a third for each. */
export const fileLinesMax = 100_000;
export const fileBytesMax = 128 * 1024 * 1024;

const pieceBytes = 65_536;

/** A file in pieces, and between them whatever else the process has to do: a large one takes seconds. */
async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) {
    yield bytes.subarray(at, at + pieceBytes);
    await breathe();
  }
}

const tooMany = (line: number): FileProblem => ({
  code: 'too_many_lines',
  line,
  path: '',
  reason: `has more than ${fileLinesMax} payments`,
});

/**
 * Reads a pain.001 to its last transaction, or says what is wrong with it.
 * @param isSchemaChecked whether the published schema is asked first; its problems are of the whole file
 */
export const readPain001 = async (
  bytes: Uint8Array,
  {
    isSchemaChecked = true,
    linesMax = fileLinesMax,
  }: { readonly isSchemaChecked?: boolean; readonly linesMax?: number } = {},
): Promise<PaymentFile> => {
  const reading = readCreditTransfers(inPieces(bytes));
  const payments: (FilePayment & { readonly lines: FileLine[] })[] = [];
  const problems: FileProblem[] = [];
  let [messageId, source, count] = ['', 'pain.001', 0];
  try {
    for await (const part of reading.parts) {
      if (part.kind === 'line') {
        count += 1;
        if (count > linesMax) return { messageId, source, payments: [], problems: [tooMany(part.at)] };
        payments.at(-1)?.lines.push(lineOf(part.line, part.at, part.problems));
        continue;
      }
      problems.push(...part.problems);
      if (part.kind === 'file') [messageId, source] = [part.file.messageId, part.message ?? source];
      else payments.push({ ...paymentOf(part.payment), lines: [] });
    }
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error;
    const { code, reason, path, line } = error as FileRefused;
    return {
      messageId,
      source,
      payments: [],
      problems: [{ code, reason, path, ...(line === undefined ? {} : { line }) }],
    };
  }
  problems.push(...reading.problems);
  // What the reader found is told in its own words; the schema speaks where the reader is more patient.
  if (
    problems.length === 0 &&
    isSchemaChecked &&
    !payments.some(({ lines }) => lines.some(({ problem }) => problem !== undefined))
  )
    problems.push(...(await checkSchema(bytes, fileBytesMax)));
  if (count === 0 && problems.length === 0)
    problems.push({ code: 'field_missing', path: 'PmtInf', reason: 'has no payment' });
  return { messageId, source, payments, problems };
};

const paymentOf = ({ paymentInfoId, executionDate, debtorAccount }: CreditTransferPayment) => ({
  paymentInfoId,
  executionDate,
  debtor: { iban: debtorAccount.iban },
});

const lineOf = (line: CreditTransferLine, at: number, problems: readonly MessageProblem[]): FileLine => {
  const { creditor, creditorAccount, creditorAgent, remittance } = line;
  const told = [
    ...(remittance?.unstructured ?? []),
    ...(remittance?.creditorReference === undefined ? [] : [remittance.creditorReference]),
  ];
  const nameless: FileProblem = { code: 'field_missing', line: at, path: 'Cdtr/Nm', reason: 'is missing' };
  return {
    at,
    endToEndId: line.endToEndId,
    instructionId: line.instructionId,
    uetr: line.uetr,
    amount: line.amount.amount,
    asset: line.amount.currency,
    name: creditor.name ?? '',
    iban: creditorAccount.iban,
    account: creditorAccount.other,
    bic: creditorAgent?.bic,
    remittance: told.length === 0 ? undefined : told.join(' '),
    problem: problems[0] ?? (creditor.name === undefined ? nameless : undefined),
  };
};

const header = z.strictObject({
  messageId: text(35),
  debtorAccountId: z.uuid(),
  executionDate: z.string().refine(isLocalDate, 'must be a day').optional(),
  count: z.int().optional(),
  controlSum: amountText.optional(),
});
const jsonLine = z.strictObject({
  endToEndId: text(35),
  amount: z.strictObject({ amount: amountText, asset: assetCode }),
  creditor: z.strictObject({
    name: text(140),
    iban: z.string().max(34).refine(isIban, 'is no IBAN').optional(),
    account: text(34).optional(),
    bic: z.string().refine(isBic, 'is no BIC').optional(),
  }),
  remittance: text(140).optional(),
});

/**
 * Reads JSON lines: the first says who pays and what the message is called, each other one is a payment.
 * @param today the day for a file that names none
 */
export const readJsonLines = async (
  bytes: Uint8Array,
  { today, linesMax = fileLinesMax }: { readonly today: string; readonly linesMax?: number },
): Promise<PaymentFile> => {
  const failed = (...problems: FileProblem[]): PaymentFile => ({
    messageId: '',
    source: 'json',
    payments: [],
    problems,
  });
  if (!isUtf8(bytes)) return failed({ code: 'text_not_in_encoding', path: '', reason: 'is not utf-8 text' });
  let first: { readonly text: string; readonly at: number } | undefined;
  const lines: FileLine[] = [];
  for await (const { text: line, at } of textLines(bytes)) {
    if (first === undefined) first = { text: line, at };
    else if (lines.length === linesMax) return failed(tooMany(at));
    else lines.push(jsonLineOf(line, at));
  }
  if (first === undefined) return failed({ code: 'json_malformed', line: 1, path: '', reason: 'is empty' });
  const head = header.safeParse(parsed(first.text));
  if (!head.success) return failed(problemOf(head.error, first.at));
  const { messageId, debtorAccountId, executionDate = today, count, controlSum } = head.data;
  const problems: FileProblem[] = [];
  if (lines.length === 0) problems.push({ code: 'field_missing', line: first.at, path: '', reason: 'has no payment' });
  if (count !== undefined && count !== lines.length)
    problems.push({
      code: 'count_differs',
      line: first.at,
      path: 'count',
      reason: `says ${count} where there are ${lines.length}`,
    });
  const sum = lines.reduce((total, { amount }) => total + units(amount), 0n);
  if (controlSum !== undefined && units(controlSum) !== sum)
    problems.push({
      code: 'control_sum_differs',
      line: first.at,
      path: 'controlSum',
      reason: `says ${controlSum} where the amounts sum to ${formatAmount(sum, sumDecimals).replace(/\.?0+$/, '')}`,
    });
  const payment = { paymentInfoId: messageId, executionDate, debtor: { accountId: debtorAccountId }, lines };
  return { messageId, source: 'json', payments: [payment], problems };
};

/** A line of JSON that is longer than any payment is not looked into. */
const lineBytesMax = 16_384;

/** Lines that are not empty, one at a time: a file of nothing but line feeds is no larger in memory than it is. */
async function* textLines(
  bytes: Uint8Array,
): AsyncGenerator<{ readonly text: string; readonly at: number }, void, undefined> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let [begin, at, breathedAt] = [0, 0, 0];
  while (begin < file.length) {
    const feed = file.indexOf(10, begin);
    const end = feed === -1 ? file.length : feed;
    at += 1;
    const line = end - begin > lineBytesMax ? tooLong : file.toString('utf8', begin, end).trim();
    if (line !== '') yield { text: line, at };
    begin = end + 1;
    if (begin - breathedAt < pieceBytes) continue;
    breathedAt = begin;
    await breathe();
  }
}

// No JSON, so that it is told as a line that could not be read.
const tooLong = '…';

const sumDecimals = 18;
const units = (amount: string): bigint => {
  const read = parseAmount(amount, sumDecimals);
  return read.ok ? read.amountMinor : 0n;
};

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

const problemOf = (error: z.ZodError, line: number): FileProblem => {
  const [issue] = error.issues;
  const path = issue?.path.join('/') ?? '';
  return { code: path === '' ? 'json_malformed' : 'field_invalid', line, path, reason: issue?.message ?? 'is invalid' };
};

const jsonLineOf = (line: string, at: number): FileLine => {
  const raw = parsed(line);
  const read = jsonLine.safeParse(raw);
  if (read.success) {
    const { endToEndId, amount, creditor, remittance } = read.data;
    return { at, endToEndId, ...amount, ...creditor, remittance };
  }
  // What can still be told of it, so that the sender finds it in his report.
  const named = (raw ?? {}) as { readonly endToEndId?: unknown; readonly amount?: { readonly amount?: unknown } };
  return {
    at,
    endToEndId: isShort(named.endToEndId) ? named.endToEndId : 'NOTPROVIDED',
    amount: isShort(named.amount?.amount) ? named.amount.amount : '',
    asset: '',
    name: '',
    problem: problemOf(read.error, at),
  };
};

const isShort = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= 35 && isStorableText(value);
