import type { Decision } from '@finaegis/kernel/decision';
import { fold } from '@finaegis/platform/event-store/aggregate';
import type { NewEvent, RecordedEvent } from '@finaegis/platform/event-store/event';
import { describe, expect, it } from 'vitest';
import type { Balance } from '../balance.ts';
import { customerBalance } from '../fixtures/paper-book.ts';
import {
  expireHold,
  type Hold,
  type HoldRefusal,
  type HoldState,
  holdAggregate,
  increaseHold,
  type PlaceHold,
  placeHold,
  voidHold,
} from './hold.ts';

const now = '2026-03-02T09:00:00.000Z';
const holdId = 'h-1';
const place: PlaceHold = { holdId, account: 'a-1', asset: 'EUR', amountMinor: 80n };
const expiring: PlaceHold = { ...place, expiresAt: '2026-03-03T09:00:00.000Z' };
const balance = customerBalance('a-1', { creditsMinor: 100n });

type Outcome = Decision<NewEvent, HoldRefusal>;

const recorded = (state: HoldState, event: NewEvent): HoldState =>
  fold(holdAggregate, state, { ...event, bookedAt: now } as RecordedEvent);
const after = (state: HoldState, decision: Outcome): Hold => {
  if (!decision.accepted) throw new Error(`refused: ${decision.rejection.code}`);
  return decision.events.reduce(recorded, state) as Hold;
};
const captured = (state: HoldState, amountMinor: bigint, isFinal: boolean): Hold => {
  const releasedMinor = isFinal ? (state as Hold).remainingMinor : amountMinor;
  const data = { holdId, account: 'a-1', asset: 'EUR', journalId: 'j-1', amountMinor, isFinal, releasedMinor };
  return recorded(state, holdAggregate.record(holdId, 'HoldCaptured', data)) as Hold;
};
const answer = (decision: Outcome): unknown =>
  decision.accepted ? decision.events.map(({ type, data }) => ({ type, ...data })) : decision.rejection;

const unknown = holdAggregate.initial;
const held = () => after(unknown, placeHold(unknown, balance, place, { now }));
const brief = () => after(unknown, placeHold(unknown, balance, expiring, { now }));
const voided = () => after(held(), voidHold(held(), { holdId }));

describe('placing a hold', () => {
  it('reserves the whole amount and has captured nothing', () => {
    expect(held()).toMatchObject({
      status: 'active',
      capturedMinor: 0n,
      remainingMinor: 80n,
      placedAt: now,
      journals: [],
    });
  });

  it('remembers when it ends and what it is for, where that was said', () => {
    const description = { ref: 'r-1', commitment: 'c-1' };
    expect(answer(placeHold(unknown, balance, { ...expiring, description }, { now }))).toEqual([
      { type: 'HoldPlaced', ...expiring, description },
    ]);
    expect(answer(placeHold(unknown, balance, place, { now }))).toEqual([{ type: 'HoldPlaced', ...place }]);
  });

  it('asked for again after somebody has increased it is still the same hold', () => {
    const increased = after(held(), increaseHold(held(), balance, { holdId, amountMinor: 90n }));
    expect(answer(placeHold(increased, balance, place, { now }))).toEqual([]);
    expect(answer(placeHold(increased, balance, { ...place, amountMinor: 90n }, { now }))).toMatchObject({
      code: 'hold_exists_with_different_terms',
    });
  });

  it('asked for twice changes nothing, even when the money is long gone', () => {
    for (const state of [brief(), after(brief(), voidHold(brief(), { holdId }))])
      expect(answer(placeHold(state, undefined, expiring, { now: '2027-01-01T00:00:00.000Z' }))).toEqual([]);
  });

  it.each<[string, Partial<PlaceHold>]>([
    ['another account', { account: 'a-2' }],
    ['another asset', { asset: 'USD' }],
    ['another amount', { amountMinor: 81n }],
    ['another end', { expiresAt: '2026-03-04T09:00:00.000Z' }],
    ['no end', { expiresAt: undefined }],
  ])('under an id that has %s is refused', (_, other) => {
    expect(answer(placeHold(brief(), balance, { ...expiring, ...other }, { now }))).toEqual({
      code: 'hold_exists_with_different_terms',
      holdId,
    });
  });

  // In order of precedence: each row also breaks what the rows below it name.
  it.each<[string, Partial<PlaceHold>, Partial<Balance> | undefined, HoldRefusal]>([
    ['of nothing', { amountMinor: 0n, expiresAt: now }, undefined, { code: 'amount_not_positive' }],
    ['of less than nothing', { amountMinor: -1n }, {}, { code: 'amount_not_positive' }],
    ['that is over as it begins', { expiresAt: now }, undefined, { code: 'hold_expiry_in_past', expiresAt: now }],
    ['on an account nobody knows', {}, undefined, { code: 'account_unknown', account: 'a-1' }],
    ['on a closed account', {}, { status: 'closed', debitBlocks: 1 }, { code: 'account_closed', account: 'a-1' }],
    [
      'on an account whose debits are blocked',
      {},
      { debitBlocks: 1, creditsMinor: 0n },
      { code: 'account_debits_blocked', account: 'a-1' },
    ],
    [
      'of more than is available: other holds count',
      {},
      { heldOutMinor: 21n },
      { code: 'insufficient_funds', account: 'a-1', asset: 'EUR', spendableMinor: 79n, neededMinor: 80n },
    ],
  ])('%s is refused', (_, other, rest, refusal) => {
    const its = rest === undefined ? undefined : { ...balance, ...rest };
    expect(answer(placeHold(unknown, its, { ...place, ...other }, { now }))).toEqual(refusal);
  });

  it('of exactly what is available, overdraft included, is accepted; a block of credits does not matter', () => {
    expect(placeHold(unknown, { ...balance, heldOutMinor: 20n, creditBlocks: 1 }, place, { now }).accepted).toBe(true);
    const overdrawn = { ...balance, creditsMinor: 0n, overdraftLimitMinor: 80n };
    expect(placeHold(unknown, overdrawn, place, { now }).accepted).toBe(true);
  });
});

describe('increasing a hold', () => {
  it('reserves the difference, and only that has to be available', () => {
    const raised = increaseHold(held(), { ...balance, heldOutMinor: 80n }, { holdId, amountMinor: 100n });
    expect(answer(raised)).toEqual([{ type: 'HoldIncreased', ...place, amountMinor: 100n, addedMinor: 20n }]);
    expect(after(held(), raised)).toMatchObject({ amountMinor: 100n, remainingMinor: 100n, status: 'active' });
    expect(
      answer(increaseHold(held(), { ...balance, heldOutMinor: 80n }, { holdId, amountMinor: 101n })),
    ).toMatchObject({
      code: 'insufficient_funds',
      spendableMinor: 20n,
      neededMinor: 21n,
    });
  });

  it('to the amount it has changes nothing, whatever became of it', () => {
    expect(answer(increaseHold(held(), undefined, { holdId, amountMinor: 80n }))).toEqual([]);
    expect(answer(increaseHold(voided(), undefined, { holdId, amountMinor: 80n }))).toEqual([]);
  });

  it('after a part was captured keeps that part captured', () => {
    const partly = captured(held(), 50n, false);
    const raised = after(partly, increaseHold(partly, balance, { holdId, amountMinor: 90n }));
    expect(raised).toMatchObject({ amountMinor: 90n, capturedMinor: 50n, remainingMinor: 40n });
  });

  it('is refused where there is none, where it is over, and to less than it was', () => {
    const less = { holdId, amountMinor: 79n };
    expect(answer(increaseHold(unknown, balance, less))).toEqual({ code: 'hold_unknown', holdId });
    expect(answer(increaseHold(voided(), balance, less))).toEqual({
      code: 'hold_not_active',
      holdId,
      status: 'voided',
    });
    expect(answer(increaseHold(captured(held(), 50n, false), balance, less))).toMatchObject({
      code: 'hold_amount_below_captured',
      holdId,
      capturedMinor: 50n,
    });
  });
});

describe('using a hold', () => {
  it('in parts lowers what it reserves until nothing is left; the journals that used it are told', () => {
    const partly = captured(held(), 50n, false);
    expect(partly).toMatchObject({ status: 'active', capturedMinor: 50n, remainingMinor: 30n, journals: ['j-1'] });
    expect(captured(partly, 30n, false)).toMatchObject({
      status: 'captured',
      capturedMinor: 80n,
      remainingMinor: 0n,
      journals: ['j-1', 'j-1'],
    });
  });

  it('for the last time releases the rest', () => {
    expect(captured(held(), 50n, true)).toMatchObject({ status: 'captured', capturedMinor: 50n, remainingMinor: 0n });
  });
});

describe('voiding a hold', () => {
  it('releases what is left of it, once', () => {
    const partly = captured(held(), 50n, false);
    expect(answer(voidHold(partly, { holdId }))).toEqual([
      { type: 'HoldVoided', holdId, account: 'a-1', asset: 'EUR', releasedMinor: 30n },
    ]);
    expect(voided()).toMatchObject({ status: 'voided', remainingMinor: 0n });
    expect(answer(voidHold(voided(), { holdId }))).toEqual([]);
  });

  it('is refused where there is none and where all of it was captured', () => {
    expect(answer(voidHold(unknown, { holdId }))).toEqual({ code: 'hold_unknown', holdId });
    expect(answer(voidHold(captured(held(), 80n, true), { holdId }))).toEqual({
      code: 'hold_not_active',
      holdId,
      status: 'captured',
    });
  });
});

describe('the end of a hold', () => {
  const due = expiring.expiresAt as string;

  it('comes at its instant and not before, and happens once', () => {
    expect(answer(expireHold(brief(), { holdId }, { now }))).toEqual({ code: 'hold_not_due', holdId, expiresAt: due });
    const expired = expireHold(brief(), { holdId }, { now: due });
    expect(answer(expired)).toEqual([
      { type: 'HoldExpired', holdId, account: 'a-1', asset: 'EUR', releasedMinor: 80n },
    ]);
    const over = after(brief(), expired);
    expect(over).toMatchObject({ status: 'expired', remainingMinor: 0n });
    expect(answer(expireHold(over, { holdId }, { now }))).toEqual([]);
  });

  it('never comes for a hold without one, and not for a hold that is over', () => {
    const late = { now: '2030-01-01T00:00:00.000Z' };
    expect(answer(expireHold(held(), { holdId }, late))).toEqual({ code: 'hold_not_due', holdId, expiresAt: null });
    expect(answer(expireHold(unknown, { holdId }, late))).toEqual({ code: 'hold_unknown', holdId });
    const used = captured(brief(), 80n, true);
    expect(answer(expireHold(used, { holdId }, late))).toEqual({ code: 'hold_not_active', holdId, status: 'captured' });
  });

  it('of a kind nobody knows stops the stream', () => {
    expect(() => holdAggregate.evolve(held(), { type: 'HoldLent', data: {} } as never)).toThrow('Unreachable');
  });
});
