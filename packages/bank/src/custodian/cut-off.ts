import { addBusinessDays, calendarFor, isBusinessDay, nextBusinessDay } from '@finaegis/kernel/calendar';
import { localDateIn } from '@finaegis/kernel/local-date';

/** Until when a rail takes orders of the day, in the time of its clearing; nothing where it never closes. */
const closing: Readonly<Record<string, { readonly zone: string; readonly hour: number }>> = {
  sepa: { zone: 'Europe/Brussels', hour: 15 },
  swift: { zone: 'Europe/Brussels', hour: 14 },
};

/**
 * The day an order given at an instant is executed: the same day before the cut-off of a business day, else the next one. Instant payments and those
 * inside one bank know neither hours nor holidays.
 * @param at ISO instant
 */
export const executionDateOf = ({
  rail,
  asset,
  at,
}: {
  readonly rail: string;
  readonly asset: string;
  readonly at: string;
}): string => {
  const its = closing[rail];
  if (its === undefined) return localDateIn(at, 'UTC');
  const calendar = calendarFor(asset);
  const today = localDateIn(at, its.zone);
  if (!isBusinessDay(calendar, today)) return addBusinessDays(calendar, today, 0);
  const hour = Number(
    new Intl.DateTimeFormat('en-GB', { timeZone: its.zone, hour: '2-digit', hourCycle: 'h23' }).format(new Date(at)),
  );
  return hour < its.hour ? today : nextBusinessDay(calendar, today);
};
