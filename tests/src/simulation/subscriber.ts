import type { Random } from '../stress/random.ts';
import type { StoredEvent } from './memory-database.ts';
import type { SimulatedBank } from './simulated-bank.ts';

/** A subscription that folds the log as it grows. */
export interface Subscriber {
  /** Reads to the end and names what differs from a fold from zero and from the balances as stored. */
  conclude(): Promise<readonly string[]>;
}

interface View {
  seq: bigint;
  /** Credits less debits, by account and asset. */
  readonly nets: Map<string, bigint>;
}

const emptyView = (): View => ({ seq: 0n, nets: new Map() });

/** Idempotent by position: what was folded before is passed over. */
const fold = (view: View, { seq, envelope }: StoredEvent): void => {
  if (seq <= view.seq) return;
  view.seq = seq;
  const { type, data } = JSON.parse(envelope) as {
    type: string;
    data: { postings: readonly { account: string; asset: string; side: string; amountMinor: string }[] };
  };
  if (type !== 'JournalPosted') return;
  for (const { account, asset, side, amountMinor } of data.postings) {
    const name = `${account} ${asset}`;
    view.nets.set(name, (view.nets.get(name) ?? 0n) + (side === 'credit' ? 1n : -1n) * BigInt(amountMinor));
  }
};

/** Follows a tenant's log late, in pieces, and often the same piece again: at least once is all a subscription is promised. */
export const follow = (bank: SimulatedBank, tenantId: string, random: Random): Subscriber => {
  const view = emptyView();
  let isOver = false;
  const deliver = async (): Promise<void> => {
    const again = BigInt(random.below(20));
    const log = await bank.log(tenantId, view.seq > again ? view.seq - again : 0n);
    for (const event of log.slice(0, 1 + random.below(60))) fold(view, event);
  };
  const following = (async () => {
    while (!isOver) {
      await deliver();
      await bank.pause(random.below(400));
    }
  })();
  return {
    conclude: async () => {
      isOver = true;
      await following;
      for (const event of await bank.log(tenantId, view.seq)) fold(view, event);
      const rebuilt = emptyView();
      for (const event of await bank.log(tenantId)) fold(rebuilt, event);
      const problems: string[] = [];
      for (const [name, net] of rebuilt.nets)
        if (view.nets.get(name) !== net)
          problems.push(`a subscriber saw ${name} at ${view.nets.get(name)} and not ${net}`);
      for (const { account, asset, creditsMinor, debitsMinor } of await bank.balances(tenantId))
        if (creditsMinor - debitsMinor !== (view.nets.get(`${account} ${asset}`) ?? 0n))
          problems.push(`a subscriber's ${account} ${asset} is not what the balance says`);
      return problems;
    },
  };
};
