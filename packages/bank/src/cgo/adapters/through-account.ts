import { derivedUuid } from '@finaegis/kernel/id';
import type { CommandHandler, Refusal } from '@finaegis/platform/command/handler';
import type { Services } from '@finaegis/platform/services';
import { isHouseAccountId } from '../../ledger/contract.ts';
import type {
  CardDeposit,
  CardDepositState,
  CreateCardDepositData,
  Incoming,
  IncomingState,
  RefundState,
  SendBackData,
} from '../../payment/contract.ts';
import type { InvestmentPayments, PaymentRequest, PaymentState, PaymentToSendBack } from '../ports.ts';

/** What of payments the offering is paid through; the server takes it from their module. */
export interface PaymentDoor {
  readonly createCardDeposit: CommandHandler<CreateCardDepositData, never, CardDeposit, Refusal>;
  readonly sendBack: CommandHandler<SendBackData, never, unknown, Refusal>;
  deposit(tenantId: string, depositId: string): Promise<CardDepositState>;
  refund(tenantId: string, refundId: string): Promise<RefundState>;
  /** What of a payment has gone back, or is on its way. */
  refundedMinor(tenantId: string, paymentId: string): Promise<bigint>;
  /** A payment in, by its id. */
  incoming(tenantId: string, incomingId: string): Promise<IncomingState>;
  /** Payments in that were credited to an account with an end-to-end id, newest first. */
  credited(
    tenantId: string,
    sought: { readonly accountId: string; readonly asset: string; readonly endToEndId: string },
  ): Promise<readonly Incoming[]>;
  ibanOf(tenantId: string, accountId: string): Promise<string | undefined>;
}

type Going = Awaited<ReturnType<InvestmentPayments['refund']>>;

/** The refusal of a command, or nothing. It is the offering that asks, whoever invests. */
const asked = async <Data>(
  { commands }: Pick<Services, 'commands'>,
  handler: CommandHandler<Data, never, unknown, Refusal>,
  data: Data,
  { tenantId, key }: PaymentRequest,
): Promise<string | undefined> => {
  const metadata = { actor: 'cgo', channel: 'saga', correlation: `cgo:${key}` };
  const settled = await commands.submit(handler as unknown as CommandHandler<Data>, data, { tenantId, metadata });
  return settled.kind === 'decided' && !settled.outcome.accepted ? settled.outcome.refusal.code : undefined;
};

/** What came by a rail goes back by it. Asked again it is the same refund; what a person has sent back meanwhile counts as sent. */
const sentBack = async (
  services: Pick<Services, 'commands'>,
  door: PaymentDoor,
  payment: PaymentToSendBack,
  { paymentId, amountMinor }: { readonly paymentId: string; readonly amountMinor: bigint },
): Promise<Going> => {
  const { tenantId, key, asset } = payment;
  const refundId = derivedUuid('cgo-send-back', key);
  const known = await door.refund(tenantId, refundId);
  switch (known.status) {
    case 'unknown': {
      if ((await door.refundedMinor(tenantId, paymentId)) >= amountMinor) return { kind: 'refunded' };
      const data = { refundId, paymentId, asset, amountMinor, reason: 'order_cancelled', approvedBy: 'cgo' } as const;
      const code = await asked(services, door.sendBack, data, payment);
      return code === undefined ? { kind: 'pending' } : { kind: 'failed', code };
    }
    case 'completed':
      return { kind: 'refunded' };
    case 'rejected':
    case 'cancelled':
    case 'failed':
    case 'returned':
      return (await door.refundedMinor(tenantId, paymentId)) >= amountMinor
        ? { kind: 'refunded' }
        : { kind: 'failed', code: known.failure ?? known.status };
    default:
      return { kind: 'pending' };
  }
};

/** Nothing came by this rail. What somebody recorded as arrived on an account of the house is a person's to send. */
const nothing = ({ payer }: PaymentToSendBack): Going =>
  payer !== undefined && isHouseAccountId(payer)
    ? { kind: 'failed', code: 'payment_recorded_by_hand' }
    : { kind: 'refunded' };

/**
 * By card: a deposit to the investor's own account, which is debited for the shares as soon as it is credited. A card that is charged after the
 * investment has ended leaves the money on that account.
 */
export const cardPayments = (services: Pick<Services, 'commands'>, door: PaymentDoor): InvestmentPayments => ({
  methods: ['card'],
  requestPayment: async (request) => {
    const { tenantId, key: depositId, accountId, asset, amountMinor, waitingSagaId } = request;
    const data = { depositId, accountId, asset, amountMinor, saveMethod: false, waitingSagaId };
    const code = await asked(services, door.createCardDeposit, data, request);
    return code === undefined ? cardState(await door.deposit(tenantId, depositId)) : { kind: 'failed', code };
  },
  findPayment: async ({ tenantId, key }) => {
    const deposit = await door.deposit(tenantId, key);
    return deposit.status === 'unknown' ? undefined : cardState(deposit);
  },
  refund: async (payment) => {
    const deposit = await door.deposit(payment.tenantId, payment.key);
    if (deposit.status !== 'credited' || isRecorded(payment)) return nothing(payment);
    return sentBack(services, door, payment, { paymentId: payment.key, amountMinor: deposit.receivedMinor ?? 0n });
  },
});

const isRecorded = ({ payer }: PaymentToSendBack): boolean => payer !== undefined && isHouseAccountId(payer);

/** A deposit that knows our saga tells it of its end. */
const toldWhere = ({ waitingSagaId }: CardDeposit): { readonly isTold?: true } =>
  waitingSagaId === undefined ? {} : { isTold: true };

const cardState = (deposit: CardDepositState): PaymentState => {
  switch (deposit.status) {
    case 'credited':
      return { kind: 'paid', payer: deposit.accountId, paidMinor: deposit.receivedMinor ?? 0n };
    case 'failed':
      return { kind: 'failed', code: deposit.reason ?? 'card_declined' };
    case 'expired':
      return { kind: 'failed', code: 'card_deposit_expired' };
    // Suspended money is somebody's to look at; he may record what becomes of the investment.
    case 'announced':
    case 'requires_action':
    case 'suspended':
      return { kind: 'pending', cardDepositId: deposit.depositId, ...toldWhere(deposit) };
    case 'unknown':
      return { kind: 'pending' };
  }
};

/** By bank: a transfer to the number of the investor's own account with the investment's reference as its end-to-end id. */
export const bankPayments = (services: Pick<Services, 'commands'>, door: PaymentDoor): InvestmentPayments => {
  const arrived = async (request: PaymentRequest): Promise<Incoming | undefined> => {
    const { tenantId, accountId, asset, reference, toldOf } = request;
    // The first one pays; another with the same reference is the investor's own money, where he sees it.
    const listed = (await door.credited(tenantId, { accountId, asset, endToEndId: reference })).at(-1);
    if (listed !== undefined || toldOf === undefined) return listed;
    // The list may be behind the commit that told us.
    const told = await door.incoming(tenantId, toldOf);
    const isOurs =
      told.status === 'credited' &&
      told.creditedTo === accountId &&
      told.asset === asset &&
      told.endToEndId === reference;
    return isOurs ? told : undefined;
  };
  const look = async (request: PaymentRequest): Promise<PaymentState> => {
    const incoming = await arrived(request);
    if (incoming !== undefined) return { kind: 'paid', payer: request.accountId, paidMinor: incoming.amountMinor };
    const payToIban = await door.ibanOf(request.tenantId, request.accountId);
    return payToIban === undefined
      ? { kind: 'failed', code: 'account_has_no_number' }
      : { kind: 'pending', payToIban, isTold: true };
  };
  return {
    methods: ['bank'],
    requestPayment: look,
    findPayment: look,
    refund: async (payment) => {
      const incoming = isRecorded(payment) ? undefined : await arrived(payment);
      if (incoming === undefined) return nothing(payment);
      const { incomingId: paymentId, amountMinor } = incoming;
      return sentBack(services, door, payment, { paymentId, amountMinor });
    },
  };
};
