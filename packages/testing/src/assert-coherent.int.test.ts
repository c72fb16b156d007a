import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assertCoherent, examineCoherence } from './assert-coherent.ts';
import { startTestBank, type TestBank } from './bank.ts';

let test: TestBank;
let accounts: readonly string[];

const posting = (account: string, side: 'debit' | 'credit', amountMinor: bigint, asset = 'EUR') =>
  ({ account, asset, side, amountMinor, purpose: 'principal' }) as const;

/** A life with something of everything: transfers, fees, holds in each state, reversals, a forced posting, blocks, overdraft, a closing, an erasure. */
const live = async (): Promise<void> => {
  const { ledger, account, party } = test.bank.modules;
  const { newId } = test.bank.services;
  const customers = [];
  for (let count = 0; count < 4; count++) customers.push(await test.openCustomer({ amountMinor: 100_000n }));
  accounts = customers.map(({ accountId }) => accountId);
  const [a, b, c, d] = accounts as [string, string, string, string];
  const post = (postings: readonly ReturnType<typeof posting>[], rest: object = {}) =>
    test.accept(ledger.handlers.postJournal, { journalId: newId(), kind: 'transfer', postings, captures: [], ...rest });
  const transfer = await post([posting(a, 'debit', 5_000n), posting(b, 'credit', 5_000n)]);
  await test.accept(ledger.handlers.reverseJournal, {
    journalId: newId(),
    original: transfer.journalId,
    lines: [
      { index: 0, amountMinor: 2_000n },
      { index: 1, amountMinor: 2_000n },
    ],
  });
  const announced = [newId(), newId(), newId()] as const;
  for (const announcementId of announced)
    await test.accept(ledger.handlers.announceIncoming, {
      announcementId,
      account: b,
      asset: 'EUR',
      amountMinor: 500n,
    });
  await post([posting(a, 'debit', 400n), posting(b, 'credit', 400n)], { fulfils: [announced[0]] });
  await test.accept(ledger.handlers.withdrawAnnouncement, { announcementId: announced[1] });
  const holds = [];
  for (let count = 0; count < 4; count++)
    holds.push(
      (await test.accept(ledger.handlers.placeHold, { holdId: newId(), account: b, asset: 'EUR', amountMinor: 8_000n }))
        .holdId,
    );
  const [kept, part, whole, gone] = holds as [string, string, string, string];
  await test.accept(ledger.handlers.increaseHold, { holdId: kept, amountMinor: 9_000n } as never);
  await post([posting(b, 'debit', 3_000n), posting(c, 'credit', 3_000n)], {
    captures: [{ holdId: part, amountMinor: 3_000n, isFinal: false }],
  });
  await post([posting(b, 'debit', 3_000n), posting(c, 'credit', 3_000n)], {
    captures: [{ holdId: whole, amountMinor: 3_000n, isFinal: true }],
  });
  await test.accept(ledger.handlers.voidHold, { holdId: gone } as never);
  await test.accept(account.handlers.setOverdraftLimit, { accountId: c, asset: 'EUR', limitMinor: 50_000n } as never);
  await post([posting(c, 'debit', 150_000n), posting('main:cash', 'credit', 150_000n)]);
  await post([posting(a, 'debit', 200_000n), posting('main:cash', 'credit', 200_000n)], {
    kind: 'chargeback',
    forced: 'chargeback',
  });
  await test.accept(ledger.handlers.placeBlock, {
    accountId: b,
    blockId: newId(),
    kind: 'amount',
    asset: 'EUR',
    amountMinor: 700n,
    reason: 'court_order',
  });
  await test.accept(ledger.handlers.placeBlock, {
    accountId: b,
    blockId: newId(),
    kind: 'debit',
    reason: 'court_order',
  });
  await post([posting(d, 'debit', 100_000n), posting('main:cash', 'credit', 100_000n)]);
  await test.accept(account.handlers.closeAccount, { accountId: d });
  await test.accept(party.handlers.changePartyDetails, {
    partyId: customers[0]?.partyId ?? '',
    change: { name: { family: 'Married' } },
  });
};

beforeAll(async () => {
  test = await startTestBank();
  await live();
  await test.settle();
});

afterAll(async () => {
  await test.close();
});

/** Runs statements as the superuser inside the log's and the tables' protection, looks, and undoes them by their opposites. */
const whenTampered = async (statement: string, undo: string): Promise<string> => {
  await test.adminPool.query(`alter table ledger_events disable trigger user; ${statement}`);
  try {
    return (await examineCoherence(test.bank, test.tenantId)).problems.join('\n');
  } finally {
    await test.adminPool.query(`${undo}; alter table ledger_events enable trigger user`);
  }
};

describe('a bank that is examined', () => {
  it('is coherent after a life with something of everything', async () => {
    const { problems, root, events } = await examineCoherence(test.bank, test.tenantId);
    expect(problems).toEqual([]);
    expect(root).toMatch(/^[0-9a-f]{128}$/);
    expect(events).toBeGreaterThan(50);
    await assertCoherent(test.bank, test.tenantId);
  });

  it.each([
    [
      'a balance row is off by one',
      'update ledger_balances set credits = credits + 1 where account_id = $a',
      'update ledger_balances set credits = credits - 1 where account_id = $a',
      /the balance .* says/,
    ],
    [
      'a limit was raised behind its back',
      'update ledger_balances set overdraft_limit = 9 where account_id = $a',
      'update ledger_balances set overdraft_limit = 0 where account_id = $a',
      /the balance .* says/,
    ],
    [
      'a hold row says another remainder',
      'update ledger_holds set remaining = remaining + 1',
      'update ledger_holds set remaining = remaining - 1',
      /the hold .* says/,
    ],
    [
      'an announcement that has ended is shown as open',
      "update ledger_incoming_v1 set status = 'open' where status = 'withdrawn'; update ledger_incoming_v1 set amount = amount + 1 where status = 'fulfilled'",
      "update ledger_incoming_v1 set amount = amount - 1 where status = 'fulfilled'; update ledger_incoming_v1 set status = 'withdrawn' where announcement_id = (select announcement_id from ledger_incoming_v1 where status = 'open' order by announcement_id limit 1)",
      /the announcement .* says .* open and should say .* withdrawn/,
    ],
    [
      'a view shows another amount',
      'update ledger_postings_v2 set posted_after = posted_after + 1 where account_id = $a',
      'update ledger_postings_v2 set posted_after = posted_after - 1 where account_id = $a',
      /ledger_postings_v2 (has|lacks) a row/,
    ],
    [
      'a posting was changed in the log',
      `update ledger_events set envelope = replace(envelope, '"amountMinor":"5000"', '"amountMinor":"5001"') where type = 'JournalPosted'`,
      `update ledger_events set envelope = replace(envelope, '"amountMinor":"5001"', '"amountMinor":"5000"') where type = 'JournalPosted'`,
      /hash_differs[\s\S]*the balance/,
    ],
  ])('is not when %s', async (_, statement, undo, expected) => {
    const named = (sql: string): string => sql.replaceAll('$a', `'${accounts[0] ?? ''}'`);
    expect(await whenTampered(named(statement), named(undo))).toMatch(expected);
    expect((await examineCoherence(test.bank, test.tenantId)).problems).toEqual([]);
  });
});
