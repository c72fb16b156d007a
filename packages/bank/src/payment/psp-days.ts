import { addDays } from '@finaegis/kernel/local-date';
import type { EventMetadata } from '@finaegis/platform/event-store/event';
import type { Rounds } from '@finaegis/platform/rounds';
import type { Services } from '@finaegis/platform/services';
import { startTenantRounds, type TenantRoundsOptions } from '@finaegis/platform/tenancy/tenant-rounds';
import { houseAccountId, type LedgerDirectory, type LedgerReads } from '../ledger/contract.ts';
import type { CardPorts } from './card-ports.ts';
import type { CardReads } from './card-reads.ts';
import { pspOf } from './house.ts';
import { bookedParts } from './psp-books.ts';
import type { PspDayHandlers } from './psp-day/commands.ts';
import { comparePspDay, isForAPerson, partsOfMovement } from './psp-day/compare.ts';
import { type ExplainPspDay, type PspDay, pspDaySagaId, pspItemId } from './psp-day/psp-day.ts';
import type { PspDayRun } from './sagas/psp-day.ts';

/** What days at a provider take. */
export interface PspDayTools {
  readonly services: Services;
  readonly cards: CardPorts;
  readonly ledger: {
    readonly directory: Pick<LedgerDirectory, 'accounts'>;
    readonly reads: Pick<LedgerReads, 'entities' | 'postingsWithin' | 'postedOn' | 'isHistoryComplete' | 'journal'>;
  };
  readonly reads: Pick<CardReads, 'pspDay' | 'payout'>;
  readonly handlers: PspDayHandlers;
  /** How often it is looked whether a day is over. */
  readonly pollMaxMs: number;
}

/** Days at the card provider: the worker that begins them all day, and one look at a tenant. */
export interface PspDays {
  begin(tenantId: string): Promise<readonly string[]>;
  start(options: TenantRoundsOptions): Rounds;
}

const metadata: EventMetadata = { actor: 'psp-days', channel: 'system', correlation: 'psp-days' };

/** How long our own history is given to catch up. */
const historyMs = 1_000;
/** How long after its end a provider may still write what belongs to a day. */
const lagMs = 5 * 60_000;

/** Follows the account at the card provider, day by day. */
export const createPspDays = (tools: PspDayTools): PspDays => ({
  begin: (tenantId) => beginPspDays(tools, tenantId),
  start: (options) => startTenantRounds(async (tenantId) => void (await beginPspDays(tools, tenantId)), options),
});

/**
 * Begins the business day of the provider's accounts in every asset our books have one in. May be asked again, here or in another process: a day is
 * begun once. Gives back the days it saw begin.
 */
const beginPspDays = async (
  { services, cards, ledger, handlers }: PspDayTools,
  tenantId: string,
): Promise<readonly string[]> => {
  const { entity, assets, provider } = cards;
  const account = houseAccountId(entity, pspOf(provider.name));
  if (!(await ledger.directory.accounts(tenantId, [account])).has(account)) return [];
  const [row] = await ledger.reads.entities(tenantId, entity);
  if (row === undefined) return [];
  const begun: string[] = [];
  for (const asset of assets) {
    const data = { entity, provider: provider.name, asset, date: row.businessDate };
    const settled = await services.commands.submit(handlers.beginPspDay, data, { tenantId, metadata });
    if (settled.kind !== 'decided' || !settled.outcome.accepted || settled.outcome.isRepeat) continue;
    const { result } = settled.outcome;
    if (result.status === 'unknown') continue;
    services.sagas.adopt({ tenantId, sagaId: pspDaySagaId(result.dayId) });
    begun.push(result.dayId);
  }
  return begun;
};

const startOf = (date: string): string => `${date}T00:00:00.000Z`;

/** Explains a day that is over; says how long to wait where it is not, or where our own history is behind. */
export const explainDay = async (
  tools: PspDayTools,
  run: PspDayRun,
): Promise<{ readonly againAfterMs: number } | undefined> => {
  const { tenantId, day, metadata: who } = run;
  const waitMs = Math.min(tools.pollMaxMs, await leftOf(tools, run));
  if (waitMs > 0) return { againAfterMs: waitMs };
  const { previousDayId } = day;
  const previous = previousDayId === undefined ? undefined : await tools.reads.pspDay(tenantId, previousDayId);
  if (previous?.status === 'unknown' || !(await tools.ledger.reads.isHistoryComplete(tenantId)))
    return { againAfterMs: Math.min(tools.pollMaxMs, historyMs) };
  const data = await foundDay(tools, run, previous);
  refuseTooMany(data);
  const settled = await tools.services.commands.submit(tools.handlers.explainPspDay, data, {
    tenantId,
    metadata: who,
    lane: 'bulk',
    timeoutMs: 60_000,
  });
  if (settled.kind !== 'decided') throw new Error(`The day ${day.dayId} was not recorded: ${settled.kind}.`);
  return undefined;
};

/** How long until the day is over, for the entity and for the provider; nothing or less once it is. */
const leftOf = async (
  { ledger, pollMaxMs }: PspDayTools,
  { tenantId, now, day: { entity, date } }: PspDayRun,
): Promise<number> => {
  const [row] = await ledger.reads.entities(tenantId, entity);
  const isOpen =
    row === undefined || row.businessDate < date || (row.businessDate === date && row.status === 'day_open');
  return isOpen ? pollMaxMs : Date.parse(startOf(addDays(date, 1))) + lagMs - Date.parse(now);
};

/** What both sides have of a day, and what earlier days left open. */
const foundDay = async (
  { ledger, cards, reads }: PspDayTools,
  { tenantId, day: { previousDayId: _previous, ...day } }: PspDayRun,
  previous: PspDay | undefined,
): Promise<ExplainPspDay> => {
  const { entity, provider, asset, date, from } = day;
  const account = houseAccountId(entity, pspOf(provider));
  const [facts, postings, movements] = await Promise.all([
    ledger.directory.accounts(tenantId, [account]),
    ledger.reads.postingsWithin(tenantId, [{ account, asset, from: from ?? '1970-01-01', to: date }]),
    cards.provider.movementsWithin({
      tenantId,
      asset,
      ...(from === undefined ? {} : { from: startOf(from) }),
      to: startOf(addDays(date, 1)),
    }),
  ]);
  const known = facts.get(account);
  const posted = known === undefined ? [] : await ledger.reads.postedOn(tenantId, known, { by: 'bookingDate', date });
  const told = movements.flatMap((movement) => partsOfMovement(provider, movement));
  const carried = previous?.differences ?? [];
  const keys = new Set([...carried, ...told].map(({ key }) => key));
  const books = { ledger: ledger.reads, provider: cards.provider, reads };
  const booked = await bookedParts(books, { tenantId, postings, keys });
  const { lines, differences, ended } = comparePspDay({ date, carried, booked, told });
  const opening = openingOf(previous);
  return {
    ...day,
    opening,
    lines,
    closing: {
      bookedMinor: posted.find((one) => one.asset === asset)?.postedMinor ?? 0n,
      toldMinor: told.reduce((sum, { amountMinor }) => sum + amountMinor, opening.toldMinor),
    },
    differences: differences.map((one) =>
      isForAPerson(one, date) ? { ...one, workItemId: pspItemId(day, one) } : one,
    ),
    endedItems: ended.flatMap(({ workItemId }) => (workItemId === undefined ? [] : [workItemId])),
    movements: movements.length,
    postings: postings.length,
  };
};

const openingOf = (previous: PspDay | undefined) => previous?.closing ?? { bookedMinor: 0n, toldMinor: 0n };

const [differencesMax, itemsMax] = [4_000, 200];

/** So much is no day with differences but an account that is not the one we think it is: a person looks before anything is recorded. */
const refuseTooMany = ({ differences, endedItems }: ExplainPspDay): void => {
  const items = differences.filter(({ workItemId }) => workItemId !== undefined).length + endedItems.length;
  if (differences.length <= differencesMax && items <= itemsMax) return;
  throw Object.assign(new Error(`${differences.length} differences, ${items} of them for a person.`), {
    code: 'psp_day_too_different',
  });
};
