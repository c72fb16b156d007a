import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { balanceRepaired } from './events.ts';

/** What to add to each counter of one balance row, so that it says what a replay of the log gives. */
export interface RepairBalance {
  readonly repairId: string;
  readonly account: string;
  readonly asset: string;
  readonly debitsMinor: bigint;
  readonly creditsMinor: bigint;
  readonly heldOutMinor: bigint;
  readonly blockedMinor: bigint;
  readonly overdraftLimitMinor: bigint;
}

/** A repair is made once. */
export type RepairState = { readonly status: 'unknown' } | { readonly status: 'done' };

export type RepairRefusal = { readonly code: 'account_unknown'; readonly account: string };

type RepairEvent = EventOf<typeof balanceRepaired>;

const evolve = (_state: RepairState, event: Recorded<RepairEvent>): RepairState => {
  switch (event.type) {
    case 'BalanceRepaired':
      return { status: 'done' };
    default:
      return unreachable(event.type);
  }
};

/** One stream per repair of a row. */
export const repairAggregate: Aggregate<RepairState, RepairEvent> = defineAggregate({
  context: 'ledger',
  name: 'repair',
  initial: { status: 'unknown' } as RepairState,
  events: [balanceRepaired] as const,
  evolve,
});

/** Repairs a row that is there; the same repair again is a retry. */
export const repairBalance = (
  state: RepairState,
  command: RepairBalance,
  isRowThere: boolean,
): Decision<NewEvent, RepairRefusal> => {
  if (state.status === 'done') return accept();
  // A row is made for every account that exists, as soon as it is locked.
  if (!isRowThere) return reject({ code: 'account_unknown', account: command.account });
  return accept(repairAggregate.record(command.repairId, 'BalanceRepaired', { ...command }));
};
