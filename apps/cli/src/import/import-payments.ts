import { identifiersName } from '@finaegis/bank/account/views/identifiers';
import { parseAssetAmount } from '@finaegis/bank/asset/contract';
import { houseAccountId } from '@finaegis/bank/ledger/contract';
import type { LedgerModule } from '@finaegis/bank/ledger/module';
import { ProblemError } from '@finaegis/platform/http/problem';
import { read } from '@finaegis/platform/services';
import { type ImportReport, type ImportTarget, importedId, newTally, reportOf, submitRecord } from './import-target.ts';
import { forEachInFlight } from './in-flight.ts';
import type { BadRow } from './mapping.ts';
import { type Pain001Party, type Pain001Payment, readPain001 } from './pain001.ts';
import type { TextSource } from './text-source.ts';

type PostJournal = Parameters<LedgerModule['handlers']['postJournal']['decide']>[1];

/** Where money stands that has left an account and not yet our bank. */
const clearing = 'clearing/sepa';

/**
 * Books the payments of a pain.001 file: between accounts of ours directly, all others to the clearing of the rail, where they wait for the
 * bank they go to. A file whose totals are wrong is not what its sender meant: nothing of it is booked.
 * @throws FileRefused when the file is no pain.001
 */
export const importPayments = async (target: ImportTarget, file: TextSource): Promise<ImportReport> => {
  const { payments, problems } = readPain001(file);
  const all: Pain001Payment[] = [];
  for await (const payment of payments) all.push(payment);
  const whole = all.filter((payment) => payment.problems.length === 0);
  const unread = [...problems, ...all.flatMap((payment) => payment.problems)];
  if (problems.length > 0) return reportOf({ ...newTally(), read: whole.length }, unread);

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
  await forEachInFlight(whole, async (payment) => {
    tally.read += 1;
    const journal = await journalOf(target, payment, accounts);
    if ('reason' in journal) unfit.push({ line: payment.line, ...journal });
    else await submitRecord(target, tally, { handler: postJournal, data: journal, line: payment.line });
  });
  return reportOf(tally, [...unread, ...unfit]);
};

const accountsByIban = async (
  { bank, tenantId }: ImportTarget,
  payments: readonly Pain001Payment[],
): Promise<ReadonlyMap<string, string>> => {
  const ibans = new Set(
    payments.flatMap(({ debtor, creditor }) => [debtor.iban, creditor.iban]).filter((iban) => iban !== undefined),
  );
  const { rows } = await read(bank.services, tenantId, (tx) =>
    tx.query<{ value: string; account_id: string }>(
      `select value, account_id from ${identifiersName} where tenant_id = $1 and scheme = 'iban' and value = any ($2)`,
      [tenantId, [...ibans]],
    ),
  );
  return new Map(rows.map(({ value, account_id: accountId }) => [value, accountId]));
};

const nameOf = ({ iban, other }: Pain001Party): string => iban ?? other ?? '';

const journalOf = async (
  target: ImportTarget,
  payment: Pain001Payment,
  accounts: ReadonlyMap<string, string>,
): Promise<PostJournal | Omit<BadRow, 'line'>> => {
  const { debtor, creditor, amount, currency, endToEndId, requestedExecutionDate, remittance } = payment;
  const payer = accounts.get(nameOf(debtor));
  if (payer === undefined) return { field: 'debtor.iban', reason: `${nameOf(debtor)} is no account of this bank` };
  const money = await moneyOf(target, amount, currency);
  if ('reason' in money) return money;
  const line = { ...money, purpose: 'principal' } as const;
  return {
    // LEDGER: what a file asks for is unique by debtor, end-to-end id and date, whatever file it comes in.
    journalId: importedId(target, 'payment', JSON.stringify([nameOf(debtor), endToEndId, requestedExecutionDate])),
    kind: 'payment',
    postings: [
      { account: payer, side: 'debit', ...line },
      { account: accounts.get(nameOf(creditor)) ?? houseAccountId(target.entity, clearing), side: 'credit', ...line },
    ],
    captures: [],
    endToEndId,
    // Sealed for the payer: whom it goes to and why are personal.
    description: [creditor.name, nameOf(creditor), remittance]
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
