import { derivedUuid } from '@finaegis/kernel/id';
import type { Loaded } from '@finaegis/platform/command/handler';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import { openWorkItem, resolveWorkItem, workItemAggregate } from '../../payment/contract.ts';
import type { BreakState } from './break.ts';

/** The item by which people are told of a break. */
export const itemOfBreak = (breakId: string): string => derivedUuid('work-item', 'custodian-break', breakId);

/** What a command that may tell of breaks, or end them, loads of their items. */
export const itemNeed = (breakId: string) => ({ aggregate: workItemAggregate, id: itemOfBreak(breakId) });

/** Tells of an open break, once for ever: who has explained its item away is not told again. */
export const raiseBreak = (loaded: Loaded, state: BreakState): readonly NewEvent[] => {
  if (state.status !== 'open') return [];
  const { breakId, account, asset, kind: reason, differenceMinor, entryId, journalId, endToEndId, reference } = state;
  const workItemId = itemOfBreak(breakId);
  if (loaded.stream(workItemAggregate, workItemId).state.status !== 'unknown') return [];
  const [entity = ''] = account.split(':');
  return [
    openWorkItem({
      workItemId,
      kind: 'break',
      entity,
      account,
      asset,
      amountMinor: differenceMinor < 0n ? -differenceMinor : differenceMinor,
      subject: `break:${breakId}`,
      reason,
      links: [
        ...(entryId === undefined ? [] : [`entry:${entryId}`]),
        ...(journalId === undefined ? [] : [`journal:${journalId}`]),
      ],
      reference: endToEndId ?? reference,
    }),
  ];
};

const endings: Readonly<Record<string, string>> = {
  BreakMatched: 'matched',
  BreakExplained: 'explained',
  BreakCorrected: 'corrected',
  BreakWrittenOff: 'written_off',
};

/** Ends, with the breaks that these events end, the items that told of them. */
export const endingItems = (loaded: Loaded, events: readonly NewEvent[], resolvedBy: string): readonly NewEvent[] =>
  events.flatMap(({ type, data }) => {
    const reason = endings[type];
    if (reason === undefined) return [];
    const workItemId = itemOfBreak(String(data['breakId']));
    if (loaded.stream(workItemAggregate, workItemId).state.status !== 'open') return [];
    return [resolveWorkItem({ workItemId, resolution: 'explained', resolvedBy, reason })];
  });
