import type { CommandHandler, Refusal } from '@finaegis/platform/command/handler';
import { beforeEach, describe, expect, it } from 'vitest';
import { closeLedgerAccount, ledgerAccountAggregate, openLedgerAccount } from './account/account.ts';
import { remainingBalances } from './account/commands.ts';
import { revalueEntityHandler } from './entity/commands.ts';
import { idOf, type MemoryBank, startMemoryBank } from './fixtures/memory-bank.ts';
import type { JournalPosting } from './journal/events.ts';
import { createBalancesTable } from './views/balances.ts';

const ada = idOf('account A');
const bob = idOf('account B');
const holdId = idOf('hold');
const quoteId = idOf('quote');
const blockId = idOf('block');

let bank: MemoryBank;

/** What a command led to: the events it recorded, or the code it was refused with. */
const did = async <Data, Refs, Result, R extends Refusal>(
  handler: CommandHandler<Data, Refs, Result, R>,
  data: Data,
): Promise<readonly string[] | string> => {
  const before = bank.events.length;
  const outcome = await bank.run(handler, data);
  return outcome.accepted ? bank.events.slice(before).map(({ type }) => type) : outcome.refusal.code;
};

const pair = (debit: string, credit: string, amountMinor: bigint): readonly JournalPosting[] => [
  { account: debit, asset: 'EUR', side: 'debit', amountMinor, purpose: 'principal' },
  { account: credit, asset: 'EUR', side: 'credit', amountMinor, purpose: 'principal' },
];
const post = (
  name: string,
  postings: readonly JournalPosting[],
  captures: readonly { holdId: string; amountMinor: bigint; isFinal: boolean }[] = [],
) => did(bank.handlers.postJournal, { journalId: idOf(name), kind: 'transfer', postings, captures });
const quote = (rest: object = {}) =>
  did(bank.handlers.issueQuote, {
    quoteId,
    entity: 'main',
    sell: { asset: 'EUR', decimals: 2, amountMinor: 100n },
    buy: { asset: 'USD', decimals: 2 },
    midRate: '1.1',
    customerRate: '1.089',
    rateSource: 'test',
    rateDate: '2026-03-02',
    expiresAt: '2026-03-02T10:00:00.000Z',
    ...rest,
  });

beforeEach(async () => {
  bank = await startMemoryBank();
  await bank.openCustomer(ada);
  await bank.openCustomer(bob);
  await bank.openHouse('nostro/ing', 'clearing/card');
  await post('funds', pair('main:nostro/ing', ada, 1_000n));
});

describe('commands and what they record', () => {
  it('an entity opens with its chart, closes its day and opens the next', async () => {
    const { openEntity, closeBusinessDay, openBusinessDay } = bank.handlers;
    const branch = {
      entity: 'branch',
      name: 'Branch',
      functionalAsset: 'EUR',
      timeZone: 'UTC',
      calendar: 'target',
      businessDate: '2026-03-02',
    };
    const opened = await did(openEntity, branch);
    expect(opened[0]).toBe('EntityOpened');
    expect(new Set(opened.slice(1))).toEqual(new Set(['LedgerAccountOpened']));
    expect(await did(openEntity, branch)).toEqual([]);
    const day = { entity: 'branch', businessDate: '2026-03-02' };
    expect(await did(closeBusinessDay, day)).toEqual(['BusinessDayClosed']);
    expect(await did(closeBusinessDay, day)).toEqual([]);
    expect(await did(openBusinessDay, { ...day, businessDate: '2026-03-03' })).toEqual(['BusinessDayOpened']);
  });

  it('a hold is placed, raised, captured, voided or expired', async () => {
    const { placeHold, increaseHold, voidHold, expireHold } = bank.handlers;
    const hold = { holdId, account: ada, asset: 'EUR', amountMinor: 500n };
    expect(await did(placeHold, hold)).toEqual(['HoldPlaced']);
    expect(await did(increaseHold, { holdId, amountMinor: 600n })).toEqual(['HoldIncreased']);
    expect(
      await post('capture', pair(ada, 'main:clearing/card', 100n), [{ holdId, amountMinor: 100n, isFinal: false }]),
    ).toEqual(['HoldCaptured', 'JournalPosted']);
    expect(await did(voidHold, { holdId })).toEqual(['HoldVoided']);
    const brief = { ...hold, holdId: idOf('brief'), expiresAt: '2026-03-02T09:30:00.000Z' };
    await did(placeHold, brief);
    expect(await did(expireHold, { holdId: brief.holdId })).toBe('hold_not_due');
    bank.wait(3_600);
    expect(await did(expireHold, { holdId: brief.holdId })).toEqual(['HoldExpired']);
    expect(await did(expireHold, { holdId: brief.holdId })).toEqual([]);
  });

  it('a journal is reversed by another, and both streams know', async () => {
    expect(await did(bank.handlers.reverseJournal, { journalId: idOf('undo'), original: idOf('funds') })).toEqual([
      'JournalPosted',
      'JournalReversed',
    ]);
    expect(bank.posted(ada)).toBe(0n);
  });

  it('a reversal counts two lines on one posting together', async () => {
    const lines = [0, 0, 1].map((index) => ({ index, amountMinor: index === 0 ? 600n : 1_000n }));
    expect(await did(bank.handlers.reverseJournal, { journalId: idOf('undo'), original: idOf('funds'), lines })).toBe(
      'reversal_exceeds_original',
    );
  });

  it('linked journals are all posted or none, each on what the ones before it left', async () => {
    const journal = (name: string, postings: readonly JournalPosting[]) => ({
      journalId: idOf(name),
      kind: 'transfer',
      postings,
      captures: [],
    });
    const { postLinkedJournals } = bank.handlers;
    expect(
      await did(postLinkedJournals, {
        journals: [journal('one', pair(ada, bob, 1_000n)), journal('two', pair(bob, ada, 1_001n))],
      }),
    ).toBe('linked_journal_refused');
    expect([bank.posted(ada), bank.posted(bob)]).toEqual([1_000n, 0n]);
    expect(
      await did(postLinkedJournals, {
        journals: [journal('one', pair(ada, bob, 1_000n)), journal('two', pair(bob, ada, 1_000n))],
      }),
    ).toEqual(['JournalPosted', 'JournalPosted']);
  });

  it('a block is placed and lifted once; its id never means another', async () => {
    const { placeBlock, liftBlock, setOverdraftLimit } = bank.handlers;
    const block = { accountId: ada, blockId, kind: 'debit', reason: 'court_order' } as const;
    expect(await did(placeBlock, block)).toEqual(['AccountBlockPlaced']);
    expect(await did(placeBlock, { ...block, kind: 'credit' })).toBe('block_exists_with_different_terms');
    expect(await post('blocked', pair(ada, bob, 1n))).toBe('account_debits_blocked');
    expect(await did(liftBlock, { accountId: ada, blockId })).toEqual(['AccountBlockLifted']);
    // Asked for late, after it was lifted: the account stays free.
    expect(await did(placeBlock, block)).toEqual([]);
    expect(await post('free', pair(ada, bob, 1n))).toEqual(['JournalPosted']);
    expect(await did(setOverdraftLimit, { accountId: ada, asset: 'EUR', limitMinor: 5n })).toEqual([
      'OverdraftLimitSet',
    ]);
  });

  it('an account closes at zero everywhere, and takes nothing afterwards', () => {
    const balances = createBalancesTable();
    const opened = ledgerAccountAggregate.evolve(ledgerAccountAggregate.initial, {
      type: 'LedgerAccountOpened',
      data: { accountId: ada, entity: 'main', kind: 'customer', class: 'liability', hasFloor: true },
    } as never);
    const row = bank.balance(ada);
    const loaded = { rows: () => (row === undefined ? [] : [{ key: '', row }]) } as never;
    expect(closeLedgerAccount(opened, { accountId: ada }, remainingBalances(loaded, balances, ada))).toMatchObject({
      rejection: { code: 'account_not_empty', asset: 'EUR', postedMinor: 1_000n },
    });
    const closed = closeLedgerAccount(opened, { accountId: ada }, []);
    expect(closed.accepted && closed.events.map(({ type }) => type)).toEqual(['LedgerAccountClosed']);
    expect(
      openLedgerAccount(opened, { accountId: ada, entity: 'main', kind: 'house', class: 'asset', hasFloor: true }),
    ).toMatchObject({ rejection: { code: 'account_exists_with_different_terms' } });
  });

  it('a quote binds a price and is used once, its repeat answered by the journal', async () => {
    const { convert } = bank.handlers;
    expect(await quote()).toEqual(['QuoteIssued']);
    expect(await quote({ midRate: '1.2' })).toEqual([]);
    expect(await quote({ sell: { asset: 'EUR', decimals: 2, amountMinor: 101n } })).toBe(
      'quote_exists_with_different_terms',
    );
    expect(
      await quote({ quoteId: idOf('dust'), sell: { asset: 'EUR', decimals: 2, amountMinor: 1n }, customerRate: '0.5' }),
    ).toBe('quote_amount_too_small');
    expect(await quote({ quoteId: idOf('free'), customerRate: '0' })).toBe('quote_rate_malformed');
    const conversion = { journalId: idOf('conversion'), quoteId, account: ada };
    expect(await did(convert, conversion)).toEqual(['JournalPosted', 'QuoteUsed']);
    bank.wait(100_000);
    expect(await did(convert, conversion)).toEqual([]);
    expect(await did(convert, { ...conversion, journalId: idOf('second') })).toBe('quote_used');
  });

  it('day end waits for the rate of an asset that was booked while it looked', async () => {
    await post('fee in EUR', pair(ada, 'main:income/transfer-fee', 10n));
    const accounts = ['main:income/transfer-fee', 'main:fx-position'].flatMap((id) => bank.account(id) ?? []);
    const early = revalueEntityHandler({ balances: createBalancesTable() }, async () => ({
      functionalAsset: 'USD',
      accounts,
      valuations: new Map([['USD', { decimals: 2, mid: '1' }]]),
    }));
    expect(await did(early, { entity: 'main', businessDate: '2026-03-02' })).toBe('valuation_missing');
    expect(await did(bank.handlers.revalueEntity, { entity: 'main', businessDate: '2026-03-02' })).toEqual([
      'JournalPosted',
    ]);
    expect(await did(bank.handlers.revalueEntity, { entity: 'main', businessDate: '2026-03-02' })).toEqual([]);
  });
});
