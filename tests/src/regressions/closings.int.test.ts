import { type Bank, openBank } from '@finaegis/server/bank';
import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, callerOf } from '../api.ts';
import { verdict, verdicts } from './two-servers.ts';

let bank: TestBank;
let api: TestApi;
/** A process of its own, which shares nothing with the one that serves but PostgreSQL. */
let other: Bank;
let staff: Caller;

beforeAll(async () => {
  bank = await startTestBank({ isFollowing: false });
  api = await bank.serve();
  other = await openBank({ connections: bank.connections, masterKey: bank.masterKey });
  staff = callerOf(api.url, api.authorization);
});

afterAll(async () => {
  await assertCoherent(bank.bank, bank.tenantId);
  await other.close();
  await api.close();
  await bank.close();
});

const close = (accountId: string) => staff.post(`/v1/accounts/${accountId}/closing`, {});

/** A first booking of the account in this asset, by the other process; closed before it, the money goes to suspense. */
const deposit = async (accountId: string, asset: string): Promise<void> => {
  const depositId = other.services.newId();
  const metadata = { actor: 'tester', channel: 'test', correlation: 'race' };
  const settled = await other.services.commands.submit(
    other.modules.account.handlers.recordDeposit,
    { depositId, accountId, asset, amountMinor: 100n },
    { tenantId: bank.tenantId, metadata },
  );
  expect(settled).toMatchObject({ kind: 'decided', outcome: { accepted: true } });
};

describe('closing an account', () => {
  it('while its first balance is made elsewhere is decided at once: closed before it, or refused because of it', async () => {
    const told = new Set<string>();
    for (let round = 0; round < 30; round += 1) {
      const { accountId } = await bank.openCustomer();
      const [closing] = await Promise.all([close(accountId), deposit(accountId, 'USD'), deposit(accountId, 'CZK')]);
      told.add(verdict(closing));
      const isClosed = closing.status === 200;
      const held = await bank.bank.modules.ledger.reads.balances(bank.tenantId, accountId);
      expect(held.some(({ creditsMinor }) => creditsMinor > 0n)).toBe(!isClosed);
    }
    expect([...told].filter((one) => !['200', '422 account_not_empty'].includes(one))).toEqual([]);
  });

  it('several times at once closes it once, and tells everybody so', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { accountId } = await bank.openCustomer(round % 2 === 0 ? { amountMinor: 100n } : {});
      const answers = await Promise.all([close(accountId), close(accountId), close(accountId)]);
      const expected = round % 2 === 0 ? '422 account_not_empty' : '200';
      expect(new Set(verdicts(answers))).toEqual(new Set([expected]));
    }
  });
});
