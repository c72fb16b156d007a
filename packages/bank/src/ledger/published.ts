import { amountSchema } from '@finaegis/platform/http/amount';
import { definePublished, type PublishedEvent, without } from '@finaegis/platform/published/published-event';
import { z } from 'zod';
import { accountBlockLifted, accountBlockPlaced } from './account/events.ts';
import { holdCaptured, holdExpired, holdIncreased, holdPlaced, holdVoided } from './hold/events.ts';
import { journalPosted } from './journal/events.ts';

const id = '0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12';
const account = '0197f2c4-1111-7c3a-9b1d-2f4e6a8c0d12';
const eur = (amount: string): z.output<typeof amountSchema> => ({ amount, asset: 'EUR' });

const posted = definePublished({
  name: 'ledger.journal.posted',
  version: 1,
  summary: 'A balanced set of postings was booked: a transfer, a deposit, a fee, a reversal.',
  from: journalPosted,
  schema: z.object({
    journalId: z.string(),
    entity: z.string(),
    kind: z.string(),
    reference: z.string(),
    bookingDate: z.string(),
    valueDate: z.string(),
    postings: z.array(
      z.object({ account: z.string(), side: z.enum(['debit', 'credit']), amount: amountSchema, purpose: z.string() }),
    ),
    reverses: z.string().optional(),
    quoteId: z.string().optional(),
    forced: z.string().optional(),
    endToEndId: z.string().optional(),
  }),
  sample: {
    journalId: id,
    entity: 'main',
    kind: 'transfer',
    reference: 'FT2603020001',
    bookingDate: '2026-03-02',
    valueDate: '2026-03-02',
    postings: [
      { account, side: 'debit', amount: eur('10.05'), purpose: 'principal' },
      { account: 'main/clearing/sepa', side: 'credit', amount: eur('10.05'), purpose: 'principal' },
    ],
  },
  // What is between others, and how it came to that, is theirs.
  forCustomers: (journal, visible) => ({
    ...without(journal, 'quoteId', 'forced'),
    postings: journal.postings.filter(({ account: its }) => visible.has(its)),
  }),
  concerns: ({ postings }) => ({
    accounts: postings.map((posting) => posting.account),
    assets: postings.map(({ asset }) => asset),
  }),
  show: (journal, { amount }) => ({
    ...journal,
    postings: journal.postings.map((posting) => ({ ...posting, amount: amount(posting.asset, posting.amountMinor) })),
  }),
});

const ofHold = { holdId: z.string(), account: z.string() };
const concernsHold = (hold: { readonly account: string; readonly asset: string }) => ({
  accounts: [hold.account],
  assets: [hold.asset],
});

const placed = definePublished({
  name: 'ledger.hold.placed',
  version: 1,
  summary: 'An amount of an account is reserved; nothing is posted.',
  from: holdPlaced,
  schema: z.object({ ...ofHold, amount: amountSchema, expiresAt: z.string().optional() }),
  sample: { holdId: id, account, amount: eur('80.00'), expiresAt: '2026-03-09T00:00:00.000Z' },
  forCustomers: 'whole',
  concerns: concernsHold,
  show: ({ holdId, account: its, asset, amountMinor, expiresAt }, { amount }) => ({
    holdId,
    account: its,
    amount: amount(asset, amountMinor),
    expiresAt,
  }),
});

const increased = definePublished({
  name: 'ledger.hold.increased',
  version: 1,
  summary: 'A hold reserves more than before; `amount` is all of it.',
  from: holdIncreased,
  schema: z.object({ ...ofHold, amount: amountSchema, added: amountSchema }),
  sample: { holdId: id, account, amount: eur('90.00'), added: eur('10.00') },
  forCustomers: 'whole',
  concerns: concernsHold,
  show: ({ asset, amountMinor, addedMinor, ...hold }, { amount }) => ({
    ...hold,
    amount: amount(asset, amountMinor),
    added: amount(asset, addedMinor),
  }),
});

const captured = definePublished({
  name: 'ledger.hold.captured',
  version: 1,
  summary: 'A journal used part or all of a hold; `released` is no longer reserved.',
  from: holdCaptured,
  schema: z.object({
    ...ofHold,
    journalId: z.string(),
    amount: amountSchema,
    released: amountSchema,
    isFinal: z.boolean(),
  }),
  sample: { holdId: id, account, journalId: id, amount: eur('50.00'), released: eur('80.00'), isFinal: true },
  forCustomers: 'whole',
  concerns: concernsHold,
  show: ({ asset, amountMinor, releasedMinor, ...hold }, { amount }) => ({
    ...hold,
    amount: amount(asset, amountMinor),
    released: amount(asset, releasedMinor),
  }),
});

const released = z.object({ ...ofHold, released: amountSchema });
const releasedSample = { holdId: id, account, released: eur('80.00') };

const voided = definePublished({
  name: 'ledger.hold.voided',
  version: 1,
  summary: 'A hold was released on request.',
  from: holdVoided,
  schema: released,
  sample: releasedSample,
  forCustomers: 'whole',
  concerns: concernsHold,
  show: ({ asset, releasedMinor, ...hold }, { amount }) => ({ ...hold, released: amount(asset, releasedMinor) }),
});

const expired = definePublished({
  name: 'ledger.hold.expired',
  version: 1,
  summary: 'A hold was released because its time was over.',
  from: holdExpired,
  schema: released,
  sample: releasedSample,
  forCustomers: 'whole',
  concerns: concernsHold,
  show: ({ asset, releasedMinor, ...hold }, { amount }) => ({ ...hold, released: amount(asset, releasedMinor) }),
});

const block = z.object({
  accountId: z.string(),
  blockId: z.string(),
  kind: z.enum(['debit', 'credit', 'amount']),
  amount: amountSchema.optional(),
  reason: z.string(),
});
const blockSample = { accountId: account, blockId: id, kind: 'debit', reason: 'court_order' } as const;
type BlockData = z.output<(typeof accountBlockPlaced)['schema']>;
const concernsBlock = ({ accountId, asset }: BlockData) => ({
  accounts: [accountId],
  assets: asset === undefined ? [] : [asset],
});
const showBlock = (
  { asset, amountMinor, ...its }: BlockData,
  { amount }: { readonly amount: (asset: string, amountMinor: bigint) => z.output<typeof amountSchema> },
) => ({
  ...its,
  amount: asset === undefined || amountMinor === undefined ? undefined : amount(asset, amountMinor),
});

const blocked = definePublished({
  name: 'ledger.account.blocked',
  version: 1,
  summary: 'Debits, credits or an amount of an account are stopped.',
  from: accountBlockPlaced,
  schema: block,
  sample: blockSample,
  concerns: concernsBlock,
  show: showBlock,
});

const unblocked = definePublished({
  name: 'ledger.account.unblocked',
  version: 1,
  summary: 'A block of an account no longer stands.',
  from: accountBlockLifted,
  schema: block,
  sample: blockSample,
  concerns: concernsBlock,
  show: showBlock,
});

/** What those outside are told of the ledger. Descriptions and labels are their writers' own words, and stay here. */
export const ledgerPublishes: readonly PublishedEvent[] = [
  posted,
  placed,
  increased,
  captured,
  voided,
  expired,
  blocked,
  unblocked,
];
