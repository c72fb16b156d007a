import { accept, type Decision } from '@finaegis/kernel/decision';
import { z } from 'zod';
import { defineAggregate } from '../../event-store/aggregate.ts';
import type { NewEvent } from '../../event-store/event.ts';
import { refusalEvents, refusalSchema } from './events.ts';

/** Whether a batch of refusals is in the log. */
export type RefusalBatch = { readonly status: 'absent' | 'recorded' };

/** `{ batchId, refusals }`. */
export const recordRefusalsSchema = z.strictObject({ batchId: z.uuid(), refusals: z.array(refusalSchema) });
export type RecordRefusals = z.output<typeof recordRefusalsSchema>;

/** Refusals of one stretch of time, one stream per batch: they are written once, and nothing is decided by them. */
export const refusalAggregate = defineAggregate({
  context: 'oversight',
  name: 'refusal',
  initial: { status: 'absent' } as RefusalBatch,
  events: refusalEvents,
  isWrittenOnce: true,
  evolve: (): RefusalBatch => ({ status: 'recorded' }),
});

/** Records a batch of refusals; one that is there already was sent again because its first answer was lost. */
export const recordRefusals = (
  state: RefusalBatch,
  { batchId, refusals }: RecordRefusals,
): Decision<NewEvent, never> =>
  state.status === 'recorded'
    ? accept()
    : accept(refusalAggregate.record(batchId, 'AccessRefused', { batchId, refusals }));
