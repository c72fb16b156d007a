import type { DemoAccount, DemoEntry } from './bank-book.ts';

/** What one account's statement of a day says. */
export interface DemoStatement {
  readonly account: DemoAccount;
  readonly date: string;
  readonly openingMinor: bigint;
  readonly entries: readonly DemoEntry[];
}

const decimals: Readonly<Record<string, number>> = { JPY: 0 };

/** Minor units as the bank writes them. */
export const majorOf = (minor: bigint, asset: string): string => {
  const scale = decimals[asset] ?? 2;
  const digits = (minor < 0n ? -minor : minor).toString().padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return minor < 0n ? `-${text}` : text;
};

/** Minor units of what a customer wrote; undefined for what is no amount of the asset. */
export const minorOf = (text: unknown, asset: string): bigint | undefined => {
  const scale = decimals[asset] ?? 2;
  const match = typeof text === 'string' ? /^(\d{1,18})(?:\.(\d+))?$/.exec(text) : null;
  if (match === null) return undefined;
  const [, whole = '', fraction = ''] = match;
  return fraction.length > scale ? undefined : BigInt(whole + fraction.padEnd(scale, '0'));
};

/** The day's statements as camt.053.001.08, written without the product's own writer, so that its reader meets a stranger's hand. */
export const statementsXml = (statements: readonly DemoStatement[], at: string): string => {
  const [{ date } = { date: at.slice(0, 10) }] = statements;
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>STMT${date.replaceAll('-', '')}</MsgId><CreDtTm>${at}</CreDtTm></GrpHdr>
${statements.map((statement) => statementXml(statement, at)).join('\n')}
</BkToCstmrStmt></Document>
`;
};

const statementXml = ({ account, date, openingMinor, entries }: DemoStatement, at: string): string => {
  const { iban, asset, owner } = account;
  const closingMinor = entries.reduce(
    (sum, { side, amountMinor }) => sum + (side === 'CRDT' ? amountMinor : -amountMinor),
    openingMinor,
  );
  return `<Stmt><Id>${iban.slice(-8)}-${date}</Id><CreDtTm>${at}</CreDtTm>
<Acct><Id><IBAN>${iban}</IBAN></Id><Ccy>${asset}</Ccy><Ownr><Nm>${escaped(owner)}</Nm></Ownr></Acct>
${balanceXml('OPBD', openingMinor, asset, date)}${balanceXml('CLBD', closingMinor, asset, date)}
${entries.map(entryXml).join('\n')}</Stmt>`;
};

export const balanceXml = (code: string, minor: bigint, asset: string, date: string): string =>
  `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>${amountXml(minor < 0n ? -minor : minor, asset)}<CdtDbtInd>${minor < 0n ? 'DBIT' : 'CRDT'}</CdtDbtInd><Dt><Dt>${date}</Dt></Dt></Bal>`;

const amountXml = (minor: bigint, asset: string): string => `<Amt Ccy="${asset}">${majorOf(minor, asset)}</Amt>`;

export const entryXml = (entry: DemoEntry): string => {
  const { id, side, amountMinor, asset, date, endToEndId, reference, isReturn, reason = 'NARR' } = entry;
  const family = side === 'CRDT' ? 'RCDT' : 'ICDT';
  return `<Ntry><NtryRef>${id}</NtryRef>${amountXml(amountMinor, asset)}<CdtDbtInd>${side}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>${date}</Dt></BookgDt><ValDt><Dt>${date}</Dt></ValDt><AcctSvcrRef>${id}</AcctSvcrRef>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>${family}</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>
<NtryDtls><TxDtls><Refs>${reference === undefined ? '' : `<InstrId>${escaped(reference)}</InstrId>`}<EndToEndId>${escaped(endToEndId)}</EndToEndId></Refs>${amountXml(amountMinor, asset)}<CdtDbtInd>${side}</CdtDbtInd>${senderXml(entry)}${isReturn ? `<RtrInf><Rsn><Cd>${reason}</Cd></Rsn></RtrInf>` : ''}</TxDtls></NtryDtls></Ntry>`;
};

const senderXml = ({ sender: { name, iban, creditorIban, remittance } = {} }: DemoEntry): string => {
  const account = (role: string, number: string | undefined): string =>
    number === undefined ? '' : `<${role}><Id><IBAN>${number}</IBAN></Id></${role}>`;
  const debtor = name === undefined ? '' : `<Dbtr><Pty><Nm>${escaped(name)}</Nm></Pty></Dbtr>`;
  const parties = `${debtor}${account('DbtrAcct', iban)}${account('CdtrAcct', creditorIban)}`;
  return `${parties === '' ? '' : `<RltdPties>${parties}</RltdPties>`}${
    remittance === undefined ? '' : `<RmtInf><Ustrd>${escaped(remittance)}</Ustrd></RmtInf>`
  }`;
};

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
