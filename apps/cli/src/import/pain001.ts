import { parseIban } from '@finaegis/bank/account/identifier/iban';
import { decimalsOf, currency as isoCurrency } from '@finaegis/kernel/iso4217';
import { isLocalDate } from '@finaegis/kernel/local-date';
import { formatAmount, parseAmount } from '@finaegis/kernel/money';
import { plainDecimal } from './decimal-text.ts';
import type { BadRow } from './mapping.ts';
import { FileRefused, type TextSource } from './text-source.ts';
import { readXmlItems, type XmlNode } from './xml-items.ts';

/** A postal address as the file has it: structured, in lines, or both. */
export interface Pain001Address {
  readonly department?: string;
  readonly subDepartment?: string;
  readonly streetName?: string;
  readonly buildingNumber?: string;
  readonly buildingName?: string;
  readonly floor?: string;
  readonly postBox?: string;
  readonly room?: string;
  readonly postCode?: string;
  readonly townName?: string;
  readonly townLocationName?: string;
  readonly districtName?: string;
  readonly countrySubDivision?: string;
  readonly country?: string;
  readonly lines?: readonly string[];
}

/** Payer or payee with account and bank. */
export interface Pain001Party {
  readonly name?: string;
  readonly address?: Pain001Address;
  /** In electronic form, without spaces; with a problem on the payment when it is none. */
  readonly iban?: string;
  /** Number of an account that has no IBAN. */
  readonly other?: string;
  readonly bic?: string;
  /** The bank's number in a national clearing system, such as an ABA routing number. */
  readonly clearingMemberId?: string;
}

/** One credit transfer that a file asks for. */
export interface Pain001Payment {
  /** Where it starts in the file. */
  readonly line: number;
  readonly messageId: string;
  readonly paymentInfoId: string;
  readonly instructionId?: string;
  readonly endToEndId: string;
  readonly uetr?: string;
  /** A plain decimal, as fine as the currency; the text of the file, with a problem, where it is no amount. */
  readonly amount: string;
  readonly currency: string;
  readonly debtor: Pain001Party;
  readonly creditor: Pain001Party;
  readonly ultimateDebtor?: { readonly name?: string; readonly address?: Pain001Address };
  readonly ultimateCreditor?: { readonly name?: string; readonly address?: Pain001Address };
  /** 'YYYY-MM-DD'; the text of the file, with a problem, where it is no day. */
  readonly requestedExecutionDate: string;
  /** Unstructured remittance, its lines joined by spaces. */
  readonly remittance?: string;
  /** Structured creditor reference (ISO 11649 or national). */
  readonly creditorReference?: string;
  readonly chargeBearer?: string;
  readonly serviceLevel?: string;
  readonly purpose?: string;
  /** Why it cannot be executed as it stands; empty when nothing is wrong with it. */
  readonly problems: readonly BadRow[];
}

/**
 * A file being read. `payments` is read once; `problems` fills while it is and is complete when it ended: numbers of
 * transactions and control sums can only be checked then, and a file with any problem should not be executed in part.
 */
export interface Pain001File {
  readonly payments: AsyncGenerator<Pain001Payment, void, undefined>;
  readonly problems: readonly BadRow[];
}

const INITIATION = 'Document/CstmrCdtTrfInitn';

/**
 * Reads an ISO 20022 customer credit transfer initiation, pain.001.001.03 or .09 and what lies between them, to its last
 * transaction. What is wrong with one payment is said on it and the rest is read all the same.
 * @throws FileRefused, while reading, for a file that is no XML, has a document type, is too large or is no pain.001
 */
export const readPain001 = (source: TextSource): Pain001File => {
  const problems: BadRow[] = [];
  return { payments: paymentsOf(source, problems), problems };
};

async function* paymentsOf(source: TextSource, problems: BadRow[]): Pain001File['payments'] {
  let header: XmlNode | undefined;
  let file = noTotals;
  let batch = noTotals;
  for await (const { node, parents } of readXmlItems(source, [
    `${INITIATION}/GrpHdr`,
    `${INITIATION}/PmtInf`,
    `${INITIATION}/PmtInf/CdtTrfTxInf`,
  ])) {
    assertPain001(parents);
    if (node.name === 'GrpHdr') {
      header = node;
      if (textOf(node, 'MsgId') === undefined) problems.push({ line: node.line, field: 'MsgId', reason: 'is missing' });
    } else if (node.name === 'CdtTrfTxInf') {
      const payment = paymentOf(node, parents.at(-1) ?? node, header);
      file = added(file, payment);
      batch = added(batch, payment);
      yield payment;
    } else {
      checkTotals(node, batch, problems);
      batch = noTotals;
    }
  }
  if (header === undefined) throw new FileRefused('not_pain001', 'The file is no pain.001 payment initiation.');
  if (textOf(header, 'NbOfTxs') === undefined)
    problems.push({ line: header.line, field: 'NbOfTxs', reason: 'is missing' });
  checkTotals(header, file, problems);
}

// Communities publish the same message under namespaces of their own, which end in the name of the message.
const assertPain001 = (parents: readonly XmlNode[]): void => {
  const document = parents.find(({ name }) => name === 'Document');
  const namespace = document?.namespace ?? '';
  if (namespace === '' || /pain\.001\.\d{3}\.\d{2}/.test(namespace)) return;
  throw new FileRefused(
    'not_pain001',
    `The file has the namespace "${namespace}" and not that of a pain.001.`,
    document?.line,
  );
};

interface Totals {
  readonly count: number;
  /** In units of 10^-18, across currencies, as ISO 20022 defines a control sum. */
  readonly sum: bigint;
}

const SUM_DECIMALS = 18;
const noTotals: Totals = { count: 0, sum: 0n };

const added = ({ count, sum }: Totals, { amount }: Pain001Payment): Totals => {
  const parsed = parseAmount(amount, SUM_DECIMALS);
  return { count: count + 1, sum: parsed.ok ? sum + parsed.amountMinor : sum };
};

const checkTotals = (node: XmlNode, { count, sum }: Totals, problems: BadRow[]): void => {
  const { line } = node;
  const said = textOf(node, 'NbOfTxs');
  if (said !== undefined && (!/^[0-9]{1,15}$/.test(said) || Number(said) !== count)) {
    problems.push({ line, field: 'NbOfTxs', reason: `says ${said} transactions where there are ${count}` });
  }
  const controlSum = textOf(node, 'CtrlSum');
  if (controlSum === undefined) return;
  const parsed = parseAmount(plainDecimal(controlSum) ?? '', SUM_DECIMALS);
  if (!parsed.ok || parsed.amountMinor !== sum) {
    const found = formatAmount(sum, SUM_DECIMALS).replace(/\.?0+$/, '');
    problems.push({ line, field: 'CtrlSum', reason: `says ${controlSum} where the amounts sum to ${found}` });
  }
};

/** Collects what is wrong with one payment while its fields are read. */
type Complain = (field: string, reason: string) => void;

const paymentOf = (node: XmlNode, batch: XmlNode, header: XmlNode | undefined): Pain001Payment => {
  const { line } = node;
  const problems: BadRow[] = [];
  const complain: Complain = (field, reason) => problems.push({ line, field, reason });
  const inEither = (...path: readonly string[]): string | undefined => textOf(node, ...path) ?? textOf(batch, ...path);

  const method = textOf(batch, 'PmtMtd');
  if (method !== undefined && method !== 'TRF' && method !== 'TRA')
    complain('paymentMethod', `"${method}" is no credit transfer`);
  const endToEndId = textOf(node, 'PmtId', 'EndToEndId');
  if (endToEndId === undefined) complain('endToEndId', 'is missing');
  return {
    line,
    messageId: (header === undefined ? undefined : textOf(header, 'MsgId')) ?? '',
    paymentInfoId: textOf(batch, 'PmtInfId') ?? '',
    endToEndId: endToEndId ?? '',
    ...amountOf(node, complain),
    debtor: partyOf(batch, 'Dbtr', complain),
    creditor: partyOf(node, 'Cdtr', complain),
    requestedExecutionDate: executionDateOf(batch, complain),
    ...optional({
      instructionId: textOf(node, 'PmtId', 'InstrId'),
      uetr: textOf(node, 'PmtId', 'UETR'),
      ultimateDebtor: identityOf(childOf(node, 'UltmtDbtr') ?? childOf(batch, 'UltmtDbtr')),
      ultimateCreditor: identityOf(childOf(node, 'UltmtCdtr')),
      remittance: remittanceOf(node),
      creditorReference: textOf(node, 'RmtInf', 'Strd', 'CdtrRefInf', 'Ref'),
      chargeBearer: inEither('ChrgBr'),
      serviceLevel: inEither('PmtTpInf', 'SvcLvl', 'Cd') ?? inEither('PmtTpInf', 'SvcLvl', 'Prtry'),
      purpose: textOf(node, 'Purp', 'Cd') ?? textOf(node, 'Purp', 'Prtry'),
    }),
    problems,
  };
};

const amountOf = (node: XmlNode, complain: Complain): { readonly amount: string; readonly currency: string } => {
  const equivalent = descendantOf(node, 'Amt', 'EqvtAmt', 'Amt');
  const instructed = descendantOf(node, 'Amt', 'InstdAmt');
  if (equivalent !== undefined) complain('amount', 'is an equivalent in another currency, which needs a quote first');
  const written = (instructed ?? equivalent)?.text ?? '';
  const currency = (instructed ?? equivalent)?.attributes.get('Ccy') ?? '';
  const plain = plainDecimal(written);
  const known = isoCurrency(currency);
  const decimals = known === undefined ? undefined : decimalsOf(known);
  if (decimals === undefined) complain('currency', currency === '' ? 'is missing' : `"${currency}" is no currency`);
  if (plain === undefined || !parseAmount(plain, SUM_DECIMALS).ok) {
    complain('amount', written === '' ? 'is missing' : `"${written}" is no amount`);
    return { amount: written, currency };
  }
  if (/^[0.]*$/.test(plain)) complain('amount', 'is not above zero');
  // Zeros behind the last decimal of the currency change nothing; any other digit there would have to be rounded.
  const amount = decimals === undefined ? plain : withoutZerosBeyond(plain, decimals);
  if (decimals !== undefined && !parseAmount(amount, decimals).ok)
    complain('amount', `"${written}" is finer than ${currency}`);
  return { amount, currency };
};

const withoutZerosBeyond = (plain: string, decimals: number): string => {
  const [whole = '', fraction = ''] = plain.split('.');
  if (fraction.length <= decimals || !/^0*$/.test(fraction.slice(decimals))) return plain;
  return decimals === 0 ? whole : `${whole}.${fraction.slice(0, decimals)}`;
};

const executionDateOf = (batch: XmlNode, complain: Complain): string => {
  // A day in .03; in .09 an element around a day or an instant.
  const written =
    textOf(batch, 'ReqdExctnDt', 'Dt') ?? textOf(batch, 'ReqdExctnDt', 'DtTm') ?? textOf(batch, 'ReqdExctnDt') ?? '';
  const day = /^(\d{4}-\d{2}-\d{2})(?:T.*|Z|[+-]\d{2}:\d{2})?$/.exec(written)?.[1] ?? '';
  if (isLocalDate(day)) return day;
  complain('requestedExecutionDate', written === '' ? 'is missing' : `"${written}" is no day`);
  return written;
};

const BIC = /^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$/;

const partyOf = (node: XmlNode, role: 'Dbtr' | 'Cdtr', complain: Complain): Pain001Party => {
  const field = role === 'Dbtr' ? 'debtor' : 'creditor';
  const writtenIban = textOf(node, `${role}Acct`, 'Id', 'IBAN');
  const other = textOf(node, `${role}Acct`, 'Id', 'Othr', 'Id');
  const parsed = writtenIban === undefined ? undefined : parseIban(writtenIban);
  if (writtenIban === undefined && other === undefined) complain(`${field}.iban`, 'is missing');
  if (parsed?.ok === false) complain(`${field}.iban`, `"${writtenIban ?? ''}" is no IBAN (${parsed.problem})`);

  const bank = descendantOf(node, `${role}Agt`, 'FinInstnId');
  const bic = bank === undefined ? undefined : (textOf(bank, 'BICFI') ?? textOf(bank, 'BIC'));
  if (bic !== undefined && !BIC.test(bic)) complain(`${field}.bic`, `"${bic}" is no BIC`);
  return optional({
    ...identityOf(childOf(node, role)),
    iban: parsed?.ok === true ? parsed.iban : writtenIban,
    other,
    bic,
    clearingMemberId: bank === undefined ? undefined : textOf(bank, 'ClrSysMmbId', 'MmbId'),
  });
};

const identityOf = (
  party: XmlNode | undefined,
): { readonly name?: string; readonly address?: Pain001Address } | undefined => {
  if (party === undefined) return undefined;
  return optional({ name: textOf(party, 'Nm'), address: addressOf(childOf(party, 'PstlAdr')) });
};

const addressOf = (address: XmlNode | undefined): Pain001Address | undefined => {
  if (address === undefined) return undefined;
  const lines = address.children.filter(({ name, text }) => name === 'AdrLine' && text !== '').map(({ text }) => text);
  return optional({
    department: textOf(address, 'Dept'),
    subDepartment: textOf(address, 'SubDept'),
    streetName: textOf(address, 'StrtNm'),
    buildingNumber: textOf(address, 'BldgNb'),
    buildingName: textOf(address, 'BldgNm'),
    floor: textOf(address, 'Flr'),
    postBox: textOf(address, 'PstBx'),
    room: textOf(address, 'Room'),
    postCode: textOf(address, 'PstCd'),
    townName: textOf(address, 'TwnNm'),
    townLocationName: textOf(address, 'TwnLctnNm'),
    districtName: textOf(address, 'DstrctNm'),
    countrySubDivision: textOf(address, 'CtrySubDvsn'),
    country: textOf(address, 'Ctry'),
    lines: lines.length === 0 ? undefined : lines,
  });
};

const remittanceOf = (node: XmlNode): string | undefined => {
  const lines = childOf(node, 'RmtInf')?.children.filter(({ name, text }) => name === 'Ustrd' && text !== '') ?? [];
  return lines.length === 0 ? undefined : lines.map(({ text }) => text).join(' ');
};

// What another party has put in under its own namespace is not part of the payment.
const childOf = (node: XmlNode, name: string): XmlNode | undefined =>
  node.children.find((child) => child.name === name && child.namespace === node.namespace);

const descendantOf = (node: XmlNode, ...path: readonly string[]): XmlNode | undefined =>
  path.reduce<XmlNode | undefined>((found, name) => (found === undefined ? undefined : childOf(found, name)), node);

const textOf = (node: XmlNode, ...path: readonly string[]): string | undefined => {
  const text = descendantOf(node, ...path)?.text;
  return text === '' ? undefined : text;
};

type Present<Fields> = { readonly [Key in keyof Fields]?: Exclude<Fields[Key], undefined> };

/** The fields that have a value: an absent element is an absent field. */
const optional = <Fields extends object>(fields: Fields): Present<Fields> =>
  Object.fromEntries(Object.entries(fields).filter(([, found]) => found !== undefined)) as Present<Fields>;
