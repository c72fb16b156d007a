import { formatAmount } from '@finaegis/kernel/money';
import {
  assertStatement,
  runningBalances,
  type StatementBalance,
  type StatementDocument,
  type StatementEntry,
  signedMinor,
} from '../statement/document.ts';

const columns = [
  'record',
  'statement_number',
  'account',
  'currency',
  'booking_date',
  'value_date',
  'amount',
  'balance',
  'reference',
  'bank_transaction_code',
  'reversal',
  'counterparty_name',
  'counterparty_account',
  'end_to_end_id',
  'remittance',
  'journal_id',
] as const;

type Row = Readonly<Partial<Record<(typeof columns)[number], string>>>;

/**
 * Writes a statement as CSV by RFC 4180 (comma, CRLF, header line, UTF-8): one `opening` row, the entries with the
 * balance after each, one `closing` row. Amounts carry their sign, debits below zero.
 *
 * Text that came from outside is made harmless for spreadsheets: where a cell would be taken for a formula it gets a
 * leading apostrophe, also behind a semicolon, tab or line end, at which some spreadsheets split.
 * @throws StatementInvalid when opening balance and entries do not make the closing balance
 */
export const writeStatementCsv = (document: StatementDocument): string => {
  assertStatement(document);
  const rows: Row[] = [
    balanceRow(document, 'opening', document.openingBalance),
    ...runningBalances(document).map(({ entry, balanceMinor }) => entryRow(document, entry, balanceMinor)),
    balanceRow(document, 'closing', document.closingBalance),
  ];
  const lines = [columns.join(','), ...rows.map((row) => columns.map((column) => quoted(row[column] ?? '')).join(','))];
  return lines.map((line) => `${line}\r\n`).join('');
};

const commonOf = ({ number, account }: StatementDocument): Row => ({
  statement_number: String(number),
  account: harmless(account.iban ?? account.localNumber),
  currency: account.currency,
});

const balanceRow = (
  document: StatementDocument,
  record: 'opening' | 'closing',
  { amountMinor, date }: StatementBalance,
): Row => ({
  record,
  ...commonOf(document),
  booking_date: date,
  balance: formatAmount(amountMinor, document.account.decimals),
});

const entryRow = (document: StatementDocument, entry: StatementEntry, balanceMinor: bigint): Row => {
  const { domain, family, subFamily } = entry.bankTransactionCode;
  return {
    record: 'entry',
    ...commonOf(document),
    booking_date: entry.bookingDate,
    value_date: entry.valueDate,
    // Our own numbers are not guarded: an apostrophe before a minus would turn every debit into text.
    amount: formatAmount(signedMinor(entry), document.account.decimals),
    balance: formatAmount(balanceMinor, document.account.decimals),
    reference: harmless(entry.reference),
    bank_transaction_code: harmless(`${domain}-${family}-${subFamily}`),
    reversal: entry.isReversal ? 'true' : 'false',
    counterparty_name: harmless(entry.counterparty?.name ?? ''),
    counterparty_account: harmless(entry.counterparty?.iban ?? entry.counterparty?.accountId ?? ''),
    end_to_end_id: harmless(entry.endToEndId ?? ''),
    remittance: harmless(entry.remittance ?? ''),
    journal_id: harmless(entry.journalId),
  };
};

// The full-width forms are read as operators by spreadsheets in East Asian settings.
const FORMULA_START = /(^|[;\t\r\n])(\s*)(?=[=+\-@＝＋－＠])/g;

const harmless = (text: string): string => text.replace(FORMULA_START, "$1$2'");

const quoted = (cell: string): string =>
  /[",\r\n;\t]/.test(cell) || cell !== cell.trim() ? `"${cell.replaceAll('"', '""')}"` : cell;
