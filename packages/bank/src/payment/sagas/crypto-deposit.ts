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
import type { CryptoDepositTools, CryptoStepHandlers } from '../crypto-deposit/commands.ts';
import type { ConcludeCryptoDeposit, CryptoDeposit } from '../crypto-deposit/crypto-deposit.ts';
import type { CryptoCheckout, CryptoProvider } from '../crypto-provider.ts';
import type { PaymentVerdict } from '../ports.ts';

const input = z.strictObject({ depositId: z.string() });
type Input = z.output<typeof input>;
type SoFar = SagaSoFar<Input>;

/** What the saga asks and does besides its steps' commands. */
export interface CryptoDepositSagaTools extends CryptoDepositTools {
  /** A provider by the name that a deposit carries. */
  readonly providerOf: (name: string) => CryptoProvider;
}

/** What the provider said, as the saga keeps it. */
interface KeptCheckout {
  readonly checkoutId: string;
  readonly status: CryptoCheckout['status'];
  readonly url?: string;
  readonly received?: { readonly asset: string; readonly amountMinor: string };
  readonly feeMinor?: string;
  readonly isLate: boolean;
}

const kept = ({ checkoutId, status, url, received, feeMinor, isLate }: CryptoCheckout): StepOutcome => ({
  kind: 'done',
  result: {
    checkoutId,
    status,
    isLate,
    ...(url === undefined ? {} : { url }),
    ...(received === undefined
      ? {}
      : { received: { asset: received.asset, amountMinor: received.amountMinor.toString() } }),
    ...(feeMinor === undefined ? {} : { feeMinor: feeMinor.toString() }),
  },
});
const read = (saga: SoFar, step: string): KeptCheckout => saga.results[step] as unknown as KeptCheckout;

/**
 * Is paid in crypto on a provider's page. The provider is asked what became of a checkout rather than believed to have told: its webhooks only wake
 * the saga, so that none of them can be missed, come twice or in another order with any harm.
 */
export const cryptoDepositSaga = (tools: CryptoDepositSagaTools, handlers: CryptoStepHandlers): SagaDefinition =>
  defineSaga<Input>({
    name: 'payment.crypto-deposit',
    version: 1,
    input,
    subject: ({ depositId }) => `crypto-deposit:${depositId}`,
    steps: [...untilOpen(tools, handlers), ...untilPaid(tools, handlers)],
  });

const untilOpen = (tools: CryptoDepositSagaTools, handlers: CryptoStepHandlers): readonly SagaStep<Input>[] => [
  {
    name: 'check',
    run: (call) => checked(tools, call),
    undo: {
      command: ({ input: { depositId }, failure }) =>
        stepCommand(handlers.fail, { depositId, reason: failure?.code ?? 'cancelled' }),
    },
  },
  { name: 'heed-check', run: async (call) => heeded(call) },
  {
    name: 'create-checkout',
    intend: ({ input: { depositId } }) => ({ key: depositId }),
    run: (call) => created(tools, call),
    ask: async (call) => {
      const {
        tenantId,
        input: { depositId: key },
      } = call;
      const { provider, createdAt: since } = await depositOf(tools, call);
      const found = await tools.providerOf(provider).findCheckout({ tenantId, key, since });
      return 'kind' in found ? found : kept(found);
    },
    retry: retryAsking(tools.times.askFirstMs),
    undo: { run: (call) => letGo(tools, call) },
  },
  {
    name: 'record-checkout',
    command: (saga) => {
      const { checkoutId, url } = read(saga, 'create-checkout');
      const { depositId } = saga.input;
      return stepCommand(handlers.open, { depositId, checkoutId, ...(url === undefined ? {} : { url }) });
    },
  },
];

const untilPaid = (tools: CryptoDepositSagaTools, handlers: CryptoStepHandlers): readonly SagaStep<Input>[] => [
  {
    name: 'await-payment',
    run: (call) => awaited(tools, call, ({ status }) => status !== 'open'),
    retry: retryForDays,
    isPointOfNoReturn: true,
  },
  {
    name: 'record-payment',
    command: (saga) =>
      read(saga, 'await-payment').status === 'pending' ? concluding(handlers, saga, 'await-payment') : undefined,
  },
  {
    name: 'await-outcome',
    run: (call) => awaited(tools, call, ({ status }) => status !== 'open' && status !== 'pending'),
    retry: retryForDays,
  },
  {
    name: 'conclude',
    command: (saga) => concluding(handlers, saga, 'await-outcome'),
    passing: ['day_closed'],
    retry: retryForDays,
  },
];

const concluding = ({ conclude }: CryptoStepHandlers, saga: SoFar, step: string) => {
  const { checkoutId, status, received, feeMinor, isLate } = read(saga, step);
  const checkout: ConcludeCryptoDeposit['checkout'] = {
    checkoutId,
    status,
    isLate,
    ...(received === undefined
      ? {}
      : { received: { asset: received.asset, amountMinor: BigInt(received.amountMinor) } }),
    ...(feeMinor === undefined ? {} : { feeMinor: BigInt(feeMinor) }),
  };
  const verdict = saga.results['check'] as unknown as PaymentVerdict;
  return stepCommand(conclude, { depositId: saga.input.depositId, checkout, verdict });
};

const depositOf = async (
  tools: CryptoDepositSagaTools,
  { tenantId, input: { depositId } }: StepCall<Input>,
): Promise<CryptoDeposit> => {
  const state = await tools.findCryptoDeposit(tenantId, depositId);
  if (state.status === 'unknown') throw new Error(`The saga of crypto deposit ${depositId} finds no deposit.`);
  return state;
};

const checked = async (tools: CryptoDepositSagaTools, call: StepCall<Input>): Promise<StepOutcome> => {
  const { accountId, asset, amountMinor, depositId } = await depositOf(tools, call);
  const verdict = await tools.checks.check({
    tenantId: call.tenantId,
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
const heeded = ({ results }: StepCall<Input>): StepOutcome => {
  const verdict = results['check'] as unknown as PaymentVerdict;
  return verdict.kind === 'refuse' ? { kind: 'declined', code: verdict.reason } : { kind: 'done' };
};

const created = async (tools: CryptoDepositSagaTools, call: StepCall<Input>): Promise<StepOutcome> => {
  const { depositId, provider, asset, amountMinor, expiresAt } = await depositOf(tools, call);
  const { tenantId } = call;
  const order = { tenantId, key: depositId, depositId, asset, amountMinor, expiresAt };
  const made = await tools.providerOf(provider).createCheckout(order, call.abort);
  return 'kind' in made ? made : kept(made);
};

/** Lets go of a checkout whose making was given up. One that was paid meanwhile is a matter for a person. */
const letGo = async (tools: CryptoDepositSagaTools, call: StepCall<Input>): Promise<StepOutcome> => {
  const {
    tenantId,
    key,
    input: { depositId },
  } = call;
  const { provider: name, createdAt: since } = await depositOf(tools, call);
  const provider = tools.providerOf(name);
  const found = await provider.findCheckout({ tenantId, key: depositId, since });
  if ('kind' in found) return { kind: 'done' };
  const { status } = await provider.close({ tenantId, key, checkoutId: found.checkoutId });
  return status === 'paid' || status === 'pending' ? { kind: 'declined', code: 'checkout_paid' } : { kind: 'done' };
};

/** Done when the provider says what is waited for; past its time a checkout is let go of, unless it was paid at the last moment. */
const awaited = async (
  tools: CryptoDepositSagaTools,
  call: StepCall<Input>,
  isDone: (checkout: CryptoCheckout) => boolean,
): Promise<StepOutcome> => {
  const { tenantId, now, key } = call;
  const { checkoutId } = read(call, 'create-checkout');
  const { provider: name, expiresAt } = await depositOf(tools, call);
  const provider = tools.providerOf(name);
  const asked = await provider.checkout({ tenantId, checkoutId });
  const isOver = asked.status === 'open' && now >= expiresAt;
  const checkout = isOver ? await provider.close({ tenantId, key: `${key}:close`, checkoutId }) : asked;
  if (isDone(checkout)) return kept(checkout);
  const waitMs = typeof call.carry === 'number' ? call.carry : tools.times.pollFirstMs;
  const leftMs = now < expiresAt ? Date.parse(expiresAt) - Date.parse(now) : waitMs;
  return { kind: 'again', afterMs: Math.min(waitMs, leftMs), carry: Math.min(waitMs * 2, tools.times.pollMaxMs) };
};
