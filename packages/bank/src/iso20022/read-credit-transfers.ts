import { added, checkTotals, dayAt, decimalAt, type Money, moneyAt, noTotals } from './amount.ts';
import {
  type ChargeBearer,
  type CreditTransferFile,
  type CreditTransferHeader,
  type CreditTransferLine,
  type CreditTransferPayment,
  chargeBearers,
  paymentMethods,
} from './credit-transfer.ts';
import { assertMessage, unexpected } from './message-reader.ts';
import { agentAt, partyAt, requiredAccount } from './party.ts';
import {
  codeAt,
  codeOrOwn,
  complain,
  flagAt,
  idAt,
  type Place,
  placeOf,
  present,
  requiredId,
  requiredText,
  uetrAt,
  within,
} from './place.ts';
import { type MessageProblem, type Read, readOrProblem } from './problem.ts';
import { remittanceAt } from './remittance.ts';
import type { TextSource } from './text-source.ts';
import { readXmlItems, type XmlNode } from './xml-reader.ts';

/** A piece of a file of credit transfers, in the order of the file, with the line it starts on and what is wrong with it alone. */
export type CreditTransferPart =
  | ({ readonly kind: 'file'; readonly file: CreditTransferHeader; readonly message: string | undefined } & Found)
  | ({ readonly kind: 'payment'; readonly payment: CreditTransferPayment } & Found)
  | ({ readonly kind: 'line'; readonly line: CreditTransferLine } & Found);

interface Found {
  readonly at: number;
  readonly problems: readonly MessageProblem[];
}

/**
 * A file being read. `parts` is read once; `problems` are those of the file as a whole, complete when the parts ended:
 * numbers of transactions and control sums can only be checked then. A file with any such problem is not what its sender
 * meant, and should not be executed in part.
 */
export interface CreditTransferReading {
  readonly parts: AsyncGenerator<CreditTransferPart, void, undefined>;
  readonly problems: readonly MessageProblem[];
}

const ROOT = 'Document/CstmrCdtTrfInitn';
const totalNames = { count: 'NbOfTxs', sum: 'CtrlSum' } as const;

/**
 * Reads an ISO 20022 customer credit transfer initiation, pain.001.001.03 or .09 and what lies between them, to its last
 * transaction, in the memory of one. What is wrong with one transfer is said on it and the rest is read all the same.
 * @throws FileRefused, while reading, for a file that is no XML, has a document type, is too large or is no pain.001
 */
export const readCreditTransfers = (source: TextSource): CreditTransferReading => {
  const problems: MessageProblem[] = [];
  return { parts: partsOf(source, problems), problems };
};

/** Reads a file of credit transfers into memory: everything in it, and everything wrong with it, in the order of the file. */
export const readCreditTransferFile = (source: TextSource): Promise<Read<CreditTransferFile>> =>
  readOrProblem(async () => {
    const { parts, problems } = readCreditTransfers(source);
    const found: MessageProblem[] = [];
    const payments: (CreditTransferPayment & { readonly lines: CreditTransferLine[] })[] = [];
    let header: CreditTransferHeader | undefined;
    for await (const part of parts) {
      found.push(...part.problems);
      if (part.kind === 'file') header = part.file;
      else if (part.kind === 'payment') payments.push({ ...part.payment, lines: [] });
      else payments.at(-1)?.lines.push(part.line);
    }
    const all = [...found, ...problems];
    return header === undefined ? { problems: all } : { message: { ...header, payments }, problems: all };
  });

async function* partsOf(source: TextSource, problems: MessageProblem[]): CreditTransferReading['parts'] {
  let header: XmlNode | undefined;
  let payment: XmlNode | undefined;
  let file = noTotals;
  let batch = noTotals;
  let payments = 0;
  const paths = [`${ROOT}/GrpHdr`, `${ROOT}/PmtInf`, `${ROOT}/PmtInf/CdtTrfTxInf`];
  for await (const { node, parents } of readXmlItems(source, paths)) {
    if (node.name === 'GrpHdr') {
      const message = assertMessage(parents, 'pain.001');
      header = node;
      const found: MessageProblem[] = [];
      yield { kind: 'file', file: headerOf(placeOf(node, 'GrpHdr', found)), message, at: node.line, problems: found };
      continue;
    }
    const open = node.name === 'PmtInf' ? node : (parents.at(-1) ?? node);
    if (open !== payment) {
      payments += 1;
      payment = open;
      const found: MessageProblem[] = [];
      const place = placeOf(open, `PmtInf[${payments}]`, found);
      yield { kind: 'payment', payment: paymentOf(place), at: open.line, problems: found };
    }
    if (node.name === 'PmtInf') {
      checkTotals(placeOf(node, `PmtInf[${payments}]`, problems), batch, totalNames);
      batch = noTotals;
      continue;
    }
    const found: MessageProblem[] = [];
    const line = lineOf(placeOf(node, `PmtInf[${payments}]/CdtTrfTxInf[${batch.count + 1}]`, found));
    file = added(file, line.amount.amount);
    batch = added(batch, line.amount.amount);
    yield { kind: 'line', line, at: node.line, problems: found };
  }
  if (header === undefined) throw unexpected('pain.001');
  checkTotals(placeOf(header, 'GrpHdr', problems), file, totalNames);
}

const headerOf = (place: Place): CreditTransferHeader => {
  const count = requiredText(place, 'NbOfTxs');
  return {
    messageId: requiredId(place, 'MsgId'),
    createdAt: requiredText(place, 'CreDtTm'),
    initiator: partyAt(within(place, 'InitgPty')) ?? {},
    ...present({
      count: /^[0-9]{1,15}$/.test(count) ? Number(count) : undefined,
      controlSum: decimalAt(place, 'CtrlSum'),
    }),
  };
};

const paymentOf = (place: Place): CreditTransferPayment => {
  requiredText(place, 'PmtMtd');
  const day = within(place, 'ReqdExctnDt');
  return {
    paymentInfoId: requiredId(place, 'PmtInfId'),
    executionDate: dayAt(day) ?? requiredText(day),
    debtor: partyAt(within(place, 'Dbtr')) ?? {},
    debtorAccount: requiredAccount(within(place, 'DbtrAcct')),
    debtorAgent: agentAt(within(place, 'DbtrAgt')) ?? {},
    ...present({
      method: codeAt(place, paymentMethods, 'PmtMtd'),
      batchBooking: flagAt(place, 'BtchBookg'),
      ...paymentTypeOf(place),
      ultimateDebtor: partyAt(within(place, 'UltmtDbtr')),
      chargeBearer: codeAt<ChargeBearer>(place, chargeBearers, 'ChrgBr'),
    }),
  };
};

const lineOf = (place: Place): CreditTransferLine => {
  const identification = within(place, 'PmtId');
  return {
    endToEndId: requiredId(identification, 'EndToEndId'),
    amount: amountOf(place),
    creditor: partyAt(within(place, 'Cdtr')) ?? {},
    creditorAccount: requiredAccount(within(place, 'CdtrAcct')),
    ...present({
      instructionId: idAt(identification, 'InstrId'),
      uetr: uetrAt(identification, 'UETR'),
      ...paymentTypeOf(place),
      chargeBearer: codeAt<ChargeBearer>(place, chargeBearers, 'ChrgBr'),
      ultimateDebtor: partyAt(within(place, 'UltmtDbtr')),
      creditorAgent: agentAt(within(place, 'CdtrAgt')),
      ultimateCreditor: partyAt(within(place, 'UltmtCdtr')),
      purposeCode: codeOrOwn(within(place, 'Purp')),
      remittance: remittanceAt(place),
    }),
  };
};

/** How fast and under which scheme, said of a whole batch or of one transfer. */
const paymentTypeOf = (
  place: Place,
): { readonly serviceLevel: string | undefined; readonly categoryPurpose: string | undefined } => ({
  serviceLevel: codeOrOwn(within(place, 'PmtTpInf', 'SvcLvl')),
  categoryPurpose: codeOrOwn(within(place, 'PmtTpInf', 'CtgyPurp')),
});

const amountOf = (place: Place): Money => {
  const equivalent = within(place, 'Amt', 'EqvtAmt', 'Amt');
  if (equivalent.node !== undefined) {
    complain(equivalent, 'amount_needs_quote', 'is an equivalent in another currency, which needs a quote first');
    return moneyAt(equivalent);
  }
  const instructed = within(place, 'Amt', 'InstdAmt');
  const money = moneyAt(instructed);
  if (/^[0.]+$/.test(money.amount)) complain(instructed, 'amount_not_positive', 'is not above zero');
  return money;
};
