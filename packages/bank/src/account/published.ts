import { amountSchema, signedAmountSchema } from '@finaegis/platform/http/amount';
import { definePublished, type PublishedEvent, without } from '@finaegis/platform/published/published-event';
import { z } from 'zod';
import { type JournalPosting, journalPosted } from '../ledger/contract.ts';
import { accountClosed, accountOpened } from './account/events.ts';
import { statementIssued } from './statement/events.ts';

const id = '0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12';
const accountId = '0197f2c4-1111-7c3a-9b1d-2f4e6a8c0d12';

const opened = definePublished({
  name: 'account.account.opened',
  version: 1,
  summary: 'A customer’s account was opened.',
  from: accountOpened,
  schema: z.object({
    accountId: z.string(),
    entity: z.string(),
    product: z.string(),
    productVersion: z.number(),
    asset: z.string(),
    holders: z.array(z.object({ partyId: z.string(), kind: z.enum(['owner', 'joint']) })),
    externalReference: z.string().optional(),
  }),
  sample: {
    accountId,
    entity: 'main',
    product: 'current',
    productVersion: 1,
    asset: 'EUR',
    holders: [{ partyId: id, kind: 'owner' }],
  },
  concerns: ({ accountId: its, asset }) => ({ accounts: [its], assets: [asset] }),
  show: (account) => ({ ...account, holders: [...account.holders] }),
});

const closed = definePublished({
  name: 'account.account.closed',
  version: 1,
  summary: 'A customer’s account was closed; nothing is booked on it any more.',
  from: accountClosed,
  schema: z.object({ accountId: z.string() }),
  sample: { accountId },
  forCustomers: 'whole',
  concerns: ({ accountId: its }) => ({ accounts: [its] }),
  show: (data) => data,
});

const movement = {
  accountId: z.string(),
  amount: amountSchema,
  counterAccount: z.string().describe('House account on the other side.'),
  reference: z.string(),
  bookingDate: z.string(),
  valueDate: z.string(),
  endToEndId: z.string().optional(),
};
const movementSample = {
  accountId,
  amount: { amount: '100.00', asset: 'EUR' },
  counterAccount: 'main/nostro/ing',
  reference: 'DP2603020001',
  bookingDate: '2026-03-02',
  valueDate: '2026-03-02',
};

type Journal = z.output<(typeof journalPosted)['schema']>;

/** The customer's side and the other one of a journal that this context made; undefined for every other. */
const sidesOf = (
  { kind, postings }: Journal,
  wanted: 'deposit' | 'withdrawal',
): { readonly customer: JournalPosting; readonly house: JournalPosting } | undefined => {
  const [debit, credit] = postings;
  if (kind !== wanted || debit === undefined || credit === undefined) return undefined;
  return wanted === 'deposit' ? { customer: credit, house: debit } : { customer: debit, house: credit };
};

const concernsOf = (wanted: 'deposit' | 'withdrawal') => (journal: Journal) => {
  const sides = sidesOf(journal, wanted);
  if (sides === undefined) return {};
  return {
    accounts: [journal.metadata?.['suspendedFor'] ?? sides.customer.account],
    assets: [sides.customer.asset],
  };
};

const deposited = definePublished({
  name: 'account.deposit.booked',
  version: 1,
  summary: 'Money that arrived was booked, to the account or, where that could not take it, to suspense.',
  from: journalPosted,
  schema: z.object({
    depositId: z.string(),
    ...movement,
    status: z.enum(['credited', 'suspended']),
    reason: z.string().optional().describe('Why it lies in suspense.'),
  }),
  sample: { depositId: id, status: 'credited', ...movementSample },
  // Money that lies in suspense is looked at before anybody is told of it.
  forCustomers: (deposit) => (deposit.status === 'credited' ? without(deposit, 'counterAccount', 'reason') : undefined),
  concerns: concernsOf('deposit'),
  show: (journal, { amount }) => {
    const sides = sidesOf(journal, 'deposit');
    if (sides === undefined) return undefined;
    const reason = journal.metadata?.['suspendedReason'];
    return {
      ...journal,
      depositId: journal.journalId,
      accountId: journal.metadata?.['suspendedFor'] ?? sides.customer.account,
      amount: amount(sides.customer.asset, sides.customer.amountMinor),
      counterAccount: sides.house.account,
      status: reason === undefined ? ('credited' as const) : ('suspended' as const),
      reason,
    };
  },
});

const withdrawn = definePublished({
  name: 'account.withdrawal.booked',
  version: 1,
  summary: 'Money was taken from an account to a house account.',
  from: journalPosted,
  schema: z.object({ withdrawalId: z.string(), ...movement }),
  sample: { withdrawalId: id, ...movementSample },
  forCustomers: (withdrawal) => without(withdrawal, 'counterAccount'),
  concerns: concernsOf('withdrawal'),
  show: (journal, { amount }) => {
    const sides = sidesOf(journal, 'withdrawal');
    if (sides === undefined) return undefined;
    return {
      ...journal,
      withdrawalId: journal.journalId,
      accountId: sides.customer.account,
      amount: amount(sides.customer.asset, sides.customer.amountMinor),
      counterAccount: sides.house.account,
    };
  },
});

const stated = definePublished({
  name: 'account.statement.issued',
  version: 1,
  summary: 'The statement of a period was issued.',
  from: statementIssued,
  schema: z.object({
    accountId: z.string(),
    number: z.number(),
    from: z.string(),
    to: z.string(),
    opening: signedAmountSchema,
    closing: signedAmountSchema,
    entries: z.number(),
    digest: z.string(),
  }),
  sample: {
    accountId,
    number: 3,
    from: '2026-03-01',
    to: '2026-03-31',
    opening: { amount: '100.00', asset: 'EUR' },
    closing: { amount: '-10.05', asset: 'EUR' },
    entries: 7,
    digest: '5d41402abc4b2a76b9719d911017c592',
  },
  forCustomers: 'whole',
  concerns: ({ accountId: its, asset }) => ({ accounts: [its], assets: [asset] }),
  show: ({ asset, openingMinor, closingMinor, ...statement }, { amount }) => ({
    ...statement,
    opening: amount(asset, openingMinor),
    closing: amount(asset, closingMinor),
  }),
});

/** What those outside are told of customers' accounts. */
export const accountPublishes: readonly PublishedEvent[] = [opened, closed, deposited, withdrawn, stated];
