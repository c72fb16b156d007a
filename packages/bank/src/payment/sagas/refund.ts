import {
  defineSaga,
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
import type { RefundStepHandlers, RefundTools } from '../refund/commands.ts';
import type { RefundWay } from '../refund/events.ts';
import type { RefundOrder, RefundOutcome, WayBack } from '../refund-ways.ts';

const input = z.strictObject({ refundId: z.string(), isApproved: z.boolean(), notBefore: z.string().nullable() });
type Input = z.output<typeof input>;

/** What the saga asks and does besides its steps' commands. */
export interface RefundSagaTools extends RefundTools {
  readonly ways: Readonly<Record<RefundWay, WayBack | undefined>>;
}

/**
 * Sends money back the way it came. Until it is submitted, undoing any step is one thing: the refund fails with the reason, the account has its
 * money and the payment its remainder back. A refund that was rejected or cancelled fails no more, so that undoing does nothing there.
 */
export const refundSaga = (tools: RefundSagaTools, handlers: RefundStepHandlers): SagaDefinition =>
  defineSaga<Input>({
    name: 'payment.refund',
    version: 1,
    input,
    subject: ({ refundId }) => `refund:${refundId}`,
    steps: [...stepsWithUs(handlers), ...stepsOnTheWay(tools, handlers)],
  });

const failing =
  ({ fail }: RefundStepHandlers) =>
  ({ input: { refundId }, failure }: SagaSoFar<Input>) =>
    stepCommand(fail, { refundId, reason: failure?.code ?? 'cancelled' });

const stepsWithUs = (handlers: RefundStepHandlers): readonly SagaStep<Input>[] => {
  const undo = { command: failing(handlers) };
  return [
    {
      name: 'await-approval',
      // Never skipped, since what follows may fail and is undone from here.
      wait: {
        signals: ['reviewed', 'cancelled'],
        until: ({ input: { isApproved }, startedAt }) => (isApproved ? startedAt : undefined),
      },
      undo,
    },
    {
      name: 'await-day',
      wait: {
        signals: ['cancelled'],
        isWanted: ({ input: { notBefore }, signals }) => notBefore !== null && signals['cancelled'] === undefined,
        until: ({ input: { notBefore } }) => notBefore ?? undefined,
      },
    },
    {
      name: 'fund',
      command: ({ input: { refundId } }) => stepCommand(handlers.fund, { refundId }),
      passing: ['day_closed'],
      retry: retryForDays,
    },
    { name: 'hand-over', command: ({ input: { refundId } }) => stepCommand(handlers.submit, { refundId }) },
  ];
};

const stepsOnTheWay = (tools: RefundSagaTools, handlers: RefundStepHandlers): readonly SagaStep<Input>[] => [
  {
    name: 'send',
    intend: ({ input: { refundId } }) => ({ key: refundId }),
    run: async (call) => {
      const { way, order } = await orderOf(tools, call);
      return sent(await way.send(order, call.abort));
    },
    ask: async (call) => {
      const { way, order } = await orderOf(tools, call);
      const found = await way.find(order);
      return found.kind === 'absent' ? found : sent(found);
    },
    retry: retryAsking(tools.times.askFirstMs),
    isPointOfNoReturn: true,
  },
  { name: 'await-outcome', run: (call) => awaited(tools, call), retry: retryForDays },
  {
    name: 'conclude',
    command: ({ input: { refundId }, results }) => {
      const outcome = results['await-outcome'] as unknown as RefundOutcome;
      return outcome.kind === 'completed'
        ? stepCommand(handlers.complete, { refundId, reference: outcome.reference })
        : stepCommand(handlers.fail, { refundId, reason: 'code' in outcome ? outcome.code : outcome.kind });
    },
    passing: ['day_closed'],
    retry: retryForDays,
  },
];

const orderOf = async (
  { ways, findRefund }: RefundSagaTools,
  { tenantId, input: { refundId } }: StepCall<Input>,
): Promise<{ readonly way: WayBack; readonly order: RefundOrder }> => {
  const refund = await findRefund(tenantId, refundId);
  if (refund.status === 'unknown') throw new Error(`The saga of refund ${refundId} finds no refund.`);
  const { paymentId, asset, amountMinor, reason, address } = refund;
  const way = ways[refund.way];
  if (way === undefined) throw new Error(`Nothing is sent back by ${refund.way} here.`);
  return { way, order: { tenantId, key: refundId, paymentId, asset, amountMinor, reason, address } };
};

// What failed after it was taken on is no decline: it went out and came back, which the last step books.
const sent = (outcome: RefundOutcome): StepOutcome =>
  outcome.kind === 'declined' ? { kind: 'declined', code: outcome.code } : { kind: 'done', result: { ...outcome } };

/** Done when whoever sends it says how it ended; its messages only have it asked sooner. */
const awaited = async (tools: RefundSagaTools, call: StepCall<Input>): Promise<StepOutcome> => {
  const { way, order } = await orderOf(tools, call);
  const found = await way.find(order);
  if (found.kind === 'completed' || found.kind === 'failed' || found.kind === 'declined')
    return { kind: 'done', result: { ...found } };
  const waitMs = typeof call.carry === 'number' ? call.carry : tools.times.pollFirstMs;
  return { kind: 'again', afterMs: waitMs, carry: Math.min(waitMs * 2, tools.times.pollMaxMs) };
};
