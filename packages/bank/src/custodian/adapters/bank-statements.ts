import { derivedUuid } from '@finaegis/kernel/id';
import { referenceOf } from '@finaegis/kernel/reference';
import type { BankEntry, BankStatement, Counterparty } from '../../iso20022/bank-statement.ts';
import { isMessageName, messageOfNamespace } from '../../iso20022/message.ts';
import { readBankStatementFile } from '../../iso20022/read-bank-statements.ts';
import { validateXml } from '../../iso20022/xsd.ts';
import type { NostroStatement, StatementEntry } from '../connector.ts';
import { bankMinor } from './bank-amount.ts';

/** A file of a bank that is not taken: nothing of it counts. */
export class MessageRejected extends Error {
  override readonly name = 'MessageRejected';
  readonly code: string;
  readonly problems: readonly string[];

  constructor(code: string, problems: readonly string[] = []) {
    super(`${code}${problems.length === 0 ? '' : `: ${problems.join('; ')}`}`);
    this.code = code;
    this.problems = problems;
  }
}

/** The message a document says it is, by its namespace. */
export const messageOf = (xml: Uint8Array): string | undefined => {
  const namespace = /<(?:[A-Za-z0-9]+:)?Document[^>]*\sxmlns(?::[A-Za-z0-9]+)?="([^"]*)"/.exec(
    Buffer.from(xml.subarray(0, 2_000)).toString('latin1'),
  )?.[1];
  return namespace === undefined ? undefined : messageOfNamespace(namespace);
};

/** @throws MessageRejected for what is none of the messages read here, or not by its schema */
export const checkMessage = async (xml: Uint8Array): Promise<string> => {
  const name = messageOf(xml);
  if (!isMessageName(name)) throw new MessageRejected('message_not_expected', [name ?? 'no ISO 20022 namespace']);
  const { isValid, refusal, problems } = await validateXml(xml, name);
  if (!isValid)
    throw new MessageRejected(
      refusal ?? 'schema_violated',
      problems.slice(0, 5).map(({ line, message }) => `line ${line ?? '?'}: ${message}`),
    );
  return name;
};

/**
 * Statements, reports or notifications of a bank, checked against their schema and read to the last entry. Only what is booked counts.
 * @throws MessageRejected
 */
export const readNostroStatements = async (xml: Uint8Array): Promise<readonly NostroStatement[]> => {
  await checkMessage(xml);
  const { message, problems } = await readBankStatementFile([xml]);
  if (message === undefined) throw new MessageRejected(problems[0]?.code ?? 'xml_malformed');
  return message.map(nostroStatement);
};

const nostroStatement = (statement: BankStatement): NostroStatement => {
  const asset =
    statement.currency ?? statement.balances[0]?.amount.currency ?? statement.entries[0]?.amount.currency ?? '';
  const balance = (type: string): bigint | undefined => {
    const found = statement.balances.find((one) => one.type === type);
    if (found === undefined) return undefined;
    const minor = bankMinor(found.amount.amount, asset);
    return found.side === 'DBIT' ? -minor : minor;
  };
  const [openingMinor, closingMinor] = [balance('OPBD'), balance('CLBD')];
  const closing = statement.balances.find(({ type }) => type === 'CLBD');
  const booked = statement.entries.filter(({ status }) => status === 'BOOK');
  const date =
    closing?.date ?? statement.to?.slice(0, 10) ?? booked[0]?.bookingDate ?? statement.createdAt.slice(0, 10);
  return {
    iban: statement.account.iban ?? statement.account.other ?? '',
    asset,
    date,
    statementId: statement.id,
    ...(openingMinor === undefined ? {} : { openingMinor }),
    ...(closingMinor === undefined ? {} : { closingMinor }),
    entries: withOwnNames(
      booked.map((entry) => statementEntry(entry, { asset, date })),
      statement.account.iban ?? statement.account.other ?? '',
    ),
  };
};

type Unnamed = Omit<StatementEntry, 'entryId'> & { readonly entryId: string | undefined };

/**
 * An entry without a reference of the bank's is known by what it says and by how many before it say the same: notification and statement, and the same
 * file again, come to the same.
 */
const withOwnNames = (entries: readonly Unnamed[], iban: string): readonly StatementEntry[] => {
  const alike = new Map<string, number>();
  return entries.map(({ entryId, ...entry }) => {
    if (entryId !== undefined) return { ...entry, entryId };
    const { side, amountMinor, bookingDate, endToEndId = '', reference = '' } = entry;
    const said = [iban, bookingDate, side, String(amountMinor), endToEndId, reference];
    const nth = (alike.get(said.join(' ')) ?? 0) + 1;
    alike.set(said.join(' '), nth);
    return { ...entry, entryId: referenceOf('N', derivedUuid('bank-entry', ...said, String(nth))) };
  });
};

const statementEntry = (
  entry: BankEntry,
  { asset, date }: { readonly asset: string; readonly date: string },
): Unnamed => {
  // A batch booked as one entry has many payments and no reference of its own.
  const only = entry.details.length === 1 ? entry.details[0] : undefined;
  const endToEndId = only?.originalEndToEndId ?? only?.endToEndId;
  const returnCode = only?.returnReason?.code ?? only?.returnReason?.proprietary;
  const remittance = only?.remittance?.unstructured?.join(' ') ?? only?.remittance?.creditorReference;
  return {
    entryId: entry.accountServicerReference ?? entry.reference,
    side: entry.side,
    amountMinor: bankMinor(entry.amount.amount, asset),
    bookingDate: entry.bookingDate ?? date,
    ...(entry.valueDate === undefined ? {} : { valueDate: entry.valueDate }),
    ...(endToEndId === undefined || endToEndId === 'NOTPROVIDED' ? {} : { endToEndId }),
    ...(only?.instructionId === undefined ? {} : { reference: only.instructionId }),
    isReturn: only?.returnReason !== undefined || entry.isReversal,
    ...(returnCode === undefined ? {} : { returnCode }),
    ...(only?.counterparty === undefined ? {} : { counterparty: counterpartyOf(only.counterparty) }),
    ...(only?.ownSideAccount?.iban === undefined ? {} : { creditorIban: only.ownSideAccount.iban }),
    ...(remittance === undefined ? {} : { remittance }),
  };
};

const counterpartyOf = ({ name, account, agent }: Counterparty): StatementEntry['counterparty'] => ({
  ...(name === undefined ? {} : { name }),
  ...(account?.iban === undefined ? {} : { iban: account.iban }),
  ...(agent?.bic === undefined ? {} : { bic: agent.bic }),
});
