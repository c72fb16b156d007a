import { describe, expect, it } from 'vitest';
import { concludeAudited, emptyAuditorBooks, foldAudited } from './auditor-books.ts';
import { compareCustomers } from './customer-books.ts';
import { compareWithBank } from './payment-books.ts';

// A sound story, and what the auditor says when one thing in it is otherwise.

type Said = readonly [type: string, data: Readonly<Record<string, unknown>>, actor?: string];

const house = (accountId: string, its: string): Said => [
  'LedgerAccountOpened',
  { accountId: `main:${accountId}`, entity: 'main', class: its, hasFloor: false },
];
type Leg = readonly [from: string, to: string, amount: string];
const moved = (journalId: string, legs: readonly Leg[], metadata = {}): Said => [
  'JournalPosted',
  {
    journalId,
    entity: 'main',
    bookingDate: '2026-03-02',
    captures: [],
    metadata,
    postings: legs.flatMap(([debit, credit, amountMinor]) => [
      { account: debit, asset: 'EUR', side: 'debit', amountMinor },
      { account: credit, asset: 'EUR', side: 'credit', amountMinor },
    ]),
  },
];
const account = (accountId: string): readonly Said[] => [
  [
    'AccountOpened',
    { accountId, product: 'savings', asset: 'EUR', holders: [{ partyId: 'p', mandateId: `m-${accountId}` }] },
  ],
  ['IdentifierIssued', { accountId, scheme: 'local', value: `L${accountId}`, sequence: accountId === 'a' ? '1' : '2' }],
  ['LedgerAccountOpened', { accountId, entity: 'main', class: 'liability', hasFloor: true }],
  ['MandateGranted', { mandateId: `m-${accountId}`, partyId: 'p', accountId, kind: 'owner' }],
];
const [clearing, nostro, returns, suspense] = [
  'clearing/sepa',
  'nostro/kb',
  'clearing/returns',
  'suspense/blocked',
].map((code) => `main:${code}`) as [string, string, string, string];
const income = 'main:income/payment-fee';
const outgoing = (paymentId: string, more: object = {}): Said => [
  'PaymentCreated',
  {
    paymentId,
    debtorAccountId: 'a',
    asset: 'EUR',
    amountMinor: '100',
    feeMinor: '20',
    rail: 'sepa',
    bank: 'kb',
    creditor: {},
    ...more,
  },
];
const funded = (paymentId: string): readonly Said[] => [
  outgoing(paymentId),
  ['SagaStarted', { sagaId: `s-${paymentId}`, definition: 'payment.outgoing', input: { paymentId } }],
  ['PaymentAuthorised', { paymentId, reviewedBy: 'officer' }, 'officer'],
  moved(`fund-${paymentId}`, [
    ['a', clearing, '100'],
    ['a', income, '20'],
  ]),
  ['PaymentFunded', { paymentId, journalId: `fund-${paymentId}` }],
  ['PaymentSubmitted', { paymentId }],
];
const ended = (paymentId: string, outcome: string): Said => ['SagaEnded', { sagaId: `s-${paymentId}`, outcome }];

const story: readonly Said[] = [
  ['EntityOpened', { entity: 'main', businessDate: '2026-03-02' }],
  house('cash', 'asset'),
  house('nostro/kb', 'asset'),
  ...['clearing/sepa', 'clearing/returns', 'suspense/blocked', 'suspense/review'].map((code) =>
    house(code, 'liability'),
  ),
  house('income/payment-fee', 'income'),
  house('income/unclaimed', 'income'),
  ['ProductPublished', { product: 'savings', allowsOverdraft: false, assets: ['EUR'] }],
  ['PartyRegistered', { partyId: 'p' }],
  ['PartyRegistered', { partyId: 'q' }],
  ...account('a'),
  ...account('b'),
  ['IdentifierIssued', { accountId: 'b', scheme: 'iban', value: 'DE89370400440532013000' }],
  ['MandateGranted', { mandateId: 'm', partyId: 'q', accountId: 'a', kind: 'viewer' }],
  ['MandateRevoked', { mandateId: 'm', partyId: 'q', kind: 'viewer' }],
  ['PartyErased', { partyId: 'q' }],
  moved('deposit', [['main:cash', 'a', '1000']]),
  // Settled, and come back.
  ...funded('out'),
  moved('settle', [[clearing, nostro, '100']]),
  ['PaymentSettled', { paymentId: 'out', journalId: 'settle' }],
  moved('return', [[nostro, returns, '90']]),
  moved('credit', [[returns, 'a', '90']]),
  [
    'PaymentReturned',
    { paymentId: 'out', amountMinor: '90', entryReference: 'R', journalIds: ['return', 'credit'], creditedTo: 'a' },
  ],
  ended('out', 'completed'),
  // Declined by the bank while the customer takes no money.
  ...funded('no'),
  ['AccountBlockPlaced', { accountId: 'a', blockId: 'x', kind: 'credit' }],
  moved('back', [
    [clearing, suspense, '100'],
    [income, suspense, '20'],
  ]),
  ['WorkItemOpened', { workItemId: 'i', account: suspense, asset: 'EUR', amountMinor: '120', subject: 'outgoing:no' }],
  ['PaymentRejected', { paymentId: 'no', journalId: 'back', creditedTo: suspense }],
  ended('no', 'completed'),
  ['WorkItemAssigned', { workItemId: 'i', owner: 'clerk' }, 'head'],
  moved('given-up', [[suspense, 'main:income/unclaimed', '120']]),
  ['WorkItemResolved', { workItemId: 'i', resolution: 'written_off', journalId: 'given-up' }, 'officer'],
  // Arrived, looked at by somebody else, credited.
  [
    'IncomingPaymentAnnounced',
    { incomingId: 'in', bank: 'kb', asset: 'EUR', amountMinor: '50', accountId: 'b' },
    'bank',
  ],
  moved('arrive', [[nostro, 'main:suspense/review', '50']]),
  [
    'WorkItemOpened',
    { workItemId: 'j', account: 'main:suspense/review', asset: 'EUR', amountMinor: '50', subject: 'incoming:in' },
  ],
  [
    'IncomingPaymentReviewRequested',
    { incomingId: 'in', reason: 'odd', account: 'main:suspense/review', journalId: 'arrive', workItemId: 'j' },
    'bank',
  ],
  moved('apply', [['main:suspense/review', 'b', '50']]),
  ['IncomingPaymentCredited', { incomingId: 'in', accountId: 'b', journalId: 'apply' }, 'officer'],
  ['WorkItemResolved', { workItemId: 'j', resolution: 'applied', journalId: 'apply', accountId: 'b' }, 'officer'],
  // Cannot be credited, and goes back.
  [
    'IncomingPaymentAnnounced',
    { incomingId: 'in2', bank: 'kb', asset: 'EUR', amountMinor: '7', accountId: 'a' },
    'bank',
  ],
  moved('arrive2', [[nostro, suspense, '7']]),
  ['WorkItemOpened', { workItemId: 'k', account: suspense, asset: 'EUR', amountMinor: '7', subject: 'incoming:in2' }],
  [
    'IncomingPaymentSuspended',
    { incomingId: 'in2', reason: 'account_takes_no_credits', account: suspense, journalId: 'arrive2', workItemId: 'k' },
  ],
  outgoing('home', { debtorAccountId: suspense, amountMinor: '7', feeMinor: '0' }),
  ['IncomingPaymentReturned', { incomingId: 'in2', paymentId: 'home' }],
  ['WorkItemResolved', { workItemId: 'k', resolution: 'returned', paymentId: 'home' }],
  ['PaymentAuthorised', { paymentId: 'home' }],
  moved('fund-home', [[suspense, clearing, '7']]),
  ['PaymentFunded', { paymentId: 'home', journalId: 'fund-home' }],
  moved('kept', [['main:cash', suspense, '3']], { suspendedFor: 'a', suspendedReason: 'account_credits_blocked' }),
  ['WorkItemOpened', { workItemId: 'd', account: suspense, asset: 'EUR', amountMinor: '3', subject: 'deposit:kept' }],
];

const booksOf = (told: readonly Said[]) => {
  const books = emptyAuditorBooks();
  for (const [index, [type, data, actor = 'client']] of told.entries())
    foldAudited(books, {
      seq: BigInt(index + 1),
      type,
      data: data as never,
      actor,
      correlation: '',
      channel: '',
      bookedAt: '2026-03-02T09:00:00.000Z',
    });
  concludeAudited(books);
  return books;
};
const problemsOf = (told: readonly Said[]): readonly string[] => {
  const { problems, replayed } = booksOf(told);
  return [...problems, ...replayed.problems];
};

/** The story with one event that is otherwise; `isIt` says which. */
const changed = (type: string, isIt: (data: Said[1]) => boolean, change: (said: Said) => readonly Said[]) =>
  story.flatMap((said) => (said[0] === type && isIt(said[1]) ? change(said) : [said]));
const has =
  (field: string, value: string) =>
  (data: Said[1]): boolean =>
    data[field] === value;
const but =
  (more: object) =>
  ([type, data, actor]: Said): readonly Said[] => [[type, { ...data, ...more }, actor ?? 'client']];
const by =
  (actor: string) =>
  ([type, data]: Said): readonly Said[] => [[type, data, actor]];
const twice = (said: Said): readonly Said[] => [said, said];
const gone = (): readonly Said[] => [];

describe('the auditor of a whole bank', () => {
  it('finds nothing in a sound story', () => {
    expect(problemsOf(story)).toEqual([]);
  });

  it.each<[string, readonly Said[]]>([
    ['party p is registered twice', changed('PartyRegistered', has('partyId', 'p'), twice)],
    ['party q is erased and has 1 mandates', changed('MandateRevoked', has('mandateId', 'm'), gone)],
    [
      'a mandate for party z, which is not there',
      changed('MandateGranted', has('mandateId', 'm'), but({ partyId: 'z' })),
    ],
    ['mandate m is granted twice', changed('MandateGranted', has('mandateId', 'm'), twice)],
    ['mandate m is revoked and did not stand', changed('MandateRevoked', has('mandateId', 'm'), twice)],
    ['PartyKycSet on party q', [...story, ['PartyKycSet', { partyId: 'q' }]]],
    ['is opened in JPY under savings', changed('AccountOpened', has('accountId', 'a'), but({ asset: 'JPY' }))],
    ['account a belongs to nobody', changed('AccountOpened', has('accountId', 'a'), but({ holders: [] }))],
    ['account a is opened twice', changed('AccountOpened', has('accountId', 'a'), twice)],
    ['has a holder p without a mandate', changed('MandateGranted', has('mandateId', 'm-a'), gone)],
    ['account a is nobody’s'.replace('’', "'"), changed('AccountOpened', has('accountId', 'a'), gone)],
    [
      'account a is closed and was not open',
      [...story, ['AccountClosed', { accountId: 'a' }], ['AccountClosed', { accountId: 'a' }]],
    ],
    ['account b is not what the ledger says', [...story, ['AccountClosed', { accountId: 'b' }]]],
    ['number local La is given out twice', changed('IdentifierIssued', has('value', 'La'), twice)],
    ['number 3 follows 0', changed('IdentifierIssued', has('value', 'La'), but({ sequence: '3' }))],
    ['is no IBAN', changed('IdentifierIssued', has('scheme', 'iban'), but({ value: 'DE88370400440532013000' }))],
    [
      'which its product savings does not allow',
      [...story, ['OverdraftLimitSet', { accountId: 'a', asset: 'EUR', limitMinor: '5' }]],
    ],
    [
      'is kept from a for account_closed',
      changed(
        'JournalPosted',
        has('journalId', 'kept'),
        but({ metadata: { suspendedFor: 'a', suspendedReason: 'account_closed' } }),
      ),
    ],
    ['payment out is created twice', changed('PaymentCreated', has('paymentId', 'out'), twice)],
    ['payment out was never created', changed('PaymentCreated', has('paymentId', 'out'), gone)],
    ['payment out is Funded after it was Created', changed('PaymentAuthorised', has('paymentId', 'out'), gone)],
    ['payment out is Settled after it was Funded', changed('PaymentSubmitted', has('paymentId', 'out'), gone)],
    [
      'is reviewed by who created it',
      changed('PaymentAuthorised', has('paymentId', 'out'), but({ reviewedBy: 'client' })),
    ],
    [
      'payment out is Funded, and nothing was booked',
      changed('PaymentFunded', has('paymentId', 'out'), but({ journalId: 'x' })),
    ],
    [
      'payment out is Settled, and credit main:clearing/sepa 100',
      changed('PaymentSettled', has('paymentId', 'out'), but({ journalId: 'fund-out' })),
    ],
    ['payment out is Returned, and', changed('PaymentReturned', has('paymentId', 'out'), but({ amountMinor: '80' }))],
    [
      'comes back with more than was paid',
      changed('PaymentReturned', has('paymentId', 'out'), but({ amountMinor: '101' })),
    ],
    [
      'payment no ends without giving back',
      changed('PaymentRejected', has('paymentId', 'no'), but({ journalId: undefined })),
    ],
    ['payment no goes back to main:suspense/blocked', changed('AccountBlockPlaced', has('blockId', 'x'), gone)],
    [
      'payment no lies on main:suspense/blocked, and nobody was told',
      changed('WorkItemOpened', has('workItemId', 'i'), gone),
    ],
    ['the saga of payment out ends twice', changed('SagaEnded', has('sagaId', 's-out'), twice)],
    ['the saga of payment out never ends', changed('SagaEnded', has('sagaId', 's-out'), gone)],
    [
      'the saga of payment out is undone, and it is Returned',
      changed('SagaEnded', has('sagaId', 's-out'), but({ outcome: 'undone' })),
    ],
    ['item i is opened twice', changed('WorkItemOpened', has('workItemId', 'i'), twice)],
    ['WorkItemResolved of item i, which is not open', changed('WorkItemResolved', has('workItemId', 'i'), twice)],
    ['item i is given up by one person alone', changed('WorkItemResolved', has('workItemId', 'i'), by('clerk'))],
    ['item i is given up by one person alone', changed('WorkItemResolved', has('workItemId', 'i'), by('head'))],
    ['item i is written_off, and', changed('WorkItemResolved', has('workItemId', 'i'), but({ journalId: 'back' }))],
    ['item k does not go back', changed('WorkItemResolved', has('workItemId', 'k'), but({ paymentId: 'out' }))],
    ['arrival in is announced twice', changed('IncomingPaymentAnnounced', has('incomingId', 'in'), twice)],
    ['arrival in was never announced', changed('IncomingPaymentAnnounced', has('incomingId', 'in'), gone)],
    [
      'arrival in is credited after it was credited',
      changed('IncomingPaymentCredited', has('incomingId', 'in'), twice),
    ],
    ['arrival in is let go by who told of it', changed('IncomingPaymentCredited', has('incomingId', 'in'), by('bank'))],
    [
      'arrival in is IncomingPaymentCredited, and',
      changed('IncomingPaymentCredited', has('incomingId', 'in'), but({ accountId: 'a' })),
    ],
    [
      'arrival in is in_review after it was in_review',
      changed('IncomingPaymentReviewRequested', has('incomingId', 'in'), twice),
    ],
    ['arrival in lies in suspense, and nobody was told', changed('WorkItemOpened', has('workItemId', 'j'), gone)],
    [
      'arrival in2 is kept from b, which could have taken it',
      changed('IncomingPaymentAnnounced', has('incomingId', 'in2'), but({ accountId: 'b' })),
    ],
    [
      'arrival in2 goes back by another payment',
      changed('IncomingPaymentReturned', has('incomingId', 'in2'), but({ paymentId: 'out' })),
    ],
    [
      'arrival in2 goes back after it was returned',
      changed('IncomingPaymentReturned', has('incomingId', 'in2'), twice),
    ],
    [
      'main:clearing/sepa EUR has 7, and 107 of it is explained',
      [
        ...story,
        outgoing('z'),
        ['PaymentAuthorised', { paymentId: 'z' }],
        ['PaymentFunded', { paymentId: 'z', journalId: 'x' }],
      ],
    ],
    ['main:suspense/blocked EUR has 3, and 0 of it', changed('WorkItemOpened', has('workItemId', 'd'), gone)],
    ['main:suspense/blocked EUR has', [...story, moved('stray', [[suspense, 'b', '1']])]],
    ['main:clearing/returns EUR has 1', [...story, moved('stray', [['main:cash', returns, '1']])]],
    ['main:nostro/kb EUR has', [...story, moved('stray', [[nostro, 'b', '1']])]],
  ])('says that %s', (complaint, told) => {
    expect(problemsOf(told).join('\n')).toContain(complaint);
  });

  it('compares parties and accounts with what is stored', () => {
    const { customers } = booksOf(story);
    const stored: Readonly<Record<string, readonly unknown[]>> = {
      'party.parties': [
        { partyId: 'p', status: 'active', openMandates: 2 },
        { partyId: 'q', status: 'erased', openMandates: 0 },
      ],
      'account.accounts': ['a', 'b'].map((accountId) => ({ accountId, status: 'open' })),
    };
    expect(compareCustomers(customers, (table) => stored[table] ?? [])).toEqual([]);
    for (const table of Object.keys(stored))
      expect(compareCustomers(customers, (each) => (each === table ? [] : (stored[each] ?? [])))).toHaveLength(1);
  });

  it.each([
    ['', { outcome: 'returned' }],
    ['the bank has settled payment out of 100, and here it is Returned', { outcome: 'settled' }],
    ['the bank has returned payment out of 99', { outcome: 'returned', amountMinor: 99n }],
    ['payment out is Returned, and the bank knows nothing of it', { paymentId: 'other' }],
  ])('compares payments with the bank they went to: %s', (complaint, more) => {
    const problems: string[] = [];
    const order = { paymentId: 'out', amountMinor: 100n, outcome: 'returned', ...more };
    compareWithBank(booksOf(story).payments, [order], (text) => problems.push(text));
    if (complaint === '') expect(problems).toEqual([]);
    else expect(problems.join('\n')).toContain(complaint);
  });
});
