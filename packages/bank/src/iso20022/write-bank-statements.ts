import { added, noTotals, type Side, sumText, type Totals } from './amount.ts';
import {
  type BankEntry,
  type BankStatement,
  type BankStatementBalance,
  type BankTransactionCode,
  type Charge,
  counterpartyRole,
  type EntryDetail,
} from './bank-statement.ts';
import type { BankStatementMessage } from './message.ts';
import {
  codeElement,
  codeOrOwnElement,
  dayElement,
  idElement,
  instantElement,
  into,
  intoEach,
  latinElement,
  leaveOut,
  moneyElement,
  refuse,
  requiredIdElement,
  type Spot,
  type Written,
  writeMessage,
} from './spot.ts';
import { uetrElement } from './write-credit-transfers.ts';
import {
  accountElement,
  agentElement,
  partyContent,
  reasonElement,
  remittanceElement,
  requiredAccountElement,
} from './write-party.ts';
import { parentElement, textElement, type XmlElement } from './xml-writer.ts';

const roots = {
  report: { family: 'camt.052', root: 'BkToCstmrAcctRpt', item: 'Rpt' },
  statement: { family: 'camt.053', root: 'BkToCstmrStmt', item: 'Stmt' },
  notification: { family: 'camt.054', root: 'BkToCstmrDbtCdtNtfctn', item: 'Ntfctn' },
} as const;

const INFORMATION_LENGTH_MAX = 500;
const ACCOUNT_NAME_LENGTH_MAX = 70;

/**
 * Writes statements as ISO 20022 camt.052, .053 or .054, with their entries, what was charged and why payments came back.
 * All of one message are of one kind. Names and texts are in the basic Latin characters that every bank reads.
 * @throws MessageNotWritable with everything that has no form in it
 */
export const writeBankStatements = (
  statements: readonly [BankStatement, ...BankStatement[]],
  message: BankStatementMessage = `${roots[statements[0].kind].family}.001.08`,
): Written =>
  writeMessage(message, (document) => {
    const [first] = statements;
    const { root, item } = Object.values(roots).find(({ family }) => message.startsWith(family)) ?? roots.statement;
    const spot = into(document, root);
    const header = into(spot, 'GrpHdr');
    return parentElement(root, [
      parentElement('GrpHdr', [
        requiredIdElement(header, 'MsgId', first.messageId),
        instantElement(header, 'CreDtTm', first.createdAt),
      ]),
      ...statements.map((statement, index) => {
        const each = intoEach(spot, item, index);
        if (roots[statement.kind].item !== item)
          refuse(each, 'message_not_expected', `is a ${statement.kind}, which ${message} is not for`);
        return statementElement(each, item, statement);
      }),
    ]);
  });

const statementElement = (spot: Spot, item: string, statement: BankStatement): XmlElement | undefined => {
  const period = into(spot, 'FrToDt');
  const { from, to, kind, balances } = statement;
  if (kind === 'statement' && balances.length === 0) refuse(into(spot, 'Bal'), 'field_missing', 'is missing');
  if (kind === 'notification')
    for (const { type } of balances)
      refuse(into(spot, 'Bal'), 'code_unknown', `${type} has no place in a notification`);
  return parentElement(item, [
    requiredIdElement(spot, 'Id', statement.id),
    idElement(spot, 'ElctrncSeqNb', statement.sequence, 18),
    instantElement(spot, 'CreDtTm', statement.createdAt),
    // The schema knows a period with both its ends only.
    from === undefined || to === undefined
      ? undefined
      : parentElement('FrToDt', [instantElement(period, 'FrDtTm', from), instantElement(period, 'ToDtTm', to)]),
    ownAccountElement(spot, statement),
    ...balances.map((balance, index) => balanceElement(intoEach(spot, 'Bal', index), balance)),
    summaryElement(statement.entries),
    ...statement.entries.map((entry, index) => entryElement(intoEach(spot, 'Ntry', index), entry)),
  ]);
};

const ownAccountElement = (outer: Spot, statement: BankStatement): XmlElement | undefined => {
  const spot = into(outer, 'Acct');
  const { account, currency, accountName, owner, servicer } = statement;
  return requiredAccountElement(outer, 'Acct', account, [
    textElement('Ccy', currency),
    latinElement(spot, 'Nm', accountName, ACCOUNT_NAME_LENGTH_MAX),
    owner === undefined ? undefined : parentElement('Ownr', partyContent(into(spot, 'Ownr'), owner)),
    agentElement(spot, 'Svcr', servicer),
  ]);
};

const balanceElement = (spot: Spot, { type, amount, side, date }: BankStatementBalance): XmlElement | undefined =>
  parentElement('Bal', [
    parentElement('Tp', [codeOrOwnElement(into(spot, 'Tp'), 'CdOrPrtry', type)]),
    moneyElement(spot, 'Amt', amount),
    textElement('CdtDbtInd', side),
    parentElement('Dt', [dayElement(into(spot, 'Dt'), 'Dt', date)]),
  ]);

const summaryElement = (entries: readonly BankEntry[]): XmlElement | undefined => {
  const totalOf = (isCounted: (side: Side) => boolean): Totals =>
    entries.reduce((totals, { side, amount }) => (isCounted(side) ? added(totals, amount.amount) : totals), noTotals);
  const element = (name: string, { count, sum }: Totals): XmlElement | undefined =>
    parentElement(name, [textElement('NbOfNtries', String(count)), textElement('Sum', sumText(sum))]);
  return parentElement('TxsSummry', [
    element(
      'TtlNtries',
      totalOf(() => true),
    ),
    element(
      'TtlCdtNtries',
      totalOf((side) => side === 'CRDT'),
    ),
    element(
      'TtlDbtNtries',
      totalOf((side) => side === 'DBIT'),
    ),
  ]);
};

const entryElement = (spot: Spot, entry: BankEntry): XmlElement | undefined => {
  const { batch, status, details } = entry;
  const batchSpot = into(spot, 'NtryDtls', 'Btch');
  if (spot.isOld && status === 'FUTR')
    refuse(into(spot, 'Sts'), 'code_unknown', `says FUTR, which ${spot.message} does not know`);
  return parentElement('Ntry', [
    idElement(spot, 'NtryRef', entry.reference),
    moneyElement(spot, 'Amt', entry.amount),
    textElement('CdtDbtInd', entry.side),
    textElement('RvslInd', entry.isReversal ? 'true' : undefined),
    spot.isOld ? textElement('Sts', status) : parentElement('Sts', [textElement('Cd', status)]),
    dateElement(spot, 'BookgDt', entry.bookingDate),
    dateElement(spot, 'ValDt', entry.valueDate),
    idElement(spot, 'AcctSvcrRef', entry.accountServicerReference),
    transactionCodeElement(spot, entry.bankTransactionCode),
    ...chargeElements(spot, entry.charges),
    parentElement('NtryDtls', [
      batch === undefined
        ? undefined
        : parentElement('Btch', [
            idElement(batchSpot, 'MsgId', batch.messageId),
            idElement(batchSpot, 'PmtInfId', batch.paymentInfoId),
            textElement('NbOfTxs', batch.count === undefined ? undefined : String(batch.count)),
          ]),
      ...details.map((detail, index) =>
        detailElement(intoEach(into(spot, 'NtryDtls'), 'TxDtls', index), entry, detail),
      ),
    ]),
    latinElement(spot, 'AddtlNtryInf', entry.additionalInformation, INFORMATION_LENGTH_MAX),
  ]);
};

const dateElement = (spot: Spot, name: string, date: string | undefined): XmlElement | undefined =>
  parentElement(name, [dayElement(into(spot, name), 'Dt', date)]);

// Every entry must have one, but nothing in it: what is not known is an empty element.
const transactionCodeElement = (outer: Spot, code: BankTransactionCode): XmlElement =>
  parentElement('BkTxCd', transactionCodeContent(into(outer, 'BkTxCd'), code)) ?? { name: 'BkTxCd', content: [] };

const transactionCodeContent = (
  spot: Spot,
  { domain, family, subFamily, proprietary }: BankTransactionCode,
): readonly (XmlElement | undefined)[] => {
  const domainSpot = into(spot, 'Domn');
  return [
    domain === undefined || family === undefined || subFamily === undefined
      ? undefined
      : parentElement('Domn', [
          codeElement(domainSpot, 'Cd', domain),
          parentElement('Fmly', [
            codeElement(into(domainSpot, 'Fmly'), 'Cd', family),
            codeElement(into(domainSpot, 'Fmly'), 'SubFmlyCd', subFamily),
          ]),
        ]),
    parentElement('Prtry', [idElement(into(spot, 'Prtry'), 'Cd', proprietary)]),
  ];
};

const chargeElements = (spot: Spot, charges: readonly Charge[]): readonly (XmlElement | undefined)[] => {
  const contents = charges.map((charge, index) => {
    const each = intoEach(spot, 'Chrgs', index);
    const isIncluded = charge.isIncluded === undefined ? undefined : String(charge.isIncluded);
    return [
      moneyElement(each, 'Amt', charge.amount),
      textElement('CdtDbtInd', charge.side),
      spot.isOld ? leaveOut(each, 'ChrgInclInd', isIncluded) : textElement('ChrgInclInd', isIncluded),
      textElement('Br', charge.bearer),
    ];
  });
  if (spot.isOld) return contents.map((content) => parentElement('Chrgs', content));
  return [
    parentElement(
      'Chrgs',
      contents.map((content) => parentElement('Rcrd', content)),
    ),
  ];
};

const detailElement = (spot: Spot, entry: BankEntry, detail: EntryDetail): XmlElement | undefined => {
  const references = into(spot, 'Refs');
  const amounts = into(spot, 'AmtDtls');
  const { amount, instructedAmount, returnReason } = detail;
  // Old versions know the side of an entry only.
  if (spot.isOld && detail.side !== entry.side)
    refuse(into(spot, 'CdtDbtInd'), 'code_unknown', `is ${detail.side} in an entry that is ${entry.side}`);
  const inDetails = (name: string, money: typeof amount): XmlElement | undefined =>
    money === undefined ? undefined : parentElement(name, [moneyElement(into(amounts, name), 'Amt', money)]);
  return parentElement('TxDtls', [
    parentElement('Refs', [
      idElement(references, 'MsgId', detail.messageId),
      idElement(references, 'AcctSvcrRef', detail.accountServicerReference),
      idElement(references, 'PmtInfId', detail.paymentInfoId),
      idElement(references, 'InstrId', detail.instructionId),
      idElement(references, 'EndToEndId', detail.originalEndToEndId ?? detail.endToEndId),
      uetrElement(references, 'UETR', detail.uetr),
      idElement(references, 'TxId', detail.transactionId),
    ]),
    spot.isOld || amount === undefined ? undefined : moneyElement(spot, 'Amt', amount),
    spot.isOld ? undefined : textElement('CdtDbtInd', detail.side),
    parentElement('AmtDtls', [
      inDetails('InstdAmt', instructedAmount),
      spot.isOld ? inDetails('TxAmt', amount) : undefined,
    ]),
    detail.bankTransactionCode === undefined
      ? undefined
      : parentElement('BkTxCd', transactionCodeContent(into(spot, 'BkTxCd'), detail.bankTransactionCode)),
    ...chargeElements(spot, detail.charges),
    ...counterpartyElements(spot, entry, detail),
    codeOrOwnElement(spot, 'Purp', detail.purposeCode),
    remittanceElement(spot, detail.remittance),
    returnReason === undefined ? undefined : (reasonElement(spot, 'RtrInf', returnReason) ?? EMPTY_RETURN),
    latinElement(spot, 'AddtlTxInf', detail.additionalInformation, INFORMATION_LENGTH_MAX),
  ]);
};

// That a payment came back is said even when nobody says why.
const EMPTY_RETURN: XmlElement = { name: 'RtrInf', content: [] };

const counterpartyElements = (
  spot: Spot,
  { isReversal }: BankEntry,
  { counterparty, side, returnReason }: EntryDetail,
): readonly (XmlElement | undefined)[] => {
  if (counterparty === undefined) return [];
  const role = counterpartyRole({ side, isReversal, isReturn: returnReason !== undefined });
  const parties = into(spot, 'RltdPties');
  const { account, agent } = counterparty;
  const inRole = into(parties, role);
  return [
    parentElement('RltdPties', [
      // One element further in since the versions of 2019, where a bank may stand instead.
      spot.isOld
        ? parentElement(role, partyContent(inRole, withoutAccount(counterparty)))
        : parentElement(role, [parentElement('Pty', partyContent(into(inRole, 'Pty'), withoutAccount(counterparty)))]),
      accountElement(parties, `${role}Acct`, account),
    ]),
    parentElement('RltdAgts', [agentElement(into(spot, 'RltdAgts'), `${role}Agt`, agent)]),
  ];
};

const withoutAccount = ({ account: _account, agent: _agent, ...party }: NonNullable<EntryDetail['counterparty']>) =>
  party;
