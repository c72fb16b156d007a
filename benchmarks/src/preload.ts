import type { Bank } from '@finaegis/server/bank';
import { sidesOf } from './account-choice.ts';
import { type Books, tenantId } from './ledger-books.ts';
import type { LedgerWork } from './ledger-work.ts';
import type { ListPages } from './list-pages.ts';
import { runLoad } from './load.ts';
import type { Measurement } from './rounds.ts';

/** When the preloaded transfers were booked: instants to ask for lie in between. */
export interface Preloaded {
  readonly fromMs: number;
  readonly toMs: number;
}

const callers = 4;
const perCall = 1_000;
const viewsTimeoutMs = 3_600_000;

/** Puts transfers in through the bulk lane, has the views follow them to the end, and gathers the planner's statistics. */
export const preload = async (
  books: Books,
  work: LedgerWork,
  { transfers, note }: { readonly transfers: number; readonly note: (text: string) => void },
): Promise<Preloaded> => {
  const next = sidesOf('uniform', books.accounts);
  const fromMs = Date.now();
  let [left, done] = [transfers, 0];
  const noteEvery = Math.ceil(transfers / 10);
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (left > 0) {
        const count = Math.min(perCall, left);
        left -= count;
        await work.batch(Array.from({ length: count }, next));
        const isNews = Math.floor((done + count) / noteEvery) > Math.floor(done / noteEvery);
        done += count;
        if (isNews) note(`${done} of ${transfers} transfers preloaded`);
      }
    }),
  );
  const toMs = Date.now();
  note(`preloaded ${transfers} transfers in ${Math.round((toMs - fromMs) / 1_000)} s; the views follow`);
  await followToEnd(books.bank);
  return { fromMs, toMs };
};

const followToEnd = async (bank: Bank): Promise<void> => {
  const follower = bank.follow();
  const { rows } = await bank.pools.read.query<{ seq: bigint }>('select seq from tenant_heads where tenant_id = $1', [
    tenantId,
  ]);
  const isThere = await follower.caughtUp({ tenantId, seq: rows[0]?.seq ?? 0n }, viewsTimeoutMs);
  if (!isThere) throw new Error(`The views did not follow: ${JSON.stringify([...follower.stopped])}`);
  // It would take its share of the machine from every cell that is measured without a server.
  await follower.close();
};

const pageSize = 51;

/** Reads by the bank's own read side: the balance of an account at an instant of the preload, and first pages of lists in turn; and over HTTP the first page of every list there is. */
export const readMeasurements = (
  { bank, accounts }: Books,
  { fromMs, toMs }: Preloaded,
  lists: ListPages,
): readonly Measurement[] => {
  const { reads, directory } = bank.modules.ledger;
  const anyAccount = (): string => accounts[Math.floor(Math.random() * accounts.length)] ?? '';
  const firstPages: readonly (() => Promise<readonly unknown[]>)[] = [
    () => reads.journals(tenantId, {}, { limit: pageSize }),
    () => reads.journals(tenantId, { accounts: [anyAccount()] }, { limit: pageSize }),
    () => reads.postings(tenantId, { account: anyAccount() }, { limit: pageSize }),
    () => reads.postings(tenantId, { account: anyAccount(), side: 'debit' }, { limit: pageSize }),
    () => reads.holds(tenantId, { account: anyAccount() }, { limit: pageSize }),
  ];
  const balanceAtInstant = async (): Promise<void> => {
    const accountId = anyAccount();
    const facts = (await directory.accounts(tenantId, [accountId])).get(accountId);
    if (facts === undefined) throw new Error(`Account ${accountId} is not there.`);
    const at = new Date(fromMs + Math.random() * (toMs - fromMs)).toISOString();
    const posted = await reads.postedAt(tenantId, facts, at);
    if (posted.length !== 1) throw new Error(`Account ${accountId} had ${posted.length} balances at ${at}.`);
  };
  return [
    readMeasurement('balance-at-instant', balanceAtInstant),
    readMeasurement('list-first-page', async (count) => {
      await firstPages[count % firstPages.length]?.();
    }),
    readMeasurement('list-first-page-http', (count) => lists.first(lists.paths[count % lists.paths.length] ?? '')),
  ];
};

/** Reads book nothing, so nothing is counted and nothing has to be checked after them. */
const readMeasurement = (id: string, call: (count: number) => Promise<void>): Measurement => ({
  id,
  measure: async (durationMs) => ({
    cell: await runLoad({ callers: 1, durationMs, call: (_caller, count) => call(count) }),
    transfers: 0,
  }),
  check: async () => undefined,
});
