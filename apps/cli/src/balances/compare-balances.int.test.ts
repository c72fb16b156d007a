import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareBalances } from './compare-balances.ts';

let bank: TestBank;
beforeAll(async () => {
  bank = await startTestBank();
});
afterAll(() => bank.close());

const differences = async () => (await compareBalances(bank.bank, bank.tenantId)).differences;

describe('balances held against the log', () => {
  it('do not differ where an amount is blocked on an account that holds nothing yet, nor when the money comes', async () => {
    const { accountId } = await bank.openCustomer();
    const { placeBlock } = bank.bank.modules.ledger.handlers;
    const { newId } = bank.bank.services;
    const block = { blockId: newId(), kind: 'amount', asset: 'EUR', amountMinor: 500n, reason: 'court_order' } as const;
    await bank.accept(placeBlock, { accountId, ...block });
    expect(await differences()).toEqual([]);
    const { recordDeposit } = bank.bank.modules.account.handlers;
    await bank.accept(recordDeposit, { depositId: newId(), accountId, asset: 'EUR', amountMinor: 1_200n });
    expect(await differences()).toEqual([]);
    const [balance] = await bank.bank.modules.ledger.reads.balances(bank.tenantId, accountId);
    expect(balance).toMatchObject({ blockedMinor: 500n, creditsMinor: 1_200n });
    await assertCoherent(bank.bank, bank.tenantId);
  });

  it('differ where a row is missing that money was booked on', async () => {
    const { accountId } = await bank.openCustomer({ amountMinor: 300n });
    await bank.adminPool.query('delete from ledger_balances where account_id = $1', [accountId]);
    expect(await differences()).toEqual([
      { account: accountId, asset: 'EUR', field: 'creditsMinor', stored: 0n, replayed: 300n },
    ]);
  });
});
