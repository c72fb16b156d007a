import { isBic } from '@finaegis/kernel/bic';
import { isActiveOn, currency as isoCurrency } from '@finaegis/kernel/iso4217';
import { formatAmount } from '@finaegis/kernel/money';
import { isReference, referenceOf } from '@finaegis/kernel/reference';
import { basicLatin } from '../../iso20022/basic-latin.ts';
import { namespaceOf } from '../../iso20022/message.ts';
import { parentElement, textElement, writeXml, type XmlElement } from '../../iso20022/xml-writer.ts';
import {
  assertStatement,
  type StatementAddress,
  type StatementBalance,
  type StatementDocument,
  type StatementEntry,
  signedMinor,
  statementTotals,
} from '../statement/document.ts';

/** Why a statement has no camt.053: ISO 20022 carries money of ISO 4217 only, with at most 18 digits, 5 of them fractional. */
export type Camt053Refusal = 'asset_not_fiat' | 'amount_too_long';

/** A statement was to be written as camt.053 that cannot be; ask `camt053Refusal` first. */
export class StatementNotRepresentable extends Error {
  readonly code: Camt053Refusal;

  constructor(code: Camt053Refusal) {
    super(`The statement has no form in camt.053: ${code}.`);
    this.name = 'StatementNotRepresentable';
    this.code = code;
  }
}

const DIGITS_MAX = 18;
const FRACTION_DIGITS_MAX = 5;

/** Whether a statement can be written as camt.053, and if not, why. */
export const camt053Refusal = (document: StatementDocument): Camt053Refusal | undefined => {
  const { currency, decimals } = document.account;
  const known = isoCurrency(currency);
  if (known?.kind !== 'money' || !isActiveOn(currency, document.period.to)) return 'asset_not_fiat';
  const { credits, debits } = statementTotals(document);
  const limit = 10n ** BigInt(DIGITS_MAX);
  const amounts = [
    document.openingBalance.amountMinor,
    document.closingBalance.amountMinor,
    credits.sumMinor + debits.sumMinor,
  ];
  const isTooLong = decimals > FRACTION_DIGITS_MAX || amounts.some((amount) => amount >= limit || amount <= -limit);
  return isTooLong ? 'amount_too_long' : undefined;
};

/** Reference of a statement, unique among all statements of the bank: account, currency, number; at most 35 characters. */
export const statementReference = ({ number, account }: Pick<StatementDocument, 'number' | 'account'>): string =>
  `${referenceOf('', account.id)}${account.currency}${String(number).padStart(5, '0')}`;

/**
 * Writes a statement as ISO 20022 camt.053.001.08. Names and texts are in the basic Latin characters that every bank reads.
 * @throws StatementInvalid when opening balance and entries do not make the closing balance
 * @throws StatementNotRepresentable when the asset is no currency or an amount has too many digits
 */
export const writeStatementCamt053 = (document: StatementDocument): string => {
  assertStatement(document);
  const refusal = camt053Refusal(document);
  if (refusal !== undefined) throw new StatementNotRepresentable(refusal);

  const reference = statementReference(document);
  const header = parent('GrpHdr', [text('MsgId', reference), text('CreDtTm', document.createdAt)]);
  const message = parent('BkToCstmrStmt', [header, statementElement(document, reference)]);
  return writeXml({
    name: 'Document',
    attributes: { xmlns: namespaceOf('camt.053.001.08') },
    content: message === undefined ? [] : [message],
  });
};

const text = textElement;
const parent = parentElement;

/** Text for an element of limited length, in basic Latin; what does not fit is cut. */
const latin = (name: string, value: string | undefined, lengthMax: number): XmlElement | undefined =>
  text(name, value === undefined ? undefined : basicLatin(value).slice(0, lengthMax).trim());

const statementElement = (document: StatementDocument, reference: string): XmlElement | undefined => {
  const { number, createdAt, period, openingBalance, closingBalance, entries } = document;
  return parent('Stmt', [
    text('Id', reference),
    text('ElctrncSeqNb', String(number)),
    text('LglSeqNb', String(number)),
    text('CreDtTm', createdAt),
    parent('FrToDt', [text('FrDtTm', `${period.from}T00:00:00`), text('ToDtTm', `${period.to}T23:59:59`)]),
    accountElement(document),
    balanceElement(document, 'OPBD', openingBalance),
    balanceElement(document, 'CLBD', closingBalance),
    summaryElement(document),
    ...entries.map((entry) => entryElement(document, entry)),
  ]);
};

const accountElement = ({ account, servicer }: StatementDocument): XmlElement | undefined =>
  parent('Acct', [
    parent('Id', [
      accountId({ iban: account.iban, accountId: account.localNumber }) ?? accountId({ accountId: account.id }),
    ]),
    parent('Tp', [text('Cd', 'CACC')]),
    text('Ccy', account.currency),
    latin('Nm', account.name, 70),
    parent('Ownr', [latin('Nm', account.owner.name, 140), addressElement(account.owner.address)]),
    parent('Svcr', [
      parent('FinInstnId', [
        text('BICFI', isBic(servicer.bic ?? '') ? servicer.bic : undefined),
        latin('Nm', servicer.name, 140),
      ]),
    ]),
  ]);

const IBAN = /^[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

// An identifier that was cut would be another account's; one that does not fit is left out. A UUID fits as a reference.
const accountId = (account: {
  readonly iban?: string | undefined;
  readonly accountId?: string | undefined;
}): XmlElement | undefined => {
  const { iban, accountId: other } = account;
  if (iban !== undefined && IBAN.test(iban)) return text('IBAN', iban);
  const identifier = other ?? iban;
  if (identifier === undefined) return undefined;
  const fitting = UUID.test(identifier) ? referenceOf('', identifier) : basicLatin(identifier);
  return fitting.length > 34 ? undefined : parent('Othr', [text('Id', fitting)]);
};

const addressElements: readonly (readonly [keyof StatementAddress, string, number])[] = [
  ['department', 'Dept', 70],
  ['subDepartment', 'SubDept', 70],
  ['streetName', 'StrtNm', 70],
  ['buildingNumber', 'BldgNb', 16],
  ['buildingName', 'BldgNm', 35],
  ['floor', 'Flr', 70],
  ['postBox', 'PstBx', 16],
  ['room', 'Room', 70],
  ['postCode', 'PstCd', 16],
  ['townName', 'TwnNm', 35],
  ['townLocationName', 'TwnLctnNm', 35],
  ['districtName', 'DstrctNm', 35],
  ['countrySubDivision', 'CtrySubDvsn', 35],
  ['country', 'Ctry', 2],
];

const addressElement = (address: StatementAddress | undefined): XmlElement | undefined => {
  if (address === undefined) return undefined;
  const country = /^[A-Z]{2}$/.test(address.country ?? '') ? address.country : undefined;
  const known = { ...address, country };
  return parent(
    'PstlAdr',
    addressElements.map(([field, name, lengthMax]) => latin(name, known[field], lengthMax)),
  );
};

const indicator = (signed: bigint): string => (signed < 0n ? 'DBIT' : 'CRDT');

const magnitude = (signed: bigint): bigint => (signed < 0n ? -signed : signed);

const amountElement = ({ account }: StatementDocument, signed: bigint): XmlElement | undefined =>
  text('Amt', formatAmount(magnitude(signed), account.decimals), { Ccy: account.currency });

const balanceElement = (
  document: StatementDocument,
  code: 'OPBD' | 'CLBD',
  { amountMinor, date }: StatementBalance,
): XmlElement | undefined =>
  parent('Bal', [
    parent('Tp', [parent('CdOrPrtry', [text('Cd', code)])]),
    amountElement(document, amountMinor),
    text('CdtDbtInd', indicator(amountMinor)),
    parent('Dt', [text('Dt', date)]),
  ]);

const summaryElement = (document: StatementDocument): XmlElement | undefined => {
  const { credits, debits } = statementTotals(document);
  const sum = (amountMinor: bigint): string => formatAmount(amountMinor, document.account.decimals);
  const netMinor = credits.sumMinor - debits.sumMinor;
  return parent('TxsSummry', [
    parent('TtlNtries', [
      text('NbOfNtries', String(document.entries.length)),
      text('Sum', sum(credits.sumMinor + debits.sumMinor)),
      parent('TtlNetNtry', [text('Amt', sum(magnitude(netMinor))), text('CdtDbtInd', indicator(netMinor))]),
    ]),
    parent('TtlCdtNtries', [text('NbOfNtries', String(credits.count)), text('Sum', sum(credits.sumMinor))]),
    parent('TtlDbtNtries', [text('NbOfNtries', String(debits.count)), text('Sum', sum(debits.sumMinor))]),
  ]);
};

const entryElement = (document: StatementDocument, entry: StatementEntry): XmlElement | undefined => {
  const { domain, family, subFamily } = entry.bankTransactionCode;
  const signed = signedMinor(entry);
  return parent('Ntry', [
    text('NtryRef', entry.reference),
    amountElement(document, signed),
    text('CdtDbtInd', indicator(signed)),
    // Present only where it is true; the direction above is that of this entry, not of the one it reverses.
    text('RvslInd', entry.isReversal ? 'true' : undefined),
    parent('Sts', [text('Cd', 'BOOK')]),
    parent('BookgDt', [text('Dt', entry.bookingDate)]),
    parent('ValDt', [text('Dt', entry.valueDate)]),
    text('AcctSvcrRef', journalReference(entry.journalId)),
    parent('BkTxCd', [
      parent('Domn', [text('Cd', domain), parent('Fmly', [text('Cd', family), text('SubFmlyCd', subFamily)])]),
    ]),
    parent('NtryDtls', [transactionElement(document, entry, signed)]),
  ]);
};

const journalReference = (journalId: string): string | undefined => {
  if (UUID.test(journalId)) return referenceOf('J', journalId);
  return isReference(journalId) ? journalId : undefined;
};

const transactionElement = (
  document: StatementDocument,
  entry: StatementEntry,
  signed: bigint,
): XmlElement | undefined => {
  const { counterparty, endToEndId } = entry;
  // Whoever paid us is the debtor of the payment, whoever we paid its creditor.
  const role = entry.creditDebit === 'credit' ? 'Dbtr' : 'Cdtr';
  const isKept = endToEndId === undefined || (endToEndId.length <= 35 && basicLatin(endToEndId) === endToEndId);
  return parent('TxDtls', [
    parent('Refs', [
      text('AcctSvcrRef', journalReference(entry.journalId)),
      text('EndToEndId', isKept ? endToEndId : 'NOTPROVIDED'),
    ]),
    amountElement(document, signed),
    text('CdtDbtInd', indicator(signed)),
    parent('RltdPties', [
      parent(role, [parent('Pty', [latin('Nm', counterparty?.name, 140)])]),
      parent(`${role}Acct`, [parent('Id', [accountId(counterparty ?? {})])]),
    ]),
    parent('RmtInf', remittanceElements(entry.remittance)),
    // A reference that ISO cannot carry is told in words: cut or respelled it would match another payment's.
    latin('AddtlTxInf', isKept ? undefined : `End-to-end reference ${endToEndId ?? ''}`, 500),
  ]);
};

const remittanceElements = (remittance: string | undefined): readonly (XmlElement | undefined)[] =>
  (basicLatin(remittance ?? '').match(/.{1,140}/g) ?? []).map((part) => text('Ustrd', part));
