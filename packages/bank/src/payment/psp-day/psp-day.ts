import { accept, type Decision, unreachable } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import { addDays } from '@finaegis/kernel/local-date';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { houseAccountId } from '../../ledger/contract.ts';
import { pspOf } from '../house.ts';
import { openWorkItem, resolved, type WorkItemState } from '../work-item/work-item.ts';
import type { PspDifference, PspLines, TwoSides } from './compare.ts';
import { pspDayBegun as begun, type pspDayBegun, pspDayEvents, type pspDayExplained, pspLines } from './events.ts';

/** Our account at a provider in one asset. */
export interface PspAccount {
  readonly entity: string;
  readonly provider: string;
  readonly asset: string;
}

/** One business day of it. */
export interface PspDayKey extends PspAccount {
  readonly dayId: string;
  readonly date: string;
  readonly from?: string | undefined;
}

/** The newest day of an account that began. */
export type PspAccountState = { readonly status: 'unknown' } | ({ readonly status: 'followed' } & PspDayKey);

/** One stream per account: its days, one after the other. */
export const pspAccountAggregate: Aggregate<PspAccountState, EventOf<typeof pspDayBegun>> = defineAggregate({
  context: 'payment',
  name: 'psp-account',
  initial: { status: 'unknown' } as PspAccountState,
  events: [begun],
  evolve: (_: PspAccountState, event: Recorded<EventOf<typeof pspDayBegun>>): PspAccountState => {
    const { previousDayId: _previous, ...day } = event.data;
    return { ...day, status: 'followed' };
  },
});

type Explained = EventOf<typeof pspDayExplained>['data'];
/** A day that is explained. */
export interface PspDay extends Explained {
  readonly status: 'agreed' | 'differs';
  readonly differences: readonly PspDifference[];
  readonly explainedAt: string;
}
export type PspDayState = { readonly status: 'unknown'; readonly differences: readonly PspDifference[] } | PspDay;

type PspDayEvent = EventOf<(typeof pspDayEvents)[number]>;

/** One stream per day. */
export const pspDayAggregate: Aggregate<PspDayState, PspDayEvent> = defineAggregate({
  context: 'payment',
  name: 'psp-day',
  initial: { status: 'unknown', differences: [] } as PspDayState,
  events: pspDayEvents,
  evolve: (state: PspDayState, event: Recorded<PspDayEvent>): PspDayState => {
    switch (event.type) {
      case 'PspDifferencesNoted':
        return { ...state, differences: [...state.differences, ...event.data.differences] };
      case 'PspDayExplained': {
        const { data, meta } = event;
        const status = pspDayStatus(data);
        return { ...data, status, differences: state.differences, explainedAt: meta.bookedAt };
      }
      default:
        return unreachable(event);
    }
  },
});

/** Whether both sides had the same to the last cent. */
export const pspDayStatus = ({ openCount }: Pick<Explained, 'openCount'>): PspDay['status'] =>
  openCount === 0 ? 'agreed' : 'differs';

export const pspAccountStream = ({ entity, provider, asset }: PspAccount): string => `${entity}/${provider}/${asset}`;
export const pspDayIdOf = (account: PspAccount, date: string): string =>
  derivedUuid('psp-day', pspAccountStream(account), date);
export const pspDaySagaId = (dayId: string): string => derivedUuid('saga', 'psp-day', dayId);
/** The item of a difference for as long as it has this amount. */
export const pspItemId = (account: PspAccount, { key, since, amountMinor }: PspDifference): string =>
  derivedUuid('work-item', 'psp', pspAccountStream(account), key, since, String(amountMinor));

/** Begins a day, once: days of an account follow one another. */
export const beginPspDay = (state: PspAccountState, account: PspAccount, date: string): readonly NewEvent[] => {
  if (state.status === 'followed' && state.date >= date) return [];
  const stream = pspAccountStream(account);
  const after = state.status === 'followed' ? { from: addDays(state.date, 1), previousDayId: state.dayId } : {};
  return [
    pspAccountAggregate.record(stream, 'PspDayBegun', { ...account, dayId: pspDayIdOf(account, date), date, ...after }),
  ];
};

/** A day as it was found. */
export interface ExplainPspDay extends PspDayKey {
  readonly opening: TwoSides;
  readonly lines: PspLines;
  readonly closing: TwoSides;
  readonly differences: readonly PspDifference[];
  /** Items of differences that are over. */
  readonly endedItems: readonly string[];
  readonly movements: number;
  readonly postings: number;
}

/** Differences of one event. */
const notedMax = 200;

/** Records what a day came to, opens an item for whatever a person is to look at, and ends those of what is over. */
export const explainPspDay = (
  state: PspDayState,
  data: ExplainPspDay,
  { itemOf, actor }: { readonly itemOf: (workItemId: string) => WorkItemState; readonly actor: string },
): Decision<NewEvent, never> => {
  if (state.status !== 'unknown') return accept();
  const { differences, endedItems, ...day } = data;
  proveSum(data);
  const opened = differences.filter(
    ({ workItemId }) => workItemId !== undefined && itemOf(workItemId).status === 'unknown',
  );
  const over = endedItems.filter((workItemId) => itemOf(workItemId).status === 'open');
  const notes = Array.from({ length: Math.ceil(differences.length / notedMax) }, (_, index) =>
    pspDayAggregate.record(day.dayId, 'PspDifferencesNoted', {
      dayId: day.dayId,
      differences: differences.slice(index * notedMax, (index + 1) * notedMax).map(plain),
    }),
  );
  return accept(
    ...opened.map((one) => itemOfDifference(data, one)),
    ...over.map((workItemId) =>
      resolved({ workItemId, resolution: 'explained', resolvedBy: actor, reason: 'difference_ended' }),
    ),
    ...notes,
    pspDayAggregate.record(day.dayId, 'PspDayExplained', {
      ...day,
      differenceMinor: day.closing.bookedMinor - day.closing.toldMinor,
      openCount: differences.length,
      itemCount: differences.filter(({ workItemId }) => workItemId !== undefined).length,
    }),
  );
};

const plain = ({ key, amountMinor, since, workItemId }: PspDifference) =>
  workItemId === undefined ? { key, amountMinor, since } : { key, amountMinor, since, workItemId };

/** That it adds up on both sides is what explaining means; a sum that does not is a mistake of ours. */
const proveSum = ({ dayId, opening, lines, closing, differences }: ExplainPspDay): void => {
  const sum = (side: keyof TwoSides): bigint =>
    pspLines.reduce((total, line) => total + lines[line][side], opening[side]);
  const openMinor = differences.reduce((total, { amountMinor }) => total + amountMinor, 0n);
  const isWhole =
    sum('bookedMinor') === closing.bookedMinor &&
    sum('toldMinor') === closing.toldMinor &&
    openMinor === closing.bookedMinor - closing.toldMinor;
  if (!isWhole) throw new Error(`The day ${dayId} of a provider’s account does not add up.`);
};

const itemOfDifference = (
  account: ExplainPspDay,
  { key, amountMinor, since, workItemId = '' }: PspDifference,
): NewEvent =>
  openWorkItem({
    workItemId,
    kind: 'break',
    entity: account.entity,
    account: houseAccountId(account.entity, pspOf(account.provider)),
    asset: account.asset,
    amountMinor: amountMinor < 0n ? -amountMinor : amountMinor,
    subject: `psp-day:${account.dayId}`,
    reason: amountMinor < 0n ? 'told_and_not_booked' : 'booked_and_not_told',
    links: [`difference:${key}`, `since:${since}`],
  });
