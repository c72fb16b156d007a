import { stripeMessages } from '@finaegis/bank/payment/adapters/stripe-messages';
import { createCardEars, type EarTools } from '@finaegis/bank/payment/card-ears';
import { createInboxStepHandlers } from '@finaegis/bank/payment/inbox/commands';
import { inboxAggregate, isMessage } from '@finaegis/bank/payment/inbox/inbox-message';
import { webhookMessageSaga } from '@finaegis/bank/payment/sagas/webhook-message';
import type { Commands } from '@finaegis/platform/command/commands';
import type { Sagas } from '@finaegis/platform/saga/sagas';
import { cardAsset } from './cards-twin.ts';
import type { createCards } from './memory-cards.ts';
import type { MemoryReads } from './memory-reads.ts';

/** Events of providers' messages. */
export const messageEvents = inboxAggregate.events;

/** What one process works through messages with. */
interface MessageSources {
  readonly reads: MemoryReads;
  readonly commands: () => Commands;
  readonly sagas: () => Pick<Sagas, 'handlers' | 'adopt'>;
  /** A message's text, by the provider's id of it; the twin of personal data keeps none. */
  readonly bodyOf: (messageId: string) => string | undefined;
  readonly askFirstMs: number;
}

/** The saga that works through the card provider's messages, with the ears the bank has for them. */
export const createMessageSaga = (
  cards: ReturnType<typeof createCards>,
  { reads, commands, sagas, bodyOf, askFirstMs }: MessageSources,
) => {
  const { parts } = cards;
  const services = {
    get commands() {
      return commands();
    },
    get sagas() {
      return sagas();
    },
  } as EarTools['services'];
  const provider = parts.provider;
  const ears = createCardEars({
    ...parts,
    services,
    cards: { provider, messages: stripeMessages, entity: 'main', bank: 'kb', assets: [cardAsset] },
  });
  return webhookMessageSaga(
    {
      askFirstMs,
      handlers: () => [stripeMessages(ears)],
      hear: async () => false,
      messageOf: async (tenantId, key) => {
        const state = await reads.stream(inboxAggregate, tenantId, key);
        if (!isMessage(state)) throw new Error(`The webhook message ${key} is not there.`);
        const { provider: from, messageId, type } = state;
        return { tenantId, key, provider: from, messageId, type, body: bodyOf(messageId) ?? '{}' };
      },
    },
    createInboxStepHandlers(),
  );
};
