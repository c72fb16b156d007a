import type { Transaction } from '@finaegis/platform/database/transaction';
import type { RawEvent, ReplayedBooks } from './replayed-books.ts';

const stretch = 5_000;

/** Folds the ledger's part of a tenant's log, in order, from its raw text. */
export const replayLedger = async (
  tx: Transaction,
  tenantId: string,
  fold: (event: RawEvent) => void,
): Promise<void> => {
  for (let after = 0n; ; ) {
    const { rows } = await tx.query<{ seq: bigint; type: string; envelope: string }>(
      `select seq, type, envelope from events where context = 'ledger' and tenant_id = $1 and seq > 0 and seq > $2 order by seq limit $3`,
      [tenantId, after, stretch],
    );
    for (const { seq, type, envelope } of rows) fold({ seq, type, data: (JSON.parse(envelope) as RawEvent).data });
    if (rows.length < stretch) return;
    after = rows.at(-1)?.seq ?? after;
  }
};

interface BalanceRow {
  readonly account_id: string;
  readonly asset: string;
  readonly text: string;
}

/** How the balance rows differ from the books. A row that a lock has made empty is none; a balance of nothing needs no row. */
export const compareBalances = async (
  tx: Transaction,
  tenantId: string,
  books: ReplayedBooks,
): Promise<readonly string[]> => {
  const { rows } = await tx.query<BalanceRow>(
    `select account_id, asset, concat_ws(' ', debits, credits, held_out, overdraft_limit, blocked, status, debit_blocks, credit_blocks) as text
      from ledger_balances where tenant_id = $1`,
    [tenantId],
  );
  const stored = new Map(rows.map(({ account_id: account, asset, text }) => [`${account} ${asset}`, text]));
  const expected = (name: string): string => {
    const account = books.accounts.get(name.slice(0, name.lastIndexOf(' ')));
    const {
      debits = 0n,
      credits = 0n,
      heldOut = 0n,
      overdraftLimit = 0n,
      blocked = 0n,
    } = books.balances.get(name) ?? {};
    const life = `${account?.isClosed === true ? 'closed' : 'open'} ${account?.debitBlocks ?? 0} ${account?.creditBlocks ?? 0}`;
    return [debits, credits, heldOut, overdraftLimit, blocked, life].join(' ');
  };
  const missing = [...books.balances].filter(
    ([name, { debits, credits, heldOut }]) => !stored.has(name) && (debits > 0n || credits > 0n || heldOut > 0n),
  );
  return [
    ...missing.map(([name]) => `the balance ${name} has no row and should say ${expected(name)}`),
    ...[...stored].flatMap(([name, text]) =>
      text === expected(name) ? [] : [`the balance ${name} says ${text} and should say ${expected(name)}`],
    ),
  ];
};

/** How the rows of holds differ from the books. */
export const compareHolds = async (
  tx: Transaction,
  tenantId: string,
  books: ReplayedBooks,
): Promise<readonly string[]> => {
  const { rows } = await tx.query<{ hold_id: string; text: string }>(
    `select hold_id, concat_ws(' ', account_id, asset, amount, captured, remaining, status) as text from ledger_holds where tenant_id = $1`,
    [tenantId],
  );
  const stored = new Map(rows.map(({ hold_id: holdId, text }) => [holdId, text]));
  const expected = new Map(
    [...books.holds].map(([holdId, { account, asset, amount, captured, remaining, status }]) => [
      holdId,
      [account, asset, amount, captured, remaining, status].join(' '),
    ]),
  );
  return [...new Set([...stored.keys(), ...expected.keys()])].flatMap((holdId) =>
    stored.get(holdId) === expected.get(holdId)
      ? []
      : [
          `the hold ${holdId} says ${stored.get(holdId) ?? 'nothing'} and should say ${expected.get(holdId) ?? 'nothing'}`,
        ],
  );
};

/** How the rows of announcements differ from the books: what is open in them is what an account shows as held in. */
export const compareIncoming = async (
  tx: Transaction,
  tenantId: string,
  books: ReplayedBooks,
): Promise<readonly string[]> => {
  const { rows } = await tx.query<{ id: string; text: string }>(
    `select announcement_id as id, concat_ws(' ', account_id, asset, amount, status) as text from ledger_incoming_v1 where tenant_id = $1`,
    [tenantId],
  );
  const stored = new Map(rows.map(({ id, text }) => [id, text]));
  const expected = new Map(
    [...books.incoming].map(([id, { account, asset, amount, status }]) => [
      id,
      [account, asset, amount, status].join(' '),
    ]),
  );
  return [...new Set([...stored.keys(), ...expected.keys()])].flatMap((id) =>
    stored.get(id) === expected.get(id)
      ? []
      : [`the announcement ${id} says ${stored.get(id) ?? 'nothing'} and should say ${expected.get(id) ?? 'nothing'}`],
  );
};
