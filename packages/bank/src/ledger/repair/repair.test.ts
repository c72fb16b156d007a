import { fold } from '@finaegis/platform/event-store/aggregate';
import type { RecordedEvent } from '@finaegis/platform/event-store/event';
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
  it('an event of a kind nobody knows stops the stream', () => {
    expect(() => repairAggregate.evolve(repairAggregate.initial, { type: 'BalanceForged', data: {} } as never)).toThrow(
      'Unreachable',
    );
  });

  it('is an event that says what was added to each counter', () => {
    const decision = repairBalance(repairAggregate.initial, repair, true);
    expect(decision).toMatchObject({ accepted: true, events: [{ type: 'BalanceRepaired', data: repair }] });
  });

  it('asked for twice is done once', () => {
    const first = repairBalance(repairAggregate.initial, repair, true);
    const event = first.accepted ? first.events[0] : undefined;
    const done = fold(repairAggregate, repairAggregate.initial, event as RecordedEvent);
    expect(repairBalance(done, repair, true)).toEqual({ accepted: true, events: [] });
  });

  it('of a row that is not there is refused', () => {
    expect(repairBalance(repairAggregate.initial, repair, false)).toMatchObject({
      accepted: false,
      rejection: { code: 'account_unknown' },
    });
  });
});
