import { tenantId } from '@finaegis/testing/context';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readStatusReport } from '../iso20022/read-status-report.ts';
import { bulkLineId, bulkSagaId } from './bulk/bulk.ts';
import { lineReference } from './bulk/conclude.ts';
import { type FileAnswer, pain001, sendFile, type TestLine } from './fixtures/bulk-files.ts';
import { type PaymentBank, startPaymentBank } from './fixtures/payment-bank.ts';

let bank: PaymentBank;
let made = 0;
beforeAll(async () => {
  bank = await startPaymentBank();
});
afterAll(() => bank.close());

const abroad = 'FR1420041010050500013M02606';
const clearing = async (): Promise<readonly bigint[]> => [
  await bank.posted('main:clearing/sepa'),
  await bank.posted('main:clearing/bulk'),
];

const ended = async (bulkId: string) => {
  const saga = await bank.services.sagas.settled({ tenantId, sagaId: bulkSagaId(bulkId) }, 30_000);
  if (saga === undefined) throw new Error(`The saga did not end: ${String(bank.sagaErrors.at(-1))}`);
  await bank.settle();
  return saga;
};
const get = async (bulkId: string) => (await bank.call('getBulkPayment', { params: { bulkId } })).body;
const reportOf = async (bulkId: string) => {
  const { routes } = bank.modules.payment;
  const route = routes.find(({ operationId }) => operationId === 'getBulkPaymentReport');
  const answer = await route?.handle({
    params: { bulkId },
    tenantId,
    principal: { kind: 'key', id: 'k', tenantId, scopes: ['*'] },
  } as never);
  const { message, problems } = await readStatusReport([String(answer?.body)]);
  expect(problems).toEqual([]);
  if (message === undefined) throw new Error('There is no report.');
  return message;
};
const line = (amount: string, iban = abroad): TestLine => ({ endToEndId: `E${++made}`, amount, iban });
const send = async (
  lines: readonly TestLine[],
  {
    has = 100_000n,
    mode = 'best_effort',
    ...changes
  }: { readonly has?: bigint; readonly mode?: string; readonly [change: string]: unknown } = {},
) => {
  const payer = await bank.customer(has);
  const messageId = `M${++made}`;
  const file = pain001({ messageId, debtorIban: payer.iban, lines }, changes);
  const answer = await sendFile(bank, file, { query: { mode } });
  return { payer, file, answer, bulkId: String(answer.body['bulkId']) };
};

describe('a file of payments', () => {
  it('pays accounts of the bank and of others, each line by a booking of its own, and reports on every line', async () => {
    const payee = await bank.customer(0n);
    const { answer, payer, bulkId } = await send([line('10.00', payee.iban), line('20.00'), line('30.00')]);
    expect(answer).toMatchObject({ status: 202, body: { status: 'taken', lineCount: 3 } });
    expect(await ended(bulkId)).toMatchObject({ status: 'completed' });
    expect(await get(bulkId)).toMatchObject({ status: 'ended', progress: { settled: 3 } });
    expect(await bank.posted(payee.accountId)).toBe(1_000n);
    // Two lines abroad cost 0.20 each.
    expect(await bank.posted(payer.accountId)).toBe(100_000n - 6_000n - 40n);
    expect(await clearing()).toEqual([0n, 0n]);
    const report = await reportOf(bulkId);
    expect(report).toMatchObject({ groupStatus: 'ACSC', original: { name: 'pain.001.001.09', count: 3 } });
    expect(report.payments.flatMap(({ lines }) => lines.map(({ status }) => status))).toEqual(['ACSC', 'ACSC', 'ACSC']);
    expect(bank.world.rail.orders.at(-1)).toMatchObject({
      creditor: { name: 'Bert Payee' },
      debtor: { name: 'Anna Payer' },
      decimals: 2,
    });
  });

  it('is only tried by a dry run', async () => {
    const payer = await bank.customer(100_000n);
    const file = pain001({ messageId: `M${++made}`, debtorIban: payer.iban, lines: [line('20.00')] });
    const tried = await sendFile(bank, file, { query: { dryRun: 'true' } });
    expect(tried).toMatchObject({ status: 202, body: { status: 'taken', lineCount: 1 } });
    const bulkId = String(tried.body['bulkId']);
    expect(await bank.call('getBulkPayment', { params: { bulkId } })).toMatchObject({ status: 404 });
    const written = await bank.adminPool.query('select type from events where tenant_id = $1 and envelope like $2', [
      tenantId,
      `%${bulkId}%`,
    ]);
    expect(written.rows).toEqual([]);
  });

  it('sent twice pays once, and with other content under its message id is refused', async () => {
    const { file, bulkId, payer } = await send([line('20.00')]);
    await ended(bulkId);
    expect(await sendFile(bank, file)).toMatchObject({ status: 200, body: { bulkId, status: 'ended' } });
    expect(await sendFile(bank, file, { query: { mode: 'all_or_none' } })).toMatchObject({
      status: 409,
      body: { code: 'bulk_payment_exists_with_different_content' },
    });
    expect(await sendFile(bank, `${file}\n`)).toMatchObject({ status: 409 });
    expect(await bank.posted(payer.accountId)).toBe(100_000n - 2_020n);
  });

  it('by best effort refuses wrong lines and those the account cannot pay, and pays the rest', async () => {
    const lines = [line('400.00'), line('1.00', 'DE00370400440532013000'), line('700.00'), line('5.00')];
    const { bulkId, payer, answer } = await send(lines);
    expect(answer.status).toBe(202);
    await ended(bulkId);
    const { items } = (await bank.call('listBulkPaymentLines', { params: { bulkId } })).body as never as {
      items: readonly object[];
    };
    expect(items).toMatchObject([
      { line: 1, status: 'settled' },
      { line: 2, status: 'rejected', reason: 'iban_check_digits_wrong', at: 6 },
      { line: 3, status: 'rejected', reason: 'insufficient_funds' },
      { line: 4, status: 'settled' },
    ]);
    expect(await bank.posted(payer.accountId)).toBe(100_000n - 40_500n - 40n);
    const report = await reportOf(bulkId);
    expect(report.groupStatus).toBe('PART');
    expect(report.payments[0]?.lines.map(({ status, reasons }) => [status, reasons[0]?.code])).toEqual([
      ['ACSC', undefined],
      ['RJCT', 'AC01'],
      ['RJCT', 'AM04'],
      ['ACSC', undefined],
    ]);
  });

  it('of all or none is debited as one journal, and a line may still come back', async () => {
    const lines = [line('20.00'), line('30.00')];
    bank.world.rail.script(lines[1]?.endToEndId ?? '', { kind: 'decline', code: 'AC04' });
    const { bulkId, payer } = await send(lines, { mode: 'all_or_none' });
    await ended(bulkId);
    const journals = await bank.adminPool.query(
      'select count(*)::int as n from events where tenant_id = $1 and type = \'JournalPosted\' and envelope like \'%"kind":"bulk-payment"%\' and envelope like $2',
      [tenantId, `%${bulkId}%`],
    );
    expect(journals.rows).toEqual([{ n: 1 }]);
    expect(await get(bulkId)).toMatchObject({ status: 'ended', progress: { settled: 1, returned: 1 } });
    expect(await bank.posted(payer.accountId)).toBe(100_000n - 2_020n);
    expect(await clearing()).toEqual([0n, 0n]);
    const wanted = { params: { bulkId, line: '1' }, body: { reason: 'MS03', entryReference: 'ENTRY-1' } };
    const tried = await bank.call('returnBulkPaymentLine', { ...wanted, query: { dryRun: 'true' } });
    expect(tried).toMatchObject({ status: 200, body: { progress: { returned: 2 } } });
    expect(await bank.posted(payer.accountId)).toBe(100_000n - 2_020n);
    const back = await bank.call('returnBulkPaymentLine', wanted);
    expect(back).toMatchObject({ status: 200, body: { progress: { returned: 2 } } });
    // The fee of a line that came back stays, since the bank did its work.
    expect(await bank.posted(payer.accountId)).toBe(100_000n - 20n);
    expect((await bank.call('returnBulkPaymentLine', wanted)).status).toBe(200);
    expect(await bank.posted(payer.accountId)).toBe(100_000n - 20n);
  });

  it('whose line comes back after it was settled gives it to whoever paid, told by the bank’s entry alone', async () => {
    const { bulkId, payer } = await send([line('20.00'), line('30.00')]);
    await ended(bulkId);
    const [paidOut, suspense] = [await bank.posted(payer.accountId), await bank.posted('main:suspense/unidentified')];
    const entry = (number: number, amountMinor: bigint, more: object = {}) =>
      bank.modules.payment.takeEntry(
        tenantId,
        {
          bank: 'ing',
          entity: 'main',
          entryReference: `LATE-${bulkId}-${number}-${amountMinor}`,
          asset: 'EUR',
          side: 'CRDT',
          amountMinor,
          bookingDate: '2025-01-30',
          reference: lineReference(bulkLineId(bulkId, number)),
          isReturn: true,
          returnCode: 'AC04',
          isBookedElsewhere: false,
          ...more,
        },
        'statement',
      );
    expect(await entry(1, 2_000n)).toBe('return');
    expect(await entry(1, 2_000n)).toBe('return');
    // A bank on the way kept a charge.
    expect(await entry(2, 2_900n)).toBe('return');
    await bank.settle();
    expect(await get(bulkId)).toMatchObject({ progress: { returned: 2 } });
    expect(await bank.posted(payer.accountId)).toBe(paidOut + 4_900n);
    expect(await bank.posted('main:clearing/returns')).toBe(0n);
    expect(await bank.posted('main:suspense/unidentified')).toBe(suspense);
    const { body } = await bank.call('listBulkPaymentLines', { params: { bulkId } });
    expect(body.items).toMatchObject([
      { status: 'returned', reason: 'AC04' },
      { status: 'returned', reason: 'AC04' },
    ]);
    expect((await reportOf(bulkId)).groupStatus).toBe('RJCT');

    // More than was paid is other money, and somebody's to look at.
    const other = await send([line('20.00')]);
    await ended(other.bulkId);
    const more = { reference: lineReference(bulkLineId(other.bulkId, 1)) };
    expect(await entry(3, 2_001n, more)).toBe('incoming');
    expect(await bank.posted('main:suspense/unidentified')).toBe(suspense + 2_001n);
  });

  it('of all or none is refused whole where the money does not suffice or a check refuses a line', async () => {
    const poor = await send([line('600.00'), line('600.00')], { mode: 'all_or_none' });
    expect(await ended(poor.bulkId)).toMatchObject({ status: 'undone', failure: { code: 'insufficient_funds' } });
    expect(await get(poor.bulkId)).toMatchObject({ status: 'rejected', reason: 'insufficient_funds' });
    expect((await reportOf(poor.bulkId)).groupStatus).toBe('RJCT');
    expect(await bank.posted(poor.payer.accountId)).toBe(100_000n);
    bank.world.verdicts.set(777n, { kind: 'refuse', reason: 'sanctions' });
    const bad = await send([line('1.00'), line('7.77')], { mode: 'all_or_none' });
    expect(await ended(bad.bulkId)).toMatchObject({ status: 'undone', failure: { code: 'bulk_line_refused' } });
    expect(await bank.posted(bad.payer.accountId)).toBe(100_000n);
    const wrong = await send([line('1.00'), line('1.00', 'DE00370400440532013000')], { mode: 'all_or_none' });
    expect(wrong.answer).toMatchObject({
      status: 422,
      body: { code: 'bulk_file_invalid', problems: [{ code: 'iban_check_digits_wrong' }] },
    });
  });

  it('waits for lines a bank only accepted, asks about lost ones, and credits suspense where nobody can take money back', async () => {
    const lines = [line('20.00'), line('30.00'), line('40.00')];
    const [first, second, third] = lines.map(({ endToEndId }) => endToEndId) as [string, string, string];
    bank.world.rail.script(first, { kind: 'accept' });
    bank.world.rail.script(second, { kind: 'time_out', hasArrived: true });
    bank.world.rail.script(third, { kind: 'time_out', hasArrived: false }, { kind: 'decline', code: 'AC06' });
    const { bulkId, payer } = await send(lines);
    while (!bank.world.rail.orders.some(({ endToEndId }) => endToEndId === first))
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect((await get(bulkId))['status']).toBe('taken');
    bank.world.rail.settle(first);
    await ended(bulkId);
    expect(await get(bulkId)).toMatchObject({ progress: { settled: 2, returned: 1 } });
    expect(await bank.posted(payer.accountId)).toBe(100_000n - 5_000n - 40n);
    expect(await clearing()).toEqual([0n, 0n]);
    expect(bank.world.rail.orders.filter(({ endToEndId }) => endToEndId === second)).toHaveLength(1);
  });
});

describe('a run that is cut off in its middle', () => {
  it('goes on elsewhere: what a bank has is asked about and not sent again, and every line is paid once', async () => {
    const { rail } = bank.world;
    const lines = Array.from({ length: 230 }, () => line('1.00'));
    const submit = rail.submit;
    const sent: string[] = [];
    let isDead = false;
    rail.submit = async (order, abort) => {
      isDead ||= sent.length >= 150;
      if (isDead) throw new Error('The process is gone.');
      sent.push(order.key);
      return submit(order, abort);
    };
    const { bulkId, payer } = await send(lines);
    while (!isDead) await new Promise((resolve) => setTimeout(resolve, 5));
    // The bank has 150 orders of which nothing is recorded here.
    await bank.takeOver();
    const counts = await bank.adminPool.query(
      "select count(*)::int as n from events where type = 'BulkLinesConcluded' and envelope like $1",
      [`%${bulkId}%`],
    );
    expect(counts.rows).toEqual([{ n: 0 }]);
    rail.submit = async (order, abort) => {
      sent.push(order.key);
      return submit(order, abort);
    };
    await ended(bulkId);
    rail.submit = submit;
    expect(sent).toHaveLength(230);
    expect(new Set(sent).size).toBe(230);
    expect(await bank.posted(payer.accountId)).toBe(100_000n - 230n * 120n);
    expect(await get(bulkId)).toMatchObject({ status: 'ended', progress: { settled: 230 } });
    expect(await clearing()).toEqual([0n, 0n]);
  });
});

describe('JSON lines', () => {
  const json = (payer: string, lines: readonly object[], more: object = {}): string =>
    [{ messageId: `J${++made}`, debtorAccountId: payer, ...more }, ...lines]
      .map((one) => JSON.stringify(one))
      .join('\n');
  const pay = (amount: string, iban = abroad) => ({
    endToEndId: `E${++made}`,
    amount: { amount, asset: 'EUR' },
    creditor: { name: 'Bert', iban },
  });
  const sendJson = (file: string, query = {}) => sendFile(bank, file, { contentType: 'application/x-ndjson', query });

  it('are paid like a file, and a wrong line is told with its place', async () => {
    const payer = await bank.customer(10_000n);
    const file = json(payer.accountId, [pay('1.00'), pay('1.00', 'DE00'), pay('1.001')], { count: 3 });
    const { status, body } = await sendJson(file);
    expect(status).toBe(202);
    await ended(String(body['bulkId']));
    const listed = (await bank.call('listBulkPaymentLines', { params: { bulkId: String(body['bulkId']) } })).body;
    expect(listed['items']).toMatchObject([
      { at: 2, status: 'settled' },
      { at: 3, status: 'rejected', reason: 'field_invalid' },
      { at: 4, status: 'rejected', reason: 'amount_scale_too_fine' },
    ]);
    expect(await bank.posted(payer.accountId)).toBe(10_000n - 120n);
    expect((await reportOf(String(body['bulkId']))).groupStatus).toBe('PART');
    const { items } = (await bank.call('listBulkPayments')).body as never as {
      readonly items: readonly { readonly bulkId: string }[];
    };
    expect(items[0]?.bulkId).toBe(body['bulkId']);
    const stranger = await bank.customer(0n);
    const as = { actingFor: stranger.partyId };
    expect((await bank.call('listBulkPayments', { as })).body['items']).toEqual([]);
    expect((await bank.call('getBulkPayment', { params: { bulkId: String(body['bulkId']) }, as })).status).toBe(404);
  });

  it.each<[string, (payer: string) => string, string]>([
    ['is no JSON', () => '{', 'json_malformed'],
    ['has no payment', (payer) => json(payer, []), 'field_missing'],
    ['sums to something else', (payer) => json(payer, [pay('1.00')], { controlSum: '2.00' }), 'control_sum_differs'],
    ['counts otherwise', (payer) => json(payer, [pay('1.00')], { count: 2 }), 'count_differs'],
    ['has too many lines', (payer) => `${json(payer, [])}\n${'{}\n'.repeat(100_001)}`, 'too_many_lines'],
  ])('a file that %s is refused', async (_, file, code) => {
    const payer = await bank.customer(0n);
    expect(await sendJson(file(payer.accountId))).toMatchObject({
      status: 422,
      body: { code: 'bulk_file_invalid', problems: [{ code }] },
    });
  });
});

describe('a file that is wrong as a whole', () => {
  const refused = async (file: string, contentType?: string): Promise<FileAnswer> =>
    sendFile(bank, file, contentType === undefined ? {} : { contentType });

  it.each<[string, (file: string) => string, string]>([
    ['is no XML', (file) => file.replace('</Document>', ''), 'xml_malformed'],
    ['has a document type', (file) => file.replace('?>', '?><!DOCTYPE a [<!ENTITY b "c">]>'), 'xml_has_doctype'],
    [
      'is nested without end',
      (file) => file.replace('<GrpHdr>', `${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}<GrpHdr>`),
      'xml_too_deep',
    ],
    [
      'has an attribute of megabytes',
      (file) => file.replace('<GrpHdr>', `<GrpHdr x="${'y'.repeat(4_000_000)}">`),
      'xml_element_too_large',
    ],
    ['sums to something else', (file) => file.replace(/<CtrlSum>[^<]*/, '<CtrlSum>9.00'), 'control_sum_differs'],
    ['counts otherwise', (file) => file.replace(/<NbOfTxs>\d+/, '<NbOfTxs>7'), 'count_differs'],
    ['is another message', (file) => file.replaceAll('CstmrCdtTrfInitn', 'FIToFI'), 'message_not_expected'],
    [
      'breaks its schema',
      (file) => file.replace('<PmtMtd>TRF</PmtMtd>', '<PmtMtd>TRF</PmtMtd><Own>1</Own>'),
      'schema_violated',
    ],
  ])('because it %s is refused with the line, and nothing is written', async (_, spoil, code) => {
    const payer = await bank.customer(0n);
    const written = async () =>
      (await bank.adminPool.query("select count(*)::int as n from events where context = 'payment'")).rows;
    const before = await written();
    const file = spoil(pain001({ messageId: `M${++made}`, debtorIban: payer.iban, lines: [line('1.00')] }));
    expect(await refused(file)).toMatchObject({
      status: 422,
      body: { code: 'bulk_file_invalid', problems: expect.arrayContaining([expect.objectContaining({ code })]) },
    });
    expect(await written()).toEqual(before);
  });

  it('names a payer who has no account here', async () => {
    const file = pain001({ messageId: `M${++made}`, debtorIban: abroad, lines: [line('1.00')] });
    expect(await refused(file)).toMatchObject({ status: 422, body: { code: 'bulk_debtor_unknown' } });
  });
});
