import type { EventMetadata } from '@finaegis/platform/event-store/event';
import { read, type Services } from '@finaegis/platform/services';
import { raisedMax } from './break/commands.ts';
import type { BankGateway } from './gateway.ts';
import type { CustodianHandlers } from './handlers.ts';
import { breaksTable, breakTopic } from './views/breaks.ts';

/** Whose breaks at which bank. */
export interface BreakRaising {
  readonly tenantId: string;
  readonly bank: string;
  readonly entity: string;
  /** The day that has been compared. */
  readonly from: string;
  readonly metadata: EventMetadata;
}

const openMax = 10_000;

/**
 * Tells people of differences that are open, and gives back how many there are. What is missing on either side is looked for on the next day before
 * anybody is told, since one side books in the evening and the other in the morning; another amount finds no other side by waiting.
 */
export const raiseOpenBreaks = async (
  {
    services,
    gateway,
    raiseBreaks,
  }: {
    readonly services: Pick<Services, 'commands' | 'readPool'>;
    readonly gateway: Pick<BankGateway, 'reach'>;
    readonly raiseBreaks: CustodianHandlers['raiseBreaks'];
  },
  { tenantId, bank, entity, from, metadata }: BreakRaising,
): Promise<number> => {
  const { nostros } = (await gateway.reach(tenantId, bank)).bank;
  const its = nostros.filter(({ account }) => account.startsWith(`${entity}:`));
  const lists = await Promise.all(
    its.map(({ asset }) =>
      read(services, tenantId, (tx) =>
        breaksTable.list(tx, tenantId, { topic: breakTopic({ bank, asset }), status: 'open', limit: openMax }),
      ),
    ),
  );
  const open = lists.flat();
  const old = open.filter(({ kind, date }) => kind === 'amount_differs' || date < from).map(({ breakId }) => breakId);
  for (let at = 0; at < old.length; at += raisedMax) {
    const data = { breakIds: old.slice(at, at + raisedMax) };
    const settled = await services.commands.submit(raiseBreaks, data, { tenantId, metadata, lane: 'bulk' });
    if (settled.kind !== 'decided') throw new Error('Breaks could not be told of.');
  }
  return open.length;
};
