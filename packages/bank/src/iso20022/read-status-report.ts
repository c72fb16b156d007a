import { decimalAt } from './amount.ts';
import { assertMessage, unexpected } from './message-reader.ts';
import {
  codeAt,
  eachWithin,
  idAt,
  type Place,
  placeOf,
  present,
  requiredId,
  requiredText,
  textAt,
  uetrAt,
} from './place.ts';
import { type MessageProblem, type Read, readOrProblem } from './problem.ts';
import { type Reason, reasonAt } from './reason.ts';
import {
  type OriginalMessage,
  paymentStatuses,
  type StatusReport,
  type StatusReportHeader,
  type StatusReportLine,
  type StatusReportPayment,
} from './status-report.ts';
import type { TextSource } from './text-source.ts';
import { readXmlItems, type XmlNode } from './xml-reader.ts';

/** A piece of a status report, in its order, with the line it starts on and what is wrong with it alone. */
export type StatusReportPart =
  | ({ readonly kind: 'report'; readonly report: StatusReportHeader; readonly message: string | undefined } & Found)
  | ({ readonly kind: 'payment'; readonly payment: StatusReportPayment } & Found)
  | ({ readonly kind: 'line'; readonly line: StatusReportLine } & Found);

interface Found {
  readonly at: number;
  readonly problems: readonly MessageProblem[];
}

const ROOT = 'Document/CstmrPmtStsRpt';

/**
 * Reads an ISO 20022 customer payment status report, pain.002.001.03 or .10 and what lies between them, to its last
 * transaction, in the memory of one.
 * @throws FileRefused, while reading, for a file that is no XML, has a document type, is too large or is no pain.002
 */
export async function* readStatusReportParts(source: TextSource): AsyncGenerator<StatusReportPart, void, undefined> {
  let header: XmlNode | undefined;
  let isAnswered = false;
  let payment: XmlNode | undefined;
  let payments = 0;
  let lines = 0;
  const batch = `${ROOT}/OrgnlPmtInfAndSts`;
  const paths = [`${ROOT}/GrpHdr`, `${ROOT}/OrgnlGrpInfAndSts`, batch, `${batch}/TxInfAndSts`];
  for await (const { node, parents } of readXmlItems(source, paths)) {
    const problems: MessageProblem[] = [];
    const found = { at: node.line, problems };
    if (node.name === 'GrpHdr') {
      assertMessage(parents, 'pain.002');
      header = node;
    } else if (node.name === 'OrgnlGrpInfAndSts') {
      if (header === undefined) throw unexpected('pain.002');
      isAnswered = true;
      const report = headerOf(placeOf(header, 'GrpHdr', problems), placeOf(node, 'OrgnlGrpInfAndSts', problems));
      yield { kind: 'report', report, message: assertMessage(parents, 'pain.002'), ...found };
    } else {
      const open = node.name === 'OrgnlPmtInfAndSts' ? node : (parents.at(-1) ?? node);
      if (open !== payment) {
        payments += 1;
        lines = 0;
        payment = open;
        const ofPayment: MessageProblem[] = [];
        const place = placeOf(open, `OrgnlPmtInfAndSts[${payments}]`, ofPayment);
        yield { kind: 'payment', payment: paymentOf(place), at: open.line, problems: ofPayment };
      }
      if (node.name === 'OrgnlPmtInfAndSts') continue;
      lines += 1;
      const place = placeOf(node, `OrgnlPmtInfAndSts[${payments}]/TxInfAndSts[${lines}]`, problems);
      yield { kind: 'line', line: lineOf(place), ...found };
    }
  }
  if (!isAnswered) throw unexpected('pain.002');
}

/** Reads a status report into memory: everything in it, and everything wrong with it, in its order. */
export const readStatusReport = (source: TextSource): Promise<Read<StatusReport>> =>
  readOrProblem(async () => {
    const problems: MessageProblem[] = [];
    const payments: (StatusReportPayment & { readonly lines: StatusReportLine[] })[] = [];
    let header: StatusReportHeader | undefined;
    for await (const part of readStatusReportParts(source)) {
      problems.push(...part.problems);
      if (part.kind === 'report') header = part.report;
      else if (part.kind === 'payment') payments.push({ ...part.payment, lines: [] });
      else payments.at(-1)?.lines.push(part.line);
    }
    return header === undefined ? { problems } : { message: { ...header, payments }, problems };
  });

const headerOf = (header: Place, group: Place): StatusReportHeader => ({
  messageId: requiredId(header, 'MsgId'),
  createdAt: requiredText(header, 'CreDtTm'),
  original: originalOf(group),
  reasons: reasonsOf(group),
  ...present({ groupStatus: codeAt(group, paymentStatuses, 'GrpSts') }),
});

const originalOf = (group: Place): OriginalMessage => {
  const count = textAt(group, 'OrgnlNbOfTxs');
  return {
    messageId: requiredId(group, 'OrgnlMsgId'),
    name: requiredText(group, 'OrgnlMsgNmId'),
    ...present({
      count: count !== undefined && /^[0-9]{1,15}$/.test(count) ? Number(count) : undefined,
      controlSum: decimalAt(group, 'OrgnlCtrlSum'),
    }),
  };
};

const paymentOf = (place: Place): StatusReportPayment => ({
  originalPaymentInfoId: requiredId(place, 'OrgnlPmtInfId'),
  reasons: reasonsOf(place),
  ...present({ status: codeAt(place, paymentStatuses, 'PmtInfSts') }),
});

const lineOf = (place: Place): StatusReportLine => ({
  reasons: reasonsOf(place),
  ...present({
    originalInstructionId: idAt(place, 'OrgnlInstrId'),
    originalEndToEndId: idAt(place, 'OrgnlEndToEndId'),
    originalUetr: uetrAt(place, 'OrgnlUETR'),
    status: codeAt(place, paymentStatuses, 'TxSts'),
    accountServicerReference: idAt(place, 'AcctSvcrRef'),
    clearingSystemReference: idAt(place, 'ClrSysRef'),
  }),
});

const reasonsOf = (place: Place): readonly Reason[] =>
  eachWithin(place, 'StsRsnInf').flatMap((each) => reasonAt(each) ?? []);
