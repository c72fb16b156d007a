import { nextBusinessDay } from '@finaegis/kernel/calendar';
import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import type { LocalDate } from '@finaegis/kernel/local-date';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { type Convention, dueDay, firstFrom, nominalDay, orderCalendar, type Rhythm } from './calendar.ts';
import { scheduleEvents } from './events.ts';

/** How an order is executed. */
export interface ScheduleTerms {
  readonly convention: Convention;
  readonly isEndOfMonth: boolean;
  /** On how many business days after the first it is tried again where the money did not suffice. */
  readonly retryDays: number;
  /** The last day an occurrence may fall on, before business days are asked. */
  readonly endOn?: LocalDate | undefined;
  readonly executionsMax?: number | undefined;
}

/** How orders are executed that say nothing else. */
export const usualTerms: ScheduleTerms = { convention: 'following', isEndOfMonth: false, retryDays: 3 };

/** An occurrence that was taken and has not ended. */
export interface OpenOccurrence {
  readonly dueOn: LocalDate;
  readonly onDay: LocalDate;
  readonly attempt: number;
  /** The day it is tried again; absent while a run has it. */
  readonly retryOn?: LocalDate;
}

/** An order's schedule as it stands; of an order nobody has executed yet, the usual one. */
export interface Schedule extends ScheduleTerms {
  readonly isSuspended: boolean;
  /** The day occurrences are counted from; absent until it is scheduled. */
  readonly anchor?: LocalDate;
  /** The occurrence to come, from 0. */
  readonly next: number;
  readonly nextOn: LocalDate | null;
  readonly executions: number;
  readonly open: readonly OpenOccurrence[];
  readonly last?: { readonly dueOn: LocalDate; readonly status: 'paid' | 'failed'; readonly reason?: string };
}

/** What of a standing order its schedule asks. */
export interface ScheduledOrder {
  readonly orderId: string;
  readonly status: 'active' | 'cancelled';
  readonly asset: string;
  readonly frequency: Rhythm['frequency'];
  readonly firstOn?: LocalDate | undefined;
  readonly registeredAt: string;
}

/** Declared in order of precedence. */
export type ScheduleRefusal =
  | { readonly code: 'standing_order_unknown'; readonly order: string }
  | { readonly code: 'standing_order_ended'; readonly order: string };

type ScheduleDecision = Decision<NewEvent, ScheduleRefusal>;
type ScheduleEvent = EventOf<(typeof scheduleEvents)[number]>;

const evolve = (state: Schedule, event: Recorded<ScheduleEvent>): Schedule => {
  switch (event.type) {
    case 'OrderScheduled': {
      const { anchor, next, nextOn } = event.data;
      return { ...state, anchor, next, nextOn };
    }
    case 'OrderScheduleSet': {
      const { orderId: _order, nextOn = state.nextOn, endOn, executionsMax, ...terms } = event.data;
      return { ...state, ...terms, endOn, executionsMax, nextOn };
    }
    case 'OrderScheduleSuspended':
      return { ...state, isSuspended: true };
    case 'OrderScheduleResumed': {
      const { next = state.next, nextOn = state.nextOn } = event.data;
      return {
        ...state,
        isSuspended: false,
        next,
        nextOn,
        open: state.open.filter(({ retryOn }) => retryOn === undefined),
      };
    }
    case 'OrderOccurrenceTaken': {
      const { dueOn, onDay, attempt, nextOn } = event.data;
      const isFirst = attempt === 1;
      return {
        ...state,
        next: state.next + (isFirst ? 1 : 0),
        executions: state.executions + (isFirst ? 1 : 0),
        nextOn,
        open: [...without(state.open, dueOn), { dueOn, onDay, attempt }],
      };
    }
    case 'OrderOccurrencePaid': {
      const { dueOn } = event.data;
      return { ...state, open: without(state.open, dueOn), last: { dueOn, status: 'paid' } };
    }
    case 'OrderOccurrenceFailed': {
      const { dueOn, reason, retryOn } = event.data;
      const tried = state.open.find((one) => one.dueOn === dueOn);
      const again = tried === undefined || retryOn === undefined ? [] : [{ ...tried, retryOn }];
      return { ...state, open: [...without(state.open, dueOn), ...again], last: { dueOn, status: 'failed', reason } };
    }
    default:
      return unreachable(event);
  }
};

const without = (open: readonly OpenOccurrence[], dueOn: LocalDate): readonly OpenOccurrence[] =>
  open.filter((one) => one.dueOn !== dueOn);

/** One stream per order. */
export const scheduleAggregate: Aggregate<Schedule, ScheduleEvent> = defineAggregate({
  context: 'payment',
  name: 'order-schedule',
  initial: { ...usualTerms, isSuspended: false, next: 0, nextOn: null, executions: 0, open: [] } as Schedule,
  events: scheduleEvents,
  evolve,
});

const rhythmOf = (
  order: ScheduledOrder,
  { anchor, isEndOfMonth }: Pick<Schedule, 'isEndOfMonth'> & { readonly anchor: LocalDate },
): Rhythm => ({
  frequency: order.frequency,
  anchor,
  isEndOfMonth,
});

/** The nominal day and the business day of the occurrence to come; undefined when there is none any more. */
const toCome = (order: ScheduledOrder, state: Schedule): { readonly dueOn: LocalDate } | undefined => {
  const { anchor, convention, next, endOn, executionsMax, executions } = state;
  if (anchor === undefined) return undefined;
  if (executionsMax !== undefined && executions >= executionsMax) return undefined;
  const day = nominalDay(rhythmOf(order, { ...state, anchor }), next);
  if (endOn !== undefined && day > endOn) return undefined;
  return { dueOn: dueDay(orderCalendar(order.asset), day, convention) };
};

const nextOnOf = (order: ScheduledOrder, state: Schedule): LocalDate | null => toCome(order, state)?.dueOn ?? null;

/** What taking an order into a run gives. */
export interface TakenOccurrence {
  readonly events: readonly NewEvent[];
  /** Absent where nothing is due. */
  readonly dueOn?: LocalDate;
}

/** Takes the one occurrence of an order that is due on a business day, if one is; the first time an order is seen it is scheduled as well. */
export const takeOccurrence = (
  known: Schedule,
  order: ScheduledOrder,
  { businessDate, runId }: { readonly businessDate: LocalDate; readonly runId: string },
): TakenOccurrence => {
  const { orderId } = order;
  if (order.status === 'cancelled') return { events: [] };
  const state = known.anchor === undefined ? scheduled(known, order, businessDate) : known;
  const first =
    known.anchor === undefined && state.anchor !== undefined
      ? [
          scheduleAggregate.record(orderId, 'OrderScheduled', {
            orderId,
            anchor: state.anchor,
            next: state.next,
            nextOn: state.nextOn,
          }),
        ]
      : [];
  if (state.isSuspended) return { events: first };
  const again = state.open.find(({ retryOn }) => retryOn !== undefined && retryOn <= businessDate);
  if (again !== undefined) {
    const { dueOn, attempt } = again;
    const data = { orderId, dueOn, onDay: businessDate, runId, attempt: attempt + 1, nextOn: state.nextOn };
    return { dueOn, events: [...first, scheduleAggregate.record(orderId, 'OrderOccurrenceTaken', data)] };
  }
  const due = toCome(order, state);
  if (due === undefined || due.dueOn > businessDate) return { events: first };
  const after = { ...state, next: state.next + 1, executions: state.executions + 1 };
  const data = { orderId, dueOn: due.dueOn, onDay: businessDate, runId, attempt: 1, nextOn: nextOnOf(order, after) };
  return { dueOn: due.dueOn, events: [...first, scheduleAggregate.record(orderId, 'OrderOccurrenceTaken', data)] };
};

/** An order registered today starts today; what its first day says of years gone by was paid by whoever kept it then. */
const scheduled = (state: Schedule, order: ScheduledOrder, businessDate: LocalDate): Schedule => {
  const registeredOn = order.registeredAt.slice(0, 10);
  const from = registeredOn < businessDate ? registeredOn : businessDate;
  const anchor = order.firstOn ?? from;
  const { convention } = state;
  const next = firstFrom(rhythmOf(order, { ...state, anchor }), {
    calendar: orderCalendar(order.asset),
    convention,
    from,
  });
  const begun = { ...state, anchor, next };
  return { ...begun, nextOn: nextOnOf(order, begun) };
};

/** How an occurrence ended. */
export interface OccurrenceEnd {
  readonly orderId: string;
  readonly dueOn: LocalDate;
  /** Absent where it was paid. */
  readonly reason?: string | undefined;
}

/** Notes how an occurrence ended, and when it is tried again. */
export const endOccurrence = (
  state: Schedule,
  order: ScheduledOrder,
  { dueOn, reason }: OccurrenceEnd,
): readonly NewEvent[] => {
  const { orderId, asset } = order;
  const tried = state.open.find((one) => one.dueOn === dueOn && one.retryOn === undefined);
  if (tried === undefined) return [];
  if (reason === undefined) return [scheduleAggregate.record(orderId, 'OrderOccurrencePaid', { orderId, dueOn })];
  const isTriedAgain = reason === 'insufficient_funds' && tried.attempt <= state.retryDays;
  const again = isTriedAgain ? { retryOn: nextBusinessDay(orderCalendar(asset), tried.onDay) } : {};
  return [scheduleAggregate.record(orderId, 'OrderOccurrenceFailed', { orderId, dueOn, reason, ...again })];
};

/** The order, or why its schedule is not to be changed. */
const refusal = (order: ScheduledOrder | undefined, orderId: string): ScheduleRefusal | undefined => {
  if (order === undefined) return { code: 'standing_order_unknown', order: orderId };
  return order.status === 'cancelled' ? { code: 'standing_order_ended', order: orderId } : undefined;
};

/** Says how an order is executed from now on. */
export const setSchedule = (
  state: Schedule,
  order: ScheduledOrder | undefined,
  { orderId, ...terms }: ScheduleTerms & { readonly orderId: string },
): ScheduleDecision => {
  const no = refusal(order, orderId);
  if (no !== undefined || order === undefined) return reject(no ?? { code: 'standing_order_unknown', order: orderId });
  const { convention, isEndOfMonth, retryDays, endOn, executionsMax } = terms;
  const isSame =
    state.convention === convention &&
    state.isEndOfMonth === isEndOfMonth &&
    state.retryDays === retryDays &&
    state.endOn === endOn &&
    state.executionsMax === executionsMax;
  if (isSame) return accept();
  const changed: Schedule = { ...state, convention, isEndOfMonth, retryDays, endOn, executionsMax };
  return accept(
    scheduleAggregate.record(orderId, 'OrderScheduleSet', {
      orderId,
      convention,
      isEndOfMonth,
      retryDays,
      ...(endOn === undefined ? {} : { endOn }),
      ...(executionsMax === undefined ? {} : { executionsMax }),
      ...(state.anchor === undefined ? {} : { nextOn: nextOnOf(order, changed) }),
    }),
  );
};

/** Lets an order rest. */
export const suspendSchedule = (
  state: Schedule,
  order: ScheduledOrder | undefined,
  orderId: string,
): ScheduleDecision => {
  const no = refusal(order, orderId);
  if (no !== undefined) return reject(no);
  return state.isSuspended
    ? accept()
    : accept(scheduleAggregate.record(orderId, 'OrderScheduleSuspended', { orderId }));
};

/** Lets it go on with the first occurrence from a day on. */
export const resumeSchedule = (
  state: Schedule,
  order: ScheduledOrder | undefined,
  { orderId, from }: { readonly orderId: string; readonly from: LocalDate },
): ScheduleDecision => {
  const no = refusal(order, orderId);
  if (no !== undefined || order === undefined) return reject(no ?? { code: 'standing_order_unknown', order: orderId });
  if (!state.isSuspended) return accept();
  const { anchor, convention } = state;
  if (anchor === undefined) return accept(scheduleAggregate.record(orderId, 'OrderScheduleResumed', { orderId }));
  const rhythm = rhythmOf(order, { ...state, anchor });
  const next = Math.max(state.next, firstFrom(rhythm, { calendar: orderCalendar(order.asset), convention, from }));
  const nextOn = nextOnOf(order, { ...state, next });
  return accept(scheduleAggregate.record(orderId, 'OrderScheduleResumed', { orderId, next, nextOn }));
};
