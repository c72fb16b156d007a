import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { bankAllocationSet } from './events.ts';
import { type Spread, wholeBasisPoints } from './split.ts';

/** A customer's allocation. */
export interface Allocation extends Spread {
  readonly status: 'set';
  readonly partyId: string;
}

export type AllocationState = { readonly status: 'none' } | Allocation;

/** Declared in order of precedence. */
export type AllocationRefusal =
  | { readonly code: 'allocation_party_unknown'; readonly partyId: string }
  | { readonly code: 'allocation_bank_repeated'; readonly bank: string }
  | { readonly code: 'allocation_bank_unusable'; readonly bank: string; readonly status: 'unknown' | 'suspended' }
  | { readonly code: 'allocation_not_whole'; readonly totalBasisPoints: number }
  | { readonly code: 'allocation_primary_without_share'; readonly primary: string };

const definitions = [bankAllocationSet] as const;
type AllocationEvent = EventOf<(typeof definitions)[number]>;

const evolve = (_: AllocationState, event: Recorded<AllocationEvent>): AllocationState => {
  switch (event.type) {
    case 'BankAllocationSet':
      return { status: 'set', ...event.data };
    default:
      return unreachable(event.type);
  }
};

/** One stream per customer party. */
export const allocationAggregate: Aggregate<AllocationState, AllocationEvent> = defineAggregate({
  context: 'custodian',
  name: 'allocation',
  initial: { status: 'none' } as AllocationState,
  events: definitions,
  evolve,
});

export interface SetAllocation extends Spread {
  readonly partyId: string;
}

/** What is known of the world when an allocation is set. */
export interface AllocationFacts {
  readonly isPartyKnown: boolean;
  statusOf(bank: string): 'active' | 'suspended' | undefined;
}

/** Shares must make exactly the whole, over banks in use, and the primary bank must have one. */
export const setAllocation = (
  state: AllocationState,
  { partyId, shares, primary }: SetAllocation,
  { isPartyKnown, statusOf }: AllocationFacts,
): Decision<NewEvent, AllocationRefusal> => {
  if (!isPartyKnown) return reject({ code: 'allocation_party_unknown', partyId });
  const banks = shares.map(({ bank }) => bank);
  const repeated = banks.find((bank, index) => banks.indexOf(bank) !== index);
  if (repeated !== undefined) return reject({ code: 'allocation_bank_repeated', bank: repeated });
  const unusable = banks.find((bank) => statusOf(bank) !== 'active');
  // A bank that was suspended meanwhile keeps what lies there; it only gets no new share.
  if (unusable !== undefined && !isSame(state, { shares, primary }))
    return reject({ code: 'allocation_bank_unusable', bank: unusable, status: unusableAs(statusOf(unusable)) });
  const totalBasisPoints = shares.reduce((sum, { basisPoints }) => sum + basisPoints, 0);
  if (totalBasisPoints !== wholeBasisPoints) return reject({ code: 'allocation_not_whole', totalBasisPoints });
  if (!shares.some(({ bank, basisPoints }) => bank === primary && basisPoints > 0))
    return reject({ code: 'allocation_primary_without_share', primary });
  if (isSame(state, { shares, primary })) return accept();
  return accept(allocationAggregate.record(partyId, 'BankAllocationSet', { partyId, shares, primary }));
};

const unusableAs = (status: 'active' | 'suspended' | undefined): 'unknown' | 'suspended' =>
  status === 'suspended' ? 'suspended' : 'unknown';

const isSame = (state: AllocationState, { shares, primary }: Spread): boolean =>
  state.status === 'set' && state.primary === primary && textOf(state.shares) === textOf(shares);

const textOf = (shares: Spread['shares']): string =>
  shares
    .map(({ bank, basisPoints }) => `${bank}=${basisPoints}`)
    .sort()
    .join();
