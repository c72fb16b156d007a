import { defineEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';
import { conventions } from './calendar.ts';

const order = { orderId: z.string() };
/** The next day it is due, for whoever looks for due orders; null when it never is again. */
const nextOn = z.string().nullable();

/** An order was seen for the first time by whoever executes orders. */
export const orderScheduled = defineEvent({
  type: 'OrderScheduled',
  schemaVersion: 1,
  schema: z.strictObject({ ...order, anchor: z.string(), next: z.number(), nextOn }),
});

/** How it is executed, where that is not the usual way. */
export const orderScheduleSet = defineEvent({
  type: 'OrderScheduleSet',
  schemaVersion: 1,
  schema: z.strictObject({
    ...order,
    convention: z.enum(conventions),
    isEndOfMonth: z.boolean(),
    retryDays: z.number(),
    endOn: z.string().optional(),
    executionsMax: z.number().optional(),
    /** Absent where the order has not been scheduled yet. */
    nextOn: nextOn.optional(),
  }),
});

/** It rests until it is resumed; what falls into that time is not paid later. */
export const orderScheduleSuspended = defineEvent({
  type: 'OrderScheduleSuspended',
  schemaVersion: 1,
  schema: z.strictObject(order),
});

/** It goes on with the first occurrence from a day on. */
export const orderScheduleResumed = defineEvent({
  type: 'OrderScheduleResumed',
  schemaVersion: 1,
  schema: z.strictObject({ ...order, next: z.number().optional(), nextOn: nextOn.optional() }),
});

/** An occurrence was given to a run that pays it, for the first time or again. */
export const orderOccurrenceTaken = defineEvent({
  type: 'OrderOccurrenceTaken',
  schemaVersion: 1,
  schema: z.strictObject({
    ...order,
    dueOn: z.string(),
    /** The business day of the run. */
    onDay: z.string(),
    runId: z.string(),
    attempt: z.number(),
    nextOn,
  }),
});

/** The payee has it, or his bank. */
export const orderOccurrencePaid = defineEvent({
  type: 'OrderOccurrencePaid',
  schemaVersion: 1,
  schema: z.strictObject({ ...order, dueOn: z.string() }),
});

/** It was not paid; without `retryOn` it never will be. */
export const orderOccurrenceFailed = defineEvent({
  type: 'OrderOccurrenceFailed',
  schemaVersion: 1,
  schema: z.strictObject({ ...order, dueOn: z.string(), reason: z.string(), retryOn: z.string().optional() }),
});

/** All events of an order's schedule. */
export const scheduleEvents = [
  orderScheduled,
  orderScheduleSet,
  orderScheduleSuspended,
  orderScheduleResumed,
  orderOccurrenceTaken,
  orderOccurrencePaid,
  orderOccurrenceFailed,
] as const;
