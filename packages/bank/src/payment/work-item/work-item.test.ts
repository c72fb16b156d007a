import { describe, expect, it } from 'vitest';
import { events, said, stateAfter } from '../fixtures/paper-payment.ts';
import { bucketOf } from '../views/work-items.ts';
import type { Resolution } from './events.ts';
import {
  assignWorkItem,
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
