import type { CommandHandler } from '@finaegis/platform/command/handler';
import type { CardDeposit, CardDepositRefusal } from '../card-deposit/card-deposit.ts';
import type { CreateCardDepositData, CreationRefs } from '../card-deposit/commands.ts';
import type { CardPorts } from '../card-ports.ts';
import type { CardReads } from '../card-reads.ts';
import type { DisputeHandlers } from '../dispute/commands.ts';
import type {
  RefundHandlers,
  RefundSource,
  RefundStepHandlers,
  RequestRefundData,
  setRefundPolicyHandler,
} from '../refund/commands.ts';
import type { RefundPolicy } from '../refund/policy.ts';
import type { Refund, RefundRefusal } from '../refund/refund.ts';
import type { PaymentHttp } from './payment-http.ts';

/** What the routes of cards, refunds and disputes are built over. */
export interface CardHttp extends Omit<PaymentHttp, 'handlers' | 'reads'> {
  readonly cards: CardPorts;
  readonly cardReads: CardReads;
  readonly findSource: (tenantId: string, paymentId: string) => Promise<RefundSource | undefined>;
  /** What is done where an entity has set no policy of its own. */
  readonly unsetPolicy: RefundPolicy;
  readonly cardHandlers: RefundHandlers &
    DisputeHandlers & {
      readonly returnRefund: RefundStepHandlers['comeBack'];
      readonly setRefundPolicy: ReturnType<typeof setRefundPolicyHandler>;
      readonly createCardDeposit: CommandHandler<CreateCardDepositData, CreationRefs, CardDeposit, CardDepositRefusal>;
      readonly requestRefund: CommandHandler<RequestRefundData, RefundSource | undefined, Refund, RefundRefusal>;
    };
}
