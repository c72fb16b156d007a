import type { CommandHandler } from '../command/handler.ts';
import { lookAggregate, type RecordLooks, recordLooks, recordLooksSchema } from './look/look.ts';
import { type RecordRefusals, recordRefusals, recordRefusalsSchema, refusalAggregate } from './refusal/refusal.ts';

// No scope gives it and no route asks for it: what watches submits them.
const permission = 'public';

/** Records whom staff looked at. */
export const recordLooksCommand: CommandHandler<RecordLooks, undefined, undefined, never> = {
  name: 'oversight.RecordLooks',
  schema: recordLooksSchema,
  permission,
  loads: ({ batchId }) => ({ streams: [{ aggregate: lookAggregate, id: batchId }] }),
  decide: (loaded, data) => recordLooks(loaded.stream(lookAggregate, data.batchId).state, data),
  result: () => undefined,
};

/** Records what known principals were refused. */
export const recordRefusalsCommand: CommandHandler<RecordRefusals, undefined, undefined, never> = {
  name: 'oversight.RecordRefusals',
  schema: recordRefusalsSchema,
  permission,
  loads: ({ batchId }) => ({ streams: [{ aggregate: refusalAggregate, id: batchId }] }),
  decide: (loaded, data) => recordRefusals(loaded.stream(refusalAggregate, data.batchId).state, data),
  result: () => undefined,
};
