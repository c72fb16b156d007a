import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importOrders } from './import-orders.ts';
import { importedId } from './import-target.ts';
import { parseMapping } from './mapping.ts';

let test: TestBank;

const source = 'core';
const columns = ['id', 'account', 'bank', 'to', 'name', 'amount', 'purpose'];
const mapping = parseMapping(
  JSON.stringify({
    record: 'standing_order',
    layout: { separator: 'semicolon', hasHeader: false, columns },
    fields: {
      externalId: { column: 'id' },
      accountExternalId: { column: 'account' },
      counterpartyBank: { column: 'bank' },
      counterpartyAccount: { column: 'to' },
      counterpartyName: { column: 'name' },
      amountMinor: { column: 'amount', amount: { decimals: 2 } },
      asset: { constant: 'EUR' },
      frequency: { constant: 'monthly' },
      purpose: { column: 'purpose' },
    },
  }),
);
const good = ['o1;a1;YZ;87144583;Petr Svoboda;24.52;household', 'o2;a1;ST;89597016;;33.72;loan'];
const target = () => ({ bank: test.bank, tenantId: test.tenantId, entity: 'main', source });
const run = (rows: readonly string[]) => importOrders(target(), [`${rows.join('\n')}\n`], mapping);
const kept = async (): Promise<unknown> =>
  (
    await test.adminPool.query(
      "select external_reference as id, amount::text, counterparty_bank as bank, status from account_standing_orders where account_id <> '' order by 1",
    )
  ).rows;

beforeAll(async () => {
  test = await startTestBank();
  const { accountId: _made, partyId } = await test.openCustomer({});
  await test.accept(test.bank.modules.account.handlers.openAccount, {
    accountId: importedId(target(), 'account', 'a1'),
    entity: 'main',
    product: 'current',
    asset: 'EUR',
    holders: [{ partyId, kind: 'owner', mandateId: test.bank.services.newId() }],
  });
});

afterAll(async () => {
  await test.close();
});

describe('standing orders of a file', () => {
  it('are kept where they are good; bad rows are told with their lines', async () => {
    const { orders, report } = await run([
      ...good,
      'o3;a9;YZ;1;;1.00;loan',
      'o1;a1;YZ;1;;9.00;loan',
      'o4;a1;YZ;1;;0.00;loan',
      'o5;a1;YZ;1;;1.00;for my flat',
    ]);
    expect(report).toMatchObject({ read: 4, imported: 2, repeated: 0 });
    expect(report.bad).toMatchObject([
      { line: 3, field: 'accountExternalId', reason: 'there is no account a9' },
      { line: 4, field: 'externalId', reason: 'o1 stands in the file before' },
      { line: 5, field: 'amountMinor' },
      { line: 6, field: 'purpose' },
    ]);
    expect(orders.map(({ line, orderId }) => [line, orderId])).toEqual([
      [1, importedId(target(), 'order', 'o1')],
      [2, importedId(target(), 'order', 'o2')],
    ]);
    expect(await kept()).toEqual([
      { id: 'o1', amount: '2452', bank: 'YZ', status: 'active' },
      { id: 'o2', amount: '3372', bank: 'ST', status: 'active' },
    ]);
  });

  it('read again add nothing and are handed out all the same; a row that says otherwise is refused', async () => {
    const before = await kept();
    const { orders, report } = await run(good);
    expect(report).toEqual({ read: 2, imported: 0, repeated: 2, bad: [] });
    expect(orders.length).toBe(2);
    const changed = await run(['o1;a1;YZ;87144583;Pavel Svoboda;24.52;household']);
    expect(changed.orders).toEqual([]);
    expect(changed.report.bad).toMatchObject([
      { line: 1, reason: expect.stringMatching(/^standing_order_exists_with_different_content/) },
    ]);
    expect(await kept()).toEqual(before);
    await assertCoherent(test.bank, test.tenantId);
  });
});
