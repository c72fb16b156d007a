import { accept, type Decision, reject } from '@finaegis/kernel/decision';
import type { CommandFacts, CommandHandler } from '@finaegis/platform/command/handler';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import { assetCode, instant, text, uuid } from '@finaegis/platform/http/amount';
import { newSagaNeed, startSaga } from '@finaegis/platform/saga/commands';
import type { SagaDefinition } from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import { type AccountFacts, houseAccountId, loadedBook, postingNeeds } from '../../ledger/contract.ts';
import { issuableShares } from '../chart.ts';
import {
  type Handler,
  houseIds,
  type InvestmentTools,
  investmentCommand,
  investmentResult,
  type Seen,
} from '../investment-command.ts';
import type { Verdict } from '../ports.ts';
import { roundAggregate, sharesFor } from '../round/round.ts';
import { dueDiligences, type PaymentMethod, paymentMethods, tierOf } from '../settings.ts';
import { code, minor, roundNumber } from '../terms.ts';
import { holdingKey, holdingsTable } from '../views/holdings.ts';
import { investmentReference, investmentSagaId, mergeNeeds, refundSagaId, withSignal } from '../with-saga.ts';
import { type SignAgreement, signAgreement } from './agreement.ts';
import {
  confirmInvestment,
  type EndInvestment,
  endInvestment,
  type InvestmentDecision,
  type RecordPayIn,
  type ReviewInvestment,
  recordPayIn,
  recordVerdict,
  releaseShares,
  requestInvestment,
  reserveShares,
  returnPayIn,
  reviewInvestment,
} from './decide.ts';
import {
  type Investment,
  type InvestmentRefusal,
  type InvestmentState,
  type InvestmentTerms,
  investmentAggregate,
  isOpen,
  lacksSignature,
} from './investment.ts';
import {
  closeRefund,
  completeRefund,
  type RefundStep,
  type RequestRefund,
  type ReviewRefund,
  requestRefund,
  returnShares,
  reviewRefund,
} from './refund.ts';

/** Data of RequestInvestment. */
export interface RequestInvestmentData {
  readonly investmentId: string;
  readonly round: number;
  readonly partyId: string;
  readonly accountId: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly method: PaymentMethod;
}

/** An investment as plain JSON. */
export const requestInvestmentSchema: z.ZodType<RequestInvestmentData> = z.strictObject({
  investmentId: uuid,
  round: roundNumber,
  partyId: uuid,
  accountId: uuid,
  asset: assetCode,
  amountMinor: minor,
  method: z.enum(paymentMethods),
});

/** What a request found before it was queued. */
export interface RequestRefs {
  readonly terms: InvestmentTerms | undefined;
  readonly isPartyActive: boolean;
  readonly isOwnAccount: boolean;
  readonly accounts: ReadonlyMap<string, AccountFacts>;
  readonly at: string;
}

const basisPoints = 10_000n;

const prepareRequest = async (
  tools: InvestmentTools,
  tenantId: string,
  data: RequestInvestmentData,
): Promise<RequestRefs> => {
  const { investmentId, partyId, accountId, amountMinor } = data;
  const [round, party, account] = await Promise.all([
    tools.findRound(tenantId, data.round),
    tools.parties.find(tenantId, partyId),
    tools.accounts.find(tenantId, accountId),
  ]);
  const at = tools.now();
  const isPartyActive = party?.status === 'active';
  if (round.status === 'unknown')
    return { terms: undefined, isPartyActive, isOwnAccount: false, accounts: new Map(), at };
  const { entity, assetDecimals, shareAsset, priceTenThousandths, coolingOffDays, feeBasisPoints } = round;
  const tier = tierOf(tools.settings.tiers, amountMinor, assetDecimals);
  return {
    terms: {
      ...data,
      sharesMinor: sharesFor(round, amountMinor),
      entity,
      assetDecimals,
      shareAsset,
      priceTenThousandths,
      feeMinor: (amountMinor * feeBasisPoints + basisPoints - 1n) / basisPoints,
      tier: tier.name,
      tierInitial: tier.initial,
      coolingOffDays,
      ...(round.needsSignature === true ? { needsSignature: true } : {}),
      reference: investmentReference(investmentId),
      requestedAt: at,
    },
    isPartyActive,
    isOwnAccount: account?.entity === entity && account.holders.some((holder) => holder.partyId === partyId),
    accounts: await tools.ledger.accounts(tenantId, [accountId, ...houseIds(entity)]),
    at,
  };
};

/** Takes an investment on; its saga takes it from here. */
export const requestInvestmentHandler = (
  tools: InvestmentTools,
  definition: SagaDefinition,
): CommandHandler<RequestInvestmentData, RequestRefs, Investment, InvestmentRefusal> => ({
  name: 'cgo.RequestInvestment',
  schema: requestInvestmentSchema,
  permission: 'cgo:invest',
  weight: () => 3,
  prepare: (data, { tenantId }) => prepareRequest(tools, tenantId, data),
  loads: (data, { terms, accounts }) => {
    const { investmentId, round } = data;
    return mergeNeeds(
      {
        rows: [{ table: holdingsTable, key: holdingKey(data) }],
        streams: [
          { aggregate: investmentAggregate, id: investmentId },
          { aggregate: roundAggregate, id: String(round) },
          newSagaNeed(investmentSagaId(investmentId)),
        ],
      },
      terms === undefined
        ? {}
        : postingNeeds(tools.balances, accounts, {
            postings: [{ account: houseAccountId(terms.entity, issuableShares), asset: terms.shareAsset }],
            journals: [],
          }),
    );
  },
  decide: (loaded, data, { tenantId }, refs) => {
    const { investmentId, round, method } = data;
    if (refs.terms === undefined) return reject({ code: 'round_unknown', round });
    const { at } = refs;
    const decision = requestInvestment(
      loaded.stream(investmentAggregate, investmentId).state,
      refs.terms,
      loadedBook(loaded, tools.balances, refs.accounts),
      {
        round: loaded.stream(roundAggregate, String(round)).state,
        isPartyActive: refs.isPartyActive,
        isOwnAccount: refs.isOwnAccount,
        isMethodOffered: tools.payments.methods.includes(method),
        ownSharesMinor: loaded.row(holdingsTable, holdingKey(data))?.liveSharesMinor ?? 0n,
        ownershipMaxPpm: tools.settings.ownershipMaxPpm,
        at,
      },
    );
    return started(decision, definition, {
      sagaId: investmentSagaId(investmentId),
      input: { investmentId, requestedAt: at },
      facts: { tenantId, now: at },
    });
  },
  result: investmentResult,
});

/** A decision with the saga that goes on from it; a repeat starts none. */
const started = (
  decision: InvestmentDecision,
  definition: SagaDefinition,
  {
    sagaId,
    input,
    facts,
  }: {
    readonly sagaId: string;
    readonly input: Readonly<Record<string, string | boolean>>;
    readonly facts: Pick<CommandFacts, 'tenantId' | 'now'>;
  },
): Decision<NewEvent, InvestmentRefusal> =>
  decision.accepted && decision.events.length > 0
    ? accept(...decision.events, ...startSaga(definition, { sagaId, input }, facts))
    : decision;

const verdictSchema: z.ZodType<Verdict> = z.strictObject({
  kind: z.enum(['pass', 'kyc_required', 'aml_review']),
  level: z.enum(dueDiligences),
  flags: z.array(code).readonly(),
  riskScore: z.number(),
});
const only = { investmentId: uuid };
const timed = { ...only, at: instant };
const refundStep = z.strictObject({ ...timed, refundId: uuid });
const step = 'cgo:step';
type Timed = { readonly investmentId: string; readonly at: string };

/** The sagas' own commands: nobody gives them by hand. */
export const createStepHandlers = (tools: InvestmentTools) => ({
  recordVerdict: investmentCommand<{ readonly investmentId: string; readonly verdict: Verdict }>(
    tools,
    { name: 'cgo.RecordVerdict', permission: step, schema: z.strictObject({ ...only, verdict: verdictSchema }) },
    (state, data) => recordVerdict(state, data),
  ),
  reserve: investmentCommand<Timed>(
    tools,
    { name: 'cgo.ReserveShares', permission: step, schema: z.strictObject(timed), makes: [], numbers: 'agreement' },
    (state, data, { book, numbering }) => reserveShares(state, data, book, numbering('agreement')),
  ),
  release: investmentCommand<{ readonly investmentId: string }>(
    tools,
    { name: 'cgo.ReleaseShares', permission: step, schema: z.strictObject(only), makes: ['settle'] },
    (state, data, { book }) => releaseShares(state, data, book),
  ),
  recordPayIn: investmentCommand<RecordPayIn>(
    tools,
    {
      name: 'cgo.RecordPayIn',
      permission: step,
      schema: z.strictObject({ ...timed, payer: text(100), paidMinor: minor }),
      makes: ['pay-in'],
    },
    (state, data, { book }) => recordPayIn(state, data, book),
  ),
  returnPayIn: investmentCommand<{ readonly investmentId: string }>(
    tools,
    { name: 'cgo.ReturnPayIn', permission: step, schema: z.strictObject(only), makes: ['pay-back'] },
    (state, data, { book }) => returnPayIn(state, data, book),
  ),
  confirm: investmentCommand<Timed>(
    tools,
    {
      name: 'cgo.ConfirmInvestment',
      permission: step,
      schema: z.strictObject(timed),
      makes: ['confirm'],
      numbers: 'certificate',
    },
    (state, data, { book, numbering }) => confirmInvestment(state, data, book, numbering('certificate')),
  ),
  end: investmentCommand<EndInvestment>(
    tools,
    { name: 'cgo.EndInvestment', permission: step, schema: z.strictObject({ ...only, reason: code }) },
    (state, data) => endInvestment(state, data),
  ),
  returnShares: investmentCommand<RefundStep>(
    tools,
    { name: 'cgo.ReturnShares', permission: step, schema: refundStep, makes: ['return-shares'] },
    (state, data, { book }) => returnShares(state, data, book),
  ),
  completeRefund: investmentCommand<RefundStep>(
    tools,
    { name: 'cgo.CompleteRefund', permission: step, schema: refundStep, makes: ['settle-refund'] },
    (state, data, { book }) => completeRefund(state, data, book),
  ),
  closeRefund: investmentCommand<{ readonly investmentId: string; readonly refundId: string; readonly reason: string }>(
    tools,
    { name: 'cgo.CloseRefund', permission: step, schema: z.strictObject({ ...only, refundId: uuid, reason: code }) },
    (state, data) => closeRefund(state, data),
  ),
});

export type StepHandlers = ReturnType<typeof createStepHandlers>;

/** Data of CancelInvestment. */
export interface CancelInvestment {
  readonly investmentId: string;
}

/** Cancels an investment in time: its saga takes back what was done, in the order it was done. */
const cancelInvestmentHandler = (tools: InvestmentTools): Handler<CancelInvestment> => {
  const cancel = () => tools.sagas().handlers.cancel;
  const cancellation = (investmentId: string) => ({
    sagaId: investmentSagaId(investmentId),
    reason: 'cancelled_by_investor',
  });
  const bare = investmentCommand<CancelInvestment>(
    tools,
    { name: 'cgo.CancelInvestment', permission: 'cgo:invest', schema: z.strictObject(only) },
    () => accept(),
  );
  return {
    ...bare,
    loads: (data, refs, context) =>
      mergeNeeds(
        bare.loads(data, refs, context),
        refs.terms === undefined ? {} : cancel().loads(cancellation(data.investmentId), { now: refs.at }, context),
      ),
    decide: (loaded, { investmentId }, facts, { terms, at }) => {
      const { state } = loaded.stream(investmentAggregate, investmentId);
      if (terms === undefined || state.status === 'unknown')
        return reject({ code: 'investment_unknown', investmentId });
      if (state.status === 'cancelled') return accept();
      if (!isOpen(state)) return reject({ code: 'investment_not_cancellable', status: state.status });
      const told = cancel().decide(loaded, cancellation(investmentId), facts, { now: at });
      return told.accepted ? told : reject({ code: 'investment_not_cancellable', status: state.status });
    },
  };
};

/** A payment as somebody tells it who has seen it. */
export interface RecordPayment {
  readonly investmentId: string;
  readonly kind: 'paid' | 'failed';
  /** Account the money arrived on. */
  readonly payer?: string | undefined;
  readonly paidMinor?: bigint | undefined;
  /** Names this telling: told twice it counts once. */
  readonly reference: string;
}

const paymentRecorded = (
  state: InvestmentState,
  { investmentId, kind, payer = '' }: RecordPayment,
  { book }: Pick<Seen, 'book'>,
): InvestmentDecision => {
  if (state.status === 'unknown') return reject({ code: 'investment_unknown', investmentId });
  if (state.status !== 'awaiting_payment')
    return reject({ code: 'investment_not_awaiting_payment', status: state.status });
  if (lacksSignature(state)) return reject({ code: 'agreement_not_signed', investmentId });
  // Only money that has arrived at the bank is told by hand; a customer's account is debited at his own word.
  return kind === 'paid' && book.account(payer)?.kind !== 'house'
    ? reject({ code: 'account_unknown', account: payer })
    : accept();
};

/** Tells the saga of a payment; the saga books it. */
const recordPaymentHandler = (tools: InvestmentTools): Handler<RecordPayment> => {
  const signal = () => tools.sagas().handlers.signal;
  const toTell = ({ investmentId, kind, payer, paidMinor, reference }: RecordPayment) => ({
    sagaId: investmentSagaId(investmentId),
    signal: 'payment',
    signalId: `payment ${reference}`,
    data:
      kind === 'paid'
        ? { kind, payer: payer ?? '', paidMinor: String(paidMinor ?? 0n) }
        : { kind, code: 'payment_failed' },
  });
  const bare = investmentCommand<RecordPayment>(
    tools,
    {
      name: 'cgo.RecordPayment',
      permission: 'cgo:payment',
      schema: z.strictObject({
        ...only,
        kind: z.enum(['paid', 'failed']),
        payer: text(100).optional(),
        paidMinor: minor.optional(),
        reference: text(100),
      }),
      makes: [],
    },
    paymentRecorded,
  );
  return {
    ...bare,
    loads: (data, refs, context) =>
      mergeNeeds(
        bare.loads(data, refs, context),
        refs.terms === undefined ? {} : signal().loads(toTell(data), { now: refs.at }, context),
      ),
    decide: (loaded, data, facts, refs) => {
      const decision = bare.decide(loaded, data, facts, refs);
      if (!decision.accepted) return decision;
      const told = signal().decide(loaded, toTell(data), facts, { now: refs.at });
      return told.accepted ? told : reject({ code: 'investment_unknown', investmentId: data.investmentId });
    },
  };
};

/** Commands that people give about an investment. */
export const createInvestmentHandlers = (
  tools: InvestmentTools,
  { investmentSaga, refundSaga }: { readonly investmentSaga: SagaDefinition; readonly refundSaga: SagaDefinition },
) => ({
  requestInvestment: requestInvestmentHandler(tools, investmentSaga),
  cancelInvestment: cancelInvestmentHandler(tools),
  recordPayment: recordPaymentHandler(tools),
  reviewInvestment: withSignal(
    tools,
    investmentCommand<ReviewInvestment>(
      tools,
      {
        name: 'cgo.ReviewInvestment',
        permission: 'cgo:review',
        schema: z.strictObject({ ...only, decision: z.enum(['approved', 'rejected']), reason: code.optional() }),
      },
      (state, data, { actor }) => reviewInvestment(state, data, actor),
    ),
    ({ investmentId, decision }) => ({
      sagaId: investmentSagaId(investmentId),
      signal: 'reviewed',
      signalId: 'reviewed',
      data: { decision },
    }),
  ),
  signAgreement: withSignal(
    tools,
    investmentCommand<SignAgreement>(
      tools,
      {
        name: 'cgo.SignAgreement',
        permission: 'cgo:invest',
        schema: z.strictObject({ ...only, agreementHash: z.string().regex(/^[0-9a-f]{64}$/) }),
      },
      (state, data, { actor, at }) => signAgreement(state, data, { actor, at }),
    ),
    ({ investmentId }) => ({
      sagaId: investmentSagaId(investmentId),
      signal: 'signed',
      signalId: 'signed',
      data: null,
    }),
  ),
  requestRefund: requestRefundHandler(tools, refundSaga),
  reviewRefund: withSignal(
    tools,
    investmentCommand<ReviewRefund>(
      tools,
      {
        name: 'cgo.ReviewRefund',
        permission: 'cgo:review',
        schema: z.strictObject({ ...only, decision: z.enum(['approved', 'rejected']), reason: code.optional() }),
      },
      (state, data, { actor }) => reviewRefund(state, data, actor),
    ),
    ({ investmentId, decision }, { terms }) => ({
      sagaId: refundSagaId((terms as Investment | undefined)?.refunds.at(-1)?.refundId ?? investmentId),
      signal: 'reviewed',
      signalId: 'reviewed',
      data: { decision },
    }),
  ),
});

const requestRefundHandler = (tools: InvestmentTools, definition: SagaDefinition): Handler<RequestRefund> => {
  const bare = investmentCommand<RequestRefund>(
    tools,
    {
      name: 'cgo.RequestRefund',
      permission: 'cgo:invest',
      schema: z.strictObject({ ...only, refundId: uuid, reason: code }),
    },
    (state, data, { at }) => requestRefund(state, data, { at, policy: tools.settings.refund }),
  );
  return {
    ...bare,
    loads: (data, refs, context) =>
      mergeNeeds(bare.loads(data, refs, context), { streams: [newSagaNeed(refundSagaId(data.refundId))] }),
    decide: (loaded, data, facts, refs) => {
      const decision = bare.decide(loaded, data, facts, refs);
      const needsApproval = decision.accepted && decision.events[0]?.data['needsApproval'] === true;
      return started(decision, definition, {
        sagaId: refundSagaId(data.refundId),
        input: { investmentId: data.investmentId, refundId: data.refundId, requestedAt: refs.at, needsApproval },
        facts: { tenantId: facts.tenantId, now: refs.at },
      });
    },
  };
};

export type InvestmentHandlers = ReturnType<typeof createInvestmentHandlers>;
