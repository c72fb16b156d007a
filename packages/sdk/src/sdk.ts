/** The door of the package: what programs import from `@finaegis/sdk`. */
export { type ChannelNames, channelOf, channelsOf } from './channels.ts';
export { type Answer, createFinAegis, type FinAegis, type Input, type StatementFormat } from './client.ts';
export type { FileBody } from './file-body.ts';
export type { Operations } from './generated/operations.ts';
export type { Listing, Page } from './listing.ts';
export type { PublishedType, StateMessage, StreamMessage, WebhookMessage } from './messages.ts';
export type { ClientOptions, CommandOptions, RequestOptions } from './options.ts';
export {
  type FaultReason,
  type FieldError,
  FinAegisApprovalPending,
  FinAegisFault,
  FinAegisProblem,
  type ProblemCode,
} from './problem.ts';
export type { BulkProgress, FollowOptions, StreamOptions } from './stream.ts';
export {
  type HeadersLike,
  verifyWebhook,
  type WebhookRefusal,
  WebhookRefused,
  type WebhookRequest,
  type WebhookTerms,
} from './webhook.ts';
