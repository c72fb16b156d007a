import type { AssetDirectory, AssetFacts } from '../../asset/contract.ts';
import { readAssetAmount } from '../../asset/contract.ts';
import type { FileLine, FilePayment, FileProblem, PaymentFile } from '../adapters/bulk-file.ts';
import { batchIdOf, batchLinesMax, type LineTerms } from '../bulk/batch.ts';
import { type BulkTerms, bulkIdOf } from '../bulk/bulk.ts';
import type { BatchToTake } from '../bulk/commands.ts';

/** The account that pays some payments of a file. */
export interface Debtor {
  readonly accountId: string;
  readonly entity: string;
}

/** A file ready to be taken on. */
export interface Intake {
  readonly terms: BulkTerms;
  readonly batches: readonly BatchToTake[];
  /** What is wrong with single lines. */
  readonly problems: readonly FileProblem[];
}

/** What taking a file on needs to know. */
export interface IntakeFacts {
  readonly digest: string;
  readonly mode: BulkTerms['mode'];
  /** In the order of the file's payments. */
  readonly debtors: readonly Debtor[];
  readonly assets: ReadonlyMap<string, AssetFacts>;
  readonly today: string;
}

/** The assets a file names. */
export const findAssets = async (
  assets: Pick<AssetDirectory, 'get'>,
  tenantId: string,
  { payments }: PaymentFile,
): Promise<ReadonlyMap<string, AssetFacts>> => {
  const codes = [...new Set(payments.flatMap(({ lines }) => lines.map(({ asset }) => asset)))];
  const found = await Promise.all(codes.map((code) => assets.get(tenantId, code)));
  return new Map(found.flatMap((facts) => (facts === undefined ? [] : [[facts.code, facts] as const])));
};

/** Puts a file's payments into numbered lines and batches, and sums what each account is to pay. */
export const intakeOf = (file: PaymentFile, facts: IntakeFacts): Intake => {
  const { digest, debtors, mode } = facts;
  const [first] = debtors;
  if (first === undefined) throw new Error('A file without a payer is refused before.');
  const bulkId = bulkIdOf(first.accountId, file.messageId);
  const batches: BatchToTake[] = [];
  const problems: FileProblem[] = [];
  let number = 0;
  for (const [index, payment] of file.payments.entries()) {
    const debtor = debtors[index] ?? first;
    for (let at = 0; at < payment.lines.length; at += batchLinesMax) {
      const some = payment.lines.slice(at, at + batchLinesMax);
      const lines = some.map((line): LineTerms => {
        number += 1;
        const read = lineTerms(line, number, facts);
        if (read.problem !== undefined) problems.push(read.problem);
        return read.terms;
      });
      batches.push({
        batchId: batchIdOf({ bulkId, digest }, batches.length),
        number: batches.length,
        paymentInfoId: payment.paymentInfoId,
        debtorAccountId: debtor.accountId,
        entity: debtor.entity,
        lines,
        texts: some.map(({ name, remittance }) => ({ name, ...(remittance === undefined ? {} : { remittance }) })),
      });
    }
  }
  const terms: BulkTerms = {
    bulkId,
    messageId: file.messageId,
    digest,
    source: file.source,
    mode,
    entity: first.entity,
    executionDate: latestDate(file.payments),
    lineCount: number,
    batchCount: batches.length,
    totals: totalsOf(batches),
  };
  return { terms, batches, problems };
};

const latestDate = (payments: readonly FilePayment[]): string =>
  payments.reduce((latest, { executionDate }) => (executionDate > latest ? executionDate : latest), '');

const lineTerms = (
  line: FileLine,
  number: number,
  { assets, today }: IntakeFacts,
): { readonly terms: LineTerms; readonly problem?: FileProblem } => {
  const { at, endToEndId, instructionId, uetr, asset, iban, account, bic } = line;
  const read = readAssetAmount(assets.get(asset), { amount: line.amount, asset }, today);
  const problem: FileProblem | undefined =
    line.problem ?? (read.ok ? undefined : { code: read.code, line: at, path: 'Amt', reason: read.message });
  const terms: LineTerms = {
    line: number,
    at,
    endToEndId,
    asset,
    amountMinor: read.ok ? read.amountMinor : 0n,
    ...(instructionId === undefined ? {} : { instructionId }),
    ...(uetr === undefined ? {} : { uetr }),
    ...(iban === undefined ? {} : { iban }),
    ...(account === undefined ? {} : { account }),
    ...(bic === undefined ? {} : { bic }),
    ...(problem === undefined ? {} : { problem: { code: problem.code, path: problem.path } }),
  };
  return problem === undefined ? { terms } : { terms, problem: { ...problem, line: problem.line ?? at } };
};

const totalsOf = (batches: readonly BatchToTake[]): BulkTerms['totals'] => {
  const totals = new Map<string, BulkTerms['totals'][number]>();
  for (const { debtorAccountId, lines } of batches)
    for (const { asset, amountMinor, problem } of lines) {
      if (problem !== undefined) continue;
      const key = `${debtorAccountId} ${asset}`;
      const { amountMinor: sum = 0n, count = 0 } = totals.get(key) ?? {};
      totals.set(key, { debtorAccountId, asset, amountMinor: sum + amountMinor, count: count + 1 });
    }
  return [...totals.values()];
};
