import { describe, expect, it } from 'vitest';
import { after, told } from '../fixtures/decided.ts';
import { type AllocationFacts, allocationAggregate, type SetAllocation, setAllocation } from './allocation.ts';

const usable: AllocationFacts = { isPartyKnown: true, statusOf: () => 'active' };
const command: SetAllocation = {
  partyId: 'P',
  shares: [
    { bank: 'ing', basisPoints: 6_000 },
    { bank: 'kb', basisPoints: 4_000 },
  ],
  primary: 'ing',
};
const set = after(allocationAggregate, (state) => setAllocation(state, command, usable));

describe('an allocation', () => {
  it('is set, changed, and the same again whatever its order', () => {
    expect(told(setAllocation(allocationAggregate.initial, command, usable))).toEqual(['BankAllocationSet']);
    expect(told(setAllocation(set, { ...command, shares: command.shares.toReversed() }, usable))).toEqual([]);
    expect(told(setAllocation(set, { ...command, primary: 'kb' }, usable))).toEqual(['BankAllocationSet']);
    expect(() => allocationAggregate.evolve(set, { type: 'AllocationSold', data: {} } as never)).toThrow('Unreachable');
  });

  it('is refused by the first thing that is wrong', () => {
    const one = (basisPoints: number, bank = 'ing') => ({ bank, basisPoints });
    const nobody: AllocationFacts = { isPartyKnown: false, statusOf: () => undefined };
    const unknown: AllocationFacts = { isPartyKnown: true, statusOf: () => undefined };
    const suspended: AllocationFacts = { isPartyKnown: true, statusOf: () => 'suspended' };
    const twice = { ...command, shares: [one(1), one(1)], primary: 'x' };
    const refusals = [
      setAllocation(allocationAggregate.initial, twice, nobody),
      setAllocation(allocationAggregate.initial, twice, unknown),
      setAllocation(allocationAggregate.initial, { ...twice, shares: [one(1)] }, unknown),
      setAllocation(allocationAggregate.initial, { ...twice, shares: [one(9_999)] }, usable),
      setAllocation(allocationAggregate.initial, { ...twice, shares: [one(10_001)] }, usable),
      setAllocation(allocationAggregate.initial, { ...twice, shares: [one(10_000)] }, usable),
    ];
    expect(refusals.map(told)).toEqual([
      'allocation_party_unknown',
      'allocation_bank_repeated',
      'allocation_bank_unusable',
      'allocation_not_whole',
      'allocation_not_whole',
      'allocation_primary_without_share',
    ]);
    expect(setAllocation(set, { ...command, primary: 'kb' }, suspended)).toMatchObject({
      rejection: { status: 'suspended' },
    });
    expect(told(setAllocation(set, command, suspended))).toEqual([]);
  });
});
