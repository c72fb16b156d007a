import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { inboxEvents, type webhookReceived, type webhookRefused } from './events.ts';

type Received = EventOf<typeof webhookReceived>['data'];

/** A message as it stands. */
export interface InboxMessage extends Received {
  readonly status: 'received' | 'processed' | 'ignored' | 'failed';
  readonly receivedAt: string;
  readonly replays: number;
  readonly failure?: string | undefined;
}

export type InboxState =
  | { readonly status: 'unknown' }
  | { readonly status: 'refused'; readonly provider: string }
  | InboxMessage;

/** Declared in order of precedence. */
export type InboxRefusal =
  | { readonly code: 'webhook_message_unknown'; readonly key: string }
  | { readonly code: 'webhook_message_under_way'; readonly key: string };

type InboxEvent = EventOf<(typeof inboxEvents)[number]>;

const evolve = (state: InboxState, event: Recorded<InboxEvent>): InboxState => {
  switch (event.type) {
    case 'WebhookReceived':
      return { ...event.data, status: 'received', receivedAt: event.meta.bookedAt, replays: 0 };
    case 'WebhookRefused':
      return { status: 'refused', provider: event.data.provider };
    case 'WebhookProcessed':
      return { ...(state as InboxMessage), status: event.data.outcome, failure: undefined };
    case 'WebhookFailed':
      return { ...(state as InboxMessage), status: 'failed', failure: event.data.code };
    case 'WebhookReplayed':
      return { ...(state as InboxMessage), status: 'received', replays: event.data.replay };
    default:
      return unreachable(event);
  }
};

/** One stream per message of a provider, and one per refused attempt. */
export const inboxAggregate: Aggregate<InboxState, InboxEvent> = defineAggregate({
  context: 'payment',
  name: 'webhook-message',
  initial: { status: 'unknown' } as InboxState,
  events: inboxEvents,
  evolve,
});

/** The id of a message: told twice, it is one. */
export const messageKeyOf = (provider: string, messageId: string): string =>
  derivedUuid('webhook', provider, messageId);

/** Keeps a message. A provider that repeats itself is told yes and changes nothing. */
export const receiveWebhook = (state: InboxState, received: Received): Decision<NewEvent, InboxRefusal> =>
  state.status === 'unknown' ? accept(inboxAggregate.record(received.key, 'WebhookReceived', received)) : accept();

type Refused = EventOf<typeof webhookRefused>['data'];

/** Notes that somebody sent what is not the provider's; noted twice it is one attempt. */
export const refuseWebhook = (state: InboxState, refused: Refused): Decision<NewEvent, never> =>
  state.status === 'unknown' ? accept(inboxAggregate.record(refused.key, 'WebhookRefused', refused)) : accept();

/** Which working through of a message ended how. */
export interface WebhookEnd {
  readonly key: string;
  readonly replay: number;
}

/** Notes that a message was worked on; once for each time. */
export const endWebhook = (
  state: InboxState,
  { key, replay, ...end }: WebhookEnd & ({ readonly outcome: 'processed' | 'ignored' } | { readonly code: string }),
): Decision<NewEvent, InboxRefusal> => {
  if (!isMessage(state)) return reject({ code: 'webhook_message_unknown', key });
  if (state.replays !== replay || state.status !== 'received') return accept();
  return 'code' in end
    ? accept(inboxAggregate.record(key, 'WebhookFailed', { key, replay, code: end.code }))
    : accept(inboxAggregate.record(key, 'WebhookProcessed', { key, replay, outcome: end.outcome }));
};

/** Has a message worked on again: one that failed, or whose type is known by now. What it commands has natural ids, so it does no second harm. */
export const replayWebhook = (state: InboxState, key: string): Decision<NewEvent, InboxRefusal> => {
  if (!isMessage(state)) return reject({ code: 'webhook_message_unknown', key });
  if (state.status === 'received') return reject({ code: 'webhook_message_under_way', key });
  return accept(inboxAggregate.record(key, 'WebhookReplayed', { key, replay: state.replays + 1 }));
};

/** Whether a stream holds a message that is kept. */
export const isMessage = (state: InboxState): state is InboxMessage =>
  state.status !== 'unknown' && state.status !== 'refused';
