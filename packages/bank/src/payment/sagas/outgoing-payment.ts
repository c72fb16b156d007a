import {
  defineSaga,
  isOutcomeUnknown,
  type Json,
  retryAsking,
  retryForDays,
  type SagaDefinition,
  type SagaSoFar,
  type SagaStep,
  type StepCall,
  type StepOutcome,
  stepCommand,
} from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import type { PaymentTools, StepHandlers } from '../outgoing/commands.ts';
import { toCheck } from '../outgoing/creation.ts';
import type { Conclusion } from '../outgoing/decide.ts';
import type { Outgoing } from '../outgoing/outgoing.ts';
import type { PaymentVerdict, RailOrder, RailOutcome } from '../ports.ts';

const input = z.strictObject({
  paymentId: z.string(),
  rail: z.string(),
  bank: z.string().nullable(),
  /** The day to wait for; null where it is due at once. */
  executionDate: z.string().nullable(),
  /** What the checks said already, for payments that are checked when they are taken on. */
  verdict: z
    .union([
      z.strictObject({ kind: z.literal('allow') }),
      z.strictObject({ kind: z.enum(['review', 'refuse']), reason: z.string() }),
    ])
    .nullable(),
});
type Input = z.output<typeof input>;
type SoFar = SagaSoFar<Input>;

/** What the saga asks and does besides its steps' commands. */
export interface OutgoingSagaTools extends PaymentTools {
  /** The key a bank knows a payment by. */
  readonly railKey: (paymentId: string) => string;
  readonly orderOf: (tenantId: string, payment: Outgoing) => Promise<RailOrder>;
  /** Notes between two steps that nobody knows whether the bank has it. */
  readonly loseOutcome: (paymentId: string, call: Pick<StepCall, 'tenantId' | 'metadata'>) => Promise<void>;
}

const dayClosed = ['day_closed'];

const verdictOf = ({ results }: SoFar): PaymentVerdict | undefined => results['check'] as PaymentVerdict | undefined;
const isInternal = ({ input: { rail } }: SoFar): boolean => rail === 'internal';

/**
 * A payment out. Undoing any step is one thing: the payment is rejected with the reason, and whatever was taken is given back in the same commit.
 * Once the bank has accepted it, nothing is undone; what the bank says later is booked.
 */
export const outgoingPaymentSaga = (tools: OutgoingSagaTools, handlers: StepHandlers): SagaDefinition =>
  defineSaga<Input>({
    name: 'payment.outgoing',
    version: 1,
    input,
    subject: ({ paymentId }) => `payment:${paymentId}`,
    steps: [...stepsWithUs(tools, handlers), ...stepsAtTheBank(tools, handlers)],
  });

/** Until the customer has paid. */
const stepsWithUs = (tools: OutgoingSagaTools, handlers: StepHandlers): readonly SagaStep<Input>[] => {
  const reject = ({ input: { paymentId }, failure }: SoFar) =>
    stepCommand(handlers.reject, { paymentId, reason: reasonOf(failure?.code, failure?.facts) });
  return [
    { name: 'check', run: (call) => checked(tools, call), undo: { command: reject }, retry: retryForDays },
    {
      name: 'record-verdict',
      command: (saga) => {
        const verdict = verdictOf(saga);
        if (verdict === undefined || verdict.kind === 'allow') return undefined;
        return stepCommand(handlers.recordVerdict, { paymentId: saga.input.paymentId, verdict });
      },
    },
    {
      name: 'await-review',
      wait: {
        signals: ['reviewed', 'cancelled'],
        isWanted: (saga) => verdictOf(saga)?.kind === 'review',
        until: ({ startedAt }) => new Date(Date.parse(startedAt) + tools.times.reviewMaxMs).toISOString(),
        atEnd: 'fail',
      },
    },
    {
      name: 'await-execution-date',
      wait: {
        signals: ['cancelled'],
        isWanted: ({ input: { executionDate } }) => executionDate !== null,
        until: ({ input: { executionDate } }) => `${executionDate ?? ''}T00:00:00.000Z`,
      },
    },
    {
      name: 'fund',
      command: ({ input: { paymentId } }) => stepCommand(handlers.fund, { paymentId }),
      undo: { command: reject },
      passing: dayClosed,
      retry: retryForDays,
    },
  ];
};

/** From the moment the bank is told; nothing of it where the payee is ours. */
const stepsAtTheBank = (tools: OutgoingSagaTools, handlers: StepHandlers): readonly SagaStep<Input>[] => [
  {
    name: 'hand-over',
    command: (saga) =>
      isInternal(saga) ? undefined : stepCommand(handlers.submit, { paymentId: saga.input.paymentId }),
  },
  {
    name: 'submit',
    intend: (saga) => (isInternal(saga) ? undefined : { bank: saga.input.bank, rail: saga.input.rail }),
    run: (call) => submitted(tools, call),
    ask: async (call) => {
      const found = await tools.rail.find(lookupOf(tools, call));
      return found.kind === 'absent' ? found : stepOutcomeOf(found);
    },
    retry: retryAsking(tools.times.askFirstMs),
    isPointOfNoReturn: true,
  },
  {
    name: 'await-settlement',
    intend: (saga) => (isInternal(saga) ? undefined : null),
    run: (call) => awaitedSettlement(tools, call),
    retry: retryForDays,
  },
  {
    name: 'conclude',
    command: (saga) => {
      if (isInternal(saga)) return undefined;
      const conclusion = saga.results['await-settlement'] as unknown as Conclusion;
      return stepCommand(handlers.conclude, { paymentId: saga.input.paymentId, conclusion });
    },
    passing: dayClosed,
    retry: retryForDays,
  },
];

/** A refusal of a check is told by the check's own reason; anything else by its code. */
const reasonOf = (code = 'cancelled', facts: Readonly<Record<string, Json>> = {}): string =>
  code === 'payment_refused' && typeof facts['reason'] === 'string' ? facts['reason'] : code;

const checked = async (tools: OutgoingSagaTools, call: StepCall<Input>): Promise<StepOutcome> => {
  const { verdict } = call.input;
  if (verdict !== null) return { kind: 'done', result: verdict };
  const found = await tools.checks.check(toCheck(call.tenantId, await paymentOf(tools, call)));
  return { kind: 'done', result: { ...found } };
};

const paymentOf = async (
  tools: OutgoingSagaTools,
  { tenantId, input: { paymentId } }: StepCall<Input>,
): Promise<Outgoing> => {
  const state = await tools.findOutgoing(tenantId, paymentId);
  if (state.status === 'unknown') throw new Error(`The saga of payment ${paymentId} finds no payment.`);
  return state;
};

const lookupOf = (tools: OutgoingSagaTools, { tenantId, input: { bank, paymentId } }: StepCall<Input>) => ({
  tenantId,
  bank: bank ?? '',
  key: tools.railKey(paymentId),
});

const submitted = async (tools: OutgoingSagaTools, call: StepCall<Input>): Promise<StepOutcome> => {
  const order = await tools.orderOf(call.tenantId, await paymentOf(tools, call));
  try {
    return stepOutcomeOf(await tools.rail.submit(order, call.abort));
  } catch (error) {
    // The payment shows it where it can; whether that could be noted says nothing of what the bank has, so its own failure is not told instead.
    if (isOutcomeUnknown(error)) await tools.loseOutcome(call.input.paymentId, call).catch(() => undefined);
    throw error;
  }
};

const stepOutcomeOf = (outcome: RailOutcome): StepOutcome =>
  outcome.kind === 'declined' ? { kind: 'declined', code: outcome.code } : { kind: 'done', result: { ...outcome } };

/** Done when the bank has said how it ended, by its own message (the signal `settlement`) or because it was asked. */
const awaitedSettlement = async (tools: OutgoingSagaTools, call: StepCall<Input>): Promise<StepOutcome> => {
  const told = (call.signals['settlement'] ?? call.results['submit']) as unknown as RailOutcome;
  if (isConclusive(told)) return { kind: 'done', result: { ...told } };
  const found = await tools.rail.find(lookupOf(tools, call));
  if (found.kind !== 'absent' && isConclusive(found)) return { kind: 'done', result: { ...found } };
  const askedMs = typeof call.carry === 'number' ? call.carry : tools.times.pollFirstMs;
  return { kind: 'again', afterMs: askedMs, carry: Math.min(askedMs * 2, tools.times.pollMaxMs) };
};

const isConclusive = ({ kind }: RailOutcome): boolean =>
  kind === 'settled' || kind === 'declined' || kind === 'returned';
