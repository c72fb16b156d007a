import { tenantId } from '@finaegis/testing/context';
import { hold } from '@finaegis/testing/tenancy/gate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LedgerBank, startLedgerBank } from './fixtures/ledger-bank.ts';

let bank: LedgerBank;

beforeAll(async () => {
  bank = await startLedgerBank();
});

afterAll(() => bank.close());

const nostro = 'main:nostro/ing';

/** Holds every commit of the tenant where it takes its numbers. */
const holdCommits = () =>
  hold(bank.adminPool, 'select 1 from tenant_heads where tenant_id = $1 for update', [tenantId]);

/** Until so many sessions wait for a lock of another. */
const waiting = (sessions: number) =>
  expect
    .poll(
      async () =>
        (
          await bank.query(
            "select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
          )
        ).length,
    )
    .toBeGreaterThanOrEqual(sessions);

const post = (
  from: string,
  to: string,
  asset: string,
  amountMinor: bigint,
  lane: 'interactive' | 'bulk' = 'interactive',
) =>
  bank.submit(
    bank.module.handlers.postJournal,
    {
      journalId: bank.services.newId(),
      kind: 'transfer',
      captures: [],
      postings: [
        { account: from, asset, side: 'debit', amountMinor, purpose: 'principal' },
        { account: to, asset, side: 'credit', amountMinor, purpose: 'principal' },
      ],
    },
    lane,
  );

describe('a balance of which the committer knows more than is stored', () => {
  it('has the block that was placed while its first posting was under way', async () => {
    const ada = bank.services.newId();
    await bank.openCustomer(ada);
    const gate = await holdCommits();
    const deposit = post(nostro, ada, 'USD', 100n, 'bulk');
    await waiting(1);
    const block = bank.submit(bank.module.handlers.placeBlock, {
      accountId: ada,
      blockId: 'block',
      kind: 'debit',
      reason: 'court_order',
    });
    await waiting(2);
    await gate.open();
    expect([(await deposit).accepted, (await block).accepted]).toEqual([true, true]);
    expect(await post(ada, nostro, 'USD', 100n)).toMatchObject({
      accepted: false,
      refusal: { code: 'account_debits_blocked' },
    });
  });

  it('of the house keeps the postings under way when it is repaired', async () => {
    const ada = bank.services.newId();
    await bank.openCustomer(ada);
    await post(nostro, ada, 'EUR', 1_000n);
    const debits = async () =>
      BigInt(
        (
          await bank.query('select debits from ledger_balances where account_id = $1 and asset = $2', [nostro, 'EUR'])
        )[0]?.['debits'] as string,
      );
    const before = await debits();
    const gate = await holdCommits();
    const deposit = post(nostro, ada, 'EUR', 7n);
    await waiting(1);
    const nothing = { debitsMinor: 0n, creditsMinor: 0n, heldOutMinor: 0n, blockedMinor: 0n, overdraftLimitMinor: 0n };
    const repairs = [1, 2, 3, 4].map(() =>
      bank.submit(bank.module.handlers.repairBalance, {
        repairId: bank.services.newId(),
        account: nostro,
        asset: 'EUR',
        ...nothing,
      }),
    );
    await gate.open();
    await Promise.all([deposit, ...repairs]);
    expect(await debits()).toBe(before + 7n);
  });
});
