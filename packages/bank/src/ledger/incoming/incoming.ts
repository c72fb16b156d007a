import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { incomingAnnounced, incomingFulfilled, incomingWithdrawn } from './events.ts';

export interface AnnounceIncoming {
  readonly announcementId: string;
  readonly account: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  /** The day it is expected on. */
  readonly expectedOn?: string | undefined;
  /** By which whoever sends it knows it. */
  readonly reference?: string | undefined;
}

export interface Incoming extends AnnounceIncoming {
  readonly status: 'open' | 'withdrawn' | 'fulfilled';
  readonly announcedAt: string;
  /** The journal that booked it. */
  readonly journalId?: string;
}

export type IncomingState = { readonly status: 'unknown' } | Incoming;

/** Declared in order of precedence. */
export type IncomingRefusal =
  | { readonly code: 'announcement_exists_with_different_terms'; readonly announcementId: string }
  | { readonly code: 'amount_not_positive' }
  | { readonly code: 'account_unknown'; readonly account: string }
  | { readonly code: 'account_closed'; readonly account: string }
  | { readonly code: 'account_has_no_floor'; readonly account: string }
  | { readonly code: 'announcement_unknown'; readonly announcementId: string }
  | { readonly code: 'announcement_not_open'; readonly announcementId: string; readonly status: string };

const definitions = [incomingAnnounced, incomingWithdrawn, incomingFulfilled] as const;
type IncomingEvent = EventOf<(typeof definitions)[number]>;

const evolve = (state: IncomingState, event: Recorded<IncomingEvent>): IncomingState => {
  switch (event.type) {
    case 'IncomingAnnounced':
      return { ...event.data, status: 'open', announcedAt: event.meta.bookedAt };
    case 'IncomingWithdrawn':
      return { ...(state as Incoming), status: 'withdrawn' };
    case 'IncomingFulfilled':
      return { ...(state as Incoming), status: 'fulfilled', journalId: event.data.journalId };
    default:
      return unreachable(event);
  }
};

/** Money said to be on its way to one account: shown as heldIn until it comes or is given up, and never more than shown. */
export const incomingAggregate: Aggregate<IncomingState, IncomingEvent> = defineAggregate({
  context: 'ledger',
  name: 'incoming',
  initial: { status: 'unknown' } as IncomingState,
  events: definitions,
  evolve,
});

/** What announcing needs to know of the account. */
export interface AnnouncedAccount {
  readonly status: 'open' | 'closed';
  readonly hasFloor: boolean;
}

/**
 * Announces money, or recognises the same announcement asked for again, whatever became of it since.
 * @param account undefined when there is no such account
 */
export const announceIncoming = (
  state: IncomingState,
  account: AnnouncedAccount | undefined,
  command: AnnounceIncoming,
): Decision<NewEvent, IncomingRefusal> => {
  const { announcementId, amountMinor, asset, expectedOn, reference } = command;
  if (state.status !== 'unknown')
    return isSame(state, command)
      ? accept()
      : reject({ code: 'announcement_exists_with_different_terms', announcementId });
  if (amountMinor <= 0n) return reject({ code: 'amount_not_positive' });
  if (account === undefined) return reject({ code: 'account_unknown', account: command.account });
  if (account.status === 'closed') return reject({ code: 'account_closed', account: command.account });
  // What an account without a floor has is nobody's to spend, so nobody is waiting for it either.
  if (!account.hasFloor) return reject({ code: 'account_has_no_floor', account: command.account });
  const data = {
    announcementId,
    account: command.account,
    asset,
    amountMinor,
    ...(expectedOn === undefined ? {} : { expectedOn }),
    ...(reference === undefined ? {} : { reference }),
  };
  return accept(incomingAggregate.record(announcementId, 'IncomingAnnounced', data));
};

const isSame = (state: Incoming, command: AnnounceIncoming): boolean =>
  state.account === command.account &&
  state.asset === command.asset &&
  state.amountMinor === command.amountMinor &&
  state.expectedOn === command.expectedOn &&
  state.reference === command.reference;

/** Takes an announcement back; twice is one taking back. */
export const withdrawAnnouncement = (
  state: IncomingState,
  { announcementId }: { readonly announcementId: string },
): Decision<NewEvent, IncomingRefusal> => {
  if (state.status === 'unknown') return reject({ code: 'announcement_unknown', announcementId });
  if (state.status === 'withdrawn') return accept();
  if (state.status !== 'open') return reject({ code: 'announcement_not_open', announcementId, status: state.status });
  return accept(incomingAggregate.record(announcementId, 'IncomingWithdrawn', termsOf(state)));
};

/** The end of an open announcement by the journal that books the money; recorded with it by whoever decides the journal. */
export const fulfilled = (state: Incoming, journalId: string): NewEvent =>
  incomingAggregate.record(state.announcementId, 'IncomingFulfilled', { ...termsOf(state), journalId });

const termsOf = ({ announcementId, account, asset, amountMinor }: Incoming) => ({
  announcementId,
  account,
  asset,
  amountMinor,
});
