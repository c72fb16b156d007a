import { accept, reject } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import type { CommandFacts, CommandHandler, Loaded } from '@finaegis/platform/command/handler';
import type { PersonalRef, SealedValue } from '@finaegis/platform/event-store/personal-ref';
import { instant, text, uuid } from '@finaegis/platform/http/amount';
import { newSagaNeed, startSaga } from '@finaegis/platform/saga/commands';
import type { SagaDefinition } from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import { type Book, holdAggregate, houseAccountId, loadedBook, postingNeeds } from '../../ledger/contract.ts';
import { type CardDepositState, isPaid } from '../card-deposit/card-deposit.ts';
import type { CardDispute } from '../card-provider.ts';
import { findAccounts, type HouseRefs, houseNeeds, mergeNeeds, pspOf, withHouses } from '../house.ts';
import type { PaymentTools } from '../outgoing/commands.ts';
import { remainderAggregate } from '../refund/remainder.ts';
import { code, minor } from '../terms.ts';
import { workItemAggregate } from '../work-item/work-item.ts';
import {
  answerDispute,
  type DisputeDecision,
  proposeWriteOff,
  recordDispute,
  refuseAnswer,
  remindDispute,
  writeOffDispute,
} from './decide.ts';
import {
  clearingDisputes,
  costDispute,
  type Dispute,
  type DisputeRefusal,
  type DisputeState,
  type DisputeTerms,
  disputeAggregate,
  disputeHoldId,
  disputeIdOf,
  disputeJournalId,
  disputeWorkItemId,
  lossChargeback,
} from './dispute.ts';

/** What the commands of disputes are built over. */
export interface DisputeTools extends PaymentTools {
  readonly provider: string;
  readonly findCardDeposit: (tenantId: string, depositId: string) => Promise<CardDepositState>;
  readonly findDispute: (tenantId: string, disputeId: string) => Promise<DisputeState>;
}

/** Data of RecordDispute: the case as the provider tells it when it is asked. */
export interface RecordDisputeData {
  readonly caseId: string;
  readonly depositId: string;
  readonly reason: string;
  readonly amountMinor: bigint;
  readonly told: Pick<CardDispute, 'status' | 'evidenceDueAt' | 'withdrawnMinor' | 'feeMinor' | 'reinstatedMinor'>;
}

/** The data of a case as a provider tells it; undefined where it is about no deposit of ours. */
export const toRecord = ({ disputeId: caseId, depositId, ...told }: CardDispute): RecordDisputeData | undefined => {
  if (depositId === undefined) return undefined;
  const { reason, amountMinor, status, evidenceDueAt, withdrawnMinor, feeMinor, reinstatedMinor } = told;
  const due = evidenceDueAt === undefined ? {} : { evidenceDueAt };
  return {
    caseId,
    depositId,
    reason,
    amountMinor,
    told: { status, ...due, withdrawnMinor, feeMinor, reinstatedMinor },
  };
};

/** The saga that tells the provider an answer, a new one for each. */
export const disputeSagaId = (disputeId: string, answers: number): string =>
  derivedUuid('saga', 'payment-dispute', disputeId, String(answers));

/** The saga that waits for a case's deadline. */
export const disputeDeadlineSagaId = (disputeId: string): string =>
  derivedUuid('saga', 'payment-dispute-deadline', disputeId);

/** What a command about a case knows before it locks; nothing where there is none. */
export interface DisputeRefs extends HouseRefs {
  readonly terms: DisputeTerms | undefined;
  readonly saga?: string;
  readonly evidence?: PersonalRef | undefined;
  readonly sealed?: readonly SealedValue[];
}
type Handler<Data> = CommandHandler<Data, DisputeRefs, Dispute, DisputeRefusal>;
const nothing: DisputeRefs = { terms: undefined, accounts: new Map(), missing: [] };

const disputeResult = (loaded: Loaded, disputeId: string): Dispute => {
  const { state } = loaded.stream(disputeAggregate, disputeId);
  if (state.status === 'unknown') throw new Error(`Dispute ${disputeId} was accepted and is not there.`);
  return state;
};

const chartOf = ({ provider }: Pick<DisputeTerms, 'provider'>) => [
  pspOf(provider),
  clearingDisputes,
  costDispute,
  lossChargeback,
];

const bookedRefs = async (tools: DisputeTools, tenantId: string, terms: DisputeTerms): Promise<DisputeRefs> => {
  const { entity, accountId } = terms;
  const chartCodes = chartOf(terms);
  return { terms, ...(await findAccounts(tools.ledger, tenantId, { entity, chartCodes, accounts: [accountId] })) };
};

const bookingNeeds = (
  { balances }: DisputeTools,
  { disputeId, accountId, asset, paymentId }: DisputeTerms,
  refs: HouseRefs,
) =>
  mergeNeeds(
    postingNeeds(balances, refs.accounts, {
      postings: [{ account: accountId, asset }],
      journals: (['withdraw', 'fee', 'reinstate', 'debit', 'write-off'] as const).map((step) =>
        disputeJournalId(disputeId, step),
      ),
    }),
    houseNeeds(refs),
    {
      streams: [
        { aggregate: disputeAggregate, id: disputeId },
        { aggregate: remainderAggregate, id: paymentId },
        { aggregate: workItemAggregate, id: disputeWorkItemId(disputeId) },
        { aggregate: holdAggregate, id: disputeHoldId(disputeId) },
      ],
    },
  );

const toldSchema: z.ZodType<RecordDisputeData['told']> = z.strictObject({
  status: z.enum(['evidence_due', 'submitted', 'won', 'lost']),
  evidenceDueAt: instant.optional(),
  withdrawnMinor: minor,
  feeMinor: minor,
  reinstatedMinor: minor,
});

/** What the provider tells, and the saga of an answer. */
export const createDisputeStepHandlers = (tools: DisputeTools, deadline: () => SagaDefinition) => ({
  record: recordHandler(tools, deadline),
  remind: {
    name: 'payment.RemindDispute',
    schema: z.strictObject({ disputeId: uuid, reminder: z.int().min(1).max(2) }),
    permission: 'payment:rail',
    loads: ({ disputeId }) => ({ streams: [{ aggregate: disputeAggregate, id: disputeId }] }),
    decide: (loaded, data) => remindDispute(loaded.stream(disputeAggregate, data.disputeId).state, data),
    result: (loaded, { disputeId }) => disputeResult(loaded, disputeId),
  } satisfies CommandHandler<
    { readonly disputeId: string; readonly reminder: number },
    undefined,
    Dispute,
    DisputeRefusal
  >,
  refuseAnswer: {
    name: 'payment.RefuseDisputeAnswer',
    schema: z.strictObject({ disputeId: uuid, code }),
    permission: 'payment:rail',
    loads: ({ disputeId }) => ({ streams: [{ aggregate: disputeAggregate, id: disputeId }] }),
    decide: (loaded, data) => refuseAnswer(loaded.stream(disputeAggregate, data.disputeId).state, data),
    result: (loaded, { disputeId }) => disputeResult(loaded, disputeId),
  } satisfies CommandHandler<{ readonly disputeId: string; readonly code: string }, undefined, Dispute, DisputeRefusal>,
});

const recordHandler = (tools: DisputeTools, deadline: () => SagaDefinition): Handler<RecordDisputeData> => ({
  name: 'payment.RecordDispute',
  schema: z.strictObject({
    caseId: text(200),
    depositId: uuid,
    reason: code,
    amountMinor: minor,
    told: toldSchema,
  }),
  permission: 'payment:rail',
  weight: () => 6,
  prepare: async ({ caseId, depositId, reason, amountMinor }, { tenantId }) => {
    const deposit = await tools.findCardDeposit(tenantId, depositId);
    if (deposit.status === 'unknown' || !isPaid(deposit)) return nothing;
    const { accountId, entity, asset, provider } = deposit;
    const disputeId = disputeIdOf(provider, caseId);
    const terms: DisputeTerms = {
      disputeId,
      provider,
      caseId,
      paymentId: depositId,
      // What the customer was never given is not taken from him.
      accountId: deposit.status === 'credited' ? accountId : houseAccountId(entity, lossChargeback),
      entity,
      asset,
      amountMinor,
      reason,
      workItemId: disputeWorkItemId(disputeId),
    };
    return bookedRefs(tools, tenantId, terms);
  },
  loads: (_, refs) =>
    refs.terms === undefined
      ? {}
      : mergeNeeds(bookingNeeds(tools, refs.terms, refs), {
          streams: [newSagaNeed(disputeDeadlineSagaId(refs.terms.disputeId))],
        }),
  decide: (loaded, { told, caseId }, { tenantId, now, metadata }, refs) => {
    const { terms } = refs;
    if (terms === undefined) return reject({ code: 'dispute_unknown', disputeId: caseId });
    const { state } = loaded.stream(disputeAggregate, terms.disputeId);
    const book = loadedBook(loaded, tools.balances, refs.accounts);
    const facts = { tenantId, now, actor: metadata.actor };
    const decision = withHouses(loaded, refs, recordDispute(state, { terms, told }, book, facts));
    if (!decision.accepted) return decision;
    const asked = decision.events.find(({ type }) => type === 'DisputeEvidenceRequested');
    const { disputeId } = terms;
    const dueAt = asked?.data['dueAt'];
    if (typeof dueAt !== 'string') return decision;
    const waiting = { sagaId: disputeDeadlineSagaId(disputeId), input: { disputeId, dueAt } };
    return accept(...decision.events, ...startSaga(deadline(), waiting, { now, tenantId }));
  },
  result: (loaded, { caseId }, { terms }) => disputeResult(loaded, terms?.disputeId ?? caseId),
});

export type DisputeStepHandlers = ReturnType<typeof createDisputeStepHandlers>;

/** Data of AnswerDispute: evidence by the provider's names of its parts, or nothing where we give in. */
export interface AnswerDisputeData {
  readonly disputeId: string;
  readonly evidence?: Readonly<Record<string, string>> | undefined;
}

/** Commands that people give about a case. */
export const createDisputeHandlers = (tools: DisputeTools, saga: () => SagaDefinition) => ({
  answerDispute: answerHandler(tools, saga),
  proposeWriteOff: writeOffCommand(tools, 'payment.ProposeDisputeWriteOff', proposeWriteOff),
  writeOffDispute: writeOffCommand(tools, 'payment.WriteOffDispute', writeOffDispute),
});

const writeOffCommand = (
  tools: DisputeTools,
  name: string,
  decide: typeof writeOffDispute,
): Handler<{ readonly disputeId: string }> => ({
  name,
  schema: z.strictObject({ disputeId: uuid }),
  permission: 'payment:write-off',
  prepare: async ({ disputeId }, { tenantId }) => {
    const terms = await tools.findDispute(tenantId, disputeId);
    return terms.status === 'unknown' ? nothing : bookedRefs(tools, tenantId, terms);
  },
  loads: (_, refs) => (refs.terms === undefined ? {} : bookingNeeds(tools, refs.terms, refs)),
  decide: (loaded, { disputeId }, { metadata: { actor } }, refs) => {
    if (refs.terms === undefined) return reject({ code: 'dispute_unknown', disputeId });
    const { state } = loaded.stream(disputeAggregate, disputeId);
    const book: Book = loadedBook(loaded, tools.balances, refs.accounts);
    return withHouses(loaded, refs, decide(state, { disputeId, actor }, book));
  },
  result: (loaded, { disputeId }) => disputeResult(loaded, disputeId),
});

const answerHandler = (tools: DisputeTools, saga: () => SagaDefinition): Handler<AnswerDisputeData> => ({
  name: 'payment.AnswerDispute',
  schema: z.strictObject({
    disputeId: uuid,
    evidence: z.record(z.string().regex(/^[a-z_]{1,60}$/), text(20_000)).optional(),
  }),
  permission: 'payment:dispute',
  prepare: async ({ disputeId, evidence }, { tenantId }) => {
    const terms = await tools.findDispute(tenantId, disputeId);
    if (terms.status === 'unknown') return nothing;
    const own = { terms, accounts: new Map(), missing: [], saga: disputeSagaId(disputeId, terms.answers + 1) };
    if (evidence === undefined) return own;
    const values = [JSON.stringify(evidence)];
    const [sealed] = await tools.personalData.seal(tenantId, `account:${terms.accountId}`, values);
    if (sealed === undefined) throw new Error('One value was to be sealed.');
    return { ...own, evidence: sealed.reference, sealed: [sealed.sealed] };
  },
  loads: ({ disputeId }, { saga: sagaId }) => ({
    streams: [{ aggregate: disputeAggregate, id: disputeId }, ...(sagaId === undefined ? [] : [newSagaNeed(sagaId)])],
  }),
  decide: (loaded, data, facts, refs) => answer(loaded, data, facts, { ...refs, definition: saga() }),
  sealed: ({ sealed }) => sealed ?? [],
  result: (loaded, { disputeId }) => disputeResult(loaded, disputeId),
});

const answer = (
  loaded: Loaded,
  { disputeId }: AnswerDisputeData,
  { now, tenantId }: CommandFacts,
  { terms, evidence, saga: sagaId = '', definition }: DisputeRefs & { readonly definition: SagaDefinition },
): DisputeDecision => {
  if (terms === undefined) return reject({ code: 'dispute_unknown', disputeId });
  const { state } = loaded.stream(disputeAggregate, disputeId);
  const decision = answerDispute(state, {
    disputeId,
    answer: evidence === undefined ? 'accept' : 'evidence',
    evidence,
  });
  if (!decision.accepted || decision.events.length === 0) return decision;
  const answers = (state as Dispute).answers + 1;
  // Somebody answered between our look and our turn; his answer stands, and whoever asked sees it.
  if (disputeSagaId(disputeId, answers) !== sagaId) return reject({ code: 'dispute_answer_under_way', disputeId });
  const started = startSaga(definition, { sagaId, input: { disputeId, answers } }, { now, tenantId });
  return accept(...decision.events, ...started);
};

export type DisputeHandlers = ReturnType<typeof createDisputeHandlers>;
