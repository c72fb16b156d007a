import type { StandingOrder } from '@finaegis/cli/import/import-orders';
import { derivedUuid } from '@finaegis/kernel/id';
import { type Branch, demand, submit } from './submit.ts';

/** What became of one month's orders. */
export interface OrderRun {
  readonly executed: number;
  readonly repeated: number;
  readonly refused: number;
  /** Why orders were refused, by code. */
  readonly reasons: Readonly<Record<string, number>>;
  readonly totalMinor: bigint;
}

/** A month in which nothing was left to do. */
export const noRun: OrderRun = { executed: 0, repeated: 0, refused: 0, reasons: {}, totalMinor: 0n };

const entity = 'main';

/** The account for what we owe another bank until it is settled. */
export const clearingAccount = (bankCode: string): string => `${entity}:${clearingCode(bankCode)}`;
const clearingCode = (bankCode: string): string => `clearing/bank-${bankCode.toLowerCase()}`;

/** Opens one clearing account for each counterparty bank and gives back the banks. */
export const openClearing = async (branch: Branch, orders: readonly StandingOrder[]): Promise<readonly string[]> => {
  const banks = [...new Set(orders.map(({ record }) => record.counterpartyBank))].toSorted();
  const { openHouseAccount } = branch.bank.modules.ledger.handlers;
  await Promise.all(
    banks.map((bankCode) =>
      demand(branch, openHouseAccount, { entity, chartCode: clearingCode(bankCode), hasFloor: false }),
    ),
  );
  return banks;
};

/** Pays cash in on every account that orders something, exactly what one month of its orders needs. */
export const fundAccounts = async (branch: Branch, orders: readonly StandingOrder[]): Promise<void> => {
  const needs = new Map<string, bigint>();
  for (const { accountId, record } of orders) needs.set(accountId, (needs.get(accountId) ?? 0n) + record.amountMinor);
  const { recordDeposit } = branch.bank.modules.account.handlers;
  await Promise.all(
    [...needs].map(([accountId, amountMinor]) =>
      demand(branch, recordDeposit, {
        depositId: derivedUuid('czech-bank', branch.tenantId, 'funding', accountId),
        accountId,
        asset: 'CZK',
        amountMinor,
      }),
    ),
  );
};

/** Runs every order once for the month. An order that was run before is found again by its journal and changes nothing. */
export const runOrders = async (branch: Branch, orders: readonly StandingOrder[], month: number): Promise<OrderRun> => {
  const outcomes = await Promise.all(orders.map((order) => runOrder(branch, order, month)));
  const reasons: Record<string, number> = {};
  for (const outcome of outcomes)
    if (outcome.kind === 'refused') reasons[outcome.code] = (reasons[outcome.code] ?? 0) + 1;
  const count = (kind: 'executed' | 'repeated' | 'refused'): number =>
    outcomes.filter((outcome) => outcome.kind === kind).length;
  const totalMinor = outcomes.reduce(
    (sum, outcome, index) => (outcome.kind === 'executed' ? sum + (orders[index]?.record.amountMinor ?? 0n) : sum),
    0n,
  );
  return { executed: count('executed'), repeated: count('repeated'), refused: count('refused'), reasons, totalMinor };
};

type OrderOutcome = { readonly kind: 'executed' | 'repeated' } | { readonly kind: 'refused'; readonly code: string };

const runOrder = async (
  branch: Branch,
  { orderId, accountId, record }: StandingOrder,
  month: number,
): Promise<OrderOutcome> => {
  const { externalId, counterpartyBank, counterpartyAccount, amountMinor, asset, purpose = 'unspecified' } = record;
  const ended = await submit(branch, branch.bank.modules.ledger.handlers.postJournal, {
    journalId: derivedUuid('czech-bank', orderId, String(month)),
    kind: 'standing_order',
    postings: [
      { account: accountId, asset, side: 'debit', amountMinor, purpose: 'principal' },
      { account: clearingAccount(counterpartyBank), asset, side: 'credit', amountMinor, purpose: 'principal' },
    ],
    captures: [],
    metadata: { order: externalId, counterpartyBank, counterpartyAccount, purpose },
  });
  if (!ended.accepted) return { kind: 'refused', code: ended.refusal.code };
  return { kind: ended.isRepeat ? 'repeated' : 'executed' };
};

/** Pays each bank what we owe it from cash, so that its clearing account ends at zero; gives back those that do. */
export const settleClearing = async (
  branch: Branch,
  banks: readonly string[],
  month: number,
): Promise<readonly string[]> => {
  const { reads, handlers } = branch.bank.modules.ledger;
  const owed = async (bankCode: string): Promise<bigint> => {
    const [balance] = (await reads.balances(branch.tenantId, clearingAccount(bankCode))).filter(
      ({ asset }) => asset === 'CZK',
    );
    return balance === undefined ? 0n : balance.creditsMinor - balance.debitsMinor;
  };
  await Promise.all(
    banks.map(async (bankCode) => {
      const amountMinor = await owed(bankCode);
      if (amountMinor === 0n) return;
      await demand(branch, handlers.postJournal, {
        journalId: derivedUuid('czech-bank', branch.tenantId, 'settlement', bankCode, String(month)),
        kind: 'settlement',
        postings: [
          { account: clearingAccount(bankCode), asset: 'CZK', side: 'debit', amountMinor, purpose: 'settlement' },
          { account: `${entity}:cash`, asset: 'CZK', side: 'credit', amountMinor, purpose: 'settlement' },
        ],
        captures: [],
      });
    }),
  );
  const left = await Promise.all(banks.map(async (bankCode) => ({ bankCode, amountMinor: await owed(bankCode) })));
  return left.filter(({ amountMinor }) => amountMinor === 0n).map(({ bankCode }) => bankCode);
};
