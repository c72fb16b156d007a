import {
  defineSaga,
  type SagaDefinition,
  type StepCall,
  type StepOutcome,
  stepCommand,
} from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import type { InboxStepHandlers } from '../inbox/commands.ts';
import type { WebhookHandlers, WebhookMessage } from '../ports.ts';

const input = z.strictObject({ key: z.string(), replay: z.number() });
type Input = z.output<typeof input>;

/** What working through a message takes. */
export interface WebhookSagaTools {
  readonly askFirstMs: number;
  readonly handlers: () => readonly WebhookHandlers[];
  /** Asked about messages of senders that are no provider of the process: banks. False where a message means nothing to them. */
  readonly hear: (message: WebhookMessage) => Promise<boolean>;
  /** A stored message with its body. */
  readonly messageOf: (tenantId: string, key: string) => Promise<WebhookMessage>;
}

/**
 * Works through one stored message, after its sender was told yes. A message nobody knows is kept as ignored; one whose work keeps failing is
 * marked as failed and can be replayed.
 */
export const webhookMessageSaga = (tools: WebhookSagaTools, { endWebhook }: InboxStepHandlers): SagaDefinition =>
  defineSaga<Input>({
    name: 'payment.webhook',
    version: 1,
    input,
    subject: ({ key }) => `webhook:${key}`,
    steps: [
      {
        name: 'process',
        run: (call) => processed(tools, call),
        retry: { attempts: 8, firstMs: tools.askFirstMs, factor: 2, waitMaxMs: tools.askFirstMs * 100 },
        undo: {
          command: ({ input: { key, replay }, failure }) =>
            stepCommand(endWebhook, { key, replay, code: failure?.code ?? 'cancelled' }),
        },
      },
      {
        name: 'record',
        command: ({ input: { key, replay }, results }) =>
          stepCommand(endWebhook, { key, replay, outcome: results['process'] === 'ignored' ? 'ignored' : 'processed' }),
      },
    ],
  });

const processed = async (
  tools: WebhookSagaTools,
  { tenantId, input: { key } }: StepCall<Input>,
): Promise<StepOutcome> => {
  const message = await tools.messageOf(tenantId, key);
  const its = tools.handlers().find(({ provider }) => provider === message.provider);
  if (its === undefined) return { kind: 'done', result: (await tools.hear(message)) ? 'processed' : 'ignored' };
  const handle = Object.hasOwn(its.byType, message.type) ? its.byType[message.type] : undefined;
  if (handle === undefined) return { kind: 'done', result: 'ignored' };
  await handle(message);
  return { kind: 'done', result: 'processed' };
};
