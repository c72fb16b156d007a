import { amountSchema } from '@finaegis/platform/http/amount';
import { definePublished, type PublishedEvent, without } from '@finaegis/platform/published/published-event';
import { z } from 'zod';
import { cardDepositAnnounced, cardDepositCredited } from './card-deposit/events.ts';
import { cryptoDepositAnnounced, cryptoDepositCredited } from './crypto-deposit/events.ts';
import { incomingPaymentAnnounced, incomingPaymentCredited, incomingPaymentSuspended } from './incoming/events.ts';
import {
  paymentCancelled,
  paymentCreated,
  paymentRejected,
  paymentReturned,
  paymentSettled,
} from './outgoing/events.ts';
import { refundCompleted, refundFailed, refundRequested, refundReturned } from './refund/events.ts';

const id = '0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12';
const account = '0197f2c4-1111-7c3a-9b1d-2f4e6a8c0d12';
const amountSample = { amount: '20.00', asset: 'EUR' };
type Show<Data> = (
  data: Data,
  amount: (asset: string, amountMinor: bigint) => z.output<typeof amountSchema>,
) => z.output<typeof amountSchema>;

// Of every event of a payment the receiver wants to know which account and how much, without having kept the first one.
type Created = z.output<(typeof paymentCreated)['schema']>;
const ofPayment = { paymentId: z.string(), accountId: z.string(), amount: amountSchema };
const paymentSample = { paymentId: id, accountId: account, amount: amountSample };
const concernsPayment = (_: unknown, { debtorAccountId, asset }: Created) => ({
  accounts: [debtorAccountId],
  assets: [asset],
});
const wholeOf: Show<Created> = ({ asset, amountMinor }, amount) => amount(asset, amountMinor);

const created = definePublished({
  name: 'payment.payment.created',
  version: 1,
  summary: 'A payment was asked for; nothing is booked yet.',
  from: paymentCreated,
  schema: z.object({
    ...ofPayment,
    fee: amountSchema,
    reference: z.string(),
    endToEndId: z.string(),
    rail: z.string(),
    executionDate: z.string(),
  }),
  sample: {
    ...paymentSample,
    fee: { amount: '0.50', asset: 'EUR' },
    reference: 'PM2603020001',
    endToEndId: 'INVOICE42',
    rail: 'sepa',
    executionDate: '2026-03-02',
  },
  forCustomers: 'whole',
  concerns: ({ debtorAccountId, asset }) => ({ accounts: [debtorAccountId], assets: [asset] }),
  show: ({ paymentId, reference, endToEndId, rail, executionDate, ...data }, { amount }) => ({
    paymentId,
    accountId: data.debtorAccountId,
    amount: amount(data.asset, data.amountMinor),
    fee: amount(data.asset, data.feeMinor),
    reference,
    endToEndId,
    rail,
    executionDate,
  }),
});

const settled = definePublished({
  name: 'payment.payment.settled',
  version: 1,
  summary: 'The bank paid it out of our nostro or, within the tenant, the creditor has it.',
  from: paymentSettled,
  first: paymentCreated,
  schema: z.object({ ...ofPayment, journalId: z.string(), bankReference: z.string().optional() }),
  sample: { ...paymentSample, journalId: id, bankReference: 'ING260302-17' },
  forCustomers: (payment) => without(payment, 'bankReference'),
  concerns: concernsPayment,
  show: (data, { first, amount }) => ({ ...data, accountId: first.debtorAccountId, amount: wholeOf(first, amount) }),
});

const returned = definePublished({
  name: 'payment.payment.returned',
  version: 1,
  summary: 'The rail sent money back after it had been paid; `returned` is what came.',
  from: paymentReturned,
  first: paymentCreated,
  schema: z.object({ ...ofPayment, returned: amountSchema, reason: z.string(), creditedTo: z.string() }),
  sample: { ...paymentSample, returned: amountSample, reason: 'AC04', creditedTo: account },
  forCustomers: (payment) => without(payment, 'creditedTo'),
  concerns: concernsPayment,
  show: ({ amountMinor, ...data }, { first, amount }) => ({
    ...data,
    accountId: first.debtorAccountId,
    amount: wholeOf(first, amount),
    returned: amount(first.asset, amountMinor),
  }),
});

const rejected = definePublished({
  name: 'payment.payment.rejected',
  version: 1,
  summary: 'It will not be paid; what had been booked is taken back.',
  from: paymentRejected,
  first: paymentCreated,
  schema: z.object({ ...ofPayment, reason: z.string(), journalId: z.string().optional() }),
  sample: { ...paymentSample, reason: 'insufficient_funds' },
  // Why is the bank's own affair: it may be under a duty not to say.
  forCustomers: (payment) => without(payment, 'reason'),
  concerns: concernsPayment,
  show: (data, { first, amount }) => ({ ...data, accountId: first.debtorAccountId, amount: wholeOf(first, amount) }),
});

const cancelled = definePublished({
  name: 'payment.payment.cancelled',
  version: 1,
  summary: 'It was cancelled in time.',
  from: paymentCancelled,
  first: paymentCreated,
  schema: z.object({ ...ofPayment, journalId: z.string().optional() }),
  sample: paymentSample,
  forCustomers: 'whole',
  concerns: concernsPayment,
  show: (data, { first, amount }) => ({ ...data, accountId: first.debtorAccountId, amount: wholeOf(first, amount) }),
});

const ofIncoming = { incomingId: z.string(), amount: amountSchema, bank: z.string(), entryReference: z.string() };
const incomingSample = { incomingId: id, amount: amountSample, bank: 'ing', entryReference: 'ING260302-18' };
type Announced = z.output<(typeof incomingPaymentAnnounced)['schema']>;

const credited = definePublished({
  name: 'payment.incoming.credited',
  version: 1,
  summary: 'A payment in was credited to the customer.',
  from: incomingPaymentCredited,
  first: incomingPaymentAnnounced,
  schema: z.object({
    ...ofIncoming,
    accountId: z.string(),
    journalId: z.string(),
    endToEndId: z.string().optional(),
  }),
  sample: { ...incomingSample, accountId: account, journalId: id, endToEndId: 'INVOICE42' },
  concerns: ({ accountId }, { asset }: Announced) => ({ accounts: [accountId], assets: [asset] }),
  show: (data, { first: { bank, entryReference, endToEndId, asset, amountMinor }, amount }) => ({
    ...data,
    bank,
    entryReference,
    endToEndId,
    amount: amount(asset, amountMinor),
  }),
});

const suspended = definePublished({
  name: 'payment.incoming.suspended',
  version: 1,
  summary: 'A payment in has arrived and cannot be credited: it lies in suspense.',
  from: incomingPaymentSuspended,
  first: incomingPaymentAnnounced,
  schema: z.object({
    ...ofIncoming,
    account: z.string().describe('Where it lies.'),
    journalId: z.string(),
    workItemId: z.string(),
    reason: z.string(),
  }),
  sample: {
    ...incomingSample,
    account: 'main/suspense/unidentified',
    journalId: id,
    workItemId: id,
    reason: 'account_unknown',
  },
  concerns: (data, { asset, accountId }: Announced) => ({
    accounts: [data.account, ...(accountId === undefined ? [] : [accountId])],
    assets: [asset],
  }),
  show: (data, { first: { bank, entryReference, asset, amountMinor }, amount }) => ({
    ...data,
    bank,
    entryReference,
    amount: amount(asset, amountMinor),
  }),
});

const ofDeposit = {
  depositId: z.string(),
  accountId: z.string(),
  provider: z.string(),
  asked: amountSchema,
  received: amountSchema,
  journalId: z.string(),
};
const depositSample = {
  depositId: id,
  accountId: account,
  provider: 'stripe',
  asked: amountSample,
  received: amountSample,
  journalId: id,
};

const cardCredited = definePublished({
  name: 'payment.card_deposit.credited',
  version: 1,
  summary: 'A deposit by card was paid, and the customer has it.',
  from: cardDepositCredited,
  first: cardDepositAnnounced,
  schema: z.object(ofDeposit),
  sample: depositSample,
  forCustomers: 'whole',
  concerns: (_, { accountId, asset }) => ({ accounts: [accountId], assets: [asset] }),
  show: (data, { first: { accountId, provider, asset, amountMinor }, amount }) => ({
    ...data,
    accountId,
    provider,
    asked: amount(asset, amountMinor),
    received: amount(asset, data.receivedMinor),
  }),
});

const cryptoCredited = definePublished({
  name: 'payment.crypto_deposit.credited',
  version: 1,
  summary: 'A deposit by crypto is final on its chain, and the customer has it.',
  from: cryptoDepositCredited,
  first: cryptoDepositAnnounced,
  schema: z.object({ ...ofDeposit, isLate: z.boolean() }),
  sample: { ...depositSample, provider: 'coinbase', isLate: false },
  forCustomers: 'whole',
  concerns: (_, { accountId, asset }) => ({ accounts: [accountId], assets: [asset] }),
  show: (data, { first: { accountId, provider, asset, amountMinor }, amount }) => ({
    ...data,
    accountId,
    provider,
    asked: amount(asset, amountMinor),
    received: amount(asset, data.receivedMinor),
  }),
});

const ofRefund = { refundId: z.string(), paymentId: z.string(), accountId: z.string(), amount: amountSchema };
const refundSample = { refundId: id, paymentId: id, accountId: account, amount: amountSample };
type Requested = z.output<(typeof refundRequested)['schema']>;
const concernsRefund = (_: unknown, { accountId, asset }: Requested) => ({ accounts: [accountId], assets: [asset] });
const asked = (
  { paymentId, accountId, asset, amountMinor }: Requested,
  amount: (asset: string, amountMinor: bigint) => z.output<typeof amountSchema>,
) => ({ paymentId, accountId, amount: amount(asset, amountMinor) });

const refundAsked = definePublished({
  name: 'payment.refund.requested',
  version: 1,
  summary: 'Somebody wants a payment, or a part of it, to go back to its payer.',
  from: refundRequested,
  schema: z.object({ ...ofRefund, reason: z.string() }),
  sample: { ...refundSample, reason: 'requested_by_customer' },
  concerns: ({ accountId, asset }) => ({ accounts: [accountId], assets: [asset] }),
  show: (data, { amount }) => ({ ...asked(data, amount), refundId: data.refundId, reason: data.reason }),
});

const refunded = definePublished({
  name: 'payment.refund.completed',
  version: 1,
  summary: 'The provider says that a refund has gone; it can still come back.',
  from: refundCompleted,
  first: refundRequested,
  schema: z.object({ ...ofRefund, journalId: z.string(), reference: z.string() }),
  sample: { ...refundSample, journalId: id, reference: 're_1Nispe2eZvKYlo2C' },
  forCustomers: 'whole',
  concerns: concernsRefund,
  show: (data, { first, amount }) => ({ ...data, ...asked(first, amount) }),
});

const refundBack = definePublished({
  name: 'payment.refund.returned',
  version: 1,
  summary: 'A refund came back after it had gone.',
  from: refundReturned,
  first: refundRequested,
  schema: z.object({ ...ofRefund, reason: z.string(), creditedTo: z.string() }),
  sample: { ...refundSample, reason: 'expired_or_canceled_card', creditedTo: account },
  forCustomers: (refund) => without(refund, 'creditedTo'),
  concerns: concernsRefund,
  show: (data, { first, amount }) => ({ ...data, ...asked(first, amount) }),
});

const refundNever = definePublished({
  name: 'payment.refund.failed',
  version: 1,
  summary: 'A refund never went; what the account had given is back.',
  from: refundFailed,
  first: refundRequested,
  schema: z.object({ ...ofRefund, reason: z.string() }),
  sample: { ...refundSample, reason: 'declined' },
  forCustomers: 'whole',
  concerns: concernsRefund,
  show: (data, { first, amount }) => ({ ...data, ...asked(first, amount) }),
});

/** What those outside are told of payments, both ways, and of what goes back. */
export const paymentPublishes: readonly PublishedEvent[] = [
  created,
  settled,
  returned,
  rejected,
  cancelled,
  credited,
  suspended,
  cardCredited,
  cryptoCredited,
  refundAsked,
  refunded,
  refundBack,
  refundNever,
];
