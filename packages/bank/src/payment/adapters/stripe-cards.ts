import { OutcomeUnknown, ProviderFault } from '@finaegis/platform/resilience/faults';
import type { MoneyCall, ReadCall } from '@finaegis/platform/resilience/guarded-call';
import Stripe from 'stripe';
import {
  type Absent,
  type CardDecline,
  type CardDispute,
  type CardIntent,
  type CardMovement,
  CardOutcomeUnknown,
  type CardProvider,
  type CardRefund,
  type MovementKind,
} from '../card-provider.ts';

/** The version of Stripe's API whose shapes this adapter reads, whatever the account was set to. */
export const stripeApiVersion = '2026-10-28.endive';

/** What the breakers count apart. */
export type StripeOperation = 'payments' | 'refunds' | 'disputes' | 'balance';

/** The guard of calls: `createProviderCalls` of the platform, where the server puts it in. */
export interface StripeCalls {
  call<Value>(operation: StripeOperation, work: () => Promise<Value>, options: MoneyCall | ReadCall): Promise<Value>;
}

/** Where Stripe is: its own hosts unless told. */
export interface StripeOptions {
  readonly apiKey: string;
  readonly host?: string;
  readonly port?: number;
  readonly protocol?: 'http' | 'https';
  readonly timeoutMs?: number;
  /** Where the payer's bank sends him back to after 3-D Secure. */
  readonly returnUrl?: string;
  readonly calls?: StripeCalls;
}

const unguarded: StripeCalls = { call: (_, work) => work() };

/** Cards by Stripe, over its official library. What moves money is asked once under its key: who retries is the saga. */
export const createStripeCards = (options: StripeOptions): CardProvider => {
  const { apiKey, host, port, protocol, timeoutMs = 15_000, calls = unguarded } = options;
  const stripe = new Stripe(apiKey, {
    apiVersion: stripeApiVersion,
    maxNetworkRetries: 0,
    timeout: timeoutMs,
    telemetry: false,
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(protocol === undefined ? {} : { protocol }),
  });
  const ways = (operation: StripeOperation): Ways => ({
    reading: (work) => calls.call(operation, () => withFaults(work), { isRead: true }),
    moving: (work) => calls.call(operation, () => withFaults(work), { isMoney: true }).catch(rethrown),
  });
  return {
    name: 'stripe',
    ...paymentsOf(stripe, { ...ways('payments'), returnUrl: options.returnUrl }),
    ...refundsOf(stripe, ways('refunds')),
    ...disputesOf(stripe, ways('disputes')),
    ...balanceOf(stripe, ways('balance')),
  };
};

type Run = <Value>(work: () => Promise<Value>) => Promise<Value>;
interface Ways {
  readonly reading: Run;
  readonly moving: Run;
}

const paymentsOf = (
  stripe: Stripe,
  { reading, moving, returnUrl }: Ways & { readonly returnUrl: string | undefined },
): Pick<CardProvider, 'createPayer' | 'createIntent' | 'findIntent' | 'intent' | 'confirm' | 'cancel'> => ({
  createPayer: ({ key, accountId }) =>
    moving(async () => (await stripe.customers.create({ metadata: { accountId } }, { idempotencyKey: key })).id),
  createIntent: (order) =>
    moving(() =>
      intentOf(() =>
        stripe.paymentIntents.create(
          {
            amount: asNumber(order.amountMinor),
            currency: order.asset.toLowerCase(),
            allowed_payment_method_types: ['card'],
            metadata: { key: order.key, depositId: order.depositId, tenantId: order.tenantId },
            ...(order.payer === undefined ? {} : { customer: order.payer }),
            ...(order.saveMethod ? { setup_future_usage: 'off_session' as const } : {}),
            ...(order.paymentMethod === undefined ? {} : { payment_method: order.paymentMethod, confirm: true }),
            ...(order.paymentMethod === undefined || returnUrl === undefined ? {} : { return_url: returnUrl }),
          },
          { idempotencyKey: order.key },
        ),
      ),
    ),
  findIntent: ({ key }) =>
    reading(async () => {
      const found = await stripe.paymentIntents.search({ query: `metadata['key']:'${key}'`, limit: 1 });
      const [intent] = found.data;
      return intent === undefined ? { kind: 'absent' } : shownIntent(intent);
    }),
  intent: ({ intentId }) => reading(async () => shownIntent(await stripe.paymentIntents.retrieve(intentId))),
  confirm: ({ key, intentId, paymentMethod }) =>
    moving(() =>
      intentOf(() =>
        stripe.paymentIntents.confirm(
          intentId,
          { payment_method: paymentMethod, ...(returnUrl === undefined ? {} : { return_url: returnUrl }) },
          { idempotencyKey: key },
        ),
      ),
    ),
  cancel: ({ key, intentId }) =>
    moving(async () => {
      try {
        return shownIntent(await stripe.paymentIntents.cancel(intentId, {}, { idempotencyKey: key }));
      } catch (error) {
        // Paid, or cancelled before, while we asked: then that is the answer.
        if (codeOf(error) !== 'payment_intent_unexpected_state') throw error;
        return shownIntent(await stripe.paymentIntents.retrieve(intentId));
      }
    }),
});

const refundsOf = (stripe: Stripe, { reading, moving }: Ways): Pick<CardProvider, 'refund' | 'findRefund'> => ({
  refund: ({ key, refundId, intentId, amountMinor, reason }) =>
    moving(() =>
      declinable(async () =>
        shownRefund(
          await stripe.refunds.create(
            {
              payment_intent: intentId,
              amount: asNumber(amountMinor),
              reason: reason === 'duplicate_payment' ? 'duplicate' : 'requested_by_customer',
              metadata: { key, refundId },
            },
            { idempotencyKey: key },
          ),
        ),
      ),
    ),
  findRefund: ({ key, intentId }): Promise<CardRefund | Absent> =>
    reading(async () => {
      for await (const refund of stripe.refunds.list({ payment_intent: intentId, limit: 100 }))
        if (refund.metadata?.['key'] === key) return shownRefund(refund);
      return { kind: 'absent' };
    }),
});

const disputesOf = (
  stripe: Stripe,
  { reading, moving }: Ways,
): Pick<CardProvider, 'dispute' | 'submitEvidence' | 'acceptDispute'> => ({
  dispute: ({ disputeId }) => reading(async () => shownDispute(stripe, await stripe.disputes.retrieve(disputeId))),
  submitEvidence: ({ key, disputeId, evidence }) =>
    moving(() =>
      declinable(async () =>
        shownDispute(
          stripe,
          await stripe.disputes.update(disputeId, { evidence, submit: true }, { idempotencyKey: key }),
        ),
      ),
    ),
  acceptDispute: ({ key, disputeId }) =>
    moving(() =>
      declinable(async () => shownDispute(stripe, await stripe.disputes.close(disputeId, {}, { idempotencyKey: key }))),
    ),
});

const balanceOf = (
  stripe: Stripe,
  { reading }: Ways,
): Pick<CardProvider, 'movementsOf' | 'movementsWithin' | 'payout' | 'payoutsNamedIn'> => ({
  payoutsNamedIn: (text) => text.match(/\bpo_[A-Za-z0-9_]+/g) ?? [],
  movementsOf: ({ intentId }) =>
    reading(async () => {
      const movements: CardMovement[] = [];
      for await (const charge of stripe.charges.list({ payment_intent: intentId, limit: 100 })) {
        if (!charge.captured) continue;
        const found = await stripe.balanceTransactions.list({
          source: charge.id,
          type: 'charge',
          expand: ['data.source'],
        });
        movements.push(...found.data.map(shownMovement));
      }
      return movements;
    }),
  movementsWithin: async ({ asset, from, to }) => {
    const movements: CardMovement[] = [];
    const created = { ...(from === undefined ? {} : { gte: secondsOf(from) }), lt: secondsOf(to) };
    const listing = { currency: asset.toLowerCase(), created, limit: 100, expand: ['data.source'] };
    // A busy day has hundreds of pages: each is a call of its own, so that none of them takes too long.
    for (let after: string | undefined; ; ) {
      const page = await reading(() =>
        stripe.balanceTransactions.list(after === undefined ? listing : { ...listing, starting_after: after }),
      );
      movements.push(...page.data.map(shownMovement));
      after = page.data.at(-1)?.id;
      if (!page.has_more || after === undefined) return movements;
    }
  },
  payout: ({ payoutId }) =>
    reading(async () => {
      const payout = await stripe.payouts.retrieve(payoutId).catch(absentIfUnknown);
      if (payout === undefined) return { kind: 'absent' };
      const movements: CardMovement[] = [];
      const listing = { payout: payoutId, limit: 100, expand: ['data.source'] };
      for await (const transaction of stripe.balanceTransactions.list(listing))
        if (transaction.type !== 'payout') movements.push(shownMovement(transaction));
      const isFailed = payout.status === 'failed' || payout.status === 'canceled';
      return {
        payoutId,
        status: payout.status === 'paid' ? 'paid' : isFailed ? 'failed' : 'pending',
        asset: payout.currency.toUpperCase(),
        amountMinor: BigInt(payout.amount),
        movements,
      };
    }),
});

/** Stripe counts time in seconds. */
const secondsOf = (instant: string): number => Math.floor(Date.parse(instant) / 1_000);

/** A name that anybody wrote on a payment is no fault of the provider's. */
const absentIfUnknown = (error: unknown): undefined => {
  if (error instanceof Stripe.errors.StripeError && error.statusCode === 404) return undefined;
  throw error;
};

/** Stripe counts in JSON numbers; what does not fit one exactly is refused, not rounded. */
const asNumber = (amountMinor: bigint): number => {
  if (amountMinor > BigInt(Number.MAX_SAFE_INTEGER))
    throw new ProviderFault('amount_too_large', { isRetryable: false });
  return Number(amountMinor);
};

const codeOf = (error: unknown): string | undefined =>
  error instanceof Stripe.errors.StripeError ? (error.code ?? undefined) : undefined;

/** A declined card comes as an error of the library and is an answer of the payer's bank. */
const intentOf = async (work: () => Promise<Stripe.PaymentIntent>): Promise<CardIntent> => {
  try {
    return shownIntent(await work());
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeCardError) || error.payment_intent === undefined) throw error;
    return {
      ...shownIntent(error.payment_intent),
      status: 'declined',
      declineCode: error.decline_code ?? error.code ?? 'card_declined',
    };
  }
};

/** What Stripe says no to, in its own words about this one request. */
const declinable = async <Value>(work: () => Promise<Value>): Promise<Value | CardDecline> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError) || error.statusCode === 404) throw error;
    return { kind: 'declined', code: error.code ?? 'request_refused' };
  }
};

/** A refused request did nothing; of anything else nobody knows: the guard makes a plain fault of it where only reading was asked. */
const withFaults = async <Value>(work: () => Promise<Value>): Promise<Value> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeError)) throw error;
    const status = error.statusCode ?? 0;
    const code = error.code ?? (status === 0 ? 'connection_lost' : `status_${status}`);
    // 409 is another request under the same key that is still being worked on.
    if (status === 0 || status === 409 || status >= 500) throw new OutcomeUnknown(code, { cause: error });
    throw new ProviderFault(code, { isRetryable: status === 429, cause: error });
  }
};

/** A saga asks about what it calls `outcome_unknown`; the guard names how it was lost. */
const rethrown = (error: unknown): never => {
  if (error instanceof OutcomeUnknown) throw new CardOutcomeUnknown(error.message, { cause: error });
  throw error;
};

const statusOf = ({ status, last_payment_error: failure }: Stripe.PaymentIntent): CardIntent['status'] => {
  if (status === 'succeeded') return 'succeeded';
  if (status === 'canceled') return 'cancelled';
  if (status === 'processing' || status === 'requires_capture') return 'processing';
  return status === 'requires_payment_method' && failure !== null ? 'declined' : 'action_required';
};

const shownIntent = (intent: Stripe.PaymentIntent): CardIntent => {
  const status = statusOf(intent);
  const { next_action: next, client_secret: clientSecret, last_payment_error: failure } = intent;
  const url = next?.redirect_to_url?.url;
  return {
    intentId: intent.id,
    status,
    asset: intent.currency.toUpperCase(),
    receivedMinor: BigInt(intent.amount_received),
    ...(status !== 'action_required'
      ? {}
      : {
          nextAction:
            url === undefined || url === null
              ? { kind: 'provider_script', clientSecret: clientSecret ?? '' }
              : { kind: 'redirect', url },
        }),
    ...(status === 'declined' ? { declineCode: failure?.decline_code ?? failure?.code ?? 'card_declined' } : {}),
  };
};

const shownRefund = (refund: Stripe.Refund): CardRefund => {
  const { id: refundId, status } = refund;
  if (status === 'succeeded') return { status: 'completed', refundId };
  if (status === 'failed' || status === 'canceled')
    return { status: 'failed', refundId, code: refund.failure_reason ?? status };
  return { status: 'pending', refundId };
};

const sumOf = (amounts: readonly number[]): bigint => amounts.reduce((sum, amount) => sum + BigInt(amount), 0n);

const disputeStatuses: Readonly<Record<string, CardDispute['status']>> = {
  needs_response: 'evidence_due',
  warning_needs_response: 'evidence_due',
  under_review: 'submitted',
  warning_under_review: 'submitted',
  won: 'won',
  warning_closed: 'won',
  prevented: 'won',
  lost: 'lost',
};

const shownDispute = async (stripe: Stripe, dispute: Stripe.Dispute): Promise<CardDispute> => {
  const intentId = idOf(dispute.payment_intent);
  const intent = intentId === undefined ? undefined : await stripe.paymentIntents.retrieve(intentId);
  const { balance_transactions: moved, evidence_details: evidence } = dispute;
  const withdrawn = moved.filter(({ amount }) => amount < 0);
  return {
    disputeId: dispute.id,
    depositId: intent?.metadata['depositId'],
    status: disputeStatuses[dispute.status] ?? 'submitted',
    reason: dispute.reason,
    asset: dispute.currency.toUpperCase(),
    amountMinor: BigInt(dispute.amount),
    ...(typeof evidence.due_by === 'number' ? { evidenceDueAt: new Date(evidence.due_by * 1_000).toISOString() } : {}),
    withdrawnMinor: -sumOf(withdrawn.map(({ amount }) => amount)),
    feeMinor: sumOf(moved.map(({ fee }) => fee)),
    reinstatedMinor: sumOf(moved.filter(({ amount }) => amount > 0).map(({ amount }) => amount)),
  };
};

const idOf = (link: string | { readonly id: string } | null): string | undefined =>
  typeof link === 'string' ? link : link?.id;

const kinds: Readonly<Record<string, MovementKind>> = {
  charge: 'charge',
  payment: 'charge',
  refund: 'refund',
  payment_refund: 'refund',
  refund_failure: 'refund_failure',
  dispute: 'dispute',
  dispute_reversal: 'dispute_reversal',
  payout: 'payout',
  payout_failure: 'payout_failure',
  payout_reversal: 'payout_failure',
  fee: 'fee',
  network_cost: 'fee',
  stripe_fee: 'fee',
  stripe_fx_fee: 'fee',
  tax_fee: 'fee',
};

const shownMovement = (transaction: Stripe.BalanceTransaction): CardMovement => {
  const { id: movementId, type, reporting_category: category, amount, fee, net, currency } = transaction;
  const kind = kinds[category] ?? kinds[type] ?? 'other';
  const source = transaction.source as { readonly id?: string; readonly metadata?: Stripe.Metadata } | string | null;
  const told = typeof source === 'object' && source !== null ? source : undefined;
  const id = typeof source === 'string' ? source : told?.id;
  const subject = told?.metadata?.['refundId'] ?? told?.metadata?.['depositId'] ?? id;
  return {
    movementId,
    kind,
    asset: currency.toUpperCase(),
    grossMinor: BigInt(amount),
    feeMinor: BigInt(fee),
    netMinor: BigInt(net),
    ...(subject === undefined ? {} : { subject }),
  };
};
