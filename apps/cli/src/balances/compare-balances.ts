import type { Balance } from '@finaegis/bank/ledger/contract';
import type { RowBatch } from '@finaegis/platform/command/locked-table';
import { rowName, splitRowName } from '@finaegis/platform/command/locked-table';
import { inTransaction, type Transaction } from '@finaegis/platform/database/transaction';
import { open } from '@finaegis/platform/event-store/envelope';
import type { LoggedEvent } from '@finaegis/platform/event-store/event';
import { readLog } from '@finaegis/platform/event-store/read';
import type { Bank } from '@finaegis/server/bank';

/** Counters of a balance that a row repeats and a replay gives. */
const counters = ['debitsMinor', 'creditsMinor', 'heldOutMinor', 'blockedMinor', 'overdraftLimitMinor'] as const;

/** A counter of a balance row that is not what the log says. */
export interface BalanceDifference {
  readonly account: string;
  readonly asset: string;
  readonly field: (typeof counters)[number];
  readonly stored: bigint;
  readonly replayed: bigint;
}

/** What a comparison found. */
export interface BalanceComparison {
  readonly events: number;
  readonly balances: number;
  readonly differences: readonly BalanceDifference[];
}

const stretch = 5_000;

/**
 * Replays every journal, hold, block and limit of a tenant with the fold the commits use and holds the balance rows against it, both of one
 * moment, so that commands may go on meanwhile.
 */
export const compareBalances = (
  bank: Bank,
  tenantId: string,
  onProgress: (events: number) => void = () => undefined,
): Promise<BalanceComparison> =>
  inTransaction(bank.pools.read, { tenants: [tenantId], readOnly: true, isolation: 'repeatable read' }, async (tx) => {
    const { rows, events } = await replay(bank, tx, tenantId, onProgress);
    const stored = await readStored(tx, tenantId);
    const names = [...new Set([...stored.keys(), ...rows.keys()])].sort();
    const differences = names.flatMap((name) => {
      const replayed = rows.get(name);
      const its = stored.get(name);
      const [account, asset] = [name.slice(0, name.lastIndexOf(' ')), name.slice(name.lastIndexOf(' ') + 1)];
      return counters.flatMap((field): readonly BalanceDifference[] => {
        const should = replayed?.[field] ?? 0n;
        // A row that nothing has met yet is made with the blocks that stand on its account, whoever meets it, a repair included.
        const is = its?.[field] ?? (field === 'blockedMinor' ? should : 0n);
        return should === is ? [] : [{ account, asset, field, stored: is, replayed: should }];
      });
    });
    return { events, balances: stored.size, differences };
  });

type Counters = Pick<Balance, (typeof counters)[number]>;

const readStored = async (tx: Transaction, tenantId: string): Promise<ReadonlyMap<string, Counters>> => {
  const { rows } = await tx.query<
    Readonly<Record<'account_id' | 'asset' | 'debits' | 'credits' | 'held_out' | 'blocked' | 'overdraft_limit', string>>
  >(
    'select account_id, asset, debits, credits, held_out, blocked, overdraft_limit from ledger_balances where tenant_id = $1',
    [tenantId],
  );
  return new Map(
    rows.map((row) => [
      `${row.account_id} ${row.asset}`,
      {
        debitsMinor: BigInt(row.debits),
        creditsMinor: BigInt(row.credits),
        heldOutMinor: BigInt(row.held_out),
        blockedMinor: BigInt(row.blocked),
        overdraftLimitMinor: BigInt(row.overdraft_limit),
      },
    ]),
  );
};

const replay = async (
  { modules, services }: Bank,
  tx: Transaction,
  tenantId: string,
  onProgress: (events: number) => void,
): Promise<{ readonly rows: ReadonlyMap<string, Balance>; readonly events: number }> => {
  const { balances } = modules.ledger;
  const ledger = inMemory(tenantId);
  let events = 0;
  const { rows: heads } = await tx.query<{ seq: bigint }>('select seq from tenant_heads where tenant_id = $1', [
    tenantId,
  ]);
  const upTo = heads[0]?.seq ?? 0n;
  for (let after = 0n; after < upTo; ) {
    const { rows } = await readLog(tx, { tenantId, contexts: ['ledger'], after, upTo, limit: stretch });
    for (const row of rows) {
      // A repair says what was added to a row, not what the books say.
      const isOfBooks = balances.consumes.includes(row.type) && row.type !== 'BalanceRepaired';
      if (row.type !== 'LedgerAccountOpened' && !isOfBooks) continue;
      const event = open(services.catalogue, row.envelope, row.seq);
      ledger.meet(event);
      if (isOfBooks) balances.fold(ledger.batch, event);
    }
    events += rows.length;
    onProgress(events);
    after = rows.length < stretch ? upTo : (rows.at(-1)?.seq ?? upTo);
  }
  return { rows: ledger.rows, events };
};

interface Account {
  readonly entity: string;
  readonly class: Balance['class'];
  readonly hasFloor: boolean;
}

/** The batch a replay folds into: every balance is there as soon as an event names it, as a commit would have locked it. */
const inMemory = (
  tenantId: string,
): {
  readonly batch: RowBatch<Balance>;
  readonly rows: ReadonlyMap<string, Balance>;
  meet(event: LoggedEvent): void;
} => {
  const accounts = new Map<string, Account>();
  const rows = new Map<string, Balance>();
  const make = (account: string, asset: string): void => {
    const name = `${account} ${asset}`;
    if (rows.has(name)) return;
    const { entity = '', class: accountClass = 'liability', hasFloor = true } = accounts.get(account) ?? {};
    const zero = { debitsMinor: 0n, creditsMinor: 0n, heldOutMinor: 0n, blockedMinor: 0n, overdraftLimitMinor: 0n };
    rows.set(name, {
      account,
      asset,
      entity,
      class: accountClass,
      hasFloor,
      status: 'open',
      debitBlocks: 0,
      creditBlocks: 0,
      ...zero,
      bookedAt: undefined,
    });
  };
  const meet = ({ type, data }: LoggedEvent): void => {
    const { accountId, account, asset } = data as { accountId?: string; account?: string; asset?: string };
    if (type === 'LedgerAccountOpened') accounts.set(accountId ?? '', data as unknown as Account);
    for (const posting of (data['postings'] as readonly { account: string; asset: string }[] | undefined) ?? [])
      make(posting.account, posting.asset);
    const named = account ?? accountId;
    // The row comes first and the block then falls on it; that a block finds no row in a real commit makes no difference to the sum.
    if (named !== undefined && asset !== undefined) make(named, asset);
  };
  const batch: RowBatch<Balance> = {
    get: (_tenant, key) => rows.get(key),
    set: (_tenant, key, row) => void rows.set(key, row),
    values: () => rows.values(),
    *entries() {
      for (const [key, row] of rows) yield { ...splitRowName(rowName(tenantId, key)), row };
    },
    changed: [],
    scratch: new Map(),
  };
  return { batch, rows, meet };
};
