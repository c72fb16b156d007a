import { reject } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import type { CommandFacts, CommandHandler, Loaded } from '@finaegis/platform/command/handler';
import type { LockedTable } from '@finaegis/platform/command/locked-table';
import { text, uuid } from '@finaegis/platform/http/amount';
import type { SignalSaga } from '@finaegis/platform/saga/commands';
import type { Services } from '@finaegis/platform/services';
import { z } from 'zod';
import type { AccountNumbers } from '../../account/contract.ts';
import { type Balance, type Book, type LedgerDirectory, loadedBook, postingNeeds } from '../../ledger/contract.ts';
import {
  clearingOf,
  clearingReturns,
  feeIncome,
  findAccounts,
  type HouseRefs,
  houseNeeds,
  mergeNeeds,
  nostroOf,
  suspenseBlocked,
  withHouses,
} from '../house.ts';
import type { BankRail, PaymentChecks, PaymentFees, PaymentTimes, PaymentVerdict } from '../ports.ts';
import { code, executionDay, positiveMinor, verdictSchema } from '../terms.ts';
import { withSignal } from '../with-signal.ts';
import { workItemAggregate } from '../work-item/work-item.ts';
import { paymentJournalId, workItemOf } from './bookings.ts';
import {
  type Conclusion,
  cancelPayment,
  concludePayment,
  fundPayment,
  loseOutcome,
  type OutgoingDecision,
  type ReturnPayment,
  type ReviewPayment,
  recordVerdict,
  rejectPayment,
  returnPayment,
  reviewPayment,
  submitPayment,
} from './decide.ts';
import {
  type Outgoing,
  type OutgoingRefusal,
  type OutgoingState,
  type OutgoingTerms,
  outgoingAggregate,
} from './outgoing.ts';

/** What the commands of payments are built over. */
export interface PaymentTools {
  readonly balances: LockedTable<Balance>;
  readonly ledger: LedgerDirectory;
  readonly numbers: AccountNumbers;
  readonly personalData: Pick<Services['personalData'], 'seal'>;
  readonly rail: BankRail;
  readonly checks: PaymentChecks;
  readonly fees: PaymentFees;
  readonly times: PaymentTimes;
  readonly sagas: () => Services['sagas'];
  /** The clock at the edge, for what is asked before a command is queued. */
  readonly now: () => string;
  /** A payment as it was last committed; its terms never change. */
  readonly findOutgoing: (tenantId: string, paymentId: string) => Promise<OutgoingState>;
}

/** The saga of a payment. */
export const outgoingSagaId = (paymentId: string): string => derivedUuid('saga', 'payment', paymentId);

/** What a command about a payment knows before it locks; nothing where there is none. */
export interface PaymentRefs extends HouseRefs {
  readonly terms: OutgoingTerms | undefined;
}

/** The payment after a command. */
export const paymentResult = (loaded: Loaded, { paymentId }: { readonly paymentId: string }): Outgoing => {
  const { state } = loaded.stream(outgoingAggregate, paymentId);
  if (state.status === 'unknown') throw new Error(`Payment ${paymentId} was accepted and is not there.`);
  return state;
};

type Handler<Data> = CommandHandler<Data, PaymentRefs, Outgoing, OutgoingRefusal>;

/** A command about a payment that is there. */
const paymentCommand =
  <Data extends { readonly paymentId: string }>(
    {
      name,
      permission,
      schema,
      makes,
    }: {
      readonly name: string;
      readonly permission: string;
      readonly schema: z.ZodType<Data>;
      /** Which journals it may make: the funding, or what may follow on it. */
      readonly makes: 'funding' | 'rest' | 'none';
    },
    decide: (state: OutgoingState, data: Data, book: Book, facts: CommandFacts) => OutgoingDecision,
  ) =>
  (tools: PaymentTools): Handler<Data> => ({
    name,
    schema,
    permission,
    weight: () => 4,
    prepare: async ({ paymentId }, { tenantId }) => {
      const terms = await tools.findOutgoing(tenantId, paymentId);
      if (terms.status === 'unknown') return { terms: undefined, accounts: new Map(), missing: [] };
      if (makes === 'none') return { terms, accounts: new Map(), missing: [] };
      const { debtorAccountId, creditor, entity } = terms;
      const houses = await findAccounts(tools.ledger, tenantId, {
        entity,
        chartCodes: chartCodesOf(terms, makes),
        accounts: [debtorAccountId, ...(creditor.accountId === undefined ? [] : [creditor.accountId])],
      });
      return { terms, ...houses };
    },
    loads: ({ paymentId }, refs) => {
      const stream = { streams: [{ aggregate: outgoingAggregate, id: paymentId }] };
      return refs.terms === undefined || makes === 'none'
        ? stream
        : mergeNeeds(stream, bookingNeeds(tools, refs.terms, refs, makes));
    },
    decide: (loaded, data, facts, refs) => {
      if (refs.terms === undefined) return reject({ code: 'payment_unknown', paymentId: data.paymentId });
      const { state } = loaded.stream(outgoingAggregate, data.paymentId);
      const book = loadedBook(loaded, tools.balances, refs.accounts);
      return withHouses(loaded, refs, decide(state, data, book, facts));
    },
    result: paymentResult,
  });

const chartCodesOf = (
  { rail, bank, feeMinor, creditor }: OutgoingTerms,
  makes: 'funding' | 'rest',
): readonly string[] => {
  const fee = feeMinor > 0n ? [feeIncome] : [];
  if (creditor.accountId !== undefined) return [...fee, suspenseBlocked];
  const clearing = [clearingOf(rail), ...fee];
  return makes === 'funding' ? clearing : [...clearing, nostroOf(bank ?? ''), clearingReturns, suspenseBlocked];
};

const bookingNeeds = (
  { balances }: PaymentTools,
  { paymentId, asset, debtorAccountId, creditor }: OutgoingTerms,
  refs: HouseRefs,
  makes: 'funding' | 'rest',
) => {
  const accounts = [debtorAccountId, ...(creditor.accountId === undefined ? [] : [creditor.accountId])];
  const after = (['settle', 'take-back', 'return', 'credit'] as const).map((step) => paymentJournalId(paymentId, step));
  const fund = paymentJournalId(paymentId, 'fund');
  const items = after.map((journalId) => ({ aggregate: workItemAggregate, id: workItemOf(journalId), isNew: true }));
  return mergeNeeds(
    postingNeeds(balances, refs.accounts, {
      postings: accounts.map((account) => ({ account, asset })),
      journals: makes === 'funding' ? [fund] : after,
      undone: makes === 'funding' ? [] : [fund],
    }),
    houseNeeds(refs),
    { streams: makes === 'funding' ? [] : items },
  );
};

const onlyPayment = z.strictObject({ paymentId: uuid });
type OnlyPayment = z.output<typeof onlyPayment>;

/** The saga's own commands: nobody gives them by hand. */
export const createStepHandlers = (tools: PaymentTools) => ({
  recordVerdict: paymentCommand<OnlyPayment & { readonly verdict: PaymentVerdict }>(
    {
      name: 'payment.RecordVerdict',
      permission: 'payment:rail',
      schema: z.strictObject({ paymentId: uuid, verdict: verdictSchema }),
      makes: 'none',
    },
    (state, data) => recordVerdict(state, data),
  )(tools),
  fund: paymentCommand<OnlyPayment>(
    { name: 'payment.Fund', permission: 'payment:rail', schema: onlyPayment, makes: 'funding' },
    (state, { paymentId }, book) => fundPayment(state, paymentId, book),
  )(tools),
  submit: paymentCommand<OnlyPayment>(
    { name: 'payment.Submit', permission: 'payment:rail', schema: onlyPayment, makes: 'none' },
    (state, { paymentId }) => submitPayment(state, paymentId),
  )(tools),
  loseOutcome: paymentCommand<OnlyPayment>(
    { name: 'payment.LoseOutcome', permission: 'payment:rail', schema: onlyPayment, makes: 'none' },
    (state, { paymentId }) => loseOutcome(state, paymentId),
  )(tools),
  conclude: paymentCommand<OnlyPayment & { readonly conclusion: Conclusion }>(
    {
      name: 'payment.Conclude',
      permission: 'payment:rail',
      schema: z.strictObject({
        paymentId: uuid,
        conclusion: z.union([
          z.strictObject({ kind: z.literal('settled'), bankReference: text(140) }),
          z.strictObject({ kind: z.literal('declined'), code }),
          z.strictObject({
            kind: z.literal('returned'),
            code,
            bankReference: text(140),
            entryReference: text(140).optional(),
          }),
        ]),
      }),
      makes: 'rest',
    },
    concludePayment,
  )(tools),
  reject: paymentCommand<OnlyPayment & { readonly reason: string }>(
    {
      name: 'payment.Reject',
      permission: 'payment:rail',
      schema: z.strictObject({ paymentId: uuid, reason: code }),
      makes: 'rest',
    },
    rejectPayment,
  )(tools),
});

export type StepHandlers = ReturnType<typeof createStepHandlers>;

const signalFor = (paymentId: string, signal: string, data: SignalSaga['data']): SignalSaga => ({
  sagaId: outgoingSagaId(paymentId),
  signal,
  signalId: signal,
  data,
});

/** Commands that people and connectors give about a payment out. */
export const createOutgoingHandlers = (tools: PaymentTools) => ({
  reviewPayment: withSignal(
    tools,
    paymentCommand<ReviewPayment>(
      {
        name: 'payment.Review',
        permission: 'payment:review',
        schema: z.strictObject({
          paymentId: uuid,
          decision: z.enum(['approved', 'rejected']),
          reason: code.optional(),
        }),
        makes: 'none',
      },
      (state, data, _, { metadata }) => reviewPayment(state, data, metadata.actor),
    )(tools),
    ({ paymentId, decision }) => signalFor(paymentId, 'reviewed', { decision }),
  ),
  cancelPayment: withSignal(
    tools,
    paymentCommand<OnlyPayment>(
      { name: 'payment.Cancel', permission: 'payment:create', schema: onlyPayment, makes: 'rest' },
      (state, { paymentId }, book) => cancelPayment(state, paymentId, book),
    )(tools),
    ({ paymentId }) => signalFor(paymentId, 'cancelled', null),
  ),
  returnPayment: withSignal(
    tools,
    paymentCommand<ReturnPayment>(
      {
        name: 'payment.Return',
        permission: 'payment:rail',
        schema: z.strictObject({
          paymentId: uuid,
          reason: code,
          entryReference: text(140),
          amountMinor: positiveMinor,
          valueDate: executionDay.optional(),
        }),
        makes: 'rest',
      },
      (state, data, book) => returnPayment(state, data, book),
    )(tools),
    ({ paymentId, reason, entryReference }) =>
      signalFor(paymentId, 'settlement', { kind: 'returned', code: reason, bankReference: entryReference }),
  ),
});
