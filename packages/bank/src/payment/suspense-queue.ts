import type { Needs } from '@finaegis/platform/command/handler';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import { itemOfSuspended, type Suspended } from './deposit.ts';
import { workItemOf } from './outgoing/bookings.ts';
import { workItemAggregate } from './work-item/work-item.ts';

/** The queues of money in suspense, for whoever else books money there: the item is opened in the commit that books. */
export const suspenseQueue = {
  needs: (journalId: string): Needs => ({
    streams: [{ aggregate: workItemAggregate, id: workItemOf(journalId), isNew: true }],
  }),
  open: (money: Suspended): readonly NewEvent[] => [itemOfSuspended(money).item],
};
