import { describe, expect, it } from 'vitest';
import { countOf, sample, sampleText } from './fixtures/samples.ts';
import { readStatusReport, readStatusReportParts } from './read-status-report.ts';
import type { StatusReportLine } from './status-report.ts';

const report = (group: string, batches: string = ''): string => `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
<GrpHdr><MsgId>S1</MsgId><CreDtTm>2025-01-15T10:00:00Z</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts>${group}</OrgnlGrpInfAndSts>${batches}</CstmrPmtStsRpt></Document>`;

const original = '<OrgnlMsgId>M1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>';

describe('status reports of banks', () => {
  it.each([
    'cross-river-pain002-accepted.xml',
    'cross-river-pain002-batch-rejected.xml',
    'nordea-pain002-transaction-rejected.xml',
  ])('%s is read to its last entry', async (name) => {
    const { message } = await readStatusReport(await sample(name));
    const text = await sampleText(name);
    expect(message?.payments.length).toBe(countOf(text, 'OrgnlPmtInfAndSts'));
    expect(message?.payments.flatMap(({ lines }) => lines).length).toBe(countOf(text, 'TxInfAndSts'));
  });

  it('of Cross River accepts a message, a batch and each transfer, in a document without a namespace', async () => {
    expect(await readStatusReport(await sample('cross-river-pain002-accepted.xml'))).toEqual({
      problems: [],
      message: {
        messageId: 'abcdefg0000000',
        createdAt: '2020-09-15T15:58:04.637Z',
        original: { messageId: 'AMBCD10000000', name: 'pain.001.001.03', count: 3, controlSum: '5.0100' },
        groupStatus: 'ACTC',
        reasons: [],
        payments: [
          {
            originalPaymentInfoId: 'ABCD10000000',
            status: 'ACTC',
            reasons: [],
            lines: [
              {
                originalInstructionId: '100ABCD012345',
                originalEndToEndId: '0000000000000108',
                clearingSystemReference: '46456456',
                status: 'ACSP',
                reasons: [],
              },
            ],
          },
        ],
      },
    });
  });

  it('of Cross River rejects a whole file in words, and leaves out which', async () => {
    const { message, problems } = await readStatusReport(await sample('cross-river-pain002-batch-rejected.xml'));
    expect(message).toMatchObject({
      groupStatus: 'RJCT',
      reasons: [{ code: 'NARR', information: [expect.stringContaining('Error parsing file examplefile.xml')] }],
      payments: [],
    });
    expect(problems).toEqual([
      { code: 'field_missing', line: 16, path: 'OrgnlGrpInfAndSts/OrgnlMsgId', reason: 'is missing' },
    ]);
  });

  it('of Nordea rejects each transfer with its reason', async () => {
    const { message, problems } = await readStatusReport(await sample('nordea-pain002-transaction-rejected.xml'));
    expect(problems).toEqual([]);
    expect(message?.groupStatus).toBeUndefined();
    expect(message?.payments[0]?.status).toBe('RJCT');
    const rejected = (id: string): StatusReportLine => ({
      originalInstructionId: `INSTRID-950-TEST2-2807-${id}`,
      originalEndToEndId: `ENDTOENDID-950-TEST2-2807-${id}`,
      status: 'RJCT',
      reasons: [{ code: 'NARR', information: ['CAP Invalid code or combinations in CategoryPurpose or ServiceLevel'] }],
    });
    expect(message?.payments[0]?.lines).toEqual([rejected('02'), rejected('01')]);
  });
});

describe('a status report', () => {
  it('comes in parts, each batch before its transfers, and batches without any as well', async () => {
    const batch = (id: string, lines: string) =>
      `<OrgnlPmtInfAndSts><OrgnlPmtInfId>${id}</OrgnlPmtInfId>${lines}</OrgnlPmtInfAndSts>`;
    const line = '<TxInfAndSts><OrgnlEndToEndId>E</OrgnlEndToEndId><TxSts>PDNG</TxSts></TxInfAndSts>';
    const text = report(original, batch('B1', line + line) + batch('B2', '') + batch('B3', line));
    const kinds: string[] = [];
    for await (const part of readStatusReportParts([text])) {
      kinds.push(part.kind === 'payment' ? part.payment.originalPaymentInfoId : part.kind);
      if (part.kind === 'report') expect(part.message).toBe('pain.002.001.10');
    }
    expect(kinds).toEqual(['report', 'B1', 'line', 'line', 'B2', 'B3', 'line']);
  });

  it('with a status nobody knows has none, and says so', async () => {
    const { message, problems } = await readStatusReport([report(`${original}<GrpSts>GOOD</GrpSts>`)]);
    expect(message?.groupStatus).toBeUndefined();
    expect(problems).toEqual([expect.objectContaining({ code: 'code_unknown', path: 'OrgnlGrpInfAndSts/GrpSts' })]);
  });

  it.each([
    ['of nothing', '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"/>', 'message_not_expected'],
    ['that is an initiation', report(original).replace('pain.002.001.10', 'pain.001.001.09'), 'message_not_expected'],
    ['that says nothing of a message', report('').replace(/<OrgnlGrp.*AndSts>/, ''), 'message_not_expected'],
    ['with a document type', `<!DOCTYPE d>${report(original).slice(38)}`, 'xml_has_doctype'],
    ['cut off', report(original).slice(0, 300), 'xml_malformed'],
  ])('%s is one problem', async (_, text, code) => {
    const { message, problems } = await readStatusReport([text]);
    expect(message).toBeUndefined();
    expect(problems.map((problem) => problem.code)).toEqual([code]);
  });
});
