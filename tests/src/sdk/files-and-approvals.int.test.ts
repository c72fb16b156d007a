import { createFinAegis, type FinAegis, FinAegisApprovalPending, FinAegisFault } from '@finaegis/sdk';
import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eur } from '../api.ts';
import { until } from '../realtime/client.ts';
import { startUnsteadyProxy, type UnsteadyProxy } from './unsteady-proxy.ts';

let bank: TestBank;
let api: TestApi;
let proxy: UnsteadyProxy;
let client: FinAegis;
let anna: string;
let ben: string;

const apiKey = (): string => api.authorization.replace('Bearer ', '');

beforeAll(async () => {
  bank = await startTestBank();
  api = await bank.serve();
  proxy = await startUnsteadyProxy(api.url);
  client = createFinAegis({ url: proxy.url, apiKey: apiKey() });
  await client.entities.setBankDetails('main', { country: 'DE', bankCode: '37040044', name: 'Main Bank' });
  anna = (await bank.openCustomer({ amountMinor: 100_000n })).accountId;
  ben = (await bank.openCustomer()).accountId;
});

afterAll(async () => {
  await assertCoherent(bank.bank, bank.tenantId);
  await proxy.close();
  await api.close();
  await bank.close();
});

it('a file of payments is sent as it is, and followed to its end over a connection that is cut', async () => {
  const { identifiers } = await client.accounts.get(ben);
  const iban = identifiers.find(({ scheme }) => scheme === 'iban')?.value ?? '';
  const lines = [1, 2, 3].map((number) => ({
    endToEndId: `E${number}`,
    amount: eur('1.00'),
    creditor: { name: 'Ben', iban },
  }));
  const content = [{ messageId: 'FILE-1', debtorAccountId: anna }, ...lines].map((part) => JSON.stringify(part));
  const { bulkId } = await client.bulkPayments.create({
    contentType: 'application/x-ndjson',
    content: new Blob([content.join('\n')]),
  });
  const [heard, cuts]: [string[], unknown[]] = [[], []];
  for await (const { status, progress } of client.followBulkPayment(bulkId, { onCut: (why) => cuts.push(why) })) {
    heard.push(`${status} ${progress['settled'] ?? 0}`);
    if (heard.length > 1) continue;
    // Nothing moves before somebody executes sagas: what is heard next is heard over another connection.
    proxy.cutAll();
    bank.bank.runSagas();
  }
  expect(heard[0]).toBe('taken 0');
  expect(heard.at(-1)).toBe('ended 3');
  expect(cuts.length).toBeGreaterThan(0);
  expect(await client.bulkPayments.getReport(bulkId)).toContain('pain.002');
  await expect(async () => {
    for await (const { status } of client.followBulkPayment(anna)) heard.push(status);
  }).rejects.toMatchObject({ code: 'not_found' });
});

it('a statement is an object, and a file in three forms', async () => {
  const { businessDate } = await client.entities.get('main');
  await client.entities.closeBusinessDay('main', { businessDate });
  await client.entities.openBusinessDay('main', { businessDate: '2026-03-31' });
  await client.entities.closeBusinessDay('main', { businessDate: '2026-03-31' });
  await bank.settle();
  await client.statementRuns.run({ date: '2026-03-31' });
  expect(await client.accounts.getStatement(anna, 'EUR', 1)).toMatchObject({ number: 1 });
  const fileOf = (format: 'csv' | 'pdf' | 'camt053') =>
    client.statementFile({ accountId: anna, asset: 'EUR', number: 1 }, format);
  const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  expect(textOf((await fileOf('pdf')).slice(0, 5))).toBe('%PDF-');
  expect(textOf(await fileOf('csv'))).toContain('opening,1,');
  expect(textOf(await fileOf('camt053'))).toContain('camt.053.001.08');
  await client.entities.openBusinessDay('main', { businessDate: '2026-04-01' });
});

it('what waits for a second person is no answer, and no transfer: it says what is waited for', async () => {
  await client.approvalPolicies.set({ command: 'ledger.PostJournal', from: [eur('0.01')] });
  const transfer = { from: anna, to: ben, amount: eur('0.01') };
  let pending: unknown;
  await until(async () => {
    // A policy is felt within a second.
    pending = await client.transfers.create(transfer).then(
      () => undefined,
      (error: unknown) => error,
    );
    return pending !== undefined;
  });
  if (!(pending instanceof FinAegisApprovalPending)) throw pending;
  expect(pending.approval).toMatchObject({ status: 'pending', command: 'ledger.PostJournal' });
  expect(pending.asked).toMatchObject({ operation: 'createTransfer', attempts: 1 });
  expect(pending.asked.idempotencyKey).toMatch(/^[0-9a-f]{32}$/);
  expect(await client.approvals.get(pending.approval.approvalId)).toMatchObject({ status: 'pending' });
  const { status, data } = await client.call('createTransfer', { body: transfer });
  expect([status, data]).toEqual([202, expect.objectContaining({ status: 'pending' })]);
});

it('what is not the bank is not believed, and a redirection not followed', async () => {
  const asked: string[] = [];
  const answering = (answer: () => Response) =>
    createFinAegis({
      url: 'https://bank.example/',
      apiKey: async () => 'fin_key',
      attemptsMax: 2,
      fetch: async (url, init) => {
        asked.push(`${init?.method} ${typeof url === 'string' ? url : ''} ${String(init?.redirect)}`);
        return answer();
      },
    });
  const html = () => new Response('<h1>Sign in to the hotel</h1>', { headers: { 'content-type': 'text/html' } });
  const moved = () => new Response(null, { status: 302, headers: { location: 'https://elsewhere.example/' } });
  const broken = () => new Response('{"items":[', { headers: { 'content-type': 'application/json' } });
  for (const answer of [html, moved, broken]) {
    const error = await answering(answer)
      .accounts.get('a/b?c')
      .catch((its: unknown) => its);
    expect(error).toBeInstanceOf(FinAegisFault);
    expect(error).toMatchObject({ reason: 'answer_unreadable', asked: { operation: 'getAccount' } });
  }
  expect(new Set(asked)).toEqual(new Set(['GET https://bank.example/v1/accounts/a%2Fb%3Fc manual']));
  expect(() => createFinAegis({ url: 'ftp://bank.example', apiKey: 'k' })).toThrow(TypeError);
  expect(() => createFinAegis({ url: 'bank.example', apiKey: 'k' })).toThrow(TypeError);
  await expect(createFinAegis({ url: api.url, apiKey: 'a\nb' }).me.get()).rejects.toThrow(TypeError);
  for (const none of ['', '.', '..'])
    await expect(client.accounts.get(none)).rejects.toThrow('getAccount needs accountId.');
  await expect(client.accounts.listTransactions('..')).rejects.toThrow('listTransactions needs accountId.');
  await expect(client.call('closeAccount', { params: { accountId: '..' } })).rejects.toThrow(TypeError);
});
