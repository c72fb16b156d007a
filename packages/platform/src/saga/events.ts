import { z } from 'zod';
import { defineEvent } from '../event-store/event.ts';
import type { Json } from './definition.ts';

/** Anything JSON can say. */
export const json = z.json() as z.ZodType<Json>;
const facts = z.record(z.string(), json);
const failure = z.strictObject({ step: z.string().optional(), code: z.string(), facts: facts.optional() });
/** A step is done, or it is taken back. */
const phase = z.enum(['do', 'undo']);
const step = { sagaId: z.string(), step: z.string() };

/** An instruction that takes more than one commit has begun. */
export const sagaStarted = defineEvent({
  type: 'SagaStarted',
  schemaVersion: 1,
  schema: z.strictObject({
    sagaId: z.string(),
    definition: z.string(),
    version: z.number().int().positive(),
    input: json,
    subject: z.string().optional(),
    parentId: z.string().optional(),
    /** The parent's step, and the place among its children. */
    childStep: z.string().optional(),
    childIndex: z.number().int().nonnegative().optional(),
  }),
});

/** What a step is about to do; it may run from here on. */
export const sagaStepIntended = defineEvent({
  type: 'SagaStepIntended',
  schemaVersion: 1,
  schema: z.strictObject({ ...step, phase, intent: json, key: z.string(), dueAt: z.string().optional() }),
});

/** A step is done, or there was nothing to do in it. */
export const sagaStepDone = defineEvent({
  type: 'SagaStepDone',
  schemaVersion: 1,
  schema: z.strictObject({ ...step, result: json, isSkipped: z.literal(true).optional() }),
});

/** A step is under way and looked at again at `dueAt`, or when a signal comes. */
export const sagaStepWaiting = defineEvent({
  type: 'SagaStepWaiting',
  schemaVersion: 1,
  schema: z.strictObject({ ...step, phase, dueAt: z.string().optional(), carry: json.optional() }),
});

/** An attempt failed and nothing came of it; the next one is made at `retryAt`. */
export const sagaStepFailed = defineEvent({
  type: 'SagaStepFailed',
  schemaVersion: 1,
  schema: z.strictObject({ ...step, phase, attempt: z.number().int(), code: z.string(), retryAt: z.string() }),
});

/** Nobody here knows what became of an attempt; it is asked about at `askAt` before anything else is done. */
export const sagaStepOutcomeUnknown = defineEvent({
  type: 'SagaStepOutcomeUnknown',
  schemaVersion: 1,
  schema: z.strictObject({ ...step, phase, ask: z.number().int(), askAt: z.string() }),
});

/** What was done is being taken back, last step first. */
export const sagaUndoing = defineEvent({
  type: 'SagaUndoing',
  schemaVersion: 1,
  schema: z.strictObject({
    sagaId: z.string(),
    failure,
    /** The step that was under way is known not to have happened, so it needs no taking back. */
    hasNotHappened: z.literal(true).optional(),
  }),
});

/** A step was taken back, or there was nothing to take back in it. */
export const sagaStepUndone = defineEvent({
  type: 'SagaStepUndone',
  schemaVersion: 1,
  schema: z.strictObject({ ...step, isSkipped: z.literal(true).optional() }),
});

/** The saga stands still until a person decides. */
export const sagaParked = defineEvent({
  type: 'SagaParked',
  schemaVersion: 1,
  schema: z.strictObject({ ...step, phase, failure }),
});

/** A person had the step of a parked saga tried again. */
export const sagaRetried = defineEvent({
  type: 'SagaRetried',
  schemaVersion: 1,
  schema: z.strictObject({ ...step, phase, dueAt: z.string() }),
});

/** A person vouched that the step of a parked saga is done, or taken back. */
export const sagaResumed = defineEvent({
  type: 'SagaResumed',
  schemaVersion: 1,
  schema: z.strictObject({ ...step, phase, result: json, reason: z.string() }),
});

/** Something a saga may wait for has happened: an approval, a provider's message, the end of a child. */
export const sagaSignalled = defineEvent({
  type: 'SagaSignalled',
  schemaVersion: 1,
  schema: z.strictObject({
    sagaId: z.string(),
    signal: z.string(),
    signalId: z.string(),
    data: json,
    dueAt: z.string(),
  }),
});

/** Somebody wants it taken back; it will be as soon as nothing is on its way. */
export const sagaCancelRequested = defineEvent({
  type: 'SagaCancelRequested',
  schemaVersion: 1,
  schema: z.strictObject({ sagaId: z.string(), reason: z.string(), dueAt: z.string() }),
});

/** Nothing more will happen. */
export const sagaEnded = defineEvent({
  type: 'SagaEnded',
  schemaVersion: 1,
  schema: z.strictObject({ sagaId: z.string(), outcome: z.enum(['completed', 'undone']), failure: failure.optional() }),
});

/** All of them, in the order of a saga's life. */
export const sagaEvents = [
  sagaStarted,
  sagaStepIntended,
  sagaStepDone,
  sagaStepWaiting,
  sagaStepFailed,
  sagaStepOutcomeUnknown,
  sagaUndoing,
  sagaStepUndone,
  sagaParked,
  sagaRetried,
  sagaResumed,
  sagaSignalled,
  sagaCancelRequested,
  sagaEnded,
] as const;
