import { describe, expect, it } from 'vitest';
import type { Balance } from '../balance.ts';
import type { Entity } from '../entity/entity.ts';
import { customerBalance, idOf } from '../fixtures/paper-book.ts';
import type { Hold } from '../hold/hold.ts';
import type { JournalPosting } from './events.ts';
import type { AccountFacts } from './journal.ts';
import { type Book, type PostJournal, postJournal } from './post.ts';

const payer = 'payer';
const payee = 'payee';
const journalId = idOf('journal');
const holdId = idOf('hold');

const facts = (accountId: string): AccountFacts => ({
  accountId,
  entity: 'main',
  kind: 'customer',
  class: 'liability',
  hasFloor: true,
});
const hold: Hold = {
  holdId,
  account: payer,
  asset: 'EUR',
  amountMinor: 50n,
  status: 'active',
  capturedMinor: 0n,
  remainingMinor: 50n,
  placedAt: '',
  journals: [],
};
const day: Entity = {
  entity: 'main',
  name: 'Main',
  functionalAsset: 'EUR',
  timeZone: 'UTC',
  calendar: 'target',
  businessDate: '2026-03-02',
  status: 'day_open',
};

interface Given {
  readonly entity?: Partial<Entity>;
  readonly payer?: Partial<Balance>;
  readonly payee?: Partial<Balance>;
  readonly hold?: Partial<Hold> | 'unknown';
  readonly known?: readonly string[];
}

const bookOf = ({ entity, payer: its, payee: other, hold: held, known = [payer, payee] }: Given): Book => ({
  journal: () => ({ status: 'unknown' }),
  hold: () => (held === 'unknown' ? { status: 'unknown' } : { ...hold, ...held }),
  incoming: () => ({ status: 'unknown' }),
  entity: () => ({ ...day, ...entity }),
  account: (account) => (known.includes(account) ? facts(account) : undefined),
  balance: (account) => customerBalance(account, { creditsMinor: 1_000n, ...(account === payer ? its : other) }),
});

const leg = (account: string, side: 'debit' | 'credit', rest: Partial<JournalPosting> = {}): JournalPosting => ({
  account,
  asset: 'EUR',
  side,
  amountMinor: 100n,
  purpose: 'principal',
  ...rest,
});
const transfer: PostJournal = {
  journalId,
  kind: 'transfer',
  postings: [leg(payer, 'debit'), leg(payee, 'credit')],
  captures: [],
};

// Each row breaks one rule more than the row below it: what is told is always the first rule in the ledger's order.
const brokenWorld: Given = {
  entity: { status: 'day_closed' },
  payer: { status: 'closed', debitBlocks: 1, creditsMinor: 0n },
  payee: { creditBlocks: 1 },
  hold: 'unknown',
};
const capturing: PostJournal = { ...transfer, captures: [{ holdId, amountMinor: 60n, isFinal: true }] };
const short = { creditsMinor: 0n };

const rows: readonly (readonly [string, PostJournal, Given, string | undefined])[] = [
  [
    'one posting is no journal',
    { ...capturing, postings: [leg(payer, 'debit', { amountMinor: 0n })] },
    { ...brokenWorld, known: [] },
    'journal_malformed',
  ],
  [
    'an amount of zero',
    { ...capturing, postings: [leg(payer, 'debit', { amountMinor: 0n }), leg(payer, 'credit')] },
    { ...brokenWorld, known: [] },
    'amount_not_positive',
  ],
  [
    'an account that pays itself',
    { ...capturing, postings: [leg(payer, 'debit'), leg(payer, 'credit', { amountMinor: 1n })] },
    { ...brokenWorld, known: [] },
    'account_pays_itself',
  ],
  [
    'an unknown account',
    { ...capturing, postings: [leg(payer, 'debit'), leg(payee, 'credit', { amountMinor: 1n })] },
    { ...brokenWorld, known: [payer] },
    'account_unknown',
  ],
  [
    'sides that differ',
    { ...capturing, postings: [leg(payer, 'debit'), leg(payee, 'credit', { amountMinor: 1n })] },
    brokenWorld,
    'journal_unbalanced',
  ],
  ['a closed day', capturing, brokenWorld, 'day_closed'],
  [
    'another day than the open one',
    { ...capturing, bookingDate: '2026-03-01' },
    { ...brokenWorld, entity: {} },
    'day_closed',
  ],
  ['a closed account', capturing, { ...brokenWorld, entity: {} }, 'account_closed'],
  [
    'a block of debits',
    capturing,
    { payer: { ...short, debitBlocks: 1 }, payee: { creditBlocks: 1 }, hold: 'unknown' },
    'account_debits_blocked',
  ],
  [
    'a block of credits',
    capturing,
    { payer: short, payee: { creditBlocks: 1 }, hold: 'unknown' },
    'account_credits_blocked',
  ],
  ['an unknown hold', capturing, { payer: short, hold: 'unknown' }, 'hold_unknown'],
  ['a hold that is over', capturing, { payer: short, hold: { status: 'voided' } }, 'hold_not_active'],
  ['a capture of more than is held', capturing, { payer: short, hold: {} }, 'capture_exceeds_hold'],
  [
    'a hold of somebody who pays nothing',
    { ...capturing, captures: [{ holdId, amountMinor: 50n, isFinal: true }] },
    { payer: short, hold: { account: payee } },
    'hold_not_of_debited_account',
  ],
  [
    'captures of more than is debited',
    { ...transfer, captures: [{ holdId, amountMinor: 101n, isFinal: true }] },
    { payer: short, hold: { remainingMinor: 200n } },
    'capture_exceeds_debit',
  ],
  ['not enough', transfer, { payer: { creditsMinor: 99n } }, 'insufficient_funds'],
  ['more digits than a balance has', transfer, { payee: { creditsMinor: 10n ** 38n - 100n } }, 'balance_out_of_range'],
  ['just enough', transfer, { payer: { creditsMinor: 100n } }, undefined],
  [
    'just enough with the overdraft limit',
    transfer,
    { payer: { creditsMinor: 0n, overdraftLimitMinor: 100n } },
    undefined,
  ],
  ['too little of what is not under a block', transfer, { payer: { blockedMinor: 901n } }, 'insufficient_funds'],
  [
    'enough because the capture releases the hold',
    { ...capturing, captures: [{ holdId, amountMinor: 50n, isFinal: true }] },
    { payer: { creditsMinor: 100n, heldOutMinor: 50n } },
    undefined,
  ],
  [
    'a forced posting below the floor and through a debit block',
    { ...transfer, forced: 'chargeback' },
    { payer: { creditsMinor: 0n, debitBlocks: 1 } },
    undefined,
  ],
  [
    'a forced posting to a closed account',
    { ...transfer, forced: 'chargeback' },
    { payer: { status: 'closed' } },
    'account_closed',
  ],
];

describe('a journal is decided in the ledger’s order', () => {
  it.each(rows)('%s', (_, command, given, code) => {
    const decision = postJournal(bookOf(given), command);
    expect(decision.accepted ? undefined : decision.rejection.code).toBe(code);
  });

  it('known id comes first: the same content again is accepted without an event, whatever became of the accounts', () => {
    const first = postJournal(bookOf({}), transfer);
    const posted = first.accepted ? (first.events[0]?.data as never as object) : {};
    const book: Book = {
      ...bookOf(brokenWorld),
      journal: () => ({ ...posted, status: 'posted', bookedAt: '', reversedMinor: [], reversedBy: [] }) as never,
    };
    expect(postJournal(book, transfer)).toEqual({ accepted: true, events: [] });
    expect(postJournal(book, { ...transfer, kind: 'other' })).toEqual({
      accepted: false,
      rejection: { code: 'journal_exists_with_different_content', journalId },
    });
    expect(postJournal(book, { ...transfer, forced: 'recall' })).toMatchObject({ accepted: false });
    expect(postJournal(book, { ...transfer, postings: [...transfer.postings].reverse() })).toMatchObject({
      accepted: false,
    });
  });

  it('a journal of two entities needs one open day: entities on different days cannot share it', () => {
    const book = bookOf({});
    const entities: Book = {
      ...book,
      account: (account) => ({ ...facts(account), entity: account.startsWith('far') ? 'far' : 'main' }),
      entity: (entity) => ({ ...day, businessDate: entity === 'far' ? '2026-03-03' : '2026-03-02' }),
    };
    const postings = [
      leg(payer, 'debit'),
      leg('interco', 'credit'),
      leg('far interco', 'debit'),
      leg('far payee', 'credit'),
    ];
    expect(postJournal(entities, { ...transfer, postings })).toMatchObject({
      rejection: { code: 'day_closed', entity: 'far' },
    });
    expect(postJournal({ ...entities, entity: () => day }, { ...transfer, postings }).accepted).toBe(true);
  });

  it('a credit passes where a debit would not: raising always passes', () => {
    const book = bookOf({ payer: { creditsMinor: 0n, debitsMinor: 500n }, payee: { creditsMinor: 1_000n } });
    expect(postJournal(book, { ...transfer, postings: [leg(payee, 'debit'), leg(payer, 'credit')] }).accepted).toBe(
      true,
    );
  });

  it('the net effect counts: what comes in by the same journal may go out by it', () => {
    const book = bookOf({ payer: { creditsMinor: 0n } });
    const through = [
      leg(payee, 'debit'),
      leg(payer, 'credit'),
      leg(payer, 'debit', { purpose: 'fee', amountMinor: 40n }),
      leg(payee, 'credit', { purpose: 'fee', amountMinor: 40n }),
    ];
    expect(postJournal(book, { ...transfer, postings: through }).accepted).toBe(true);
  });
});
