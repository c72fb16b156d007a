import { describe, expect, it } from 'vitest';
import { conclude, emptyBooks, foldRaw } from './replayed-books.ts';

type Said = readonly [type: string, data: Readonly<Record<string, unknown>>];

const opened = (accountId: string, accountClass: string, hasFloor: boolean): Said => [
  'LedgerAccountOpened',
  { accountId, entity: 'main', kind: 'customer', class: accountClass, hasFloor },
];
const begin: readonly Said[] = [
  opened('cash', 'asset', false),
  opened('A', 'liability', true),
  opened('B', 'liability', true),
];

const posting = (account: string, side: 'debit' | 'credit', amountMinor: string) => ({
  account,
  asset: 'EUR',
  side,
  amountMinor,
  purpose: 'principal',
});
const journal = (journalId: string, from: string, to: string, amountMinor: string, rest: object = {}): Said => [
  'JournalPosted',
  {
    journalId,
    postings: [posting(from, 'debit', amountMinor), posting(to, 'credit', amountMinor)],
    captures: [],
    ...rest,
  },
];
const hold = (holdId: string, amountMinor: string): Said => [
  'HoldPlaced',
  { holdId, account: 'A', asset: 'EUR', amountMinor },
];
const captured = (
  holdId: string,
  journalId: string,
  amountMinor: string,
  releasedMinor = amountMinor,
  isFinal = false,
): Said => ['HoldCaptured', { holdId, account: 'A', asset: 'EUR', journalId, amountMinor, isFinal, releasedMinor }];
const announced: Said = ['IncomingAnnounced', { announcementId: 'N', account: 'A', asset: 'EUR', amountMinor: '100' }];
const ended = (type: 'IncomingWithdrawn' | 'IncomingFulfilled', journalId?: string): Said => [
  type,
  { announcementId: 'N', account: 'A', asset: 'EUR', amountMinor: '100', journalId },
];
const deposit = journal('D', 'cash', 'A', '100');

const problemsOf = (events: readonly Said[]): readonly string[] => {
  const books = emptyBooks();
  for (const [index, [type, data]] of [...begin, ...events].entries())
    foldRaw(books, { seq: BigInt(index + 1), type, data: data as never });
  conclude(books);
  return books.problems;
};

describe('books that are replayed', () => {
  it.each<readonly [string, readonly Said[]]>([
    [
      'a deposit, a transfer and a hold used in parts',
      [
        deposit,
        hold('H', '60'),
        captured('H', 'J', '20'),
        journal('J', 'A', 'B', '20', { captures: [{ holdId: 'H', amountMinor: '20' }] }),
        ['HoldVoided', { holdId: 'H', account: 'A', asset: 'EUR', releasedMinor: '40' }],
        journal('K', 'A', 'B', '80'),
      ],
    ],
    ['a debt after a forced posting', [deposit, journal('J', 'A', 'B', '150', { forced: 'chargeback' })]],
    [
      'an announcement and the journal that fulfils it',
      [announced, ended('IncomingFulfilled', 'J'), journal('J', 'cash', 'A', '99', { fulfils: ['N'] })],
    ],
    ['an announcement that is withdrawn', [announced, ended('IncomingWithdrawn')]],
    [
      'an overdraft within its limit',
      [['OverdraftLimitSet', { accountId: 'A', asset: 'EUR', limitMinor: '50' }], journal('J', 'A', 'B', '50')],
    ],
    [
      'a reversal in parts',
      [
        deposit,
        journal('R', 'A', 'cash', '30', {
          reverses: 'D',
          postings: [posting('cash', 'credit', '30'), posting('A', 'debit', '30')],
        }),
        [
          'JournalReversed',
          {
            journalId: 'D',
            by: 'R',
            lines: [
              { index: 0, amountMinor: '30' },
              { index: 1, amountMinor: '30' },
            ],
          },
        ],
      ],
    ],
  ])('find nothing wrong with %s', (_, events) => {
    expect(problemsOf(events)).toEqual([]);
  });

  it.each<readonly [string, readonly Said[], RegExp]>([
    [
      'a journal that does not balance',
      [
        [
          'JournalPosted',
          { journalId: 'J', postings: [posting('cash', 'debit', '10'), posting('A', 'credit', '9')], captures: [] },
        ],
      ],
      /seq 4: journal J does not balance in main EUR: -1/,
    ],
    ['a journal posted twice', [deposit, deposit], /journal D is posted twice/],
    ['money that was not there', [deposit, journal('J', 'A', 'B', '101')], /journal J takes A EUR below its floor/],
    ['money that was held', [deposit, hold('H', '60'), journal('J', 'A', 'B', '41')], /below its floor/],
    [
      'money that was blocked',
      [
        deposit,
        ['AccountBlockPlaced', { accountId: 'A', blockId: 'X', kind: 'amount', asset: 'EUR', amountMinor: '60' }],
        journal('J', 'A', 'B', '41'),
      ],
      /below its floor/,
    ],
    ['an account nobody opened', [journal('J', 'cash', 'C', '1')], /account C, which nobody opened/],
    [
      'a posting after the closing',
      [['LedgerAccountClosed', { accountId: 'B' }], journal('J', 'cash', 'B', '1')],
      /account B, which is closed/,
    ],
    [
      'an account closed with money on it',
      [deposit, ['LedgerAccountClosed', { accountId: 'A' }]],
      /account A is closed with a balance/,
    ],
    ['a hold of more than there is', [deposit, hold('H', '101')], /hold H holds more than there is/],
    [
      'a hold captured beyond its amount',
      [
        deposit,
        hold('H', '10'),
        captured('H', 'J', '11', '10'),
        journal('J', 'A', 'B', '11', { captures: [{ holdId: 'H', amountMinor: '11' }] }),
      ],
      /hold H is captured beyond its amount/,
    ],
    [
      'a capture its journal does not know',
      [deposit, hold('H', '10'), captured('H', 'J', '10'), journal('J', 'A', 'B', '10')],
      /journal J says it captures \[\]/,
    ],
    [
      'a capture whose journal never came',
      [deposit, hold('H', '10'), captured('H', 'J', '10')],
      /holds were captured for journal J, which was never posted/,
    ],
    [
      'a hold used after its end',
      [
        deposit,
        hold('H', '10'),
        captured('H', 'J', '1', '10', true),
        journal('J', 'A', 'B', '1', { captures: [{ holdId: 'H', amountMinor: '1' }] }),
        ['HoldExpired', { holdId: 'H', account: 'A', asset: 'EUR', releasedMinor: '9' }],
      ],
      /hold H is used and is captured/,
    ],
    ['an announcement made twice', [announced, announced], /announcement N is made twice/],
    [
      'an announcement that ends twice',
      [announced, ended('IncomingWithdrawn'), ended('IncomingWithdrawn')],
      /announcement N ends and is withdrawn/,
    ],
    [
      'an announcement fulfilled by a journal that does not say so',
      [announced, ended('IncomingFulfilled', 'D'), deposit],
      /announcement N is fulfilled by journal D, which does not say so/,
    ],
    [
      'a journal over an announcement that is open still',
      [announced, journal('J', 'cash', 'A', '100', { fulfils: ['N'] })],
      /journal J fulfils announcement N, which ended otherwise/,
    ],
    [
      'a quote used twice',
      [
        ['QuoteUsed', { quoteId: 'Q', journalId: 'J' }],
        ['QuoteUsed', { quoteId: 'Q', journalId: 'K' }],
      ],
      /quote Q is used twice/,
    ],
    [
      'a quote its journal does not name',
      [deposit, ['QuoteUsed', { quoteId: 'Q', journalId: 'D' }]],
      /quote Q is used by journal D, which does not say so/,
    ],
    [
      'a reversal beyond the original',
      [
        deposit,
        journal('R', 'A', 'cash', '30', { reverses: 'D', postings: [posting('cash', 'credit', '30')] }),
        ['JournalReversed', { journalId: 'D', by: 'R', lines: [{ index: 0, amountMinor: '130' }] }],
      ],
      /reversed beyond its posting 0/,
    ],
    [
      'a reversal by a journal that is none',
      [deposit, journal('J', 'A', 'B', '1'), ['JournalReversed', { journalId: 'D', by: 'J', lines: [] }]],
      /reversed by J, which is no reversal of it/,
    ],
  ])('tell of %s', (_, events, problem) => {
    expect(problemsOf(events).join('\n')).toMatch(problem);
  });
});
