import type { MaySee } from '@finaegis/platform/audit/sight';
import type { Access } from '@finaegis/platform/auth/access';
import { accountClosed, accountOpened, identifierIssued } from '../account/events.ts';
import { standingOrderCancelled, standingOrderRegistered } from '../standing-order/events.ts';
import { statementIssued } from '../statement/events.ts';

// Each says nothing but what the account's own routes show to whoever may look at it.
const shown = new Set<string>(
  [
    accountOpened,
    accountClosed,
    identifierIssued,
    statementIssued,
    standingOrderRegistered,
    standingOrderCancelled,
  ].map(({ type }) => type),
);

/** What a customer may see of this context's events: the life of accounts it holds a mandate on, their numbers, statements and standing orders. */
export const accountSight =
  (access: Access): MaySee =>
  async (principal, events) => {
    const visible = new Set(await access.visibleAccounts(principal));
    return events.map(({ type, data }) =>
      shown.has(type) && visible.has(data['accountId'] as string) ? 'whole' : 'nothing',
    );
  };
