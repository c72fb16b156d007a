import type { BookingDay } from '../asset/contract.ts';
import type { Entity } from './entity/entity.ts';

/** Business days of entities, the newest one met of each remembered: it costs a query only to learn of a day nobody here has seen yet. */
export const bookingDays = (
  find: (tenantId: string, entity: string) => Promise<readonly Pick<Entity, 'businessDate'>[]>,
): ((tenantId: string, entity: string) => BookingDay) => {
  const newest = new Map<string, string>();
  return (tenantId, entity) => async (reached) => {
    const name = `${tenantId}/${entity}`;
    const known = newest.get(name);
    if (reached !== undefined && known !== undefined && known >= reached) return known;
    const [found] = await find(tenantId, entity);
    if (found !== undefined) newest.set(name, found.businessDate);
    return found?.businessDate;
  };
};
