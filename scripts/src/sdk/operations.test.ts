import { expect, test } from 'vitest';
import { readOpenApi, type WrittenOperation } from './document.ts';
import { operationsOf } from './operations.ts';

const api = await readOpenApi();
const named = (paths: Readonly<Record<string, string>>): readonly string[] =>
  operationsOf({
    ...api,
    paths: Object.fromEntries(
      Object.entries(paths).map(([path, operationId]): [string, Record<string, WrittenOperation>] => [
        path,
        { get: { operationId, summary: '', responses: { 200: { description: '', content: {} } } } },
      ]),
    ),
  }).map(({ group, method }) => `${group}.${method}`);

test('methods leave out what their group says already, and never the verb', () => {
  expect(
    named({
      '/v1/accounts': 'openAccount',
      '/v1/accounts/{accountId}/blocks': 'listAccountBlocks',
      '/v1/accounts/{accountId}/standing-orders': 'listStandingOrders',
      '/v1/cgo/investments/{investmentId}': 'getInvestment',
      '/v1/deposits': 'recordDeposit',
      '/v1/parties': 'registerParty',
      '/v1/transfer-batches': 'createTransferBatch',
      '/v1/withdrawals': 'withdraw',
    }),
  ).toEqual([
    'accounts.open',
    'accounts.listBlocks',
    'accounts.listStandingOrders',
    'cgoInvestments.get',
    'deposits.record',
    'parties.register',
    'transferBatches.create',
    'withdrawals.withdraw',
  ]);
});

test('two operations of one name stop the generator', () => {
  expect(() => named({ '/v1/accounts': 'openAccount', '/v1/accounts/other': 'openAccounts' })).toThrow(
    'Two operations would be accounts.open.',
  );
});

test('every operation of the document is offered, but those that are offered otherwise or are not for clients', () => {
  const written = Object.values(api.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
  const offered = new Set(operationsOf(api).map(({ id }) => id));
  expect(written.filter((id) => !offered.has(id)).toSorted()).toEqual([
    'followBulkPayment',
    'receiveWebhook',
    'streamMessages',
  ]);
});
