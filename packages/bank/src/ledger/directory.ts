import { fold } from '@finaegis/platform/event-store/aggregate';
import { readStream, type StreamAddress } from '@finaegis/platform/event-store/read';
import type { Services } from '@finaegis/platform/services';
import { read } from '@finaegis/platform/services';
import type { AccountFacts, JournalState } from './journal/journal.ts';
import { journalAggregate } from './journal/journal.ts';
import { accountsName } from './views/accounts.ts';
import { holdsName } from './views/holds.ts';

/** Facts that never change and so may be known before anything is locked: whose account it is, what a hold reserves, what a journal posted. */
export interface LedgerDirectory {
  accounts(tenantId: string, accountIds: readonly string[]): Promise<ReadonlyMap<string, AccountFacts>>;
  hold(tenantId: string, holdId: string): Promise<{ readonly account: string; readonly asset: string } | undefined>;
  /** The journal as it stands now; only its postings are immutable. */
  journal(tenantId: string, journalId: string): Promise<JournalState>;
}

const cachedMax = 500_000;

/** A directory with its own cache; existence and facts of an account are for ever, absence is never remembered. */
export const createDirectory = (services: Pick<Services, 'readPool' | 'catalogue'>): LedgerDirectory => {
  const accounts = new Map<string, AccountFacts>();
  const loader = accountLoader(services, accounts);
  return {
    accounts: async (tenantId, accountIds) => {
      const found = new Map<string, AccountFacts>();
      const missing: string[] = [];
      for (const accountId of new Set(accountIds)) {
        const facts = accounts.get(`${tenantId}/${accountId}`);
        if (facts === undefined) missing.push(accountId);
        else found.set(accountId, facts);
      }
      // The answer is everybody's who asked in this turn; copying all of it for each of them would take longer than the query.
      const loaded = missing.length === 0 ? undefined : await loader(tenantId, missing);
      for (const accountId of missing) {
        const facts = loaded?.get(accountId);
        if (facts !== undefined) found.set(accountId, facts);
      }
      return found;
    },
    hold: (tenantId, holdId) =>
      read(services, tenantId, async (tx) => {
        const { rows } = await tx.query<{ account_id: string; asset: string }>({
          name: 'hold-facts',
          text: `select account_id, asset from ${holdsName} where tenant_id = $1 and hold_id = $2`,
          values: [tenantId, holdId],
        });
        return rows[0] === undefined ? undefined : { account: rows[0].account_id, asset: rows[0].asset };
      }),
    journal: (tenantId, journalId) =>
      read(services, tenantId, async (tx) => {
        const address: StreamAddress = { tenantId, context: 'ledger', stream: journalAggregate.stream(journalId) };
        let state: JournalState = journalAggregate.initial;
        for (const event of await readStream(tx, services.catalogue, address))
          state = fold(journalAggregate, state, event);
        return state;
      }),
  };
};

interface StoredFacts {
  readonly account_id: string;
  readonly entity: string;
  readonly kind: AccountFacts['kind'];
  readonly class: AccountFacts['class'];
  readonly has_floor: boolean;
  readonly code: string | null;
}

/** Look-ups asked for in the same turn of the event loop travel as one query per tenant. */
const accountLoader = (services: Pick<Services, 'readPool'>, cache: Map<string, AccountFacts>) => {
  const waiting = new Map<
    string,
    { readonly ids: Set<string>; readonly answer: Promise<ReadonlyMap<string, AccountFacts>> }
  >();
  return (tenantId: string, accountIds: readonly string[]): Promise<ReadonlyMap<string, AccountFacts>> => {
    const open = waiting.get(tenantId) ?? begin(tenantId);
    for (const accountId of accountIds) open.ids.add(accountId);
    return open.answer;
  };

  function begin(tenantId: string) {
    const ids = new Set<string>();
    const answer = Promise.resolve().then(() => {
      waiting.delete(tenantId);
      return load(services, { tenantId, ids: [...ids], cache });
    });
    const open = { ids, answer };
    waiting.set(tenantId, open);
    return open;
  }
};

const load = (
  services: Pick<Services, 'readPool'>,
  {
    tenantId,
    ids,
    cache,
  }: { readonly tenantId: string; readonly ids: readonly string[]; readonly cache: Map<string, AccountFacts> },
): Promise<ReadonlyMap<string, AccountFacts>> =>
  read(services, tenantId, async (tx) => {
    const { rows } = await tx.query<StoredFacts>({
      name: 'account-facts',
      text: `select account_id, entity, kind, class, has_floor, code from ${accountsName} where tenant_id = $1 and account_id = any ($2)`,
      values: [tenantId, ids],
    });
    if (cache.size > cachedMax) cache.clear();
    const found = new Map<string, AccountFacts>();
    for (const { account_id: accountId, entity, kind, class: accountClass, has_floor: hasFloor, code } of rows) {
      const facts: AccountFacts = {
        accountId,
        entity,
        kind,
        class: accountClass,
        hasFloor,
        ...(code === null ? {} : { code }),
      };
      found.set(accountId, facts);
      cache.set(`${tenantId}/${accountId}`, facts);
    }
    return found;
  });
