import { describe, expect, it } from 'vitest';
import { events, said, stateAfter } from '../fixtures/paper-payment.ts';
import { bucketOf } from '../views/work-items.ts';
import type { Resolution } from './events.ts';
import {
  assignWorkItem,
  hasMoney,
  isResolvedSo,
  openWorkItem,
  refuseResolution,
  resolved,
  type WorkItemTerms,
  workItemAggregate,
} from './work-item.ts';

const terms: WorkItemTerms = {
  workItemId: 'w-1',
  kind: 'unidentified',
  entity: 'main',
  account: 'main:suspense/unidentified',
  asset: 'EUR',
  amountMinor: 1_500n,
  subject: 'incoming:i-1',
  reason: 'unidentified',
  links: [],
};
const opened = [openWorkItem(terms)];
const open = stateAfter(workItemAggregate, opened);
const ownedEvents = [...opened, ...events(assignWorkItem(open, { workItemId: 'w-1', owner: 'key-1' }))];
const owned = stateAfter(workItemAggregate, ownedEvents);
const done = stateAfter(workItemAggregate, [
  ...ownedEvents,
  resolved({ workItemId: 'w-1', resolution: 'applied', resolvedBy: 'key-1', accountId: 'a' }),
]);
const namedByAnother = stateAfter(workItemAggregate, ownedEvents, 'key-9');
const difference = stateAfter(workItemAggregate, [openWorkItem({ ...terms, kind: 'break' })]);
const ofBreak = stateAfter(workItemAggregate, [openWorkItem({ ...terms, kind: 'break', subject: 'break:b-1' })]);
const ofProvider = stateAfter(workItemAggregate, [openWorkItem({ ...terms, kind: 'break', subject: 'psp-day:d-1' })]);
const unknown = workItemAggregate.initial;

describe('an item', () => {
  it('has one owner at a time', () => {
    expect(said(assignWorkItem(unknown, { workItemId: 'w-1', owner: 'key-1' }))).toBe('work_item_unknown');
    expect(said(assignWorkItem(owned, { workItemId: 'w-1', owner: 'key-1' }))).toBe('');
    expect(said(assignWorkItem(owned, { workItemId: 'w-1', owner: 'key-2' }))).toBe('WorkItemAssigned');
    expect(said(assignWorkItem(done, { workItemId: 'w-1', owner: 'key-2' }))).toBe('work_item_already_resolved');
  });

  it.each<[string, typeof open, Resolution, string, string | undefined]>([
    ['nobody opened', unknown, 'applied', 'key-1', 'work_item_unknown'],
    ['that is resolved', done, 'explained', 'key-1', 'work_item_already_resolved'],
    ['of money', open, 'explained', 'key-1', 'resolution_not_for_kind'],
    ['of a difference', difference, 'applied', 'key-1', 'resolution_not_for_kind'],
    ['of a difference', difference, 'explained', 'key-1', undefined],
    ['of a break', ofBreak, 'explained', 'key-1', 'work_item_waits_for_break'],
    ['of a break', ofBreak, 'written_off', 'key-1', 'work_item_waits_for_break'],
    ['of a provider’s account', ofProvider, 'explained', 'key-1', 'work_item_waits_for_booking'],
    ['nobody owns', open, 'written_off', 'key-2', 'work_item_has_no_owner'],
    ['by whoever named its owner', namedByAnother, 'written_off', 'key-9', 'owner_may_not_write_off'],
    ['of one’s own', owned, 'written_off', 'key-1', 'owner_may_not_write_off'],
    ['of another', owned, 'written_off', 'key-2', undefined],
    ['of money', open, 'applied', 'key-1', undefined],
    ['of money', open, 'returned', 'key-1', undefined],
  ])('%s: %o by %s', (_, state, resolution, resolvedBy, code) => {
    expect(refuseResolution(state, { workItemId: 'w-1', resolution, resolvedBy })?.code).toBe(code);
  });

  it('resolved the same way again is a repeat', () => {
    const wanted = { workItemId: 'w-1', resolution: 'applied', resolvedBy: 'key-2', accountId: 'a' } as const;
    expect(isResolvedSo(done, wanted)).toBe(true);
    expect(isResolvedSo(done, { ...wanted, accountId: 'b' })).toBe(false);
    expect(isResolvedSo(open, wanted)).toBe(false);
  });

  it.each<[string, string]>([
    ['2025-03-01T00:00:00.000Z', '0-1'],
    ['2025-02-28T00:00:00.001Z', '0-1'],
    ['2025-02-27T12:00:00.000Z', '2-5'],
    ['2025-02-23T12:00:00.001Z', '2-5'],
    ['2025-02-23T12:00:00.000Z', '6-30'],
    ['2025-01-29T12:00:00.001Z', '6-30'],
    ['2025-01-29T12:00:00.000Z', '>30'],
  ])('opened at %s is in the bucket %s on 1 March', (openedAt, bucket) => {
    expect(bucketOf(openedAt, '2025-03-01T12:00:00.000Z')).toBe(bucket);
  });
});

describe('an item from its first event to its last', () => {
  const openedAt = '2025-01-30T10:00:00.000Z';
  const first = () => stateAfter(workItemAggregate, [openWorkItem({ ...terms, links: ['p-1'], reference: 'R-1' })]);
  const assign = (owner: string, actor?: string) =>
    stateAfter(
      workItemAggregate,
      [openWorkItem(terms), ...events(assignWorkItem(first(), { workItemId: 'w-1', owner }))],
      actor,
    );

  it('keeps what it was opened with, and says since when', () => {
    expect(first()).toEqual({ ...terms, links: ['p-1'], reference: 'R-1', status: 'open', openedAt });
    expect(openWorkItem({ ...terms, reference: undefined }).data).not.toHaveProperty('reference');
    expect(openWorkItem(terms)).toMatchObject({ type: 'WorkItemOpened', stream: 'work-item:w-1' });
    expect(() => workItemAggregate.evolve(first(), { type: 'WorkItemLost', data: {}, meta: {} } as never)).toThrow(
      'Unreachable',
    );
  });

  it('says who looks after it and who made that one responsible', () => {
    const [assigned] = events(assignWorkItem(first(), { workItemId: 'w-1', owner: 'key-1' }));
    expect(assigned).toMatchObject({ type: 'WorkItemAssigned', data: { workItemId: 'w-1', owner: 'key-1' } });
    expect(assign('key-1', 'key-9')).toEqual({
      ...terms,
      status: 'open',
      openedAt,
      owner: 'key-1',
      assignedBy: 'key-9',
    });
  });

  it('says how it ended, by whom, when, and where the money went', () => {
    const how = {
      workItemId: 'w-1',
      resolution: 'applied',
      resolvedBy: 'key-1',
      reason: 'found',
      journalId: 'j-1',
      accountId: 'a',
      paymentId: 'p-1',
    } as const;
    expect(resolved(how)).toMatchObject({ type: 'WorkItemResolved', stream: 'work-item:w-1', data: how });
    expect(stateAfter(workItemAggregate, [openWorkItem(terms), resolved(how)])).toEqual({
      ...terms,
      status: 'resolved',
      openedAt,
      resolution: 'applied',
      resolvedBy: 'key-1',
      resolutionReason: 'found',
      journalId: 'j-1',
      accountId: 'a',
      paymentId: 'p-1',
      resolvedAt: openedAt,
    });
    const bare = resolved({ workItemId: 'w-1', resolution: 'explained', resolvedBy: 'key-1' });
    expect(Object.keys(bare.data).toSorted()).toEqual(['resolution', 'resolvedBy', 'workItemId']);
  });

  it('is refused with what explains it', () => {
    const refusalOf = (state: typeof open, resolution: Resolution, resolvedBy = 'key-1') =>
      refuseResolution(state, { workItemId: 'w-1', resolution, resolvedBy });
    const ofSaga = stateAfter(workItemAggregate, [openWorkItem({ ...terms, kind: 'saga', subject: 'saga:s-1' })]);
    expect(refusalOf(unknown, 'applied')).toEqual({ code: 'work_item_unknown', workItem: 'w-1' });
    expect(refusalOf(done, 'explained')).toEqual({
      code: 'work_item_already_resolved',
      workItem: 'w-1',
      resolution: 'applied',
    });
    expect(refusalOf(ofSaga, 'explained')).toEqual({ code: 'work_item_waits_for_saga', saga: 's-1' });
    expect(refusalOf(ofBreak, 'explained')).toEqual({ code: 'work_item_waits_for_break', break: 'b-1' });
    expect(refusalOf(ofProvider, 'explained')).toEqual({ code: 'work_item_waits_for_booking', workItem: 'w-1' });
    expect(refusalOf(open, 'explained')).toEqual({ code: 'resolution_not_for_kind', kind: 'unidentified' });
    expect(refusalOf(open, 'written_off')).toEqual({ code: 'work_item_has_no_owner', workItem: 'w-1' });
    expect(refusalOf(owned, 'written_off')).toEqual({ code: 'owner_may_not_write_off', owner: 'key-1' });
    const clearing = stateAfter(workItemAggregate, [openWorkItem({ ...terms, kind: 'clearing' })]);
    expect([refusalOf(clearing, 'explained'), refusalOf(clearing, 'applied')?.code]).toEqual([
      undefined,
      'resolution_not_for_kind',
    ]);
    expect(assignWorkItem(unknown, { workItemId: 'w-1', owner: 'x' })).toMatchObject({
      rejection: { workItem: 'w-1' },
    });
    expect(assignWorkItem(done, { workItemId: 'w-1', owner: 'x' })).toMatchObject({
      rejection: { workItem: 'w-1', resolution: 'applied' },
    });
  });

  it('resolved to another payment is another resolution', () => {
    const wanted = { workItemId: 'w-1', resolution: 'applied', resolvedBy: 'key-2', accountId: 'a' } as const;
    expect(isResolvedSo(done, { ...wanted, paymentId: 'p-2' })).toBe(false);
    expect(isResolvedSo(done, { ...wanted, resolution: 'returned' })).toBe(false);
  });

  it('of a parked saga names no money', () => {
    expect(hasMoney(first() as never)).toBe(true);
    expect(hasMoney({ ...first(), amountMinor: undefined } as never)).toBe(false);
  });
});
