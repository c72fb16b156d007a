import type { InboxRefusal } from './inbox/inbox-message.ts';
import type { IncomingRefusal } from './incoming/incoming.ts';
import type { OutgoingRefusal } from './outgoing/outgoing.ts';
import type { ResolveRefusal } from './work-item/commands.ts';

export type { CardDeposit, CardDepositState } from './card-deposit/card-deposit.ts';
export { type CreateCardDepositData, cardDepositSagaId } from './card-deposit/commands.ts';
// Commands, as plain JSON.
export type { ReceiveWebhookData } from './inbox/commands.ts';
export { type ReceivePaymentData, receivePaymentSchema } from './incoming/commands.ts';
// Published events.
export {
  incomingPaymentAnnounced,
  incomingPaymentCredited,
  incomingPaymentReturned,
  incomingPaymentReviewRequested,
  incomingPaymentSuspended,
} from './incoming/events.ts';
// Words.
export { type Incoming, type IncomingState, incomingIdOf } from './incoming/incoming.ts';
export { type CreatePaymentData, createPaymentSchema } from './outgoing/creation.ts';
export type { ReturnPayment, ReviewPayment } from './outgoing/decide.ts';
export {
  paymentAuthorised,
  paymentCancelled,
  paymentCreated,
  paymentFunded,
  paymentRejected,
  paymentReturned,
  paymentReturnIdentified,
  paymentReviewRequested,
  paymentSettled,
  paymentSubmitted,
} from './outgoing/events.ts';
export { type Outgoing, type OutgoingStatus, outgoingStatuses } from './outgoing/outgoing.ts';
export type {
  BankRail,
  IncomingWebhook,
  PayeeMatch,
  PostalAddress,
  RailOrder,
  RailOutcome,
  WebhookHandlers,
  WebhookMessage,
  WebhookVerdict,
  WebhookVerifier,
} from './ports.ts';
export type { SendBackData } from './refund/commands.ts';
export type { RefundState } from './refund/refund.ts';
// What a neighbour commits with its own events that books to suspense, or finds a difference.
export { suspenseQueue } from './suspense-queue.ts';
export { paidInSignal } from './waiting-saga.ts';
export type { ResolveWorkItemData } from './work-item/commands.ts';
export { workItemAssigned, workItemOpened, workItemResolved } from './work-item/events.ts';
export {
  openWorkItem,
  resolved as resolveWorkItem,
  type WorkItem,
  type WorkItemTerms,
  workItemAggregate,
} from './work-item/work-item.ts';

/** Every refusal of this context. */
export type PaymentContextRefusal = OutgoingRefusal | IncomingRefusal | ResolveRefusal | InboxRefusal;
