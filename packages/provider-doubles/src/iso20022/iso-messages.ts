import type { DemoAccount, DemoEntry, DemoOrder, DemoPayment } from '../demo-bank/bank-book.ts';
import { balanceXml, entryXml, escaped, minorOf } from '../demo-bank/statement-xml.ts';

/** What a pain.001 with one transfer asks for. */
export interface ReadOrder extends Omit<DemoOrder, 'key' | 'rail'> {
  readonly messageId: string;
  readonly createdAt: string;
}

/** Reads a pain.001, without the product's own reader; undefined for what is none, or has more than one transfer. */
export const readOrder = (xml: string): ReadOrder | undefined => {
  const text = (within: string, name: string): string | undefined =>
    unescaped(new RegExp(`<${name}>([^<]*)</${name}>`).exec(within)?.[1]);
  const part = (name: string): string => new RegExp(`<${name}>.*?</${name}>`, 's').exec(xml)?.[0] ?? '';
  if (!/<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain\.001\.001\.(03|09)"/.test(xml)) return undefined;
  if (xml.split('<CdtTrfTxInf>').length !== 2) return undefined;
  const [, asset = '', written] = /<InstdAmt Ccy="([A-Z]{3})">([^<]*)<\/InstdAmt>/.exec(xml) ?? [];
  const amountMinor = minorOf(written, asset);
  const messageId = text(part('GrpHdr'), 'MsgId');
  const createdAt = text(part('GrpHdr'), 'CreDtTm');
  if (amountMinor === undefined || messageId === undefined || createdAt === undefined) return undefined;
  return {
    messageId,
    createdAt,
    asset,
    amountMinor,
    reference: text(xml, 'InstrId') ?? '',
    endToEndId: text(xml, 'EndToEndId') ?? '',
    debtorIban: text(part('DbtrAcct'), 'IBAN') ?? '',
    creditorName: text(part('Cdtr'), 'Nm') ?? '',
    creditorIban: text(part('CdtrAcct'), 'IBAN') ?? '',
  };
};

interface Written {
  readonly id: string;
  readonly at: string;
}

const statuses = { pending: 'PDNG', settled: 'ACSC', returned: 'ACSC', rejected: 'RJCT' } as const;

/** What became of a payment, as pain.002.001.10. */
export const statusXml = (
  { key, id: paymentId, endToEndId, status, reason }: DemoPayment,
  { id, at }: Written,
): string => {
  // What was settled and came back was settled; that it came back is said by the account's entries.
  const why = status === 'rejected' ? `<StsRsnInf><Rsn><Cd>${reason ?? 'NARR'}</Cd></Rsn></StsRsnInf>` : '';
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
<GrpHdr><MsgId>${id}</MsgId><CreDtTm>${at}</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>${key}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>${key}</OrgnlPmtInfId><TxInfAndSts><OrgnlEndToEndId>${escaped(endToEndId)}</OrgnlEndToEndId><TxSts>${statuses[status]}</TxSts>${why}<AcctSvcrRef>${paymentId}</AcctSvcrRef></TxInfAndSts></OrgnlPmtInfAndSts>
</CstmrPmtStsRpt></Document>
`;
};

/** What an account holds in the middle of the day, and what came back to it, as camt.052.001.08. */
export const reportXml = (
  {
    account: { iban, asset },
    balanceMinor,
    entries,
  }: { readonly account: DemoAccount; readonly balanceMinor: bigint; readonly entries: readonly DemoEntry[] },
  { id, at }: Written,
): string => `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.052.001.08"><BkToCstmrAcctRpt>
<GrpHdr><MsgId>${id}</MsgId><CreDtTm>${at}</CreDtTm></GrpHdr>
<Rpt><Id>${id}</Id><CreDtTm>${at}</CreDtTm><Acct><Id><IBAN>${iban}</IBAN></Id><Ccy>${asset}</Ccy></Acct>
${balanceXml('ITBD', balanceMinor, asset, at.slice(0, 10))}
${entries.map(entryXml).join('\n')}</Rpt></BkToCstmrAcctRpt></Document>
`;

const unescaped = (text: string | undefined): string | undefined =>
  text
    ?.replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
