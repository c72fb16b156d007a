import { accept, type Decision, reject } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import type { CommandFacts, CommandHandler, Loaded, Needs } from '@finaegis/platform/command/handler';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import { assetCode, instant, text, uuid } from '@finaegis/platform/http/amount';
import { newSagaNeed, startSaga } from '@finaegis/platform/saga/commands';
import type { SagaDefinition } from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import { type Book, entityName, entityNeed, loadedBook, loadedEntity, postingNeeds } from '../../ledger/contract.ts';
import { findAccounts, type HouseRefs, houseNeeds, mergeNeeds, suspenseBlocked, withHouses } from '../house.ts';
import { workItemOf } from '../outgoing/bookings.ts';
import type { PaymentTools } from '../outgoing/commands.ts';
import { byAsset, code, minor, positiveMinor } from '../terms.ts';
import { withSignal } from '../with-signal.ts';
import { workItemAggregate } from '../work-item/work-item.ts';
import { type RefundReason, type RefundWay, refundReasons } from './events.ts';
import {
  isAutoApproved,
  policyAt,
  type RefundPolicies,
  type RefundPolicy,
  refundFeeOf,
  refundPolicyAggregate,
  type SetRefundPolicy,
  setRefundPolicy,
} from './policy.ts';
import {
  cancelRefund,
  clearingRefunds,
  completeRefund,
  type EndRefund,
  failRefund,
  fundRefund,
  type Refund,
  type Refundable,
  type RefundRefusal,
  type RefundState,
  type RefundTerms,
  type ReviewRefund,
  refundAggregate,
  refundFeeIncome,
  refundJournalId,
  requestRefund,
  returnRefund,
  reviewRefund,
  submitRefund,
} from './refund.ts';
import { remainderAggregate } from './remainder.ts';

/** A payment whose money arrived, as a refund sees it. None of this changes any more. */
export interface RefundSource extends Refundable {
  readonly way: RefundWay;
  readonly accountId: string;
  readonly entity: string;
  /** Where its money leaves us by: `psp/stripe`, `nostro/ing`. */
  readonly leavesBy: string;
  readonly capturedAt: string;
}

/** What the commands of refunds are built over. */
export interface RefundTools extends PaymentTools {
  /** What is done where an entity has set no policy of its own. */
  readonly policy: RefundPolicy;
  readonly findRefund: (tenantId: string, refundId: string) => Promise<RefundState>;
  /** A payment by card, bank or crypto that arrived and was credited. */
  readonly findSource: (tenantId: string, paymentId: string) => Promise<RefundSource | undefined>;
}

/** Data of RequestRefund. */
export interface RequestRefundData {
  readonly refundId: string;
  readonly paymentId: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly reason: RefundReason;
  readonly notBefore?: string | undefined;
  readonly address?: string | undefined;
}

/** The saga of a refund. */
export const refundSagaId = (refundId: string): string => derivedUuid('saga', 'payment-refund', refundId);

const refundResult = (loaded: Loaded, { refundId }: { readonly refundId: string }): Refund => {
  const { state } = loaded.stream(refundAggregate, refundId);
  if (state.status === 'unknown') throw new Error(`Refund ${refundId} was accepted and is not there.`);
  return state;
};

const requestShape = {
  refundId: uuid,
  paymentId: uuid,
  asset: assetCode,
  amountMinor: positiveMinor,
  reason: z.enum(refundReasons),
  notBefore: instant.optional(),
  address: text(200).optional(),
};

const requestNeeds = (
  { refundId, paymentId }: Pick<RequestRefundData, 'refundId' | 'paymentId'>,
  source: RefundSource | undefined,
): Needs => ({
  streams: [
    { aggregate: refundAggregate, id: refundId },
    { aggregate: remainderAggregate, id: paymentId },
    ...(source === undefined ? [] : [{ aggregate: refundPolicyAggregate, id: source.entity }]),
    newSagaNeed(refundSagaId(refundId)),
  ],
});

/** How a refund is let go and charged; both are the policy's unless a neighbour has decided. */
interface Letting {
  readonly approvedBy: string | undefined;
  readonly feeMinor: bigint;
}

const decideRequest = (
  loaded: Loaded,
  { notBefore, address, ...data }: RequestRefundData,
  { now, tenantId }: CommandFacts,
  {
    source: { way, accountId, entity, leavesBy, asset, capturedMinor },
    saga,
    letting: { approvedBy, feeMinor },
  }: { readonly source: RefundSource; readonly saga: SagaDefinition; readonly letting: Letting },
): Decision<NewEvent, RefundRefusal> => {
  const { refundId, paymentId } = data;
  const terms: RefundTerms = {
    ...data,
    way,
    accountId,
    entity,
    leavesBy,
    ...(notBefore === undefined ? {} : { notBefore }),
    ...(address === undefined ? {} : { address }),
    ...(feeMinor === 0n ? {} : { feeMinor }),
  };
  const decision = requestRefund(loaded.stream(refundAggregate, refundId).state, terms, {
    payment: { asset, capturedMinor },
    remainder: loaded.stream(remainderAggregate, paymentId).state,
    approvedBy,
  });
  if (!decision.accepted || decision.events.length === 0) return decision;
  const input = { refundId, isApproved: approvedBy !== undefined, notBefore: notBefore ?? null };
  return accept(...decision.events, ...startSaga(saga, { sagaId: refundSagaId(refundId), input }, { now, tenantId }));
};

type RequestHandler<Data> = CommandHandler<Data, RefundSource | undefined, Refund, RefundRefusal>;

/** Asks for a refund and starts its saga in the same commit. */
export const requestRefundHandler = (
  tools: RefundTools,
  saga: () => SagaDefinition,
): RequestHandler<RequestRefundData> => ({
  name: 'payment.RequestRefund',
  schema: z.strictObject(requestShape),
  permission: 'payment:refund',
  prepare: ({ paymentId }, { tenantId }) => tools.findSource(tenantId, paymentId),
  loads: requestNeeds,
  decide: (loaded, data, facts, source) => {
    const { paymentId } = data;
    if (source === undefined) return reject({ code: 'payment_not_refundable', paymentId });
    const { entity, capturedAt } = source;
    const { now } = facts;
    const policy = policyAt(loaded.stream(refundPolicyAggregate, entity).state, now, tools.policy);
    const letting = {
      approvedBy: isAutoApproved(policy, { ...data, capturedAt, now }) ? 'policy' : undefined,
      feeMinor: refundFeeOf(policy, { ...data, ...loaded.stream(remainderAggregate, paymentId).state }),
    };
    return decideRequest(loaded, data, facts, { source, saga: saga(), letting });
  },
  result: refundResult,
});

/** Data of SendBack: a refund that a neighbour's own people, or its own policy, have decided. */
export interface SendBackData extends RequestRefundData {
  /** The context that has. */
  readonly approvedBy: string;
}

/** Sends a payment back for a neighbour, free of charge: what it asks of its customers is its own. */
export const sendBackHandler = (tools: RefundTools, saga: () => SagaDefinition): RequestHandler<SendBackData> => ({
  name: 'payment.SendBack',
  schema: z.strictObject({ ...requestShape, approvedBy: code }),
  permission: 'payment:rail',
  prepare: ({ paymentId }, { tenantId }) => tools.findSource(tenantId, paymentId),
  loads: requestNeeds,
  decide: (loaded, { approvedBy, ...data }, facts, source) =>
    source === undefined
      ? reject({ code: 'payment_not_refundable', paymentId: data.paymentId })
      : decideRequest(loaded, data, facts, { source, saga: saga(), letting: { approvedBy, feeMinor: 0n } }),
  result: refundResult,
});

/** What a command about a refund knows before it locks; nothing where there is none. */
export interface RefundRefs extends HouseRefs {
  readonly terms: RefundTerms | undefined;
}

type Handler<Data> = CommandHandler<Data, RefundRefs, Refund, RefundRefusal>;

const steps = ['fund', 'settle', 'take-back', 'come-back', 'credit'] as const;

const refundCommand =
  <Data extends { readonly refundId: string }>(
    {
      name,
      permission,
      schema,
    }: { readonly name: string; readonly permission: string; readonly schema: z.ZodType<Data> },
    decide: (state: RefundState, data: Data, book: Book, facts: CommandFacts) => ReturnType<typeof fundRefund>,
  ) =>
  (tools: RefundTools): Handler<Data> => ({
    name,
    schema,
    permission,
    weight: () => 4,
    prepare: async ({ refundId }, { tenantId }) => {
      const terms = await tools.findRefund(tenantId, refundId);
      if (terms.status === 'unknown') return { terms: undefined, accounts: new Map(), missing: [] };
      const { entity, leavesBy, accountId } = terms;
      const chartCodes = [clearingRefunds, leavesBy, suspenseBlocked, refundFeeIncome];
      return { terms, ...(await findAccounts(tools.ledger, tenantId, { entity, chartCodes, accounts: [accountId] })) };
    },
    loads: ({ refundId }, refs) => {
      const stream = { aggregate: refundAggregate, id: refundId };
      if (refs.terms === undefined) return { streams: [stream] };
      const { accountId, asset, paymentId } = refs.terms;
      const journals = steps.map((step) => refundJournalId(refundId, step));
      const items = (['take-back', 'credit'] as const).map((step) => workItemOf(refundJournalId(refundId, step)));
      return mergeNeeds(
        { streams: [stream, { aggregate: remainderAggregate, id: paymentId }] },
        postingNeeds(tools.balances, refs.accounts, { postings: [{ account: accountId, asset }], journals }),
        houseNeeds(refs),
        { streams: items.map((id) => ({ aggregate: workItemAggregate, id, isNew: true })) },
      );
    },
    decide: (loaded, data, facts, refs) => {
      if (refs.terms === undefined) return reject({ code: 'refund_unknown', refundId: data.refundId });
      const { state } = loaded.stream(refundAggregate, data.refundId);
      const book = loadedBook(loaded, tools.balances, refs.accounts);
      return withHouses(loaded, refs, decide(state, data, book, facts));
    },
    result: refundResult,
  });

const onlyRefund = z.strictObject({ refundId: uuid });
type OnlyRefund = z.output<typeof onlyRefund>;
const ending: z.ZodType<EndRefund> = z.strictObject({ refundId: uuid, reason: code });
const byRail = 'payment:rail';

/** The saga's own commands, and what is told of a refund that came back. */
export const createRefundStepHandlers = (tools: RefundTools) => ({
  fund: refundCommand<OnlyRefund>(
    { name: 'payment.FundRefund', permission: byRail, schema: onlyRefund },
    (state, { refundId }, book) => fundRefund(state, refundId, book),
  )(tools),
  submit: refundCommand<OnlyRefund>(
    { name: 'payment.SubmitRefund', permission: byRail, schema: onlyRefund },
    (state, { refundId }) => submitRefund(state, refundId),
  )(tools),
  complete: refundCommand<OnlyRefund & { readonly reference: string }>(
    {
      name: 'payment.CompleteRefund',
      permission: byRail,
      schema: z.strictObject({ refundId: uuid, reference: text(200) }),
    },
    completeRefund,
  )(tools),
  fail: refundCommand<EndRefund>({ name: 'payment.FailRefund', permission: byRail, schema: ending }, failRefund)(tools),
  comeBack: refundCommand<EndRefund>(
    { name: 'payment.ReturnRefund', permission: byRail, schema: ending },
    returnRefund,
  )(tools),
});

export type RefundStepHandlers = ReturnType<typeof createRefundStepHandlers>;

/** Commands that people give about a refund; its saga is told in the same commit. */
export const createRefundHandlers = (tools: RefundTools) => ({
  reviewRefund: withSignal(
    tools,
    refundCommand<ReviewRefund>(
      {
        name: 'payment.ReviewRefund',
        permission: 'payment:review',
        schema: z.strictObject({ refundId: uuid, decision: z.enum(['approved', 'rejected']), reason: code.optional() }),
      },
      (state, data, _, { metadata }) => reviewRefund(state, data, metadata.actor),
    )(tools),
    ({ refundId, decision }) => signalFor(refundId, 'reviewed', decision),
  ),
  cancelRefund: withSignal(
    tools,
    refundCommand<OnlyRefund>(
      { name: 'payment.CancelRefund', permission: 'payment:refund', schema: onlyRefund },
      (state, { refundId }) => cancelRefund(state, refundId),
    )(tools),
    ({ refundId }) => signalFor(refundId, 'cancelled', null),
  ),
});

const reasons = z.array(z.enum(refundReasons)).max(refundReasons.length);
/** A policy as plain JSON. */
const policySchema: z.ZodType<SetRefundPolicy> = z.strictObject({
  entity: entityName,
  effectiveFrom: instant.optional(),
  limits: byAsset(z.strictObject({ asset: assetCode, amountMinor: minor })),
  withinDays: z.int().min(0).max(3_650),
  reasons,
  fees: byAsset(z.strictObject({ asset: assetCode, fixedMinor: minor, basisPoints: z.int().min(0).max(10_000) })),
  freeReasons: reasons,
});

/** Sets how refunds of an entity are approved and charged. */
export const setRefundPolicyHandler = (): CommandHandler<
  SetRefundPolicy,
  undefined,
  RefundPolicies,
  { readonly code: 'entity_unknown' }
> => ({
  name: 'payment.SetRefundPolicy',
  schema: policySchema,
  permission: 'payment:policy',
  loads: ({ entity }) => ({
    rows: [entityNeed(entity)],
    streams: [{ aggregate: refundPolicyAggregate, id: entity }],
  }),
  decide: (loaded, data, { now }) =>
    loadedEntity(loaded, data.entity) === undefined
      ? reject({ code: 'entity_unknown' })
      : setRefundPolicy(loaded.stream(refundPolicyAggregate, data.entity).state, data, now),
  result: (loaded, { entity }) => loaded.stream(refundPolicyAggregate, entity).state,
});

const signalFor = (refundId: string, signal: string, data: string | null) => ({
  sagaId: refundSagaId(refundId),
  signal,
  signalId: signal,
  data,
});

export type RefundHandlers = ReturnType<typeof createRefundHandlers>;
