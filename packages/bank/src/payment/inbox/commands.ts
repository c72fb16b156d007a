import { accept } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import type { CommandHandler, Loaded } from '@finaegis/platform/command/handler';
import type { PersonalRef, SealedValue } from '@finaegis/platform/event-store/personal-ref';
import { text, uuid } from '@finaegis/platform/http/amount';
import { newSagaNeed, startSaga } from '@finaegis/platform/saga/commands';
import type { SagaDefinition } from '@finaegis/platform/saga/definition';
import type { Services } from '@finaegis/platform/services';
import { z } from 'zod';
import { bankName, code } from '../terms.ts';
import {
  endWebhook,
  type InboxMessage,
  type InboxRefusal,
  type InboxState,
  inboxAggregate,
  isMessage,
  messageKeyOf,
  receiveWebhook,
  refuseWebhook,
  replayWebhook,
  type WebhookEnd,
} from './inbox-message.ts';

/** What the commands of the inbox are built over. */
export interface InboxTools {
  readonly personalData: Pick<Services['personalData'], 'seal'>;
  readonly findMessage: (tenantId: string, key: string) => Promise<InboxState>;
}

/** Data of ReceiveWebhook; verified before it is given. */
export interface ReceiveWebhookData {
  readonly provider: string;
  readonly messageId: string;
  readonly type: string;
  readonly body: string;
  readonly digest: string;
  readonly sizeBytes: number;
}

/** The saga that works through a message, a new one for each replay. */
export const inboxSagaId = (key: string, replay: number): string =>
  derivedUuid('saga', 'payment-webhook', key, String(replay));

/** Where the body lies, and its ciphertext. */
export interface BodyRefs {
  readonly body: PersonalRef;
  readonly sealed: readonly SealedValue[];
}

const messageResult = (loaded: Loaded, key: string): InboxMessage => {
  const { state } = loaded.stream(inboxAggregate, key);
  if (!isMessage(state)) throw new Error(`The webhook message ${key} was accepted and is not there.`);
  return state;
};

const replaySchema = z.int().nonnegative();

/** What the saga of a message records. */
export const createInboxStepHandlers = () => ({
  endWebhook: {
    name: 'payment.EndWebhook',
    schema: z.union([
      z.strictObject({ key: uuid, replay: replaySchema, outcome: z.enum(['processed', 'ignored']) }),
      z.strictObject({ key: uuid, replay: replaySchema, code }),
    ]),
    permission: 'payment:webhook',
    loads: ({ key }) => ({ streams: [{ aggregate: inboxAggregate, id: key }] }),
    decide: (loaded, data) => endWebhook(loaded.stream(inboxAggregate, data.key).state, data),
    result: (loaded, { key }) => messageResult(loaded, key),
  } satisfies CommandHandler<
    WebhookEnd & ({ readonly outcome: 'processed' | 'ignored' } | { readonly code: string }),
    undefined,
    InboxMessage,
    InboxRefusal
  >,
});

export type InboxStepHandlers = ReturnType<typeof createInboxStepHandlers>;

/** Commands about providers' messages. */
export const createInboxHandlers = (tools: InboxTools, definition: SagaDefinition) => ({
  receiveWebhook: {
    name: 'payment.ReceiveWebhook',
    schema: z.strictObject({
      provider: bankName,
      messageId: text(200),
      type: text(100),
      body: z.string(),
      digest: z.string().regex(/^[0-9a-f]{64}$/),
      sizeBytes: z.int().nonnegative(),
    }),
    permission: 'payment:webhook',
    prepare: async ({ provider, messageId, body }, { tenantId }) => {
      const [sealed] = await tools.personalData.seal(tenantId, `webhook:${messageKeyOf(provider, messageId)}`, [body]);
      if (sealed === undefined) throw new Error('One value was to be sealed.');
      return { body: sealed.reference, sealed: [sealed.sealed] };
    },
    loads: ({ provider, messageId }) => {
      const key = messageKeyOf(provider, messageId);
      return { streams: [{ aggregate: inboxAggregate, id: key }, newSagaNeed(inboxSagaId(key, 0))] };
    },
    decide: (loaded, { body: _body, ...data }, { now, tenantId }, { body }) => {
      const key = messageKeyOf(data.provider, data.messageId);
      const decision = receiveWebhook(loaded.stream(inboxAggregate, key).state, { ...data, key, body });
      if (!decision.accepted || decision.events.length === 0) return decision;
      const input = { key, replay: 0 };
      return accept(
        ...decision.events,
        ...startSaga(definition, { sagaId: inboxSagaId(key, 0), input }, { now, tenantId }),
      );
    },
    sealed: ({ sealed }) => sealed,
    result: (loaded, { provider, messageId }) => messageResult(loaded, messageKeyOf(provider, messageId)),
  } satisfies CommandHandler<ReceiveWebhookData, BodyRefs, InboxMessage, InboxRefusal>,
  refuseWebhook: {
    name: 'payment.RefuseWebhook',
    schema: z.strictObject({ key: uuid, provider: bankName, reason: code }),
    permission: 'payment:webhook',
    loads: ({ key }) => ({ streams: [{ aggregate: inboxAggregate, id: key, isNew: true }] }),
    decide: (loaded, data) => refuseWebhook(loaded.stream(inboxAggregate, data.key).state, data),
    result: (_, { key }) => key,
  } satisfies CommandHandler<
    { readonly key: string; readonly provider: string; readonly reason: string },
    undefined,
    string,
    never
  >,
  replayWebhook: replayWebhookHandler(tools, definition),
});

const replayWebhookHandler = (
  tools: InboxTools,
  definition: SagaDefinition,
): CommandHandler<{ readonly key: string }, { readonly replay: number }, InboxMessage, InboxRefusal> => ({
  name: 'payment.ReplayWebhook',
  schema: z.strictObject({ key: uuid }),
  permission: 'payment:webhook',
  // The next replay is not known before it is decided; two people who ask at once meet in the stream of the message.
  prepare: async ({ key }, { tenantId }) => {
    const state = await tools.findMessage(tenantId, key);
    return { replay: isMessage(state) ? state.replays + 1 : 0 };
  },
  loads: ({ key }, { replay }) => ({
    streams: [{ aggregate: inboxAggregate, id: key }, newSagaNeed(inboxSagaId(key, replay))],
  }),
  decide: (loaded, { key }, { now, tenantId }, { replay }) => {
    const { state } = loaded.stream(inboxAggregate, key);
    const decision = replayWebhook(state, key);
    if (!decision.accepted) return decision;
    if (isMessage(state) && state.replays + 1 !== replay) return accept();
    const input = { key, replay };
    const sagaId = inboxSagaId(key, replay);
    return accept(...decision.events, ...startSaga(definition, { sagaId, input }, { now, tenantId }));
  },
  result: (loaded, { key }) => messageResult(loaded, key),
});
