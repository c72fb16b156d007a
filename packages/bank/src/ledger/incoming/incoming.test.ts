import { fold } from '@finaegis/platform/event-store/aggregate';
import type { RecordedEvent } from '@finaegis/platform/event-store/event';
import { describe, expect, it } from 'vitest';
import { answerOf } from '../fixtures/paper-book.ts';
import {
  announceIncoming,
  fulfilled,
  type Incoming,
  type IncomingState,
  incomingAggregate,
  withdrawAnnouncement,
} from './incoming.ts';

const unknown = incomingAggregate.initial;
const open = { status: 'open', hasFloor: true } as const;
const terms = { announcementId: 'n-1', account: 'ada', asset: 'EUR', amountMinor: 120_00n, reference: 'INV-17' };
const said = { announcementId: 'n-1', account: 'ada', asset: 'EUR', amountMinor: 120_00n };

const after = (...decisions: readonly ReturnType<typeof announceIncoming>[]): Incoming => {
  let state: IncomingState = unknown;
  for (const decision of decisions)
    for (const event of decision.accepted ? decision.events : [])
      state = fold(incomingAggregate, state, { ...event, bookedAt: '2026-03-02T09:00:00.000Z' } as RecordedEvent);
  return state as Incoming;
};
const announced = after(announceIncoming(unknown, open, terms));
const withdrawn = after(announceIncoming(unknown, open, terms), withdrawAnnouncement(announced, terms));
const arrived = after(announceIncoming(unknown, open, terms), {
  accepted: true,
  events: [fulfilled(announced, 'j-1')],
});

describe('money that is announced', () => {
  it('is open from then on, with what was said of it', () => {
    expect(answerOf(announceIncoming(unknown, open, { ...terms, expectedOn: '2026-03-05' }))).toEqual([
      { type: 'IncomingAnnounced', ...terms, expectedOn: '2026-03-05' },
    ]);
    expect(announced).toEqual({ ...terms, status: 'open', announcedAt: '2026-03-02T09:00:00.000Z' });
  });

  it('twice is announced once, whatever became of it and of the account since', () => {
    for (const state of [announced, withdrawn, arrived])
      expect(answerOf(announceIncoming(state, undefined, terms))).toEqual([]);
  });

  it.each([
    ['another amount', { amountMinor: 1n }],
    ['another account', { account: 'bob' }],
    ['another asset', { asset: 'USD' }],
    ['another day', { expectedOn: '2026-03-06' }],
    ['another reference', { reference: undefined }],
  ])('under the same id with %s is refused', (_, change) => {
    expect(answerOf(announceIncoming(announced, open, { ...terms, ...change }))).toEqual({
      code: 'announcement_exists_with_different_terms',
      announcementId: 'n-1',
    });
  });

  // Each row breaks the rules of the rows below it as well: what is told is always the first.
  it.each([
    ['of nothing', { amountMinor: 0n }, undefined, { code: 'amount_not_positive' }],
    ['to nobody', {}, undefined, { code: 'account_unknown', account: 'ada' }],
    ['to a closed account', {}, { status: 'closed', hasFloor: false }, { code: 'account_closed', account: 'ada' }],
    [
      'to an account without a floor',
      {},
      { status: 'open', hasFloor: false },
      { code: 'account_has_no_floor', account: 'ada' },
    ],
  ] as const)('%s is refused', (_, change, account, refusal) => {
    expect(answerOf(announceIncoming(unknown, account, { ...terms, ...change }))).toEqual(refusal);
  });
});

describe('an announcement that ends', () => {
  it('is withdrawn once, and says what is not coming', () => {
    expect(answerOf(withdrawAnnouncement(announced, terms))).toEqual([{ type: 'IncomingWithdrawn', ...said }]);
    expect(withdrawn.status).toBe('withdrawn');
    expect(answerOf(withdrawAnnouncement(withdrawn, terms))).toEqual([]);
  });

  it('is fulfilled by a journal, and then is not withdrawn any more', () => {
    expect(arrived).toMatchObject({ status: 'fulfilled', journalId: 'j-1' });
    expect(answerOf(withdrawAnnouncement(arrived, terms))).toEqual({
      code: 'announcement_not_open',
      announcementId: 'n-1',
      status: 'fulfilled',
    });
  });

  it('must have been made', () => {
    expect(answerOf(withdrawAnnouncement(unknown, terms))).toEqual({
      code: 'announcement_unknown',
      announcementId: 'n-1',
    });
  });

  it('by an event nobody knows stops the stream', () => {
    expect(() => incomingAggregate.evolve(announced, { type: 'IncomingForged', data: {} } as never)).toThrow(
      'Unreachable',
    );
  });
});
