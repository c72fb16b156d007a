import {
  added,
  checkTotals,
  dayAt,
  type Money,
  moneyAt,
  noTotals,
  type Side,
  sides,
  sumText,
  sumUnits,
  type Totals,
} from './amount.ts';
import type {
  BankEntry,
  BankStatement,
  BankStatementBalance,
  BankStatementHeader,
  BankStatementKind,
  EntryStatus,
} from './bank-statement.ts';
import { entryStatuses } from './bank-statement.ts';
import { assertMessage, unexpected } from './message-reader.ts';
import { agentAt, partyAt, requiredAccount } from './party.ts';
import {
  codeAt,
  codeOrOwn,
  complain,
  eachWithin,
  flagAt,
  idAt,
  type Place,
  placeOf,
  present,
  requiredId,
  requiredText,
  textAt,
  within,
} from './place.ts';
import { type MessageProblem, type Read, readOrProblem } from './problem.ts';
import { batchAt, chargesAt, detailsAt, transactionCodeAt } from './read-entry-details.ts';
import type { TextSource } from './text-source.ts';
import { readXmlItems, type XmlNode } from './xml-reader.ts';

/** A piece of a file of bank statements, in its order, with the line it starts on and what is wrong with it alone. */
export type BankStatementPart =
  | ({
      readonly kind: 'statement';
      readonly statement: BankStatementHeader;
      readonly message: string | undefined;
    } & Found)
  /** An entry with a problem is shown to a person and not booked: what could not be read of it is not to be relied on. */
  | ({ readonly kind: 'entry'; readonly entry: BankEntry } & Found);

interface Found {
  readonly at: number;
  readonly problems: readonly MessageProblem[];
}

/**
 * A file being read. `parts` is read once; `problems` are those of whole statements, complete when the parts ended: totals
 * and the closing balance can only be checked then.
 */
export interface BankStatementReading {
  readonly parts: AsyncGenerator<BankStatementPart, void, undefined>;
  readonly problems: readonly MessageProblem[];
}

const families = ['camt.052', 'camt.053', 'camt.054'] as const;
const roots: readonly { readonly path: string; readonly item: string; readonly kind: BankStatementKind }[] = [
  { path: 'Document/BkToCstmrAcctRpt', item: 'Rpt', kind: 'report' },
  { path: 'Document/BkToCstmrStmt', item: 'Stmt', kind: 'statement' },
  { path: 'Document/BkToCstmrDbtCdtNtfctn', item: 'Ntfctn', kind: 'notification' },
];

// A batch of thousands of payments that was booked at once is one entry with as many transactions.
const ENTRY_WEIGHT_MAX = 32 * 1024 * 1024;

/**
 * Reads an ISO 20022 account report, statement or notification (camt.052, .053, .054; versions .02 to .08) to its last
 * entry, in the memory of one.
 * @throws FileRefused, while reading, for a file that is no XML, has a document type, is too large or is none of these
 */
export const readBankStatements = (source: TextSource): BankStatementReading => {
  const problems: MessageProblem[] = [];
  return { parts: partsOf(source, problems), problems };
};

/** Reads a file of bank statements into memory: everything in it, and everything wrong with it. */
export const readBankStatementFile = (source: TextSource): Promise<Read<readonly BankStatement[]>> =>
  readOrProblem(async () => {
    const { parts, problems } = readBankStatements(source);
    const found: MessageProblem[] = [];
    const statements: (BankStatementHeader & { readonly entries: BankEntry[] })[] = [];
    for await (const part of parts) {
      found.push(...part.problems);
      if (part.kind === 'statement') statements.push({ ...part.statement, entries: [] });
      else statements.at(-1)?.entries.push(part.entry);
    }
    return { message: statements, problems: [...found, ...problems] };
  });

/** A statement whose entries are being read. */
interface Open {
  readonly node: XmlNode;
  readonly path: string;
  readonly statement: BankStatementHeader;
  readonly totals: Readonly<Record<Side, Totals>>;
  readonly bookedSum: bigint;
}

async function* partsOf(source: TextSource, problems: MessageProblem[]): BankStatementReading['parts'] {
  let header: XmlNode | undefined;
  let open: Open | undefined;
  let statements = 0;
  const paths = roots.flatMap(({ path, item }) => [`${path}/GrpHdr`, `${path}/${item}`, `${path}/${item}/Ntry`]);
  for await (const { node, parents } of readXmlItems(source, paths, { weightMax: ENTRY_WEIGHT_MAX })) {
    if (node.name === 'GrpHdr') {
      assertMessage(parents, ...families);
      header = node;
      continue;
    }
    const around = node.name === 'Ntry' ? (parents.at(-1) ?? node) : node;
    if (open?.node !== around) {
      if (header === undefined) throw unexpected(...families);
      statements += 1;
      const path = `${around.name}[${statements}]`;
      const found: MessageProblem[] = [];
      const statement = statementOf(placeOf(header, 'GrpHdr', found), placeOf(around, path, found));
      open = { node: around, path, statement, totals: { CRDT: noTotals, DBIT: noTotals }, bookedSum: 0n };
      const message = assertMessage(parents, ...families);
      yield { kind: 'statement', statement, message, at: around.line, problems: found };
    }
    if (node === around) {
      checkStatement(open, placeOf(node, open.path, problems));
      continue;
    }
    const found: MessageProblem[] = [];
    const count = open.totals.CRDT.count + open.totals.DBIT.count;
    const entry = entryOf(placeOf(node, `${open.path}/Ntry[${count + 1}]`, found), open.statement);
    open = withEntry(open, entry);
    yield { kind: 'entry', entry, at: node.line, problems: found };
  }
  if (header === undefined) throw unexpected(...families);
}

const withEntry = (open: Open, { side, amount, status }: BankEntry): Open => ({
  ...open,
  totals: { ...open.totals, [side]: added(open.totals[side], amount.amount) },
  bookedSum: status === 'BOOK' ? open.bookedSum + signed(amount, side) : open.bookedSum,
});

const signed = ({ amount }: Money, side: Side): bigint => (side === 'CRDT' ? sumUnits(amount) : -sumUnits(amount));

const checkStatement = ({ statement, totals, bookedSum }: Open, place: Place): void => {
  const names = { count: 'NbOfNtries', sum: 'Sum' } as const;
  const { CRDT: credits, DBIT: debits } = totals;
  const all = { count: credits.count + debits.count, sum: credits.sum + debits.sum };
  checkTotals(within(place, 'TxsSummry', 'TtlNtries'), all, names);
  checkTotals(within(place, 'TxsSummry', 'TtlCdtNtries'), credits, names);
  checkTotals(within(place, 'TxsSummry', 'TtlDbtNtries'), debits, names);
  if (statement.kind !== 'statement') return;
  const opening = balanceOf(statement, 'OPBD') ?? balanceOf(statement, 'PRCD');
  const closing = balanceOf(statement, 'CLBD');
  if (opening === undefined || closing === undefined) return;
  const expected = signed(opening.amount, opening.side) + bookedSum;
  if (expected === signed(closing.amount, closing.side)) return;
  const reason = `closes at ${closing.amount.amount} ${closing.side} where the booked entries make ${sumText(expected)}`;
  complain(within(place, 'Bal'), 'closing_balance_differs', reason);
};

// A statement that goes over several pages may open and close more than once; then there is nothing to compare.
const balanceOf = ({ balances }: BankStatementHeader, code: string): BankStatementBalance | undefined => {
  const found = balances.filter(({ type }) => type === code);
  return found.length === 1 ? found[0] : undefined;
};

const statementOf = (header: Place, place: Place): BankStatementHeader => {
  const account = within(place, 'Acct');
  return {
    kind: roots.find(({ item }) => item === place.node?.name)?.kind ?? 'statement',
    messageId: requiredId(header, 'MsgId'),
    id: requiredId(place, 'Id'),
    createdAt: textAt(place, 'CreDtTm') ?? requiredText(header, 'CreDtTm'),
    account: requiredAccount(account),
    balances: eachWithin(place, 'Bal').map(balanceAt),
    ...present({
      sequence: textAt(place, 'ElctrncSeqNb'),
      from: textAt(place, 'FrToDt', 'FrDtTm'),
      to: textAt(place, 'FrToDt', 'ToDtTm'),
      currency: textAt(account, 'Ccy'),
      accountName: textAt(account, 'Nm'),
      owner: partyAt(within(account, 'Ownr')),
      servicer: agentAt(within(account, 'Svcr')),
    }),
  };
};

const balanceAt = (place: Place): BankStatementBalance => ({
  type: codeOrOwn(within(place, 'Tp', 'CdOrPrtry')) ?? requiredText(place, 'Tp', 'CdOrPrtry', 'Cd'),
  amount: moneyAt(within(place, 'Amt')),
  side: sideAt(place),
  date: dayAt(within(place, 'Dt')) ?? requiredText(place, 'Dt'),
});

const sideAt = (place: Place): Side => {
  requiredText(place, 'CdtDbtInd');
  return codeAt(place, sides, 'CdtDbtInd') ?? 'CRDT';
};

const entryOf = (place: Place, statement: BankStatementHeader): BankEntry => {
  const entry = {
    amount: moneyAt(within(place, 'Amt')),
    side: sideAt(place),
    isReversal: flagAt(place, 'RvslInd') ?? false,
  };
  return {
    ...entry,
    status: statusAt(place),
    bankTransactionCode: transactionCodeAt(within(place, 'BkTxCd')) ?? {},
    charges: chargesAt(place),
    details: detailsAt(place, entry, statement.account),
    ...present({
      reference: idAt(place, 'NtryRef'),
      bookingDate: dayAt(within(place, 'BookgDt')),
      valueDate: dayAt(within(place, 'ValDt')),
      accountServicerReference: idAt(place, 'AcctSvcrRef'),
      batch: batchAt(within(place, 'NtryDtls', 'Btch')),
      additionalInformation: textAt(place, 'AddtlNtryInf'),
    }),
  };
};

// A text in old versions; an element around a code or the bank's own word in new ones. What is of no known status moves nothing.
const statusAt = (place: Place): EntryStatus => {
  const names = within(place, 'Sts', 'Cd').node === undefined ? ['Sts'] : ['Sts', 'Cd'];
  requiredText(place, ...names);
  return codeAt(place, entryStatuses, ...names) ?? 'INFO';
};
