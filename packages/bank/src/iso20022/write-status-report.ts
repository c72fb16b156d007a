import type { StatusReportMessage } from './message.ts';
import type { Reason } from './reason.ts';
import {
  idElement,
  instantElement,
  into,
  intoEach,
  refuse,
  requiredIdElement,
  type Spot,
  type Written,
  writeMessage,
} from './spot.ts';
import type { OriginalMessage, PaymentStatus, StatusReport, StatusReportLine } from './status-report.ts';
import { uetrElement } from './write-credit-transfers.ts';
import { reasonElement } from './write-party.ts';
import { parentElement, textElement, type XmlElement } from './xml-writer.ts';

/**
 * Writes a status report as ISO 20022 pain.002.
 * @throws MessageNotWritable with everything that has no form in it
 */
export const writeStatusReport = (report: StatusReport, message: StatusReportMessage = 'pain.002.001.10'): Written =>
  writeMessage(message, (document) => {
    const spot = into(document, 'CstmrPmtStsRpt');
    const header = into(spot, 'GrpHdr');
    const group = into(spot, 'OrgnlGrpInfAndSts');
    return parentElement('CstmrPmtStsRpt', [
      parentElement('GrpHdr', [
        requiredIdElement(header, 'MsgId', report.messageId),
        instantElement(header, 'CreDtTm', report.createdAt),
      ]),
      parentElement('OrgnlGrpInfAndSts', [
        ...originalElements(group, report.original),
        statusElement(group, 'GrpSts', report.groupStatus),
        ...reasonElements(group, report.reasons),
      ]),
      ...report.payments.map((payment, index) => paymentElement(intoEach(spot, 'OrgnlPmtInfAndSts', index), payment)),
    ]);
  });

const originalElements = (
  spot: Spot,
  { messageId, name, count, controlSum }: OriginalMessage,
): readonly (XmlElement | undefined)[] => [
  requiredIdElement(spot, 'OrgnlMsgId', messageId),
  requiredIdElement(spot, 'OrgnlMsgNmId', name),
  textElement('OrgnlNbOfTxs', count === undefined ? undefined : String(count)),
  textElement('OrgnlCtrlSum', controlSum),
];

// The statuses that versions of 2009 know, of transactions; of a whole message or batch two more.
const OLD_STATUSES: ReadonlySet<string> = new Set(['ACTC', 'ACCP', 'ACSP', 'ACSC', 'ACWC', 'PDNG', 'RJCT']);
const OLD_GROUP_STATUSES: ReadonlySet<string> = new Set([...OLD_STATUSES, 'RCVD', 'PART']);

const statusElement = (
  spot: Spot,
  name: 'GrpSts' | 'PmtInfSts' | 'TxSts',
  status: PaymentStatus | undefined,
): XmlElement | undefined => {
  const known = name === 'TxSts' ? OLD_STATUSES : OLD_GROUP_STATUSES;
  if (status !== undefined && spot.isOld && !known.has(status))
    refuse(into(spot, name), 'code_unknown', `says ${status}, which ${spot.message} does not know here`);
  return textElement(name, status);
};

const reasonElements = (spot: Spot, reasons: readonly Reason[]): readonly (XmlElement | undefined)[] =>
  reasons.map((reason, index) => reasonElement(spot, 'StsRsnInf', reason, index));

const paymentElement = (spot: Spot, payment: StatusReport['payments'][number]): XmlElement | undefined =>
  parentElement('OrgnlPmtInfAndSts', [
    requiredIdElement(spot, 'OrgnlPmtInfId', payment.originalPaymentInfoId),
    statusElement(spot, 'PmtInfSts', payment.status),
    ...reasonElements(spot, payment.reasons),
    ...payment.lines.map((line, index) => lineElement(intoEach(spot, 'TxInfAndSts', index), line)),
  ]);

const lineElement = (spot: Spot, line: StatusReportLine): XmlElement | undefined =>
  parentElement('TxInfAndSts', [
    idElement(spot, 'OrgnlInstrId', line.originalInstructionId),
    idElement(spot, 'OrgnlEndToEndId', line.originalEndToEndId),
    uetrElement(spot, 'OrgnlUETR', line.originalUetr),
    statusElement(spot, 'TxSts', line.status),
    ...reasonElements(spot, line.reasons),
    idElement(spot, 'AcctSvcrRef', line.accountServicerReference),
    idElement(spot, 'ClrSysRef', line.clearingSystemReference),
  ]);
