import { describe, expect, it } from 'vitest';
import { repairAggregate, repairBalance } from './repair.ts';

const repair = {
  repairId: 'r1',
  account: 'a',
  asset: 'EUR',
  debitsMinor: -5n,
  creditsMinor: 0n,
  heldOutMinor: 0n,
  blockedMinor: 0n,
  overdraftLimitMinor: 0n,
};

describe('repairing a balance row', () => {
  it('is an event that says what was added to each counter', () => {
    const decision = repairBalance(repairAggregate.initial, repair, true);
    expect(decision).toMatchObject({ accepted: true, events: [{ type: 'BalanceRepaired', data: repair }] });
  });

  it('asked for twice is done once', () => {
    expect(repairBalance({ status: 'done' }, repair, true)).toEqual({ accepted: true, events: [] });
  });

  it('of a row that is not there is refused', () => {
    expect(repairBalance(repairAggregate.initial, repair, false)).toMatchObject({
      accepted: false,
      rejection: { code: 'account_unknown' },
    });
  });
});
