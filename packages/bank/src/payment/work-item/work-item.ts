import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { type Resolution, type WorkItemKind, workItemEvents, type workItemOpened } from './events.ts';

/** Where the money of an item lies, and how much it is. */
export interface ItemMoney {
  readonly entity: string;
  readonly account: string;
  readonly asset: string;
  readonly amountMinor: bigint;
}

interface ItemFacts {
  readonly workItemId: string;
  readonly kind: WorkItemKind;
  readonly subject: string;
  readonly reason: string;
  readonly links: readonly string[];
  readonly reference?: string | undefined;
}

/** What an item of money or of a difference is opened with. */
export interface WorkItemTerms extends ItemFacts, ItemMoney {}

/** Where a saga stands still, and why. */
export type StoppedAt = NonNullable<EventOf<typeof workItemOpened>['data']['stoppedAt']>;

type Maybe<Facts> = { readonly [Name in keyof Facts]?: Facts[Name] | undefined };

/** An item as it stands; that of a parked saga names no money. */
export interface WorkItem extends ItemFacts, Maybe<ItemMoney> {
  readonly stoppedAt?: StoppedAt | undefined;
  readonly status: 'open' | 'resolved';
  readonly openedAt: string;
  readonly owner?: string;
  /** Who made the owner responsible. */
  readonly assignedBy?: string;
  readonly resolution?: Resolution;
  readonly resolutionReason?: string | undefined;
  readonly resolvedBy?: string;
  readonly resolvedAt?: string;
  readonly journalId?: string | undefined;
  readonly accountId?: string | undefined;
  readonly paymentId?: string | undefined;
}

/** Whether an item names money. */
export const hasMoney = (item: WorkItem): item is WorkItem & ItemMoney => item.amountMinor !== undefined;

export type WorkItemState = { readonly status: 'unknown' } | WorkItem;

/** Declared in order of precedence. */
export type WorkItemRefusal =
  | { readonly code: 'work_item_unknown'; readonly workItem: string }
  | { readonly code: 'work_item_already_resolved'; readonly workItem: string; readonly resolution: Resolution }
  | { readonly code: 'work_item_waits_for_saga'; readonly saga: string }
  | { readonly code: 'work_item_waits_for_break'; readonly break: string }
  | { readonly code: 'work_item_waits_for_booking'; readonly workItem: string }
  | { readonly code: 'resolution_not_for_kind'; readonly kind: WorkItemKind }
  | { readonly code: 'work_item_has_no_owner'; readonly workItem: string }
  | { readonly code: 'owner_may_not_write_off'; readonly owner: string };

type WorkItemEvent = EventOf<(typeof workItemEvents)[number]>;

const evolve = (state: WorkItemState, event: Recorded<WorkItemEvent>): WorkItemState => {
  switch (event.type) {
    case 'WorkItemOpened':
      return { ...event.data, status: 'open', openedAt: event.meta.bookedAt };
    case 'WorkItemAssigned':
      return { ...(state as WorkItem), owner: event.data.owner, assignedBy: event.meta.metadata.actor };
    case 'WorkItemResolved': {
      const { reason: resolutionReason, ...data } = event.data;
      return { ...(state as WorkItem), ...data, resolutionReason, status: 'resolved', resolvedAt: event.meta.bookedAt };
    }
    default:
      return unreachable(event);
  }
};

/** One stream per item for its whole life. */
export const workItemAggregate: Aggregate<WorkItemState, WorkItemEvent> = defineAggregate({
  context: 'payment',
  name: 'work-item',
  initial: { status: 'unknown' } as WorkItemState,
  events: workItemEvents,
  evolve,
});

/** The event that opens an item; whoever books to suspense, or finds a difference, commits it with its own. */
export const openWorkItem = ({ reference, ...terms }: WorkItemTerms): NewEvent =>
  workItemAggregate.record(terms.workItemId, 'WorkItemOpened', {
    ...terms,
    ...(reference === undefined ? {} : { reference }),
  });

/** Makes somebody responsible, or somebody else. */
export const assignWorkItem = (
  state: WorkItemState,
  { workItemId, owner }: { readonly workItemId: string; readonly owner: string },
): Decision<NewEvent, WorkItemRefusal> => {
  if (state.status === 'unknown') return reject({ code: 'work_item_unknown', workItem: workItemId });
  if (state.status === 'resolved')
    return reject({
      code: 'work_item_already_resolved',
      workItem: workItemId,
      resolution: state.resolution as Resolution,
    });
  return state.owner === owner
    ? accept()
    : accept(workItemAggregate.record(workItemId, 'WorkItemAssigned', { workItemId, owner }));
};

/** What resolving needs to know of who resolves and how. */
export interface ResolveWorkItem {
  readonly workItemId: string;
  readonly resolution: Resolution;
  readonly resolvedBy: string;
  readonly reason?: string | undefined;
  readonly journalId?: string | undefined;
  readonly accountId?: string | undefined;
  readonly paymentId?: string | undefined;
}

const breakSubject = 'break:';
const pspDaySubject = 'psp-day:';

const isOfMoney = ({ kind }: WorkItem): boolean => kind !== 'clearing' && kind !== 'break';

/** Why an item may not be resolved this way; undefined where it may. Asked again for the same, it is a repeat and the caller accepts. */
export const refuseResolution = (
  state: WorkItemState,
  { workItemId, resolution, resolvedBy }: ResolveWorkItem,
): WorkItemRefusal | undefined => {
  if (state.status === 'unknown') return { code: 'work_item_unknown', workItem: workItemId };
  if (state.status === 'resolved')
    return { code: 'work_item_already_resolved', workItem: workItemId, resolution: state.resolution as Resolution };
  // Resolved by whoever decides about the saga, in that commit.
  if (state.kind === 'saga')
    return { code: 'work_item_waits_for_saga', saga: state.subject.slice(state.subject.indexOf(':') + 1) };
  // A difference between a bank and us is not gone because somebody has read of it; the item ends in the commit that ends the break.
  if (state.subject.startsWith(breakSubject))
    return { code: 'work_item_waits_for_break', break: state.subject.slice(breakSubject.length) };
  // What a provider and our books have of an account differs until something is booked or told; the day on which it does not ends the item.
  if (state.subject.startsWith(pspDaySubject)) return { code: 'work_item_waits_for_booking', workItem: workItemId };
  // Money in suspense is moved, a difference is explained; neither can stand for the other.
  if (isOfMoney(state) === (resolution === 'explained')) return { code: 'resolution_not_for_kind', kind: state.kind };
  if (resolution !== 'written_off') return undefined;
  // Two people: the one who looked for its owner, and the one who gives up.
  if (state.owner === undefined) return { code: 'work_item_has_no_owner', workItem: workItemId };
  // Whoever names an owner could name nobody's name, so that one is not the second person either.
  return state.owner === resolvedBy || state.assignedBy === resolvedBy
    ? { code: 'owner_may_not_write_off', owner: state.owner }
    : undefined;
};

/** Whether an item was resolved exactly so before. */
export const isResolvedSo = (state: WorkItemState, wanted: ResolveWorkItem): boolean =>
  state.status === 'resolved' &&
  state.resolution === wanted.resolution &&
  state.accountId === wanted.accountId &&
  state.paymentId === wanted.paymentId;

/** The event that resolves an item. */
export const resolved = ({ reason, journalId, accountId, paymentId, ...who }: ResolveWorkItem): NewEvent =>
  workItemAggregate.record(who.workItemId, 'WorkItemResolved', {
    ...who,
    ...(reason === undefined ? {} : { reason }),
    ...(journalId === undefined ? {} : { journalId }),
    ...(accountId === undefined ? {} : { accountId }),
    ...(paymentId === undefined ? {} : { paymentId }),
  });
