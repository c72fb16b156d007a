import { accept, type Decision } from '@finaegis/kernel/decision';
import { z } from 'zod';
import { defineAggregate } from '../../event-store/aggregate.ts';
import type { NewEvent } from '../../event-store/event.ts';
import { lookEvents, lookSchema } from './events.ts';

/** Whether a batch of looks is in the log. */
export type LookBatch = { readonly status: 'absent' | 'recorded' };

/** `{ batchId, looks }`. */
export const recordLooksSchema = z.strictObject({ batchId: z.uuid(), looks: z.array(lookSchema) });
export type RecordLooks = z.output<typeof recordLooksSchema>;

/** Looks of one moment, one stream per batch: they are written once, and nothing is decided by them. */
export const lookAggregate = defineAggregate({
  context: 'oversight',
  name: 'look',
  initial: { status: 'absent' } as LookBatch,
  events: lookEvents,
  isWrittenOnce: true,
  evolve: (): LookBatch => ({ status: 'recorded' }),
});

/** Records a batch of looks; one that is there already was sent again because its first answer was lost. */
export const recordLooks = (state: LookBatch, { batchId, looks }: RecordLooks): Decision<NewEvent, never> =>
  state.status === 'recorded'
    ? accept()
    : accept(lookAggregate.record(batchId, 'PersonalDataShown', { batchId, looks }));
