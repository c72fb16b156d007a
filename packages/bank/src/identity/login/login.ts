import { unreachable } from '@finaegis/kernel/decision';
import { defineAggregate } from '@finaegis/platform/event-store/aggregate';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import { loginEvents } from './events.ts';

/** What is known of an address by which somebody logs in, or tries to. */
export interface Login {
  readonly userId: string | undefined;
  readonly failures: number;
  readonly lockedUntil: string | undefined;
}

/** One stream per address that anybody ever tried, named by its blind token: whether it is somebody's makes no difference to who tries. */
export const loginAggregate = defineAggregate({
  context: 'identity',
  name: 'login',
  initial: { userId: undefined, failures: 0, lockedUntil: undefined } as Login,
  events: loginEvents,
  evolve: (state, event): Login => {
    switch (event.type) {
      case 'LoginClaimed':
        return { ...state, userId: event.data.userId };
      case 'LoginReleased':
        return { ...state, userId: undefined };
      case 'LoginFailed':
        return { ...state, failures: event.data.failures, lockedUntil: event.data.lockedUntil };
      case 'LoginFailuresCleared':
        return { ...state, failures: 0, lockedUntil: undefined };
      default:
        return unreachable(event);
    }
  },
});

/** Failures in a row that cost nothing: people mistype. */
const freeFailures = 4;
const firstDelayMs = 30_000;
const delayMaxMs = 3_600_000;

/** How long nobody may try after so many failures in a row: 30 seconds after the fifth, twice as long after each further one, an hour at most. */
export const delayMsAfter = (failures: number): number =>
  failures <= freeFailures ? 0 : Math.min(delayMaxMs, firstDelayMs * 2 ** Math.min(20, failures - freeFailures - 1));

/** Whether nobody may try at this instant. */
export const isLocked = ({ lockedUntil }: Login, now: string): boolean =>
  lockedUntil !== undefined && now < lockedUntil;

/** A failure on top of those before it. */
export const failLogin = (state: Login, login: string, now: string): NewEvent => {
  const failures = state.failures + 1;
  const delayMs = delayMsAfter(failures);
  const locked = delayMs === 0 ? {} : { lockedUntil: new Date(Date.parse(now) + delayMs).toISOString() };
  return loginAggregate.record(login, 'LoginFailed', { login, failures, ...locked });
};

/** What is forgotten when somebody got in; nothing where there was nothing to forget. */
export const clearFailures = (state: Login, login: string): readonly NewEvent[] =>
  state.failures === 0 ? [] : [loginAggregate.record(login, 'LoginFailuresCleared', { login })];
