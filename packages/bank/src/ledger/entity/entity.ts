import { isBusinessDay, isCalendar } from '@finaegis/kernel/calendar';
import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { addDays } from '@finaegis/kernel/local-date';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { businessDayClosed, businessDayOpened, entityOpened } from './events.ts';

export interface OpenEntity {
  readonly entity: string;
  readonly name: string;
  /** Asset the entity reports in. */
  readonly functionalAsset: string;
  /** IANA name, `Europe/Prague`. */
  readonly timeZone: string;
  /** Name of a business calendar of the kernel. */
  readonly calendar: string;
  readonly businessDate: string;
}

export interface CloseBusinessDay {
  readonly entity: string;
  readonly businessDate: string;
}

export interface OpenBusinessDay {
  readonly entity: string;
  readonly businessDate: string;
}

export type EntityRefusal =
  | { readonly code: 'entity_exists_with_different_terms' }
  | { readonly code: 'entity_unknown' }
  | { readonly code: 'day_not_open'; readonly businessDate: string; readonly isOpen: boolean }
  | { readonly code: 'day_still_open'; readonly businessDate: string }
  | { readonly code: 'day_not_after_last'; readonly businessDate: string }
  | { readonly code: 'day_not_business_day'; readonly businessDate: string; readonly calendar: string }
  | { readonly code: 'day_too_far_ahead'; readonly businessDate: string; readonly latest: string };

export interface Entity extends OpenEntity {
  readonly status: 'day_open' | 'day_closed';
}

export type EntityState = { readonly status: 'unknown' } | Entity;

/** How far the next business day may be from the last one; longer than any holidays, shorter than a wrong year. */
const daysAheadMax = 92;

const definitions = [entityOpened, businessDayClosed, businessDayOpened] as const;
type EntityEvent = EventOf<(typeof definitions)[number]>;

const evolve = (state: EntityState, event: Recorded<EntityEvent>): EntityState => {
  switch (event.type) {
    case 'EntityOpened':
      return { status: 'day_open', ...event.data };
    case 'BusinessDayClosed':
      return { ...(state as Entity), status: 'day_closed' };
    case 'BusinessDayOpened':
      return { ...(state as Entity), status: 'day_open', businessDate: event.data.businessDate };
    default:
      return unreachable(event);
  }
};

/** The stream of one legal entity: its terms and its business days. */
export const entityAggregate: Aggregate<EntityState, EntityEvent> = defineAggregate({
  context: 'ledger',
  name: 'entity',
  initial: { status: 'unknown' } as EntityState,
  events: definitions,
  evolve,
});

export const openEntity = (state: EntityState, command: OpenEntity): Decision<NewEvent, EntityRefusal> => {
  if (state.status === 'unknown') return accept(entityAggregate.record(command.entity, 'EntityOpened', { ...command }));
  const { name, functionalAsset, timeZone, calendar } = command;
  const isSame =
    state.name === name &&
    state.functionalAsset === functionalAsset &&
    state.timeZone === timeZone &&
    state.calendar === calendar;
  return isSame ? accept() : reject({ code: 'entity_exists_with_different_terms' });
};

export const closeBusinessDay = (
  state: EntityState,
  { entity, businessDate }: CloseBusinessDay,
): Decision<NewEvent, EntityRefusal> => {
  if (state.status === 'unknown') return reject({ code: 'entity_unknown' });
  // Closing a day twice is a retry; closing any other day than the open one is a mistake.
  if (state.status === 'day_closed' && state.businessDate === businessDate) return accept();
  if (state.businessDate !== businessDate) {
    return reject({ code: 'day_not_open', businessDate: state.businessDate, isOpen: state.status === 'day_open' });
  }
  return accept(entityAggregate.record(entity, 'BusinessDayClosed', { entity, businessDate }));
};

export const openBusinessDay = (
  state: EntityState,
  { entity, businessDate }: OpenBusinessDay,
): Decision<NewEvent, EntityRefusal> => {
  if (state.status === 'unknown') return reject({ code: 'entity_unknown' });
  if (state.status === 'day_open' && state.businessDate === businessDate) return accept();
  if (state.status === 'day_open') return reject({ code: 'day_still_open', businessDate: state.businessDate });
  if (businessDate <= state.businessDate)
    return reject({ code: 'day_not_after_last', businessDate: state.businessDate });
  if (isCalendar(state.calendar) && !isBusinessDay(state.calendar, businessDate))
    return reject({ code: 'day_not_business_day', businessDate, calendar: state.calendar });
  // Days never go back, so a slip of the pen would close the books until the day it names.
  const latest = addDays(state.businessDate, daysAheadMax);
  if (businessDate > latest) return reject({ code: 'day_too_far_ahead', businessDate, latest });
  return accept(entityAggregate.record(entity, 'BusinessDayOpened', { entity, businessDate }));
};
