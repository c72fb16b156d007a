import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { creditTransferXml, transactionXml } from './fixtures/credit-transfer-xml.ts';
import { countOf, sample, sampleText } from './fixtures/samples.ts';
import type { MessageProblem } from './problem.ts';
import { readCreditTransferFile, readCreditTransfers } from './read-credit-transfers.ts';
import { validateXml } from './xsd.ts';

const two = [transactionXml(1), transactionXml(2)];
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('payment files of banks', () => {
  it.each(['cross-river-pain001-ach.xml', 'goldman-sachs-pain001-sepa.xml'])(
    '%s is read to its last entry',
    async (name) => {
      const { message } = await readCreditTransferFile(await sample(name));
      const lines = message?.payments.flatMap((payment) => payment.lines) ?? [];
      expect(lines.length).toBe(countOf(await sampleText(name), 'CdtTrfTxInf'));
      expect(message?.count).toBe(lines.length);
    },
  );

  it('with no-break spaces for indentation, accounts without IBAN and a routing number', async () => {
    const party = (name: string, address: object) => ({ name, address: { ...address, country: 'US' } });
    expect(await readCreditTransferFile(await sample('cross-river-pain001-ach.xml'))).toEqual({
      problems: [],
      message: {
        messageId: 'DOMT11234562',
        createdAt: '2020-06-29T10:24:09',
        count: 1,
        controlSum: '0.01',
        // What stands where the BIC of an organisation should has nine characters.
        initiator: { name: 'John Doe Corporation', organisationId: 'JOHNDOE99' },
        payments: [
          {
            paymentInfoId: 'DOMT12345678',
            method: 'TRF',
            batchBooking: false,
            serviceLevel: 'NURG',
            executionDate: '2020-06-29',
            debtor: expect.objectContaining(
              party('John Doe Corporation', {
                streetName: '999 Battery Street, 13th Floor',
                postCode: '99999',
                townName: 'Anytown',
                countrySubDivision: 'CA',
              }),
            ),
            debtorAccount: { other: '0123456789' },
            debtorAgent: expect.objectContaining({ clearingMemberId: '123456789' }),
            chargeBearer: 'SHAR',
            lines: [
              {
                instructionId: '234ACHC123455',
                endToEndId: '0000000000000011',
                amount: { amount: '0.01', currency: 'USD' },
                creditorAgent: expect.objectContaining({ clearingMemberId: '123456789' }),
                creditor: expect.objectContaining(
                  party('John Doe Funding LLC', {
                    streetName: '999 Any Avenue',
                    postCode: '10000',
                    townName: 'New York',
                    countrySubDivision: 'NY',
                  }),
                ),
                creditorAccount: { other: '0123456789' },
                remittance: { unstructured: ['Testing'] },
              },
            ],
          },
        ],
      },
    });
  });

  it('whose fields are placeholders are read, and every placeholder is complained about', async () => {
    const { message, problems } = await readCreditTransferFile(await sample('goldman-sachs-pain001-sepa.xml'));
    expect(message?.payments[0]).toMatchObject({
      executionDate: 'YYYY-MM-DD',
      lines: [{ amount: { amount: '510.24', currency: 'EUR' }, creditorAccount: { iban: 'IBAN' } }],
    });
    expect(problems.map(({ code, path }) => `${code} ${path}`)).toEqual([
      'date_malformed PmtInf[1]/ReqdExctnDt',
      'iban_malformed PmtInf[1]/DbtrAcct/Id/IBAN',
      'bic_malformed PmtInf[1]/DbtrAgt/FinInstnId/BIC',
      'iban_malformed PmtInf[1]/CdtTrfTxInf[1]/CdtrAcct/Id/IBAN',
      'bic_malformed PmtInf[1]/CdtTrfTxInf[1]/CdtrAgt/FinInstnId/BIC',
    ]);
  });
});

describe('pain.001.001.09', () => {
  it('that the published schema accepts is read in full', async () => {
    const text = creditTransferXml(two);
    expect(await validateXml(text, 'pain.001.001.09')).toEqual({ isValid: true, problems: [] });
    const { message, problems } = await readCreditTransferFile([text]);
    expect(problems).toEqual([]);
    expect(message?.payments[0]).toMatchObject({
      debtor: { name: 'Payer', address: { lines: ['Street 1', 'Town'] } },
      debtorAccount: { iban: 'CZ6508000000192000145399' },
      debtorAgent: { bic: 'GIBACZPX' },
      executionDate: '2025-01-16',
      serviceLevel: 'SEPA',
    });
    expect(message?.payments[0]?.lines[1]).toEqual({
      instructionId: 'I2',
      endToEndId: 'E2',
      uetr: '00000000-0000-4000-8000-00000000000a',
      amount: { amount: '10.50', currency: 'EUR' },
      creditor: {
        name: 'Müller & Söhne',
        address: { streetName: 'Hauptstraße', buildingNumber: '1', room: '3', townName: 'Köln', country: 'DE' },
      },
      creditorAccount: { iban: 'DE89370400440532013000' },
      creditorAgent: { bic: 'COBADEFFXXX' },
      ultimateCreditor: { name: 'Final' },
      remittance: { unstructured: ['Invoice', '17'], creditorReference: 'RF18539007547034' },
      chargeBearer: 'SLEV',
      purposeCode: 'SUPP',
    });
  });

  it('takes the day of an execution instant', async () => {
    const text = creditTransferXml(two, { date: '<DtTm>2025-01-16T08:00:00+01:00</DtTm>' });
    expect((await readCreditTransferFile([text])).message?.payments[0]?.executionDate).toBe('2025-01-16');
  });

  it('says of each part where it starts', async () => {
    const starts: string[] = [];
    for await (const { kind, at } of readCreditTransfers([creditTransferXml(two)]).parts) starts.push(`${kind} ${at}`);
    expect(starts).toEqual(['file 4', 'payment 5', 'line 12', 'line 23']);
  });

  it('is read the same with a prefix, in an envelope, in UTF-16, without a namespace, and cut anywhere', async () => {
    const text = creditTransferXml(two);
    const whole = await readCreditTransferFile([text]);
    const prefixed = text.replace('xmlns=', 'xmlns:p=').replace(/<(\/?)([A-Z])/g, '<$1p:$2');
    const enveloped = text
      .replace('<Document', '<Envelope><Header/><Document')
      .replace('</Document>', '</Document></Envelope>');
    const utf16 = new Uint8Array(Buffer.from(`\uFEFF${text.replace('UTF-8', 'UTF-16')}`, 'utf16le'));
    const bare = text.replace('xmlns=', 'Xmlns=');
    const community = text.replace('xsd:pain', 'xsd:acme:pain');
    for (const source of [[prefixed], [enveloped], [utf16], [bare], [community]])
      expect(await readCreditTransferFile(source)).toEqual(whole);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 300 }), async (size) => {
        const all = bytes(text);
        const pieces = Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
          all.subarray(index * size, (index + 1) * size),
        );
        expect(await readCreditTransferFile(pieces)).toEqual(whole);
      }),
      { numRuns: 20 },
    );
  });
});

const only = async (text: string): Promise<MessageProblem> => {
  const { problems } = await readCreditTransferFile([text]);
  expect(problems.length).toBe(1);
  return problems[0] ?? expect.fail('there is no problem');
};

describe('the totals of a payment file', () => {
  it.each([
    ['number of transactions', { count: '3' }, 'count_differs', 4, 'GrpHdr/NbOfTxs', 'says 3 where there are 2'],
    [
      'control sum',
      { sum: '21.01' },
      'control_sum_differs',
      4,
      'GrpHdr/CtrlSum',
      'says 21.01 where the amounts sum to 21',
    ],
    [
      'number in a batch',
      { batch: '<NbOfTxs>1</NbOfTxs>' },
      'count_differs',
      6,
      'PmtInf[1]/NbOfTxs',
      'says 1 where there are 2',
    ],
    [
      'control sum of a batch',
      { batch: '<NbOfTxs>2</NbOfTxs><CtrlSum>20</CtrlSum>' },
      'control_sum_differs',
      6,
      'PmtInf[1]/CtrlSum',
      'says 20 where the amounts sum to 21',
    ],
  ] as const)('that do not fit are told with both numbers: %s', async (_, changes, code, line, path, reason) => {
    expect(await only(creditTransferXml(two, changes))).toEqual({ code, line, path, reason });
  });

  it('are those of each batch in a file of several', async () => {
    const text = creditTransferXml(two, {
      batch: '<NbOfTxs>2</NbOfTxs><CtrlSum>21</CtrlSum>',
      count: '4',
      sum: '42',
    });
    const batch = /<PmtInf>.*<\/PmtInf>/s.exec(text)?.[0] ?? '';
    const { message, problems } = await readCreditTransferFile([
      text.replace(batch, batch + batch.replace('B1', 'B2')),
    ]);
    expect(problems).toEqual([]);
    expect(message?.payments.map(({ paymentInfoId, lines }) => [paymentInfoId, lines.length])).toEqual([
      ['B1', 2],
      ['B2', 2],
    ]);
  });

  it('fit however the numbers are written', async () => {
    const many = Array.from({ length: 30 }, (_, index) =>
      transactionXml(index, { amount: '<InstdAmt Ccy="EUR">.1</InstdAmt>' }),
    );
    expect((await readCreditTransferFile([creditTransferXml(many, { sum: '+03.00000' })])).problems).toEqual([]);
  });
});

describe('one payment that cannot be executed', () => {
  const amount = (text: string) => ({ amount: `<InstdAmt Ccy="EUR">${text}</InstdAmt>` });
  const line = 'PmtInf[1]/CdtTrfTxInf[1]';
  it.each([
    ['0', amount('0.00'), 'amount_not_positive', 'Amt/InstdAmt'],
    ['-1', amount('-1'), 'amount_malformed', 'Amt/InstdAmt'],
    ['1e3', amount('1e3'), 'amount_malformed', 'Amt/InstdAmt'],
    ['too fine', amount('1.005'), 'amount_scale_too_fine', 'Amt/InstdAmt'],
    ['no such currency', { amount: '<InstdAmt Ccy="QQQ">1</InstdAmt>' }, 'currency_unknown', 'Amt/InstdAmt'],
    ['no currency', { amount: '<InstdAmt>1</InstdAmt>' }, 'currency_unknown', 'Amt/InstdAmt'],
    ['no amount', { amount: '' }, 'field_missing', 'Amt/InstdAmt'],
    [
      'an amount in another currency',
      { amount: '<EqvtAmt><Amt Ccy="EUR">1</Amt><CcyOfTrf>USD</CcyOfTrf></EqvtAmt>' },
      'amount_needs_quote',
      'Amt/EqvtAmt/Amt',
    ],
    ['a wrong IBAN', { account: '<IBAN>DE88370400440532013000</IBAN>' }, 'iban_check_digits_wrong', 'CdtrAcct/Id/IBAN'],
    ['a short IBAN', { account: '<IBAN>DE8937040044053201300</IBAN>' }, 'iban_structure_wrong', 'CdtrAcct/Id/IBAN'],
    [
      'no IBAN of a country',
      { account: '<IBAN>US89370400440532013000</IBAN>' },
      'iban_country_unknown',
      'CdtrAcct/Id/IBAN',
    ],
    ['no account', { account: '' }, 'field_missing', 'CdtrAcct/Id'],
    ['a wrong BIC', { bic: 'COBADEFFX' }, 'bic_malformed', 'CdtrAgt/FinInstnId/BICFI'],
    [
      'a wrong reference',
      { reference: 'RF19539007547034' },
      'creditor_reference_check_digits_wrong',
      'RmtInf/Strd/CdtrRefInf/Ref',
    ],
    ['no reference', { reference: 'RF18' }, 'creditor_reference_malformed', 'RmtInf/Strd/CdtrRefInf/Ref'],
    ['a UETR of another version', { uetr: '00000000-0000-1000-8000-00000000000a' }, 'uetr_malformed', 'PmtId/UETR'],
    ['an unknown bearer', { bearer: 'NONE' }, 'code_unknown', 'ChrgBr'],
    ['no end-to-end id', { endToEnd: '' }, 'field_missing', 'PmtId/EndToEndId'],
    [
      'an id that is too long',
      { endToEnd: `<EndToEndId>${'E'.repeat(36)}</EndToEndId>` },
      'text_too_long',
      'PmtId/EndToEndId',
    ],
  ] as const)('%s says why and where, and the next one is read', async (_, changes, code, path) => {
    const { parts } = readCreditTransfers([creditTransferXml([transactionXml(1, changes), transactionXml(2)])]);
    const lines: (readonly MessageProblem[])[] = [];
    for await (const part of parts) if (part.kind === 'line') lines.push(part.problems);
    expect(lines).toEqual([[expect.objectContaining({ code, path: `${line}/${path}` })], []]);
    expect(lines[0]?.[0]?.line).toBeGreaterThan(11);
  });

  it('without a message id, a date or a known method says so once, not on every transfer', async () => {
    const problemOf = async (changes: Readonly<Record<string, string>>) => {
      const { code, path } = await only(creditTransferXml(two, changes));
      return `${code} ${path}`;
    };
    expect(await problemOf({ messageId: '' })).toBe('field_missing GrpHdr/MsgId');
    expect(await problemOf({ date: '' })).toBe('field_missing PmtInf[1]/ReqdExctnDt');
    expect(await problemOf({ date: '<Dt>2025-02-30</Dt>' })).toBe('date_malformed PmtInf[1]/ReqdExctnDt');
    expect(await problemOf({ method: 'DD' })).toBe('code_unknown PmtInf[1]/PmtMtd');
  });

  it('national references have no check digits we know, and zeros beyond the decimals change nothing', async () => {
    const yen = { amount: '<InstdAmt Ccy="JPY">0010.500</InstdAmt>', reference: '0010008346912014' };
    const hundred = { ...yen, amount: '<InstdAmt Ccy="JPY">0100.000</InstdAmt>' };
    const { message, problems } = await readCreditTransferFile([
      creditTransferXml([transactionXml(1, hundred)], { sum: '100' }),
    ]);
    expect(problems).toEqual([]);
    expect(message?.payments[0]?.lines[0]).toMatchObject({
      amount: { amount: '100', currency: 'JPY' },
      remittance: { creditorReference: '0010008346912014' },
    });
    const fine = await readCreditTransferFile([creditTransferXml([transactionXml(1, yen)])]);
    expect(fine.problems.map(({ code }) => code)).toEqual(['amount_scale_too_fine']);
  });
});

describe('a file that is no payment file', () => {
  const bomb =
    '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><Document>&b;</Document>';
  const header = creditTransferXml(two).slice(0, 500);
  it.each([
    ['an entity bomb', bomb, 'xml_has_doctype'],
    ['a reference to a file', '<!DOCTYPE d SYSTEM "file:///etc/passwd"><Document/>', 'xml_has_doctype'],
    ['an entity of its own', creditTransferXml(two).replace('Final', '&secret;'), 'xml_malformed'],
    ['cut off', creditTransferXml(two).slice(0, 1_500), 'xml_malformed'],
    ['cut off after its header', header, 'xml_malformed'],
    ['text', 'MsgId;Amount\n1;2\n', 'xml_malformed'],
    ['empty', '', 'xml_malformed'],
    ['nested without end', `<Document>${'<a>'.repeat(1_000)}`, 'xml_too_deep'],
    ['one endless text', `<Document>${'x'.repeat(2_000_000)}`, 'xml_element_too_large'],
    [
      'one payment of a megabyte',
      creditTransferXml([transactionXml(1).replace('Final', 'x'.repeat(300_000))]),
      'xml_element_too_large',
    ],
    ['in no encoding there is', '<?xml version="1.0" encoding="UTF-7"?><Document/>', 'encoding_not_known'],
    [
      'another document',
      '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt/></Document>',
      'message_not_expected',
    ],
    [
      'a namespace that only looks alike',
      creditTransferXml(two).replace('pain.001.001.09', 'pain.008.001.02'),
      'message_not_expected',
    ],
  ])('is one problem and nothing else: %s', async (_, text, code) => {
    const { message, problems } = await readCreditTransferFile([bytes(text)]);
    expect(message).toBeUndefined();
    expect(problems.map((problem) => problem.code)).toEqual([code]);
    expect(problems[0]?.path.length).toBeLessThan(600);
  });

  it('has bytes that are none in its encoding, or more of them than are read', async () => {
    const broken = new Uint8Array([...bytes('<Document>'), 0xff, 0xfe]);
    expect((await readCreditTransferFile([broken])).problems[0]?.code).toBe('text_not_in_encoding');
    expect((await readCreditTransferFile([new Uint8Array(256 * 1024 * 1024 + 1)])).problems[0]?.code).toBe(
      'file_too_large',
    );
  });

  it('says in which line it breaks and inside what', async () => {
    const text = creditTransferXml(two).replace('</CdtTrfTxInf>', '</CdtTrfTxIn>');
    expect((await readCreditTransferFile([text])).problems).toEqual([
      expect.objectContaining({
        code: 'xml_malformed',
        line: 22,
        path: 'Document/CstmrCdtTrfInitn/PmtInf',
      }),
    ]);
  });

  it('fails as it did where it comes from: an error of the disk is no problem of the file', async () => {
    const failing = (async function* () {
      yield header;
      throw new Error('the disk is gone');
    })();
    await expect(readCreditTransferFile(failing)).rejects.toThrow('the disk is gone');
  });
});

describe('a long payment file', () => {
  it('is read to its end however long it is, holding one payment at a time', async () => {
    const head = creditTransferXml([]).split('</PmtInf>')[0] ?? '';
    const one = transactionXml(1);
    const source = (async function* () {
      yield head.replace('<NbOfTxs>0', '<NbOfTxs>20000').replace(/<CtrlSum>.*<\/CtrlSum>/, '');
      for (let index = 0; index < 20_000; index += 1) yield one;
      yield '</PmtInf></CstmrCdtTrfInitn></Document>';
    })();
    const { parts, problems } = readCreditTransfers(source);
    let lines = 0;
    for await (const part of parts) lines += part.kind === 'line' && part.problems.length === 0 ? 1 : 0;
    expect(lines).toBe(20_000);
    expect(problems).toEqual([]);
  });
});
