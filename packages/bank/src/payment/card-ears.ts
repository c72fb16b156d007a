import type { CommandHandler, Refusal } from '@finaegis/platform/command/handler';
import type { SignalSaga } from '@finaegis/platform/saga/commands';
import type { Services } from '@finaegis/platform/services';
import { isPaid } from './card-deposit/card-deposit.ts';
import { type CardStepHandlers, cardDepositSagaId } from './card-deposit/commands.ts';
import type { CardEars, CardPorts, PayoutArrival } from './card-ports.ts';
import type { CardPayout } from './card-provider.ts';
import type { CardReads } from './card-reads.ts';
import { type DisputeStepHandlers, toRecord } from './dispute/commands.ts';
import { costsOf, explain, isOwnId, unexplainedOf } from './explained.ts';
import type { PayoutHandlers } from './payout/commands.ts';
import { cardPayoutIdOf, partsOf } from './payout/payout.ts';
import type { PaymentChecks } from './ports.ts';
import { type RefundStepHandlers, refundSagaId } from './refund/commands.ts';
import type { WayBack } from './refund-ways.ts';

/** What working on a provider's messages takes. */
export interface EarTools {
  readonly services: Services;
  readonly cards: CardPorts;
  readonly checks: PaymentChecks;
  readonly reads: CardReads;
  readonly cardWay: WayBack;
  readonly steps: {
    readonly deposit: CardStepHandlers;
    readonly refund: RefundStepHandlers;
    readonly dispute: DisputeStepHandlers;
    readonly payout: PayoutHandlers;
  };
}

/** The message came before what it is about was booked: it is worked on again a little later. */
export const tooEarly = (what: string): Error =>
  Object.assign(new Error(`${what} is not booked yet.`), { code: 'message_too_early' });

/** What the messages of a card provider lead to. Each has the provider asked how things stand, so that their order means nothing. */
export const createCardEars = (tools: EarTools): CardEars => {
  const { services, cards, reads, steps } = tools;
  const submit = submitter(services, cards.provider.name);
  const signal = signaller(services, cards.provider.name);
  return {
    deposit: async (tenantId, depositId, messageId) => {
      if (!isOwnId(depositId)) return;
      const deposit = await reads.deposit(tenantId, depositId);
      if (deposit.status === 'unknown' || isPaid(deposit)) return;
      if (deposit.status === 'announced' || deposit.status === 'requires_action') {
        await signal(tenantId, {
          sagaId: cardDepositSagaId(depositId),
          signal: 'told',
          signalId: messageId,
          data: null,
        });
        return;
      }
      // Its saga is over. Money that came all the same is money that arrived, and is looked at as any other.
      const { intentId } = deposit;
      if (intentId === undefined) return;
      const intent = await cards.provider.intent({ tenantId, intentId });
      if (intent.status !== 'succeeded') return;
      const { status, receivedMinor } = intent;
      const { accountId, asset } = deposit;
      const verdict = await tools.checks.check({
        tenantId,
        direction: 'incoming',
        paymentId: depositId,
        accountId,
        asset,
        amountMinor: receivedMinor,
        counterpartyIban: undefined,
      });
      const data = { depositId, intent: { intentId, status, receivedMinor }, verdict };
      await submit(tenantId, steps.deposit.conclude, data);
      const movements = await cards.provider.movementsOf({ tenantId, intentId });
      const feeMinor = movements.reduce((sum, movement) => sum + movement.feeMinor, 0n);
      await submit(tenantId, steps.deposit.bookFee, { depositId, feeMinor });
    },
    refund: refundEar({
      services,
      provider: cards.provider.name,
      reads,
      way: tools.cardWay,
      comeBack: steps.refund.comeBack,
    }),
    dispute: async (tenantId, caseId) => {
      const told = await cards.provider.dispute({ tenantId, disputeId: caseId });
      const data = toRecord(told);
      if (data === undefined || !isOwnId(data.depositId)) return;
      const deposit = await reads.deposit(tenantId, data.depositId);
      if (deposit.status === 'unknown') return;
      if (!isPaid(deposit)) throw tooEarly(`Card deposit ${data.depositId}`);
      await submit(tenantId, steps.dispute.record, data);
    },
    payout: (tenantId, payoutReference) => hearOfPayout(tools, submit, tenantId, payoutReference),
  };
};

/**
 * Books a payout that the bank has before the provider has told of it: the provider is asked what it consists of. False where the provider knows no
 * such payout, or the entry is of other money.
 */
export const takePayout = async (tools: EarTools, tenantId: string, arrival: PayoutArrival): Promise<boolean> => {
  const { cards, reads } = tools;
  const { payoutReference, bank, entity, asset, amountMinor } = arrival;
  if (bank !== cards.bank || entity !== cards.entity) return false;
  const known = await reads.payout(tenantId, cardPayoutIdOf(cards.provider.name, payoutReference));
  if (known.status !== 'unknown') return known.asset === asset && known.amountMinor === amountMinor;
  const payout = await cards.provider.payout({ tenantId, payoutId: payoutReference });
  if ('kind' in payout || payout.status === 'failed') return false;
  if (payout.asset !== asset || payout.amountMinor !== amountMinor) return false;
  await bookPayout(tools, submitter(tools.services, cards.provider.name), tenantId, payout);
  return true;
};

/** What a message about a refund leads to, by whatever way it went: the way is asked, and its saga is woken or the refund comes back. */
export const refundEar =
  ({
    services,
    provider,
    reads,
    way,
    comeBack,
  }: {
    readonly services: Services;
    readonly provider: string;
    readonly reads: Pick<CardReads, 'refund'>;
    readonly way: WayBack;
    readonly comeBack: RefundStepHandlers['comeBack'];
  }): CardEars['refund'] =>
  async (tenantId, refundId, messageId) => {
    if (!isOwnId(refundId)) return;
    const refund = await reads.refund(tenantId, refundId);
    if (refund.status === 'unknown') return;
    const { paymentId, asset, amountMinor, reason } = refund;
    const found = await way.find({ tenantId, key: refundId, paymentId, asset, amountMinor, reason });
    if (refund.status === 'completed') {
      if (found.kind === 'failed')
        await submitter(services, provider)(tenantId, comeBack, { refundId, reason: found.code });
      return;
    }
    const told = { sagaId: refundSagaId(refundId), signal: 'told', signalId: messageId, data: null };
    await signaller(services, provider)(tenantId, told);
    // The saga may have asked a moment before it failed, and be about to call it completed.
    if (refund.status === 'submitted' && found.kind === 'failed') throw tooEarly(`Refund ${refundId}`);
  };

const placeOf = ({ entity, bank, provider: { name: provider } }: CardPorts, payoutReference: string) => ({
  payoutId: cardPayoutIdOf(provider, payoutReference),
  provider,
  entity,
  bank,
});

const hearOfPayout = async (
  tools: EarTools,
  submit: ReturnType<typeof submitter>,
  tenantId: string,
  payoutReference: string,
): Promise<void> => {
  const { cards, reads, steps } = tools;
  const payout = await cards.provider.payout({ tenantId, payoutId: payoutReference });
  if ('kind' in payout) return;
  if (payout.status === 'failed') {
    const place = placeOf(cards, payoutReference);
    // What was never booked as paid has nothing to give back.
    const known = await reads.payout(tenantId, place.payoutId);
    if (known.status === 'booked') await submit(tenantId, steps.payout.returnPayout, place);
    return;
  }
  if (payout.status === 'paid') await bookPayout(tools, submit, tenantId, payout);
};

const bookPayout = async (
  { cards, reads, steps }: EarTools,
  submit: ReturnType<typeof submitter>,
  tenantId: string,
  { payoutId: payoutReference, asset, amountMinor, movements }: CardPayout,
): Promise<void> => {
  const { name: provider } = cards.provider;
  const place = placeOf(cards, payoutReference);
  const explained = await explain({ provider, ...reads }, tenantId, movements);
  await submit(tenantId, steps.payout.bookPayout, {
    ...place,
    payoutReference,
    asset,
    amountMinor,
    parts: partsOf(movements),
    unexplainedMinor: unexplainedOf(explained),
    costs: costsOf(explained),
  });
};

const metadataOf = (provider: string) => ({
  actor: `webhook:${provider}`,
  channel: 'webhook',
  correlation: `webhook:${provider}`,
});

/** Gives a command in a provider's name. */
export const submitter =
  (services: Services, provider: string) =>
  async <Data, Refs, Result, R extends Refusal>(
    tenantId: string,
    handler: CommandHandler<Data, Refs, Result, R>,
    data: Data,
  ): Promise<void> => {
    const settled = await services.commands.submit(handler, data, { tenantId, metadata: metadataOf(provider) });
    if (settled.kind === 'decided' && !settled.outcome.accepted)
      throw Object.assign(new Error(`${handler.name} was refused.`), { code: settled.outcome.refusal.code });
  };

/** Wakes a saga in a provider's name. */
export const signaller =
  (services: Services, provider: string) =>
  async (tenantId: string, data: SignalSaga): Promise<void> => {
    await submitter(services, provider)(tenantId, services.sagas.handlers.signal, data);
    services.sagas.adopt({ tenantId, sagaId: data.sagaId });
  };
