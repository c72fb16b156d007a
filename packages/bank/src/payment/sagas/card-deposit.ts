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
import type { CardDeposit, CardPayer } from '../card-deposit/card-deposit.ts';
import type { CardDepositTools, CardStepHandlers } from '../card-deposit/commands.ts';
import type { CardIntent, CardProvider } from '../card-provider.ts';
import type { PaymentVerdict } from '../ports.ts';

const input = z.strictObject({ depositId: z.string() });
type Input = z.output<typeof input>;
type SoFar = SagaSoFar<Input>;

/** What the saga asks and does besides its steps' commands. */
export interface CardDepositSagaTools extends CardDepositTools {
  readonly cards: CardProvider;
  readonly findPayer: (tenantId: string, accountId: string) => Promise<CardPayer>;
}

/** What the provider said, as the saga keeps it: without what only the payer may see. */
interface KeptIntent {
  readonly intentId: string;
  readonly status: CardIntent['status'];
  readonly receivedMinor: string;
  readonly declineCode?: string;
}

const kept = ({ intentId, status, receivedMinor, declineCode }: CardIntent): StepOutcome => ({
  kind: 'done',
  result: {
    intentId,
    status,
    receivedMinor: receivedMinor.toString(),
    ...(declineCode === undefined ? {} : { declineCode }),
  },
});
const read = (saga: SoFar, step: string): KeptIntent => saga.results[step] as unknown as KeptIntent;

/**
 * Takes money from a card. The provider is asked what became of an intent rather than believed to have told: its webhooks only wake the saga, so
 * that none of them can be missed, come twice or in another order with any harm.
 */
export const cardDepositSaga = (tools: CardDepositSagaTools, handlers: CardStepHandlers): SagaDefinition =>
  defineSaga<Input>({
    name: 'payment.card-deposit',
    version: 1,
    input,
    subject: ({ depositId }) => `card-deposit:${depositId}`,
    steps: [...stepsBefore(tools, handlers), ...stepsAtTheProvider(tools, handlers)],
  });

const stepsBefore = (tools: CardDepositSagaTools, handlers: CardStepHandlers): readonly SagaStep<Input>[] => [
  {
    name: 'check',
    run: (call) => checked(tools, call),
    undo: {
      command: ({ input: { depositId }, failure }) =>
        stepCommand(handlers.fail, { depositId, reason: failure?.code ?? 'cancelled' }),
    },
  },
  { name: 'payer', run: (call) => payerOf(tools, call), retry: retryAsking(tools.times.askFirstMs) },
  {
    name: 'keep-payer',
    command: ({ results }) => {
      const payer = results['payer'] as { readonly accountId: string; readonly payer: string } | null;
      return payer === null ? undefined : stepCommand(handlers.registerPayer, payer);
    },
  },
];

const stepsAtTheProvider = (tools: CardDepositSagaTools, handlers: CardStepHandlers): readonly SagaStep<Input>[] => [
  {
    name: 'create-intent',
    intend: ({ input: { depositId } }) => ({ key: depositId }),
    run: async (call) => kept(await tools.cards.createIntent(await orderOf(tools, call), call.abort)),
    ask: async ({ tenantId, input: { depositId } }) => {
      const found = await tools.cards.findIntent({ tenantId, key: depositId });
      return 'kind' in found ? found : kept(found);
    },
    retry: retryAsking(tools.times.askFirstMs),
    undo: { run: (call) => letGo(tools, call) },
  },
  {
    name: 'record-action',
    command: (saga) => {
      const { status } = read(saga, 'create-intent');
      return status === 'action_required' || status === 'processing'
        ? concluding(handlers, saga, 'create-intent')
        : undefined;
    },
  },
  { name: 'await-outcome', run: (call) => awaited(tools, call), retry: retryForDays, isPointOfNoReturn: true },
  {
    name: 'conclude',
    command: (saga) => concluding(handlers, saga, 'await-outcome'),
    passing: ['day_closed'],
    retry: retryForDays,
  },
  {
    name: 'read-fee',
    intend: (saga) => (read(saga, 'await-outcome').status === 'succeeded' ? null : undefined),
    run: (call) => feeOf(tools, call),
    retry: retryForDays,
  },
  {
    name: 'book-fee',
    command: ({ input: { depositId }, results }) => {
      const fee = results['read-fee'];
      return typeof fee === 'string' ? stepCommand(handlers.bookFee, { depositId, feeMinor: BigInt(fee) }) : undefined;
    },
    passing: ['day_closed'],
    retry: retryForDays,
  },
];

const concluding = ({ conclude }: CardStepHandlers, saga: SoFar, step: string) => {
  const { receivedMinor, ...intent } = read(saga, step);
  const verdict = saga.results['check'] as unknown as PaymentVerdict;
  return stepCommand(conclude, {
    depositId: saga.input.depositId,
    intent: { ...intent, receivedMinor: BigInt(receivedMinor) },
    verdict,
  });
};

const depositOf = async (
  tools: CardDepositSagaTools,
  { tenantId, input: { depositId } }: StepCall<Input>,
): Promise<CardDeposit> => {
  const state = await tools.findCardDeposit(tenantId, depositId);
  if (state.status === 'unknown') throw new Error(`The saga of card deposit ${depositId} finds no deposit.`);
  return state;
};

const checked = async (tools: CardDepositSagaTools, call: StepCall<Input>): Promise<StepOutcome> => {
  const { accountId, asset, amountMinor, depositId } = await depositOf(tools, call);
  const { tenantId } = call;
  const verdict = await tools.checks.check({
    tenantId,
    direction: 'incoming',
    paymentId: depositId,
    accountId,
    asset,
    amountMinor,
    counterpartyIban: undefined,
  });
  return { kind: 'done', result: { ...verdict } };
};

/** What a check refuses ends here, before the provider hears of it; what it wants a person to see is taken and waits in suspense. */
const payerOf = async (tools: CardDepositSagaTools, call: StepCall<Input>): Promise<StepOutcome> => {
  const verdict = call.results['check'] as unknown as PaymentVerdict;
  if (verdict.kind === 'refuse') return { kind: 'declined', code: verdict.reason };
  const { accountId, saveMethod } = await depositOf(tools, call);
  const { tenantId, key } = call;
  const { payer } = await tools.findPayer(tenantId, accountId);
  if (payer !== undefined) return { kind: 'done', result: { accountId, payer } };
  if (!saveMethod) return { kind: 'done', result: null };
  return { kind: 'done', result: { accountId, payer: await tools.cards.createPayer({ tenantId, key, accountId }) } };
};

const orderOf = async (tools: CardDepositSagaTools, call: StepCall<Input>) => {
  const { depositId, asset, amountMinor, paymentMethod, saveMethod } = await depositOf(tools, call);
  const payer = call.results['payer'] as { readonly payer: string } | null;
  const { tenantId } = call;
  return { tenantId, key: depositId, depositId, asset, amountMinor, paymentMethod, saveMethod, payer: payer?.payer };
};

/** Lets go of an intent whose making was given up. One that was paid meanwhile is a matter for a person. */
const letGo = async (tools: CardDepositSagaTools, { tenantId, input, key }: StepCall<Input>): Promise<StepOutcome> => {
  const found = await tools.cards.findIntent({ tenantId, key: input.depositId });
  if ('kind' in found) return { kind: 'done' };
  const { status } = await tools.cards.cancel({ tenantId, key, intentId: found.intentId });
  return status === 'succeeded' ? { kind: 'declined', code: 'intent_paid' } : { kind: 'done' };
};

/** Done when the payer's bank has paid or said no; past its time the intent is let go of, unless it was paid at the last moment. */
const awaited = async (tools: CardDepositSagaTools, call: StepCall<Input>): Promise<StepOutcome> => {
  const { tenantId, now, key } = call;
  const { intentId } = read(call, 'create-intent');
  const intent = await tools.cards.intent({ tenantId, intentId });
  if (intent.status === 'succeeded' || intent.status === 'cancelled') return kept(intent);
  const { expiresAt, paymentMethod } = await depositOf(tools, call);
  // On the provider's own form the payer may try another card; a card we were told to use is the only one there is.
  const isOver = now >= expiresAt || (intent.status === 'declined' && paymentMethod !== undefined);
  if (!isOver) {
    const waitMs = typeof call.carry === 'number' ? call.carry : tools.times.pollFirstMs;
    const leftMs = Math.max(1, Date.parse(expiresAt) - Date.parse(now));
    return { kind: 'again', afterMs: Math.min(waitMs, leftMs), carry: Math.min(waitMs * 2, tools.times.pollMaxMs) };
  }
  const ended = await tools.cards.cancel({ tenantId, key: `${key}:cancel`, intentId });
  return kept(ended.status === 'cancelled' && intent.status === 'declined' ? intent : ended);
};

const feeOf = async (tools: CardDepositSagaTools, call: StepCall<Input>): Promise<StepOutcome> => {
  const { tenantId } = call;
  const movements = await tools.cards.movementsOf({ tenantId, intentId: read(call, 'await-outcome').intentId });
  if (movements.length === 0) return { kind: 'again', afterMs: tools.times.pollFirstMs };
  return { kind: 'done', result: movements.reduce((sum, { feeMinor }) => sum + feeMinor, 0n).toString() };
};
