import { added, noTotals, sumText, type Totals } from './amount.ts';
import type { CreditTransferFile, CreditTransferHeader, CreditTransferLine } from './credit-transfer.ts';
import type { CreditTransferMessage } from './message.ts';
import { isUetr, shown } from './place.ts';
import {
  codeOrOwnElement,
  dayElement,
  idElement,
  instantElement,
  into,
  intoEach,
  leaveOut,
  moneyElement,
  refuse,
  requiredIdElement,
  type Spot,
  type Written,
  writeMessage,
} from './spot.ts';
import {
  accountElement,
  agentElement,
  partyElement,
  remittanceElement,
  requiredAccountElement,
  requiredAgentElement,
  requiredElement,
} from './write-party.ts';
import { parentElement, textElement, type XmlElement } from './xml-writer.ts';

/** A file to be written; its number of transfers and control sum are counted, not believed. */
export type CreditTransferOrder = Omit<CreditTransferFile, 'count' | 'controlSum'>;

type Batch = CreditTransferOrder['payments'][number];

/**
 * Writes a file of credit transfers as ISO 20022 pain.001. Names and texts are in the basic Latin characters that every
 * bank reads.
 * @throws MessageNotWritable with everything that has no form in it
 */
export const writeCreditTransfers = (
  file: CreditTransferOrder,
  message: CreditTransferMessage = 'pain.001.001.09',
): Written =>
  writeMessage(message, (document) => {
    const spot = into(document, 'CstmrCdtTrfInitn');
    if (file.payments.length === 0) refuse(into(spot, 'PmtInf'), 'field_missing', 'is missing');
    return parentElement('CstmrCdtTrfInitn', [
      headerElement(into(spot, 'GrpHdr'), file),
      ...file.payments.map((payment, index) => paymentElement(intoEach(spot, 'PmtInf', index), payment)),
    ]);
  });

/** How many transfers a file has, and their sum across currencies, as its header says them. */
export const creditTransferTotals = ({
  payments,
}: Pick<CreditTransferOrder, 'payments'>): Required<Pick<CreditTransferHeader, 'count' | 'controlSum'>> => {
  const { count, sum } = totalsOf(payments.flatMap(({ lines }) => lines));
  return { count, controlSum: sumText(sum) };
};

const totalsOf = (lines: readonly CreditTransferLine[]): Totals =>
  lines.reduce((totals, { amount }) => added(totals, amount.amount), noTotals);

const totalElements = ({ count, controlSum }: ReturnType<typeof creditTransferTotals>) => [
  textElement('NbOfTxs', String(count)),
  textElement('CtrlSum', controlSum),
];

const headerElement = (spot: Spot, file: CreditTransferOrder): XmlElement | undefined =>
  parentElement('GrpHdr', [
    requiredIdElement(spot, 'MsgId', file.messageId),
    instantElement(spot, 'CreDtTm', file.createdAt),
    ...totalElements(creditTransferTotals(file)),
    requiredElement('InitgPty', partyElement(spot, 'InitgPty', file.initiator)),
  ]);

const paymentElement = (spot: Spot, payment: Batch): XmlElement | undefined => {
  const { method = 'TRF', batchBooking, executionDate, lines } = payment;
  if (lines.length === 0) refuse(into(spot, 'CdtTrfTxInf'), 'field_missing', 'is missing');
  return parentElement('PmtInf', [
    requiredIdElement(spot, 'PmtInfId', payment.paymentInfoId),
    textElement('PmtMtd', method),
    textElement('BtchBookg', batchBooking === undefined ? undefined : String(batchBooking)),
    ...totalElements(creditTransferTotals({ payments: [payment] })),
    paymentTypeElement(spot, payment),
    spot.isOld
      ? dayElement(spot, 'ReqdExctnDt', executionDate)
      : parentElement('ReqdExctnDt', [dayElement(into(spot, 'ReqdExctnDt'), 'Dt', executionDate)]),
    requiredElement('Dbtr', partyElement(spot, 'Dbtr', payment.debtor)),
    requiredAccountElement(spot, 'DbtrAcct', payment.debtorAccount),
    requiredAgentElement(spot, 'DbtrAgt', payment.debtorAgent),
    partyElement(spot, 'UltmtDbtr', payment.ultimateDebtor),
    textElement('ChrgBr', payment.chargeBearer),
    ...lines.map((line, index) => lineElement(intoEach(spot, 'CdtTrfTxInf', index), line)),
  ]);
};

const paymentTypeElement = (
  outer: Spot,
  payment: Pick<Batch, 'serviceLevel' | 'categoryPurpose'>,
): XmlElement | undefined => {
  const spot = into(outer, 'PmtTpInf');
  return parentElement('PmtTpInf', [
    codeOrOwnElement(spot, 'SvcLvl', payment.serviceLevel),
    codeOrOwnElement(spot, 'CtgyPurp', payment.categoryPurpose),
  ]);
};

const lineElement = (spot: Spot, line: CreditTransferLine): XmlElement | undefined => {
  const identification = into(spot, 'PmtId');
  if (/^[0.]*$/.test(line.amount.amount))
    refuse(into(spot, 'Amt', 'InstdAmt'), 'amount_not_positive', 'is not above zero');
  return parentElement('CdtTrfTxInf', [
    parentElement('PmtId', [
      idElement(identification, 'InstrId', line.instructionId),
      requiredIdElement(identification, 'EndToEndId', line.endToEndId),
      uetrElement(identification, 'UETR', line.uetr),
    ]),
    paymentTypeElement(spot, line),
    parentElement('Amt', [moneyElement(into(spot, 'Amt'), 'InstdAmt', line.amount)]),
    textElement('ChrgBr', line.chargeBearer),
    partyElement(spot, 'UltmtDbtr', line.ultimateDebtor),
    agentElement(spot, 'CdtrAgt', line.creditorAgent),
    partyElement(spot, 'Cdtr', line.creditor),
    accountElement(spot, 'CdtrAcct', line.creditorAccount),
    partyElement(spot, 'UltmtCdtr', line.ultimateCreditor),
    codeOrOwnElement(spot, 'Purp', line.purposeCode),
    remittanceElement(spot, line.remittance),
  ]);
};

/** The unique end-to-end transaction reference, for which old versions have no place. */
export const uetrElement = (outer: Spot, name: string, uetr: string | undefined): XmlElement | undefined => {
  if (uetr !== undefined && !isUetr(uetr))
    refuse(into(outer, name), 'uetr_malformed', `"${shown(uetr)}" is no UUID of version 4`);
  return outer.isOld ? leaveOut(outer, name, uetr) : textElement(name, uetr);
};
