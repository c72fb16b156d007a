import type { PublishedData } from './generated/messages.ts';
import type { Balance } from './generated/schemas.ts';

/** Types of what is published that this client knows; a newer server may send others, so switch with a default. */
export type PublishedType = keyof PublishedData;

interface Envelope<Type extends PublishedType> {
  /** The same in every attempt and on every way: whoever has seen it has seen the event. */
  readonly id: string;
  readonly type: Type;
  /** Of the shape of `data`. */
  readonly version: number;
  /** UTC instant at which it was booked. */
  readonly timestamp: string;
}

/** A message of a webhook, told apart by `type`. */
export type WebhookMessage<Type extends PublishedType = PublishedType> = {
  [Each in Type]: Envelope<Each> & {
    readonly data: PublishedData[Each];
    /** Place of the log; absent from a test. */
    readonly position?: string;
    /** It is the sample of its type, sent on request. */
    readonly isTest?: true;
  };
}[Type];

/** A message of a stream, told apart by `type`. */
export type StreamMessage<Type extends PublishedType = PublishedType> = {
  [Each in Type]: Envelope<Each> & { readonly position: string } & (
      | { readonly data: PublishedData[Each]; readonly isPart?: never; readonly isTooLarge?: never }
      /** What a customer may see of it. */
      | { readonly data: Partial<PublishedData[Each]>; readonly isPart: true; readonly isTooLarge?: never }
      /** Too large to be pushed: read it from the API. */
      | { readonly data?: never; readonly isPart?: never; readonly isTooLarge: true }
    );
}[Type];

/** How an account is now, told on its own channel after whatever changed it. No event: it has no id, and is not sent again to whoever comes back. */
export interface StateMessage {
  readonly type: 'ledger.account.balances';
  /** Everything up to there is in it. */
  readonly position: string;
  readonly data: { readonly account: string; readonly balances: readonly Balance[] };
}
