import { describe, expect, it } from 'vitest';
import { entityNeed, layeredBook, loadedBook, postingNeeds } from './book.ts';
import { customerBalance, idOf, mainEntity, paperBook } from './fixtures/paper-book.ts';
import { holdAggregate, placeHold, voidHold } from './hold/hold.ts';
import type { JournalPosting } from './journal/events.ts';
import { journalAggregate } from './journal/journal.ts';
import { postJournal } from './journal/post.ts';
import { reverseJournal } from './journal/reverse.ts';
import { createBalancesTable } from './views/balances.ts';
import { entitiesTable } from './views/entities.ts';

const facts = { tenantId: 't-1', now: '2026-03-02T09:00:00.000Z' };
const houses = { 'main:income': 'main' };
const paper = paperBook({ balances: [customerBalance('ada'), customerBalance('bob', { creditsMinor: 0n })], houses });
const pay = (journalId: string, from: string, to: string, amountMinor: bigint) => {
  const leg = (account: string, side: JournalPosting['side']): JournalPosting => ({
    account,
    asset: 'EUR',
    side,
    amountMinor,
    purpose: 'principal',
  });
  return { journalId, kind: 'transfer', postings: [leg(from, 'debit'), leg(to, 'credit')], captures: [] };
};
const events = (decision: ReturnType<typeof reverseJournal> | ReturnType<typeof placeHold>) => {
  if (!decision.accepted) throw new Error(`refused: ${decision.rejection.code}`);
  return decision.events;
};

describe('what a journal locks', () => {
  const balances = createBalancesTable();
  const accountOf = (accountId: string, entity: string, hasFloor: boolean) =>
    [accountId, { accountId, entity, kind: 'customer', class: 'liability', hasFloor }] as const;
  const accounts = new Map([
    accountOf('ada', 'main', true),
    accountOf('bob', 'main', true),
    accountOf('main:income', 'main', false),
    accountOf('far', 'branch', true),
  ]);

  it('is the balances that have a floor, and each entity’s day once, shared; fees lock no house account', () => {
    const touched = ['ada', 'bob', 'main:income', 'nobody'].map((account) => ({ account, asset: 'EUR' }));
    expect(postingNeeds(balances, accounts, { postings: touched, journals: [] })).toEqual({
      rows: [
        { table: balances, key: 'ada EUR' },
        { table: balances, key: 'bob EUR' },
        { table: entitiesTable, key: 'main', mode: 'share' },
      ],
      streams: [],
    });
  });

  it('is also the entities named besides, and the streams of its journals and holds', () => {
    const needs = postingNeeds(balances, accounts, {
      postings: [{ account: 'far', asset: 'USD' }],
      journals: ['j-1'],
      undone: ['j-0'],
      captures: [{ holdId: 'h-1' }],
      entities: ['main'],
    });
    expect(needs.rows).toEqual([
      { table: balances, key: 'far USD' },
      { table: entitiesTable, key: 'main', mode: 'share' },
      { table: entitiesTable, key: 'branch', mode: 'share' },
    ]);
    // A journal to be made is expected to be new; one to be undone, and a hold, are there already.
    expect(needs.streams).toEqual([
      { aggregate: journalAggregate, id: 'j-1', isNew: true },
      { aggregate: journalAggregate, id: 'j-0' },
      { aggregate: holdAggregate, id: 'h-1' },
    ]);
    expect(entityNeed('main')).toEqual({ table: entitiesTable, key: 'main', mode: 'share' });
  });
});

describe('the book of a batch', () => {
  it('reads the rows and streams that were loaded under lock; an entity without a row is unknown', () => {
    const table = createBalancesTable();
    const journal = { status: 'posted', journalId: 'j-1' };
    const rows = new Map<unknown, ReadonlyMap<string, unknown>>([
      [entitiesTable, new Map([['main', mainEntity]])],
      [table, new Map([['ada EUR', customerBalance('ada')]])],
    ]);
    const loaded = {
      stream: (aggregate: unknown, id: string) => ({
        state: aggregate === journalAggregate && id === 'j-1' ? journal : { status: 'unknown', id },
      }),
      row: (from: unknown, key: string) => rows.get(from)?.get(key),
    } as never;
    const ada = paper.account('ada');
    const book = loadedBook(loaded, table, new Map(ada === undefined ? [] : [['ada', ada]]));
    expect(book.journal('j-1')).toBe(journal);
    expect(book.hold('h-1')).toEqual({ status: 'unknown', id: 'h-1' });
    expect([book.entity('main'), book.entity('branch')]).toEqual([mainEntity, { status: 'unknown' }]);
    expect([book.balance('ada', 'EUR'), book.balance('ada', 'USD')]).toEqual([customerBalance('ada'), undefined]);
    expect([book.account('ada'), book.account('bob')]).toEqual([ada, undefined]);
  });
});

const [first, second, third] = [idOf('first'), idOf('second'), idOf('third')];

describe('a book that sees what was decided and not yet recorded', () => {
  it('lets the second of two linked journals spend what the first brought', () => {
    const book = layeredBook(paper, facts);
    expect(postJournal(book, pay(second, 'bob', 'ada', 60_00n)).accepted).toBe(false);
    book.add(events(postJournal(book, pay(first, 'ada', 'bob', 60_00n))));
    expect(postJournal(book, pay(second, 'bob', 'ada', 60_00n)).accepted).toBe(true);
    expect(postJournal(book, pay(third, 'ada', 'bob', 40_01n))).toMatchObject({
      rejection: { code: 'insufficient_funds', spendableMinor: 40_00n },
    });
  });

  it('leaves the book below as it was', () => {
    const book = layeredBook(paper, facts);
    book.add(events(postJournal(book, pay(first, 'ada', 'bob', 60_00n))));
    expect(book.journal(first)).toMatchObject({ status: 'posted', bookedAt: facts.now });
    expect(paper.journal(first)).toEqual({ status: 'unknown' });
    expect(paper.balance('ada', 'EUR')).toEqual(customerBalance('ada'));
    expect(book.account('ada')).toEqual(paper.account('ada'));
  });

  it('knows a reversal within the batch, which changes no balance a second time', () => {
    const book = layeredBook(paper, facts);
    book.add(events(postJournal(book, pay(first, 'ada', 'bob', 60_00n))));
    book.add(events(reverseJournal(book, { journalId: second, original: first })));
    expect(book.journal(first)).toMatchObject({ reversedMinor: [60_00n, 60_00n] });
    expect(book.balance('ada', 'EUR')).toMatchObject({ debitsMinor: 60_00n, creditsMinor: 160_00n });
    expect(book.balance('bob', 'EUR')).toMatchObject({ debitsMinor: 60_00n, creditsMinor: 60_00n });
  });

  it('sees what holds reserve and free again, and keeps no balance for accounts that have none', () => {
    const book = layeredBook(paper, facts);
    const hold = { holdId: 'h-1', account: 'ada', asset: 'EUR', amountMinor: 70_00n };
    book.add(events(placeHold(book.hold('h-1'), book.balance('ada', 'EUR'), hold, facts)));
    expect(book.hold('h-1')).toMatchObject({ status: 'active', placedAt: facts.now });
    expect(postJournal(book, pay(first, 'ada', 'bob', 30_01n)).accepted).toBe(false);
    book.add(events(voidHold(book.hold('h-1'), { holdId: 'h-1' })));
    expect(book.balance('ada', 'EUR')).toMatchObject({ heldOutMinor: 0n });
    expect(book.hold('h-1')).toMatchObject({ ...hold, status: 'voided', remainingMinor: 0n });
    book.add(events(postJournal(book, pay(first, 'ada', 'main:income', 100_00n))));
    expect(book.balance('main:income', 'EUR')).toBeUndefined();
    expect(book.hold('h-2')).toEqual({ status: 'unknown' });
  });
});
