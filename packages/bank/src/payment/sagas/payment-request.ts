import { defineSaga, type SagaDefinition, stepCommand } from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import type { RequestHandlers } from '../request/commands.ts';

const input = z.strictObject({ requestId: z.string(), expiresAt: z.string() });

/** Waits for the end of a request's time and notes it, unless it was paid or declined. */
export const paymentRequestSaga = (handlers: () => Pick<RequestHandlers, 'expireRequest'>): SagaDefinition =>
  defineSaga<z.output<typeof input>>({
    name: 'payment.request',
    version: 1,
    input,
    subject: ({ requestId }) => `payment-request:${requestId}`,
    steps: [
      { name: 'await-expiry', wait: { until: ({ input: { expiresAt } }) => expiresAt } },
      { name: 'expire', command: ({ input: { requestId } }) => stepCommand(handlers().expireRequest, { requestId }) },
    ],
  });
