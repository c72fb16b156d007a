import { describe, expect, it } from 'vitest';
import type { EntryDetail } from './bank-statement.ts';
import { countOf, sample, sampleText } from './fixtures/samples.ts';
import { readBankStatementFile, readBankStatements } from './read-bank-statements.ts';

interface Parts {
  readonly entries?: string;
  readonly summary?: string;
  readonly closing?: string;
  readonly account?: string;
}

const statement = ({ entries = '', summary = '', closing = '100.00', account }: Parts): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2025-01-31T22:00:00Z</CreDtTm></GrpHdr>
<Stmt><Id>S1</Id><CreDtTm>2025-01-31T22:00:00Z</CreDtTm>
<Acct><Id><IBAN>${account ?? 'DE89370400440532013000'}</IBAN></Id></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2025-01-31</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${closing}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2025-01-31</Dt></Dt></Bal>
${summary}${entries}</Stmt></BkToCstmrStmt></Document>`;

const entry = (content: string, amount = '10.00', side = 'CRDT', status = 'BOOK'): string =>
  `<Ntry><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>${side}</CdtDbtInd><Sts><Cd>${status}</Cd></Sts><BkTxCd/>${content}</Ntry>`;

const details = (content: string): string => `<NtryDtls><TxDtls>${content}</TxDtls></NtryDtls>`;

const detailOf = async (text: string): Promise<EntryDetail | undefined> =>
  (await readBankStatementFile([text])).message?.[0]?.entries[0]?.details[0];

describe('statements of banks', () => {
  it.each([
    ['ing-camt053.xml', []],
    // The bank shows six entries of a busy day, which do not make its closing balance; that is told and hinders nothing.
    ['goldman-sachs-uk-camt053.xml', ['closing_balance_differs']],
  ])('%s is read to its last entry', async (name, told) => {
    const { message, problems } = await readBankStatementFile(await sample(name));
    const text = await sampleText(name);
    expect(message?.length).toBe(countOf(text, 'Stmt'));
    const entries = message?.flatMap((each) => each.entries) ?? [];
    expect(entries.length).toBe(countOf(text, 'Ntry'));
    expect(entries.flatMap((each) => each.details).length).toBe(countOf(text, 'TxDtls'));
    expect(message?.flatMap((each) => each.balances).length).toBe(countOf(text, 'Bal'));
    expect(problems.map(({ code }) => code)).toEqual(told);
  });

  it('of ING adds up, and names payers, references and its own codes', async () => {
    const { message } = await readBankStatementFile(await sample('ing-camt053.xml'));
    const [read] = message ?? [];
    expect(read).toMatchObject({
      kind: 'statement',
      id: '201401030009999',
      sequence: '03',
      from: '2014-01-03T00:00:00',
      account: { iban: 'NL08INGB0000001234' },
      currency: 'EUR',
      servicer: { bic: 'INGBNL2A' },
    });
    expect(read?.balances[0]).toEqual({
      type: 'PRCD',
      amount: { amount: '1000.00', currency: 'EUR' },
      side: 'CRDT',
      date: '2014-01-02',
    });
    expect(read?.entries[0]).toEqual({
      reference: '011111333306999888000000008',
      amount: { amount: '350.00', currency: 'EUR' },
      side: 'CRDT',
      isReversal: false,
      status: 'BOOK',
      bookingDate: '2014-01-03',
      valueDate: '2014-01-03',
      accountServicerReference: '59999208N9',
      bankTransactionCode: { domain: 'PMNT', family: 'RCDT', subFamily: 'ESCT', proprietary: '00100' },
      charges: [],
      details: [
        {
          side: 'CRDT',
          amount: { amount: '350.00', currency: 'EUR' },
          charges: [],
          counterparty: {
            name: 'INGTestrekening',
            account: { iban: 'NL20INGB0001234567' },
            agent: { bic: 'INGBNL2A' },
          },
          remittance: { creditorReference: '0010008346912014' },
        },
      ],
    });
  });

  it('of Goldman Sachs tells what was instructed from what was booked, and who a returned payment went to', async () => {
    const { message } = await readBankStatementFile(await sample('goldman-sachs-uk-camt053.xml'));
    const entries = message?.flatMap((each) => each.entries) ?? [];
    const exchanged = entries.find(({ details: [detail] }) => detail?.instructedAmount?.currency === 'EUR');
    expect(exchanged?.details[0]).toMatchObject({
      amount: { amount: '262.55', currency: 'GBP' },
      instructedAmount: { amount: '303.00', currency: 'EUR' },
      endToEndId: 'CHCSVP1139982',
      counterparty: { name: 'FX Withdraw', agent: { bic: 'TESTTESTXXX' } },
      remittance: { unstructured: ['Test3', 'FX USD - GBP'] },
    });
    const reversal = entries.find(({ isReversal }) => isReversal);
    expect(reversal).toMatchObject({ side: 'CRDT', bookingDate: '2023-10-09', valueDate: '2022-10-12' });
    expect(reversal?.details[0]?.counterparty).toEqual({
      name: 'TEST NAME',
      account: { other: '12345678' },
      agent: { other: '622294' },
    });
  });
});

describe('the numbers of a statement', () => {
  const three = entry('') + entry('', '5.00', 'DBIT') + entry('', '7.00', 'CRDT', 'PDNG');
  const problemsOf = async (parts: Parts) =>
    (await readBankStatementFile([statement(parts)])).problems.map(({ code, path, reason }) => [code, path, reason]);

  it('close where opening balance and booked entries lead, pending ones not counted', async () => {
    expect(await problemsOf({ entries: three, closing: '105.00' })).toEqual([]);
    expect(await problemsOf({ entries: three, closing: '112.00' })).toEqual([
      ['closing_balance_differs', 'Stmt[1]/Bal', 'closes at 112.00 CRDT where the booked entries make 105'],
    ]);
  });

  it('are counted on each side, as far as the bank says totals', async () => {
    const total = (name: string, count: number, sum: string) =>
      `<${name}><NbOfNtries>${count}</NbOfNtries><Sum>${sum}</Sum></${name}>`;
    const summary = (...totals: readonly string[]) => `<TxsSummry>${totals.join('')}</TxsSummry>`;
    const good = summary(total('TtlNtries', 3, '22'), total('TtlCdtNtries', 2, '17.00'), total('TtlDbtNtries', 1, '5'));
    expect(await problemsOf({ entries: three, closing: '105.00', summary: good })).toEqual([]);
    const bad = summary(total('TtlNtries', 4, '22'), total('TtlCdtNtries', 2, '17.01'), total('TtlDbtNtries', 1, '5'));
    expect(await problemsOf({ entries: three, closing: '105.00', summary: bad })).toEqual([
      ['count_differs', 'Stmt[1]/TxsSummry/TtlNtries/NbOfNtries', 'says 4 where there are 3'],
      ['control_sum_differs', 'Stmt[1]/TxsSummry/TtlCdtNtries/Sum', 'says 17.01 where the amounts sum to 17'],
    ]);
  });

  it.each([
    ['of no side', entry('').replace('<CdtDbtInd>CRDT</CdtDbtInd>', ''), 'field_missing', 'Ntry[1]/CdtDbtInd'],
    ['of a third side', entry('', '10.00', 'BOTH'), 'code_unknown', 'Ntry[1]/CdtDbtInd'],
    ['of no status', entry('').replace('<Sts><Cd>BOOK</Cd></Sts>', ''), 'field_missing', 'Ntry[1]/Sts'],
    ['of no amount', entry('', 'ten'), 'amount_malformed', 'Ntry[1]/Amt'],
    ['too fine', entry('', '1.001'), 'amount_scale_too_fine', 'Ntry[1]/Amt'],
    [
      'of no day',
      entry('').replace('<BkTxCd/>', '<BookgDt><Dt>2025-13-01</Dt></BookgDt>'),
      'date_malformed',
      'Ntry[1]/BookgDt',
    ],
  ])('an entry %s has a problem of its own', async (_, entries, code, path) => {
    const found: unknown[] = [];
    for await (const part of readBankStatements([statement({ entries })]).parts)
      if (part.kind === 'entry') found.push(...part.problems);
    expect(found).toEqual([expect.objectContaining({ code, path: `Stmt[1]/${path}` })]);
  });
});

describe('a transaction that came back', () => {
  const own = '<CdtrAcct><Id><IBAN>CZ6508000000192000145399</IBAN></Id></CdtrAcct>';
  const returned = (parties: string, more = '') =>
    statement({
      account: 'CZ6508000000192000145399',
      entries: entry(
        details(
          `<Refs><EndToEndId>E7</EndToEndId></Refs>${more}<RltdPties>${parties}</RltdPties><RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>Closed</AddtlInf></RtrInf>`,
        ),
      ),
    });

  it('says why, and whose end-to-end id it bears', async () => {
    expect(await detailOf(returned('<Cdtr><Pty><Nm>Payee</Nm></Pty></Cdtr>'))).toMatchObject({
      returnReason: { code: 'AC04', information: ['Closed'] },
      endToEndId: 'E7',
      originalEndToEndId: 'E7',
      counterparty: { name: 'Payee' },
    });
  });

  it('has its other side wherever the bank puts it, and never the account itself', async () => {
    const debtor = '<Dbtr><Pty><Nm>Payee</Nm></Pty></Dbtr>';
    expect((await detailOf(returned(debtor)))?.counterparty).toEqual({ name: 'Payee' });
    expect((await detailOf(returned(`${debtor}<Cdtr><Pty><Nm>We</Nm></Pty></Cdtr>${own}`)))?.counterparty).toEqual({
      name: 'Payee',
    });
  });

  it('a payment that did not come back is never laid on the account’s own side', async () => {
    const text = statement({ entries: entry(details('<RltdPties><Cdtr><Pty><Nm>We</Nm></Pty></Cdtr></RltdPties>')) });
    expect((await detailOf(text))?.counterparty).toBeUndefined();
  });
});

describe('entries', () => {
  it('of a batch have all its transactions, which need not say each amount', async () => {
    const text = statement({
      entries: entry(
        '<NtryDtls><Btch><PmtInfId>B1</PmtInfId><NbOfTxs>2</NbOfTxs></Btch><TxDtls><Amt Ccy="EUR">4.00</Amt></TxDtls><TxDtls/></NtryDtls>',
      ),
    });
    const read = (await readBankStatementFile([text])).message?.[0]?.entries[0];
    expect(read?.batch).toEqual({ paymentInfoId: 'B1', count: 2 });
    expect(read?.details.map(({ amount }) => amount?.amount)).toEqual(['4.00', undefined]);
  });

  it('say what was charged, in the form of either generation', async () => {
    const charge = '<Amt Ccy="EUR">1.50</Amt><CdtDbtInd>DBIT</CdtDbtInd>';
    const expected = [{ amount: { amount: '1.50', currency: 'EUR' }, side: 'DBIT' }];
    const newer = `<Chrgs><Rcrd>${charge}<Br>SHAR</Br></Rcrd><Rcrd>${charge}</Rcrd></Chrgs>`;
    expect((await detailOf(statement({ entries: entry(details(newer)) })))?.charges).toEqual([
      { ...expected[0], bearer: 'SHAR' },
      ...expected,
    ]);
    expect((await detailOf(statement({ entries: entry(details(`<Chrgs>${charge}</Chrgs>`)) })))?.charges).toEqual(
      expected,
    );
  });

  it('come after their statement, also of several statements in one file and of one without any', async () => {
    const text = statement({ entries: entry('') + entry('') });
    const [one = ''] = /<Stmt>.*<\/Stmt>/s.exec(text) ?? [];
    const empty = one.replace(/<Ntry>.*<\/Ntry>/s, '').replace('S1', 'S2');
    const kinds: string[] = [];
    for await (const part of readBankStatements([text.replace(one, one + empty + one.replace('S1', 'S3'))]).parts)
      kinds.push(part.kind === 'statement' ? part.statement.id : part.kind);
    expect(kinds).toEqual(['S1', 'entry', 'entry', 'S2', 'S3', 'entry', 'entry']);
  });

  it('of a file without an account, a message or a known family are told', async () => {
    const text = statement({});
    const codes = async (changed: string) =>
      (await readBankStatementFile([changed])).problems.map(({ code, path }) => `${code} ${path}`);
    expect(await codes(text.replace(/<Acct>.*<\/Acct>/, ''))).toEqual(['field_missing Stmt[1]/Acct/Id']);
    expect(await codes(text.replace('camt.053.001.08', 'camt.060.001.05'))).toEqual(['message_not_expected Document']);
    expect(await codes('<Document/>')).toEqual(['message_not_expected Document']);
    expect(await codes(text.replace(/<GrpHdr>.*<\/GrpHdr>/, ''))).toEqual(['message_not_expected Document']);
  });

  it('are read however many there are, holding one at a time', async () => {
    const [head = '', tail = ''] = statement({ closing: '200100.00' }).split('</Stmt>');
    const source = (function* () {
      yield head;
      for (let index = 0; index < 20_000; index += 1) yield entry(details('<Refs><EndToEndId>E</EndToEndId></Refs>'));
      yield `</Stmt>${tail}`;
    })();
    const { parts, problems } = readBankStatements(source);
    let entries = 0;
    for await (const part of parts) entries += part.kind === 'entry' && part.problems.length === 0 ? 1 : 0;
    expect(entries).toBe(20_000);
    expect(problems).toEqual([]);
  });
});
