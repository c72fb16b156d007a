import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { validateXml } from '@finaegis/bank/account/adapters/xsd';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Pain001Payment, readPain001 } from './pain001.ts';

const samples = new URL('../../../../examples/data/iso20022/samples/', import.meta.url);

const read = async (source: Parameters<typeof readPain001>[0]) => {
  const file = readPain001(source);
  const payments: Pain001Payment[] = [];
  for await (const payment of file.payments) payments.push(payment);
  return { payments, problems: file.problems };
};

const transaction = (index: number, changes: Readonly<Record<string, string>> = {}): string => `
      <CdtTrfTxInf>
        <PmtId><InstrId>I${index}</InstrId><EndToEndId>E${index}</EndToEndId><UETR>00000000-0000-4000-8000-00000000000a</UETR></PmtId>
        <Amt>${changes['amount'] ?? '<InstdAmt Ccy="EUR">10.50</InstdAmt>'}</Amt>
        <ChrgBr>SLEV</ChrgBr>
        <CdtrAgt><FinInstnId><BICFI>COBADEFFXXX</BICFI></FinInstnId></CdtrAgt>
        <Cdtr><Nm>Müller &amp; Söhne</Nm><PstlAdr><StrtNm>Hauptstraße</StrtNm><BldgNb>1</BldgNb><Room>3</Room><TwnNm>Köln</TwnNm><Ctry>DE</Ctry></PstlAdr></Cdtr>
        <CdtrAcct><Id>${changes['account'] ?? '<IBAN>DE89370400440532013000</IBAN>'}</Id></CdtrAcct>
        <UltmtCdtr><Nm>Final</Nm></UltmtCdtr>
        <Purp><Cd>SUPP</Cd></Purp>
        <RmtInf><Ustrd>Invoice</Ustrd><Ustrd>17</Ustrd><Strd><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf>
      </CdtTrfTxInf>`;

const newest = (
  transactions: readonly string[],
  changes: Readonly<Record<string, string>> = {},
): string => `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">
  <CstmrCdtTrfInitn>
    <GrpHdr><MsgId>M1</MsgId><CreDtTm>2025-01-15T10:00:00Z</CreDtTm><NbOfTxs>${changes['count'] ?? transactions.length}</NbOfTxs><CtrlSum>${changes['sum'] ?? transactions.length * 10.5}</CtrlSum><InitgPty><Nm>Payer</Nm></InitgPty></GrpHdr>
    <PmtInf>
      <PmtInfId>B1</PmtInfId><PmtMtd>${changes['method'] ?? 'TRF'}</PmtMtd>${changes['batch'] ?? ''}
      <PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf>
      <ReqdExctnDt>${changes['date'] ?? '<Dt>2025-01-16</Dt>'}</ReqdExctnDt>
      <Dbtr><Nm>Payer</Nm><PstlAdr><AdrLine>Street 1</AdrLine><AdrLine>Town</AdrLine></PstlAdr></Dbtr>
      <DbtrAcct><Id><IBAN>CZ6508000000192000145399</IBAN></Id></DbtrAcct>
      <DbtrAgt><FinInstnId><BICFI>GIBACZPX</BICFI></FinInstnId></DbtrAgt>${transactions.join('')}
    </PmtInf>
  </CstmrCdtTrfInitn>
</Document>`;

const two = [transaction(1), transaction(2)];

describe('payment files of banks', () => {
  it('are all read to their last entry, of which each has exactly what the file says', async () => {
    const files = (await readdir(samples)).filter((name) => name.includes('pain001'));
    expect(files.length).toBeGreaterThan(1);
    for (const name of files) {
      const text = await readFile(new URL(name, samples), 'utf8');
      const { payments, problems } = await read(createReadStream(new URL(name, samples)));
      expect(payments.length).toBe(text.match(/<CdtTrfTxInf>/g)?.length);
      expect(problems).toEqual([]);
    }
  });

  it('with no-break spaces for indentation, accounts without IBAN and a routing number', async () => {
    const { payments } = await read(createReadStream(new URL('cross-river-pain001-ach.xml', samples)));
    expect(payments).toEqual([
      {
        line: 66,
        messageId: 'DOMT11234562',
        paymentInfoId: 'DOMT12345678',
        instructionId: '234ACHC123455',
        endToEndId: '0000000000000011',
        amount: '0.01',
        currency: 'USD',
        debtor: {
          name: 'John Doe Corporation',
          address: {
            streetName: '999 Battery Street, 13th Floor',
            postCode: '99999',
            townName: 'Anytown',
            countrySubDivision: 'CA',
            country: 'US',
          },
          other: '0123456789',
          clearingMemberId: '123456789',
        },
        creditor: {
          name: 'John Doe Funding LLC',
          address: {
            streetName: '999 Any Avenue',
            postCode: '10000',
            townName: 'New York',
            countrySubDivision: 'NY',
            country: 'US',
          },
          other: '0123456789',
          clearingMemberId: '123456789',
        },
        requestedExecutionDate: '2020-06-29',
        remittance: 'Testing',
        chargeBearer: 'SHAR',
        serviceLevel: 'NURG',
        problems: [],
      },
    ]);
  });

  it('whose fields are placeholders are read, and every placeholder is complained about', async () => {
    const { payments } = await read(createReadStream(new URL('goldman-sachs-pain001-sepa.xml', samples)));
    expect(payments[0]).toMatchObject({
      amount: '510.24',
      currency: 'EUR',
      requestedExecutionDate: 'YYYY-MM-DD',
      creditor: { name: 'Creditor Account Holder Name', iban: 'IBAN' },
    });
    expect(payments[0]?.problems.map(({ field }) => field)).toEqual([
      'debtor.iban',
      'debtor.bic',
      'creditor.iban',
      'creditor.bic',
      'requestedExecutionDate',
    ]);
  });
});

describe('pain.001.001.09', () => {
  it('that the published schema accepts is read in full', async () => {
    const text = newest(two);
    expect(await validateXml(text, 'pain.001.001.09')).toEqual({ isValid: true, problems: [] });
    const { payments, problems } = await read([text]);
    expect(problems).toEqual([]);
    expect(payments.length).toBe(2);
    expect(payments[1]).toEqual({
      line: 23,
      messageId: 'M1',
      paymentInfoId: 'B1',
      instructionId: 'I2',
      endToEndId: 'E2',
      uetr: '00000000-0000-4000-8000-00000000000a',
      amount: '10.50',
      currency: 'EUR',
      debtor: {
        name: 'Payer',
        address: { lines: ['Street 1', 'Town'] },
        iban: 'CZ6508000000192000145399',
        bic: 'GIBACZPX',
      },
      creditor: {
        name: 'Müller & Söhne',
        address: { streetName: 'Hauptstraße', buildingNumber: '1', room: '3', townName: 'Köln', country: 'DE' },
        iban: 'DE89370400440532013000',
        bic: 'COBADEFFXXX',
      },
      ultimateCreditor: { name: 'Final' },
      requestedExecutionDate: '2025-01-16',
      remittance: 'Invoice 17',
      creditorReference: 'RF18539007547034',
      chargeBearer: 'SLEV',
      serviceLevel: 'SEPA',
      purpose: 'SUPP',
      problems: [],
    });
  });

  it('takes the day of an execution instant', async () => {
    const { payments } = await read([newest(two, { date: '<DtTm>2025-01-16T08:00:00+01:00</DtTm>' })]);
    expect(payments[0]?.requestedExecutionDate).toBe('2025-01-16');
  });

  it('is read the same with a prefix, in an envelope, in UTF-16, and cut anywhere', async () => {
    const text = newest(two);
    const { payments } = await read([text]);
    const withoutLines = (all: readonly Pain001Payment[]) => all.map((payment) => ({ ...payment, line: 0 }));
    const prefixed = text.replace('xmlns=', 'xmlns:p=').replace(/<(\/?)([A-Z])/g, '<$1p:$2');
    const enveloped = text
      .replace('<Document', '<Envelope><Header/><Document')
      .replace('</Document>', '</Document></Envelope>');
    const utf16 = new Uint8Array(Buffer.from(`\uFEFF${text.replace('UTF-8', 'UTF-16')}`, 'utf16le'));
    for (const source of [[prefixed], [enveloped], [utf16]])
      expect(withoutLines((await read(source)).payments)).toEqual(withoutLines(payments));
    const bytes = new TextEncoder().encode(text);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 300 }), async (size) => {
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        );
        expect((await read(pieces)).payments).toEqual(payments);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the totals of a payment file', () => {
  it.each([
    [
      'number of transactions',
      { count: '3' },
      { line: 4, field: 'NbOfTxs', reason: 'says 3 transactions where there are 2' },
    ],
    ['control sum', { sum: '21.01' }, { line: 4, field: 'CtrlSum', reason: 'says 21.01 where the amounts sum to 21' }],
    [
      'number in a batch',
      { batch: '<NbOfTxs>1</NbOfTxs>' },
      { line: 5, field: 'NbOfTxs', reason: 'says 1 transactions where there are 2' },
    ],
    [
      'control sum of a batch',
      { batch: '<NbOfTxs>2</NbOfTxs><CtrlSum>20</CtrlSum>' },
      { line: 5, field: 'CtrlSum', reason: 'says 20 where the amounts sum to 21' },
    ],
  ])('that do not fit are told with both numbers: %s', async (_, changes, problem) => {
    const { payments, problems } = await read([newest(two, changes)]);
    expect(payments.length).toBe(2);
    expect(problems).toEqual([problem]);
  });

  it('are those of each batch in a file of several', async () => {
    const text = newest(two, { batch: '<NbOfTxs>2</NbOfTxs><CtrlSum>21</CtrlSum>', count: '4', sum: '42' });
    const batch = /<PmtInf>.*<\/PmtInf>/s.exec(text)?.[0] ?? '';
    const { payments, problems } = await read([text.replace(batch, batch + batch.replace('B1', 'B2'))]);
    expect(problems).toEqual([]);
    expect(payments.map(({ paymentInfoId }) => paymentInfoId)).toEqual(['B1', 'B1', 'B2', 'B2']);
  });

  it('fit however the numbers are written', async () => {
    const many = Array.from({ length: 30 }, (_, index) =>
      transaction(index, { amount: '<InstdAmt Ccy="EUR">.1</InstdAmt>' }),
    );
    expect((await read([newest(many, { sum: '+03.00000' })])).problems).toEqual([]);
  });
});

describe('one payment that cannot be executed', () => {
  it.each([
    ['0', { amount: '<InstdAmt Ccy="EUR">0.00</InstdAmt>' }, 'amount', 'is not above zero'],
    ['-1', { amount: '<InstdAmt Ccy="EUR">-1</InstdAmt>' }, 'amount', '"-1" is no amount'],
    ['1e3', { amount: '<InstdAmt Ccy="EUR">1e3</InstdAmt>' }, 'amount', '"1e3" is no amount'],
    ['too fine', { amount: '<InstdAmt Ccy="EUR">1.005</InstdAmt>' }, 'amount', '"1.005" is finer than EUR'],
    ['no currency', { amount: '<InstdAmt Ccy="QQQ">1</InstdAmt>' }, 'currency', '"QQQ" is no currency'],
    ['no amount', { amount: '' }, 'amount', 'is missing'],
    [
      'an equivalent',
      { amount: '<EqvtAmt><Amt Ccy="EUR">1</Amt><CcyOfTrf>USD</CcyOfTrf></EqvtAmt>' },
      'amount',
      'is an equivalent in another currency, which needs a quote first',
    ],
    [
      'a wrong IBAN',
      { account: '<IBAN>DE88370400440532013000</IBAN>' },
      'creditor.iban',
      '"DE88370400440532013000" is no IBAN (iban_check_digits_wrong)',
    ],
    ['no account', { account: '' }, 'creditor.iban', 'is missing'],
  ])('%s says why, and the next one is read', async (_, changes, field, reason) => {
    const { payments } = await read([newest([transaction(1, changes), transaction(2)])]);
    expect(payments[0]?.problems).toContainEqual({ line: 12, field, reason });
    expect(payments[1]?.problems).toEqual([]);
  });

  it('because it asks for a cheque says so', async () => {
    const { payments } = await read([newest(two, { method: 'CHK' })]);
    expect(payments[0]?.problems).toEqual([
      { line: 12, field: 'paymentMethod', reason: '"CHK" is no credit transfer' },
    ]);
  });

  it("for zeros beyond the currency's decimals can", async () => {
    const { payments } = await read([newest([transaction(1, { amount: '<InstdAmt Ccy="JPY">0100.000</InstdAmt>' })])]);
    expect(payments[0]).toMatchObject({ amount: '100', problems: [] });
  });
});

describe('a file that is no payment file', () => {
  const bomb =
    '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><Document>&b;</Document>';
  it.each([
    ['an entity bomb', bomb, 'xml_has_doctype'],
    ['a reference to a file', '<!DOCTYPE d SYSTEM "file:///etc/passwd"><Document/>', 'xml_has_doctype'],
    ['an entity of its own', newest(two).replace('Final', '&secret;'), 'xml_malformed'],
    ['cut off', newest(two).slice(0, 1_500), 'xml_malformed'],
    ['text', 'MsgId;Amount\n1;2\n', 'xml_malformed'],
    ['empty', '', 'xml_malformed'],
    ['nested without end', `<Document>${'<a>'.repeat(1_000)}`, 'xml_too_deep'],
    ['one endless text', `<Document>${'x'.repeat(2_000_000)}`, 'xml_element_too_large'],
    [
      'one payment of a megabyte',
      newest([transaction(1).replace('Final', 'x'.repeat(300_000))]),
      'xml_element_too_large',
    ],
    [
      'another document',
      '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt/></Document>',
      'not_pain001',
    ],
    ['a namespace that only looks alike', newest(two).replace('pain.001.001.09', 'pain.008.001.02'), 'not_pain001'],
  ])('is refused: %s', async (_, text, code) => {
    await expect(read([new TextEncoder().encode(text)])).rejects.toMatchObject({ name: 'FileRefused', code });
  });

  it('is read to its end however long it is, holding one payment at a time', async () => {
    const head = newest([]).split('</PmtInf>')[0] ?? '';
    const one = transaction(1);
    const source = (async function* () {
      yield head.replace('<NbOfTxs>0', '<NbOfTxs>20000').replace(/<CtrlSum>.*<\/CtrlSum>/, '');
      for (let index = 0; index < 20_000; index += 1) yield one;
      yield '</PmtInf></CstmrCdtTrfInitn></Document>';
    })();
    const file = readPain001(source);
    let count = 0;
    for await (const { problems } of file.payments) count += problems.length === 0 ? 1 : 0;
    expect(count).toBe(20_000);
    expect(file.problems).toEqual([]);
  });
});
