import { describe, expect, it } from 'vitest';
import { layeredBook } from '../book.ts';
import { answerOf, customerBalance, idOf, paperBook } from '../fixtures/paper-book.ts';
import type { Incoming } from '../incoming/incoming.ts';
import type { JournalPosting } from './events.ts';
import { type PostJournal, postJournal } from './post.ts';

const leg = (account: string, side: JournalPosting['side'], asset = 'EUR'): JournalPosting => ({
  account,
  asset,
  side,
  amountMinor: 99_00n,
  purpose: 'principal',
});
const announced = (announcementId: string, rest: Partial<Incoming> = {}): Incoming => ({
  announcementId,
  account: 'ada',
  asset: 'EUR',
  amountMinor: 100_00n,
  status: 'open',
  announcedAt: '2026-03-02T09:00:00.000Z',
  ...rest,
});
const book = paperBook({
  balances: [customerBalance('ada'), customerBalance('bob')],
  houses: { 'main:nostro': 'main' },
  incoming: [
    announced('n-1'),
    announced('n-2'),
    announced('gone', { status: 'withdrawn' }),
    announced('bobs', { account: 'bob' }),
    announced('dollars', { asset: 'USD' }),
  ],
});
const arrival: PostJournal = {
  journalId: idOf('arrival'),
  kind: 'deposit',
  postings: [leg('main:nostro', 'debit'), leg('ada', 'credit')],
  captures: [],
};
const answer = (fulfils: readonly string[], rest: Partial<PostJournal> = {}) =>
  answerOf(postJournal(book, { ...arrival, ...rest, fulfils }));

describe('a journal over money that was announced', () => {
  it('ends each announcement in its own commit, whatever the amount that came', () => {
    const ended = (announcementId: string) => ({
      type: 'IncomingFulfilled',
      announcementId,
      account: 'ada',
      asset: 'EUR',
      amountMinor: 100_00n,
      journalId: arrival.journalId,
    });
    expect(answer(['n-1', 'n-2'])).toEqual([
      ended('n-1'),
      ended('n-2'),
      expect.objectContaining({ type: 'JournalPosted', fulfils: ['n-1', 'n-2'] }),
    ]);
  });

  it('that names none says nothing of it', () => {
    expect(answer([])).toEqual([expect.not.objectContaining({ fulfils: expect.anything() })]);
  });

  it.each([
    ['nobody made', 'nowhere', { code: 'announcement_unknown', announcementId: 'nowhere' }],
    ['has ended', 'gone', { code: 'announcement_not_open', announcementId: 'gone', status: 'withdrawn' }],
    ['is for another account', 'bobs', { code: 'announcement_not_of_credited_account', announcementId: 'bobs' }],
    ['is in another asset', 'dollars', { code: 'announcement_not_of_credited_account', announcementId: 'dollars' }],
  ])('is refused over an announcement that %s', (_, announcementId, refusal) => {
    expect(answer(['n-1', announcementId])).toEqual(refusal);
  });

  it('is refused when it takes from the account instead of bringing something', () => {
    expect(answer(['n-1'], { postings: [leg('ada', 'debit'), leg('main:nostro', 'credit')] })).toEqual({
      code: 'announcement_not_of_credited_account',
      announcementId: 'n-1',
    });
  });

  it('names an announcement once', () => {
    expect(answer(['n-1', 'n-1'])).toMatchObject({ code: 'journal_malformed' });
  });

  it('asked for again with other announcements is another journal under its id', () => {
    const layered = layeredBook(book, { tenantId: 't', now: '2026-03-02T09:00:00.000Z' });
    const first = postJournal(layered, { ...arrival, fulfils: ['n-1'] });
    layered.add(first.accepted ? first.events : []);
    expect(answerOf(postJournal(layered, { ...arrival, fulfils: ['n-1'] }))).toEqual([]);
    for (const fulfils of [[], ['n-2'], ['n-1', 'n-2']])
      expect(answerOf(postJournal(layered, { ...arrival, fulfils }))).toMatchObject({
        code: 'journal_exists_with_different_content',
      });
  });

  it('of a linked batch ends an announcement for the journals after it', () => {
    const layered = layeredBook(book, { tenantId: 't', now: '2026-03-02T09:00:00.000Z' });
    const first = postJournal(layered, { ...arrival, fulfils: ['n-1'] });
    layered.add(first.accepted ? first.events : []);
    expect(answerOf(postJournal(layered, { ...arrival, journalId: idOf('second'), fulfils: ['n-1'] }))).toEqual({
      code: 'announcement_not_open',
      announcementId: 'n-1',
      status: 'fulfilled',
    });
  });
});
