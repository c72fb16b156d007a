import { identifiersName } from '@finaegis/bank/account/views/identifiers';
import { parseAssetAmount } from '@finaegis/bank/asset/contract';
import type { CreditTransferLine, CreditTransferPayment } from '@finaegis/bank/iso20022/credit-transfer';
import type { AccountNumber } from '@finaegis/bank/iso20022/party';
import type { MessageProblem } from '@finaegis/bank/iso20022/problem';
import { readCreditTransfers } from '@finaegis/bank/iso20022/read-credit-transfers';
import type { TextSource } from '@finaegis/bank/iso20022/text-source';
import { houseAccountId } from '@finaegis/bank/ledger/contract';
import type { LedgerModule } from '@finaegis/bank/ledger/module';
import { ProblemError } from '@finaegis/platform/http/problem';
import { read } from '@finaegis/platform/services';
import { type ImportReport, type ImportTarget, importedId, newTally, reportOf, submitRecord } from './import-target.ts';
import { forEachInFlight } from './in-flight.ts';
import type { BadRow } from './mapping.ts';

type PostJournal = Parameters<LedgerModule['handlers']['postJournal']['decide']>[1];

/** Where money stands that has left an account and not yet our bank. */
const clearing = 'clearing/sepa';

/**
 * Books the payments of a pain.001 file: between accounts of ours directly, all others to the clearing of the rail, where they wait for the
 * bank they go to. A file whose totals are wrong is not what its sender meant: nothing of it is booked.
 * @throws FileRefused when the file is no pain.001
 */
export const importPayments = async (target: ImportTarget, file: TextSource): Promise<ImportReport> => {
  const { whole, unread, isTrusted } = await instructionsOf(file);
  if (!isTrusted) return reportOf({ ...newTally(), read: whole.length }, unread);

  const { postJournal, openHouseAccount } = target.bank.modules.ledger.handlers;
  const tally = newTally();
  // The clearing of a rail is opened when it is first used; it is no record of the file and is not counted.
  await submitRecord({ ...target, onRecord: () => undefined }, newTally(), {
    handler: openHouseAccount,
    data: { entity: target.entity, chartCode: clearing, hasFloor: false },
    line: 0,
  });
  const accounts = await accountsByIban(target, whole);
  const unfit: BadRow[] = [];
  await forEachInFlight(whole, async (instruction) => {
    tally.read += 1;
    const journal = await journalOf(target, instruction, accounts);
    if ('reason' in journal) unfit.push({ line: instruction.at, ...journal });
    else await submitRecord(target, tally, { handler: postJournal, data: journal, line: instruction.at });
  });
  return reportOf(tally, [...unread, ...unfit]);
};

/** One transfer with what holds for its batch, and the line of the file it starts on. */
interface Instruction {
  readonly at: number;
  readonly payment: CreditTransferPayment;
  readonly line: CreditTransferLine;
}

/** The transfers of a file with which nothing is wrong, what is wrong with the others, and whether the file is what its sender meant. */
const instructionsOf = async (
  file: TextSource,
): Promise<{
  readonly whole: readonly Instruction[];
  readonly unread: readonly BadRow[];
  readonly isTrusted: boolean;
}> => {
  const { parts, problems } = readCreditTransfers(file);
  const whole: Instruction[] = [];
  const ofParts: MessageProblem[] = [];
  let batch: { readonly payment: CreditTransferPayment; readonly isFit: boolean } | undefined;
  let isTrusted = true;
  for await (const part of parts) {
    const isFit = part.problems.length === 0;
    ofParts.push(...part.problems);
    if (part.kind === 'file') isTrusted = isFit;
    else if (part.kind === 'payment') {
      const { payment, at } = part;
      const isTransfer = payment.method !== 'CHK';
      if (!isTransfer)
        ofParts.push({
          code: 'code_unknown',
          line: at,
          path: 'PmtMtd',
          reason: 'asks for cheques, which are no transfers',
        });
      batch = { payment, isFit: isFit && isTransfer };
    } else if (isFit && batch?.isFit === true) whole.push({ at: part.at, payment: batch.payment, line: part.line });
  }
  return { whole, unread: [...problems, ...ofParts].map(badRow), isTrusted: isTrusted && problems.length === 0 };
};

const badRow = ({ line = 1, path, reason }: MessageProblem): BadRow => ({ line, field: path, reason });

const accountsByIban = async (
  { bank, tenantId }: ImportTarget,
  instructions: readonly Instruction[],
): Promise<ReadonlyMap<string, string>> => {
  const ibans = new Set(
    instructions
      .flatMap(({ payment, line }) => [payment.debtorAccount.iban, line.creditorAccount.iban])
      .filter((iban) => iban !== undefined),
  );
  const { rows } = await read(bank.services, tenantId, (tx) =>
    tx.query<{ value: string; account_id: string }>(
      `select value, account_id from ${identifiersName} where tenant_id = $1 and scheme = 'iban' and value = any ($2)`,
      [tenantId, [...ibans]],
    ),
  );
  return new Map(rows.map(({ value, account_id: accountId }) => [value, accountId]));
};

const nameOf = ({ iban, other }: AccountNumber): string => iban ?? other ?? '';

const journalOf = async (
  target: ImportTarget,
  { payment: { debtorAccount, executionDate }, line: transfer }: Instruction,
  accounts: ReadonlyMap<string, string>,
): Promise<PostJournal | Omit<BadRow, 'line'>> => {
  const { creditor, creditorAccount, amount, endToEndId, remittance } = transfer;
  const debtor = nameOf(debtorAccount);
  const payer = accounts.get(debtor);
  if (payer === undefined) return { field: 'DbtrAcct', reason: `${debtor} is no account of this bank` };
  const money = await moneyOf(target, amount.amount, amount.currency);
  if ('reason' in money) return money;
  const line = { ...money, purpose: 'principal' } as const;
  return {
    // LEDGER: what a file asks for is unique by debtor, end-to-end id and date, whatever file it comes in.
    journalId: importedId(target, 'payment', JSON.stringify([debtor, endToEndId, executionDate])),
    kind: 'payment',
    postings: [
      { account: payer, side: 'debit', ...line },
      {
        account: accounts.get(nameOf(creditorAccount)) ?? houseAccountId(target.entity, clearing),
        side: 'credit',
        ...line,
      },
    ],
    captures: [],
    endToEndId,
    // Sealed for the payer: whom it goes to and why are personal.
    description: [creditor.name, nameOf(creditorAccount), remittance?.unstructured?.join(' ')]
      .filter((text) => text !== undefined && text !== '')
      .join(' · '),
  };
};

const moneyOf = async (
  { bank, tenantId }: ImportTarget,
  amount: string,
  currency: string,
): Promise<{ readonly asset: string; readonly amountMinor: bigint } | Omit<BadRow, 'line'>> => {
  try {
    return await parseAssetAmount(bank.modules.asset.directory, tenantId, { amount, asset: currency }, '');
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const [first] = (error.extras as { readonly errors?: readonly { readonly message: string }[] }).errors ?? [];
    return { field: 'amount', reason: first?.message ?? error.code };
  }
};
