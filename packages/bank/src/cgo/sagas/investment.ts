import {
  defineSaga,
  retryForDays,
  type SagaDefinition,
  type SagaSoFar,
  type SagaStep,
  type StepCall,
  type StepOutcome,
  stepCommand,
} from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import { paidInSignal } from '../../payment/contract.ts';
import type { StepHandlers } from '../investment/commands.ts';
import { type Investment, lacksSignature } from '../investment/investment.ts';
import type { Candidate, Compliance, InvestmentPayments, Verdict } from '../ports.ts';
import { daysAfter, type OfferingSettings } from '../settings.ts';
import { lookAgain, paymentRequestOf, sentBack, waitMaxMs } from './payment-key.ts';

const input = z.strictObject({ investmentId: z.string(), requestedAt: z.string() });
type Input = z.output<typeof input>;
type SoFar = SagaSoFar<Input>;

/** What the saga asks and does besides its steps' commands. */
export interface InvestmentSagaTools {
  readonly compliance: Compliance;
  readonly payments: InvestmentPayments;
  readonly settings: Pick<OfferingSettings, 'reviewDays' | 'paymentDays'>;
  readonly investmentOf: (tenantId: string, investmentId: string) => Promise<Investment>;
  /** What compliance has to know of it. */
  readonly candidateOf: (tenantId: string, investment: Investment, at: string) => Promise<Candidate>;
  /** How soon a payment that is under way is asked about, besides being told; later each time. */
  readonly pollMs: number;
}

/** Money may have moved: what fails on the way is tried again for days before a person is asked. */
const dayClosed = ['day_closed'];

const idOf = ({ input: { investmentId } }: SoFar) => ({ investmentId });
const verdictOf = ({ results }: SoFar): Verdict => results['gate'] as unknown as Verdict;

/**
 * An investment: looked at, reserved, paid, left alone for the cooling-off, confirmed. Until it is confirmed all of it can be taken back: the money
 * goes to whoever paid, then the shares to the round, and last of all the investment ends with the reason.
 */
export const investmentSaga = (tools: InvestmentSagaTools, handlers: StepHandlers): SagaDefinition =>
  defineSaga<Input>({
    name: 'cgo.investment',
    version: 1,
    input,
    subject: ({ investmentId }) => `investment:${investmentId}`,
    steps: [...untilReserved(tools, handlers), ...untilConfirmed(tools, handlers)],
  });

const untilReserved = (tools: InvestmentSagaTools, handlers: StepHandlers): readonly SagaStep<Input>[] => [
  {
    // Taken back last, so that the investment ends in the same breath as the saga.
    name: 'open',
    run: () => Promise.resolve({ kind: 'done' }),
    undo: {
      command: ({ input: { investmentId }, failure }) =>
        stepCommand(handlers.end, { investmentId, reason: failure?.code ?? 'cancelled' }),
    },
  },
  { name: 'gate', run: (call) => assessed(tools, call) },
  {
    name: 'record-verdict',
    command: (saga) =>
      verdictOf(saga).kind === 'pass'
        ? undefined
        : stepCommand(handlers.recordVerdict, { ...idOf(saga), verdict: verdictOf(saga) }),
  },
  {
    name: 'await-review',
    wait: {
      signals: ['reviewed'],
      isWanted: (saga) => verdictOf(saga).kind !== 'pass',
      until: ({ input: { requestedAt } }) => daysAfter(requestedAt, tools.settings.reviewDays),
      atEnd: 'fail',
    },
  },
  { name: 'heed-review', run: (call) => Promise.resolve(heeded(call)) },
  {
    name: 'reserve',
    command: ({ input: { investmentId }, now }) => stepCommand(handlers.reserve, { investmentId, at: now }),
    keep: (events) => ({
      reservedAt: String(events.find(({ type }) => type === 'InvestmentReserved')?.data['reservedAt']),
    }),
    undo: { command: (saga) => stepCommand(handlers.release, idOf(saga)) },
  },
];

const untilConfirmed = (tools: InvestmentSagaTools, handlers: StepHandlers): readonly SagaStep<Input>[] => [
  {
    name: 'payment',
    run: (call) => paid(tools, call),
    undo: { run: (call) => sentBack(tools, call) },
    deadline: ({ results }) => {
      const { reservedAt } = results['reserve'] as { readonly reservedAt: string };
      return daysAfter(reservedAt, tools.settings.paymentDays);
    },
    retry: retryForDays,
  },
  {
    name: 'book-pay-in',
    command: ({ input: { investmentId }, results, now }) => {
      const { payer, paidMinor } = results['payment'] as { readonly payer: string; readonly paidMinor: string };
      return stepCommand(handlers.recordPayIn, { investmentId, payer, paidMinor: BigInt(paidMinor), at: now });
    },
    keep: (events) => {
      const event = events.find(({ type }) => type === 'InvestmentPaid' || type === 'InvestmentPaymentDiffered');
      return { coolingOffEndsAt: (event?.data['coolingOffEndsAt'] as string | undefined) ?? null };
    },
    undo: { command: (saga) => stepCommand(handlers.returnPayIn, idOf(saga)) },
    passing: dayClosed,
    retry: retryForDays,
  },
  { name: 'check-amount', run: (call) => amountChecked(tools, call) },
  {
    name: 'cooling-off',
    wait: {
      until: ({ results }) =>
        (results['book-pay-in'] as { readonly coolingOffEndsAt: string | null } | null)?.coolingOffEndsAt ?? undefined,
    },
  },
  {
    name: 'confirm',
    command: ({ input: { investmentId }, now }) => stepCommand(handlers.confirm, { investmentId, at: now }),
    passing: dayClosed,
    retry: retryForDays,
    isPointOfNoReturn: true,
  },
];

const assessed = async (tools: InvestmentSagaTools, call: StepCall<Input>): Promise<StepOutcome> => {
  const investment = await tools.investmentOf(call.tenantId, call.input.investmentId);
  const verdict = await tools.compliance.assess(await tools.candidateOf(call.tenantId, investment, call.now));
  return { kind: 'done', result: { ...verdict } };
};

const heeded = ({ results }: SoFar): StepOutcome => {
  const review = results['await-review'] as { readonly data: { readonly decision: string } | null } | null;
  return review?.data?.decision === 'rejected' ? { kind: 'declined', code: 'review_rejected' } : { kind: 'done' };
};

/** Done when it is known how the payment ended: told by a person's signal, or found when asked, which a payment that has arrived has us do at once. */
const paid = async (tools: InvestmentSagaTools, call: StepCall<Input>): Promise<StepOutcome> => {
  const {
    tenantId,
    input: { investmentId },
    signals,
  } = call;
  const investment = await tools.investmentOf(tenantId, investmentId);
  // Before it is signed nobody is asked for money. Whoever signs says so; the deadline is that of the payment.
  if (lacksSignature(investment)) return { kind: 'again', afterMs: waitMaxMs };
  const told = signals['payment'] as
    | { readonly kind: 'paid'; readonly payer: string; readonly paidMinor: string }
    | { readonly kind: 'failed'; readonly code: string }
    | undefined;
  if (told !== undefined)
    return told.kind === 'failed'
      ? { kind: 'declined', code: told.code }
      : { kind: 'done', result: { payer: told.payer, paidMinor: told.paidMinor } };
  const news = signals[paidInSignal] as { readonly paymentId: string } | undefined;
  const request = { ...paymentRequestOf(tenantId, investment), toldOf: news?.paymentId };
  const state = (await tools.payments.findPayment(request)) ?? (await tools.payments.requestPayment(request));
  switch (state.kind) {
    case 'pending':
      return state.isTold === true ? { kind: 'again', afterMs: waitMaxMs } : lookAgain(call, tools.pollMs);
    case 'failed':
      return { kind: 'declined', code: state.code };
    case 'paid':
      return { kind: 'done', result: { payer: state.payer, paidMinor: String(state.paidMinor) } };
  }
};

/** Another amount is no payment for this investment; by now it is booked, so that nothing is lost on its way back. */
const amountChecked = async (
  tools: InvestmentSagaTools,
  { tenantId, input: { investmentId } }: StepCall<Input>,
): Promise<StepOutcome> => {
  const { payIn } = await tools.investmentOf(tenantId, investmentId);
  return payIn?.isExact === true ? { kind: 'done' } : { kind: 'declined', code: 'payment_amount_differs' };
};
