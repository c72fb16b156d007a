import type { SagaDefinition } from '@finaegis/platform/saga/definition';
import { createInboxHandlers, type InboxTools } from './inbox/commands.ts';
import { createIncomingHandlers } from './incoming/commands.ts';
import { createOutgoingHandlers } from './outgoing/commands.ts';
import { createPaymentHandler } from './outgoing/creation.ts';
import { createWorkItemHandlers, type WorkItemTools } from './work-item/commands.ts';

/** Every command that people and connectors give, built once per process; those of the sagas' own steps stand beside their sagas. */
export const createHandlers = ({
  tools,
  outgoingSaga,
  inboxSaga,
}: {
  readonly tools: WorkItemTools & InboxTools;
  readonly outgoingSaga: SagaDefinition;
  readonly inboxSaga: SagaDefinition;
}) => ({
  createPayment: createPaymentHandler(tools, outgoingSaga),
  ...createOutgoingHandlers(tools),
  ...createIncomingHandlers(tools),
  ...createWorkItemHandlers(tools, outgoingSaga),
  ...createInboxHandlers(tools, inboxSaga),
});

/** The commands by name. */
export type PaymentHandlers = ReturnType<typeof createHandlers>;
