import { referenceOf } from '@finaegis/kernel/reference';
import { fold } from '@finaegis/platform/event-store/aggregate';
import type { RecordedEvent } from '@finaegis/platform/event-store/event';
import { describe, expect, it } from 'vitest';
import { answerOf, customerBalance, idOf, mainEntity, paperBook } from '../fixtures/paper-book.ts';
import type { Hold } from '../hold/hold.ts';
import type { JournalPosting } from './events.ts';
import { type Journal, journalAggregate } from './journal.ts';
import { type PostJournal, postingsMax, postJournal } from './post.ts';

const journalId = idOf('journal');
const leg = (account: string, side: JournalPosting['side'], amountMinor = 10_00n, asset = 'EUR'): JournalPosting => ({
  account,
  asset,
  side,
  amountMinor,
  purpose: 'principal',
});
const transfer: PostJournal = {
  journalId,
  kind: 'transfer',
  postings: [leg('ada', 'debit'), leg('bob', 'credit')],
  captures: [],
};
const balances = [customerBalance('ada'), customerBalance('bob')];
const houses = { 'main:nostro': 'main', 'main:income': 'main' };
const book = paperBook({ balances, houses });
const hold = (holdId: string, rest: Partial<Hold> = {}): Hold => ({
  holdId,
  account: 'ada',
  asset: 'EUR',
  amountMinor: 30_00n,
  status: 'active',
  capturedMinor: 0n,
  remainingMinor: 30_00n,
  placedAt: '',
  journals: [],
  ...rest,
});
const posted = (command: Parameters<typeof postJournal>[1], its = book): Journal => {
  const decision = postJournal(its, command);
  if (!decision.accepted) throw new Error(`refused: ${decision.rejection.code}`);
  const event = { ...decision.events.at(-1), bookedAt: '2026-03-02T09:00:00.000Z' } as RecordedEvent;
  return fold(journalAggregate, journalAggregate.initial, event) as Journal;
};
const answer = (command: Partial<Parameters<typeof postJournal>[1]>, its = book) =>
  answerOf(postJournal(its, { ...transfer, ...command }));

describe('what a posted journal says', () => {
  it('is what was asked, with its reference, the open day and the entity of its accounts', () => {
    expect(answer({})).toEqual([
      {
        type: 'JournalPosted',
        ...transfer,
        entity: 'main',
        reference: referenceOf('J', journalId),
        bookingDate: '2026-03-02',
        valueDate: '2026-03-02',
      },
    ]);
  });

  it('keeps whatever else was given, and nothing that was not', () => {
    const given = {
      reverses: idOf('other'),
      quoteId: idOf('quote'),
      forced: 'recall' as const,
      endToEndId: 'E2E-1',
      description: { ref: 'r-1', commitment: 'c-1' },
      metadata: { order: '7' },
    };
    expect(answer({ ...given, valueDate: '2026-02-27' })).toEqual([
      expect.objectContaining({ ...given, bookingDate: '2026-03-02', valueDate: '2026-02-27' }),
    ]);
    expect(posted({ ...transfer, ...given })).toMatchObject({ ...transfer, ...given, status: 'posted' });
  });
});

describe('a journal asked for again', () => {
  const capturing = { ...transfer, captures: [{ holdId: 'h-1', amountMinor: 10_00n, isFinal: true }] };
  const all = {
    ...capturing,
    quoteId: idOf('quote'),
    endToEndId: 'E2E-1',
    description: { ref: 'r-1', commitment: 'c-1' },
    forced: 'recall' as const,
    bookingDate: '2026-03-02',
    valueDate: '2026-02-27',
  };
  const before = paperBook({ balances, holds: [hold('h-1')] });
  // Whatever has happened since, an account or a day it can no longer be decided on included.
  const later = () => paperBook({ journals: [posted(all, before)], entities: [] });

  it('is a repeat, whether or not it names the dates it got then', () => {
    expect(answer(all, later())).toEqual([]);
    expect(answer({ ...all, bookingDate: undefined, valueDate: undefined }, later())).toEqual([]);
    // The same text of one subject has the same commitment, wherever it is stored.
    expect(answer({ ...all, description: { ref: 'r-2', commitment: 'c-1' } }, later())).toEqual([]);
  });

  const [debit, credit] = transfer.postings as [JournalPosting, JournalPosting];
  it.each<[string, object]>([
    ['kind', { kind: 'fee' }],
    ['quote', { quoteId: undefined }],
    ['original', { reverses: idOf('other') }],
    ['reason to force it', { forced: undefined }],
    ['end-to-end id', { endToEndId: 'E2E-2' }],
    ['description', { description: { ref: 'r-1', commitment: 'c-2' } }],
    ['booking date', { bookingDate: '2026-03-03' }],
    ['value date', { valueDate: '2026-03-02' }],
    ['number of postings', { postings: [debit, credit, leg('bob', 'credit')] }],
    ['account', { postings: [debit, { ...credit, account: 'eve' }] }],
    ['asset', { postings: [debit, { ...credit, asset: 'USD' }] }],
    ['side', { postings: [debit, { ...credit, side: 'debit' }] }],
    ['amount', { postings: [debit, { ...credit, amountMinor: 9_99n }] }],
    ['purpose', { postings: [debit, { ...credit, purpose: 'fee' }] }],
    ['hold', { captures: [{ holdId: 'h-2', amountMinor: 10_00n, isFinal: true }] }],
    ['amount captured', { captures: [{ holdId: 'h-1', amountMinor: 9_99n, isFinal: true }] }],
    ['end of its capture', { captures: [{ holdId: 'h-1', amountMinor: 10_00n, isFinal: false }] }],
    ['number of captures', { captures: [] }],
    ['captures besides', { captures: [...capturing.captures, { holdId: 'h-2', amountMinor: 1n, isFinal: true }] }],
  ])('with another %s is refused: an id means one journal for ever', (_, other) => {
    expect(answer({ ...all, ...other }, later())).toEqual({ code: 'journal_exists_with_different_content', journalId });
  });
});

describe('the shape of a journal', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, i) => leg(i % 2 === 0 ? 'ada' : 'bob', 'debit', 1n));

  it('has two to 500 postings', () => {
    expect(answer({ postings: [] })).toEqual({
      code: 'journal_malformed',
      reason: 'a journal has at least two postings',
    });
    expect(answer({ postings: many(postingsMax + 1) })).toEqual({
      code: 'journal_malformed',
      reason: 'a journal has at most 500 postings',
    });
    expect(answer({ postings: many(postingsMax) })).toMatchObject({ code: 'journal_unbalanced' });
  });

  it('has only amounts above zero, and says which one is not', () => {
    expect(answer({ postings: [leg('ada', 'debit', 1n), leg('bob', 'credit', 0n)] })).toEqual({
      code: 'amount_not_positive',
      index: 1,
    });
    const captures = [hold('h-1'), hold('h-2')].map(({ holdId }, i) => ({
      holdId,
      amountMinor: i === 0 ? 1n : -1n,
      isFinal: true,
    }));
    expect(answer({ captures })).toEqual({ code: 'amount_not_positive', index: 1 });
    expect(answer({ captures: [{ holdId: 'h-1', amountMinor: 0n, isFinal: true }] })).toEqual({
      code: 'amount_not_positive',
      index: 0,
    });
  });

  it('captures a hold once', () => {
    const capture = { holdId: 'h-1', amountMinor: 1n, isFinal: false };
    expect(answer({ captures: [capture, capture] })).toEqual({
      code: 'journal_malformed',
      reason: 'a journal captures a hold once',
    });
  });

  it('moves no principal from an account to itself; another asset, or a fee given back, is business', () => {
    expect(answer({ postings: [leg('ada', 'debit'), leg('ada', 'credit')] })).toEqual({
      code: 'account_pays_itself',
      account: 'ada',
      asset: 'EUR',
    });
    const converted = [
      leg('ada', 'debit'),
      leg('main:nostro', 'credit'),
      leg('main:nostro', 'debit', 11_00n, 'USD'),
      leg('ada', 'credit', 11_00n, 'USD'),
    ];
    const both = paperBook({ balances: [...balances, customerBalance('ada', { asset: 'USD' })], houses });
    expect(postJournal(both, { ...transfer, postings: converted }).accepted).toBe(true);
    for (const [out, back] of [
      ['principal', 'fee'],
      ['fee', 'principal'],
      ['fee', 'fee'],
    ] as const) {
      const postings = [
        { ...leg('ada', 'debit'), purpose: out },
        { ...leg('ada', 'credit'), purpose: back },
      ];
      expect(postJournal(book, { ...transfer, postings }).accepted).toBe(true);
    }
  });

  it('names accounts that exist', () => {
    expect(answer({ postings: [leg('ada', 'debit'), leg('eve', 'credit')] })).toEqual({
      code: 'account_unknown',
      account: 'eve',
    });
  });
});

describe('a journal balances', () => {
  it('in each asset, and says by how much it does not', () => {
    const postings = [leg('ada', 'debit', 10_00n), leg('bob', 'credit', 9_00n), leg('main:income', 'credit', 99n)];
    expect(answer({ postings })).toEqual({
      code: 'journal_unbalanced',
      entity: 'main',
      asset: 'EUR',
      debitsMinor: 10_00n,
      creditsMinor: 9_99n,
    });
    expect(answer({ postings: [leg('ada', 'debit'), leg('bob', 'credit', 10_00n, 'USD')] })).toMatchObject({
      code: 'journal_unbalanced',
      asset: 'EUR',
      creditsMinor: 0n,
    });
  });

  it('in each entity: one cannot owe what the other gives', () => {
    const two = paperBook({
      balances: [customerBalance('ada'), customerBalance('bob', { entity: 'branch' })],
      entities: [mainEntity, { ...mainEntity, entity: 'branch' }],
    });
    expect(answer({}, two)).toMatchObject({ code: 'journal_unbalanced', entity: 'main', debitsMinor: 10_00n });
  });
});

describe('the day of a journal', () => {
  it('is the open one; a closed one and any other are refused with the day it is', () => {
    const closed = paperBook({ balances, entities: [{ ...mainEntity, status: 'day_closed' }] });
    expect(answer({}, closed)).toEqual({ code: 'day_closed', entity: 'main', businessDate: '2026-03-02' });
    expect(answer({ bookingDate: '2026-03-01' })).toEqual({
      code: 'day_closed',
      entity: 'main',
      businessDate: '2026-03-02',
    });
    expect(postJournal(book, { ...transfer, bookingDate: '2026-03-02' }).accepted).toBe(true);
  });

  it('belongs to an entity that was opened', () => {
    expect(answer({}, paperBook({ balances, entities: [] }))).toEqual({
      code: 'journal_malformed',
      reason: 'there is no entity main',
    });
  });
});

describe('closed and blocked accounts', () => {
  const against = (rest: Parameters<typeof customerBalance>[1], command: Partial<PostJournal> = {}) =>
    answer(command, paperBook({ balances: [customerBalance('ada', rest), customerBalance('bob')], houses }));
  const incoming = { postings: [leg('main:nostro', 'debit'), leg('ada', 'credit')] };
  const outgoing = { postings: [leg('ada', 'debit'), leg('main:nostro', 'credit')] };

  it('a closed account takes part in nothing, in either direction', () => {
    for (const command of [incoming, outgoing])
      expect(against({ status: 'closed' }, command)).toEqual({ code: 'account_closed', account: 'ada' });
  });

  it('a block of debits stops what lowers the account and lets through what raises it', () => {
    expect(against({ debitBlocks: 1 }, outgoing)).toEqual({ code: 'account_debits_blocked', account: 'ada' });
    expect(against({ debitBlocks: 1 }, incoming)).toMatchObject([{ type: 'JournalPosted' }]);
  });

  it('a block of credits stops what raises it, forced or not, and lets through what lowers it', () => {
    for (const forced of [undefined, 'recall' as const])
      expect(against({ creditBlocks: 1 }, { ...incoming, forced })).toEqual({
        code: 'account_credits_blocked',
        account: 'ada',
      });
    expect(against({ creditBlocks: 1 }, outgoing)).toMatchObject([{ type: 'JournalPosted' }]);
  });

  it('on an account whose normal side is debit, the credit is what lowers it', () => {
    const cash = { class: 'asset', debitsMinor: 200_00n } as const;
    expect(against({ ...cash, debitBlocks: 1 }, incoming)).toEqual({ code: 'account_debits_blocked', account: 'ada' });
    expect(against({ ...cash, debitBlocks: 1 }, outgoing)).toMatchObject([{ type: 'JournalPosted' }]);
    expect(against({ ...cash, creditBlocks: 1 }, outgoing)).toEqual({
      code: 'account_credits_blocked',
      account: 'ada',
    });
  });

  it('an account with a floor whose balance nobody locked is a bug, not a business case', () => {
    const unlocked = { ...book, balance: () => undefined };
    expect(() => postJournal(unlocked, transfer)).toThrow('not locked');
  });
});

describe('captures', () => {
  const holds = [hold('h-1'), hold('h-2', { remainingMinor: 5_00n }), hold('h-bob', { account: 'bob' })];
  const its = paperBook({ balances, houses, holds: [...holds, hold('h-over', { status: 'expired' })] });
  const capture = (holdId: string, amountMinor: bigint, isFinal = true) => ({ holdId, amountMinor, isFinal });

  it('come before the journal in the record; the last one releases the rest', () => {
    expect(answer({ captures: [capture('h-1', 7_00n, false), capture('h-2', 3_00n)] }, its)).toEqual([
      {
        type: 'HoldCaptured',
        holdId: 'h-1',
        account: 'ada',
        asset: 'EUR',
        journalId,
        amountMinor: 7_00n,
        isFinal: false,
        releasedMinor: 7_00n,
      },
      expect.objectContaining({ type: 'HoldCaptured', holdId: 'h-2', amountMinor: 3_00n, releasedMinor: 5_00n }),
      expect.objectContaining({ type: 'JournalPosted', captures: expect.any(Array) as unknown }),
    ]);
  });

  it('are refused for holds that are not there, over, or of somebody who pays nothing', () => {
    expect(answer({ captures: [capture('h-9', 1n)] }, its)).toEqual({ code: 'hold_unknown', holdId: 'h-9' });
    expect(answer({ captures: [capture('h-over', 1n)] }, its)).toEqual({
      code: 'hold_not_active',
      holdId: 'h-over',
      status: 'expired',
    });
    expect(answer({ captures: [capture('h-bob', 1n)] }, its)).toEqual({
      code: 'hold_not_of_debited_account',
      holdId: 'h-bob',
    });
    const otherAsset = paperBook({ balances, holds: [hold('h-1', { asset: 'USD' })] });
    expect(answer({ captures: [capture('h-1', 1n)] }, otherAsset)).toMatchObject({
      code: 'hold_not_of_debited_account',
    });
  });

  it('take no more than the hold has left: all of it, but not a cent more', () => {
    expect(answer({ captures: [capture('h-2', 5_01n)] }, its)).toMatchObject({
      code: 'capture_exceeds_hold',
      holdId: 'h-2',
      remainingMinor: 5_00n,
    });
    expect(answer({ captures: [capture('h-2', 5_00n)] }, its)).toMatchObject([{ releasedMinor: 5_00n }, {}]);
  });

  it('take together no more than the journal debits: two holds of one account share its debits', () => {
    expect(answer({ captures: [capture('h-1', 10_00n, false), capture('h-2', 1n)] }, its)).toMatchObject({
      code: 'capture_exceeds_debit',
      holdId: 'h-2',
      debitedMinor: 10_00n,
    });
    expect(answer({ captures: [capture('h-1', 9_99n, false), capture('h-2', 1n)] }, its)).toMatchObject([{}, {}, {}]);
  });

  it('of two holds free what both have reserved: it is spendable by the journal that captures them', () => {
    const reserved = customerBalance('ada', { creditsMinor: 35_00n, heldOutMinor: 35_00n });
    const spent = paperBook({ balances: [reserved, customerBalance('bob')], holds });
    const all = {
      postings: [leg('ada', 'debit', 35_00n), leg('bob', 'credit', 35_00n)],
      captures: [capture('h-1', 30_00n), capture('h-2', 5_00n)],
    };
    expect(answer(all, spent)).toMatchObject([{}, {}, { type: 'JournalPosted' }]);
    expect(answer({ ...all, captures: [capture('h-1', 30_00n)] }, spent)).toEqual({
      code: 'insufficient_funds',
      account: 'ada',
      asset: 'EUR',
      spendableMinor: 30_00n,
      neededMinor: 35_00n,
    });
  });
});

describe('the floor', () => {
  it('binds the net effect of all postings on a balance together, each asset by itself', () => {
    const twice = {
      postings: [leg('ada', 'debit', 60_00n), leg('bob', 'credit', 60_00n), leg('ada', 'debit', 40_01n)],
    };
    const postings = [...twice.postings, leg('main:income', 'credit', 40_01n)];
    expect(answer({ postings })).toEqual({
      code: 'insufficient_funds',
      account: 'ada',
      asset: 'EUR',
      spendableMinor: 100_00n,
      neededMinor: 100_01n,
    });
  });

  it('also binds it when the postings of an account in several assets alternate', () => {
    const all = paperBook({
      balances: ['EUR', 'USD', 'JPY'].map((asset) => customerBalance('ada', { asset })),
      houses,
    });
    const pays = (asset: string, amountMinor: bigint) => [
      leg('ada', 'debit', amountMinor, asset),
      leg('main:income', 'credit', amountMinor, asset),
    ];
    const once = [...pays('EUR', 60_00n), ...pays('USD', 1n), ...pays('JPY', 100_00n)];
    expect(postJournal(all, { ...transfer, postings: [...once, ...pays('EUR', 40_00n)] }).accepted).toBe(true);
    expect(answer({ postings: [...once, ...pays('EUR', 40_01n)] }, all)).toMatchObject({
      code: 'insufficient_funds',
      asset: 'EUR',
      neededMinor: 100_01n,
    });
    expect(answer({ postings: [...once, ...pays('JPY', 1n)] }, all)).toMatchObject({ asset: 'JPY' });
  });

  it('a house account without one pays whatever is asked', () => {
    const postings = [leg('main:income', 'debit', 10n ** 30n), leg('main:nostro', 'credit', 10n ** 30n)];
    expect(postJournal(book, { ...transfer, postings }).accepted).toBe(true);
  });

  it('forced is passed, but not what the books can hold', () => {
    const full = paperBook({
      balances: [customerBalance('ada', { creditsMinor: 0n, debitsMinor: 10n ** 38n - 1n }), customerBalance('bob')],
    });
    expect(answer({ forced: 'chargeback' }, full)).toEqual({
      code: 'balance_out_of_range',
      account: 'ada',
      asset: 'EUR',
    });
  });
});
