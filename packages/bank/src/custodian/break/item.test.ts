import type { Loaded } from '@finaegis/platform/command/handler';
import { describe, expect, it } from 'vitest';
import { workItemAggregate } from '../../payment/contract.ts';
import { after } from '../fixtures/decided.ts';
import { type BreakState, breakAggregate, type FoundBreak, findBreak } from './break.ts';
import { endingItems, itemNeed, itemOfBreak, raiseBreak } from './item.ts';

const breakId = '0190b000-0000-7000-8000-000000000001';
const found: FoundBreak = {
  breakId,
  bank: 'ing',
  asset: 'EUR',
  date: '2025-01-30',
  account: 'main:nostro/ing',
  kind: 'missing_here',
  differenceMinor: -900n,
  entryId: 'E1',
};
const open = (more: Partial<FoundBreak> = {}): BreakState =>
  after(breakAggregate, (state) => findBreak(state, { ...found, ...more }));
/** What a command has loaded of the item of the break: nobody was told yet, or it stands so. */
const loadedWith = (status: 'unknown' | 'open' | 'resolved'): Loaded =>
  ({
    stream: (aggregate: unknown, id: string) => {
      expect([aggregate, id]).toEqual([workItemAggregate, itemOfBreak(breakId)]);
      return { state: { status }, version: 0 };
    },
  }) as unknown as Loaded;

describe('the item by which people are told of a break', () => {
  it('is one for each break, and says what there is to see', () => {
    expect(itemNeed(breakId)).toEqual({ aggregate: workItemAggregate, id: itemOfBreak(breakId) });
    expect(itemOfBreak('0190b000-0000-7000-8000-000000000002')).not.toBe(itemOfBreak(breakId));
    const [event, ...more] = raiseBreak(loadedWith('unknown'), open());
    expect(more).toEqual([]);
    expect(event?.type).toBe('WorkItemOpened');
    expect(event?.data).toEqual({
      workItemId: itemOfBreak(breakId),
      kind: 'break',
      entity: 'main',
      account: 'main:nostro/ing',
      asset: 'EUR',
      amountMinor: 900n,
      subject: `break:${breakId}`,
      reason: 'missing_here',
      links: ['entry:E1'],
    });
  });

  it('names the journal where there is one, and is found by the end-to-end id before the reference', () => {
    const { entryId: _, ...ours } = found;
    const [event] = raiseBreak(loadedWith('unknown'), {
      ...open(),
      ...ours,
      entryId: undefined,
      journalId: 'J1',
      differenceMinor: 900n,
      endToEndId: 'E2E',
      reference: 'R',
    } as BreakState);
    expect(event?.data).toMatchObject({ links: ['journal:J1'], amountMinor: 900n, reference: 'E2E' });
    const [second] = raiseBreak(loadedWith('unknown'), { ...open(), reference: 'R' } as BreakState);
    expect(second?.data).toMatchObject({ reference: 'R' });
  });

  it('is opened once for ever, and only of a break that is open', () => {
    expect(raiseBreak(loadedWith('open'), open())).toEqual([]);
    expect(raiseBreak(loadedWith('resolved'), open())).toEqual([]);
    expect(raiseBreak(loadedWith('unknown'), breakAggregate.initial)).toEqual([]);
  });

  it.each([
    ['BreakMatched', 'matched'],
    ['BreakExplained', 'explained'],
    ['BreakCorrected', 'corrected'],
    ['BreakWrittenOff', 'written_off'],
  ])('ends with %s', (type, reason) => {
    const ending = { type, data: { breakId } } as never;
    const [event] = endingItems(loadedWith('open'), [ending], 'jana');
    expect(event?.type).toBe('WorkItemResolved');
    expect(event?.data).toEqual({
      workItemId: itemOfBreak(breakId),
      resolution: 'explained',
      resolvedBy: 'jana',
      reason,
    });
    expect(endingItems(loadedWith('resolved'), [ending], 'jana')).toEqual([]);
    expect(endingItems(loadedWith('unknown'), [ending], 'jana')).toEqual([]);
  });

  it('does not end with what ends no break', () => {
    expect(endingItems(loadedWith('open'), [{ type: 'BreakFound', data: { breakId } } as never], 'jana')).toEqual([]);
  });
});
