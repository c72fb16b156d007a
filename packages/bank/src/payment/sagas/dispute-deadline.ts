import { defineSaga, type SagaDefinition, type SagaStep, stepCommand } from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import type { DisputeStepHandlers } from '../dispute/commands.ts';
import type { PaymentTimes } from '../ports.ts';

const input = z.strictObject({ disputeId: z.string(), dueAt: z.string() });
type Input = z.output<typeof input>;

/** Waits for the deadline of a case and tells of it twice, unless somebody has answered by then. It takes no money and is never taken back. */
export const disputeDeadlineSaga = (
  { disputeRemindersMs }: Pick<PaymentTimes, 'disputeRemindersMs'>,
  handlers: () => DisputeStepHandlers,
): SagaDefinition =>
  defineSaga<Input>({
    name: 'payment.dispute-deadline',
    version: 1,
    input,
    subject: ({ disputeId }) => `dispute:${disputeId}`,
    steps: disputeRemindersMs.flatMap((leadMs, index): readonly SagaStep<Input>[] => {
      const name = index === 0 ? 'first' : 'last';
      return [
        {
          name: `${name}-wait`,
          wait: { until: ({ input: { dueAt } }) => new Date(Date.parse(dueAt) - leadMs).toISOString() },
        },
        {
          name: `${name}-remind`,
          command: ({ input: { disputeId } }) => stepCommand(handlers().remind, { disputeId, reminder: index + 1 }),
        },
      ];
    }),
  });
