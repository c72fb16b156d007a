import { reject } from '@finaegis/kernel/decision';
import type { CommandHandler, Loaded, Needs } from '@finaegis/platform/command/handler';
import { z } from 'zod';
import { postedOf } from '../balance.ts';
import { classOf, houseAccountId } from '../entity/chart.ts';
import type { LedgerTools } from '../journal/commands.ts';
import { blockReasons, minor } from '../terms.ts';
import { accountsTable } from '../views/accounts.ts';
import { balanceKey, every } from '../views/balances.ts';
import { entitiesTable } from '../views/entities.ts';
import {
  type LedgerAccount,
  type LedgerAccountRefusal,
  type LiftBlock,
  ledgerAccountAggregate,
  liftBlock,
  type OpenLedgerAccount,
  openLedgerAccount,
  type PlaceBlock,
  placeBlock,
  type RemainingBalance,
  type SetOverdraftLimit,
  setOverdraftLimit,
} from './account.ts';

/** Locks for a change of an account's life: the account, then every balance it has. */
export const lifeNeeds = (balances: LedgerTools['balances'], accountId: string): Needs => ({
  rows: [
    { table: accountsTable, key: accountId },
    { table: balances, key: balanceKey(accountId, every) },
  ],
  streams: [{ aggregate: ledgerAccountAggregate, id: accountId }],
});

/** Locks for opening an account: its entity shared, so that it exists, and the account's own row. */
export const openingNeeds = ({ entity, accountId }: Pick<OpenLedgerAccount, 'entity' | 'accountId'>): Needs => ({
  rows: [
    { table: entitiesTable, key: entity, mode: 'share' },
    { table: accountsTable, key: accountId },
  ],
  streams: [{ aggregate: ledgerAccountAggregate, id: accountId }],
});

/** What an account still holds, from the balances its life-cycle command locked. */
export const remainingBalances = (
  loaded: Loaded,
  balances: LedgerTools['balances'],
  accountId: string,
): readonly RemainingBalance[] =>
  loaded
    .rows(balances)
    .filter(({ row }) => row.account === accountId)
    .map(({ row }) => ({ asset: row.asset, postedMinor: postedOf(row), heldOutMinor: row.heldOutMinor }));

const accountResult = (loaded: Loaded, { accountId }: { readonly accountId: string }): LedgerAccount => {
  const { state } = loaded.stream(ledgerAccountAggregate, accountId);
  if (state.status === 'unknown') throw new Error('An account was accepted and is not there.');
  return state;
};

export type OpenHouseAccountRefusal =
  | LedgerAccountRefusal
  | { readonly code: 'entity_unknown' }
  | { readonly code: 'chart_code_unknown'; readonly chartCode: string };

/** Data of OpenHouseAccount. */
export interface OpenHouseAccount {
  readonly entity: string;
  /** Place in the chart: `nostro/ing`. */
  readonly chartCode: string;
  /** House accounts have no floor unless given one, for ever. */
  readonly hasFloor: boolean;
}

const houseTerms = ({ entity, chartCode, hasFloor }: OpenHouseAccount): OpenLedgerAccount | undefined => {
  const accountClass = classOf(chartCode);
  return accountClass === undefined
    ? undefined
    : {
        accountId: houseAccountId(entity, chartCode),
        entity,
        kind: 'house',
        class: accountClass,
        hasFloor,
        code: chartCode,
      };
};

/** Adds a leaf to an entity's chart of accounts. */
export const openHouseAccountHandler = (
  _tools: LedgerTools,
): CommandHandler<OpenHouseAccount, undefined, LedgerAccount, OpenHouseAccountRefusal> => ({
  name: 'ledger.OpenHouseAccount',
  schema: z.strictObject({ entity: z.string(), chartCode: z.string(), hasFloor: z.boolean() }),
  permission: 'ledger:chart',
  loads: ({ entity, chartCode }) => openingNeeds({ entity, accountId: houseAccountId(entity, chartCode) }),
  decide: (loaded, data) => {
    if (loaded.row(entitiesTable, data.entity) === undefined) return reject({ code: 'entity_unknown' });
    const terms = houseTerms(data);
    if (terms === undefined) return reject({ code: 'chart_code_unknown', chartCode: data.chartCode });
    return openLedgerAccount(loaded.stream(ledgerAccountAggregate, terms.accountId).state, terms);
  },
  result: (loaded, { entity, chartCode }) => accountResult(loaded, { accountId: houseAccountId(entity, chartCode) }),
});

/** Stops debits, credits or an amount of one asset; several blocks may stand at once. */
export const placeBlockHandler = ({
  balances,
}: LedgerTools): CommandHandler<PlaceBlock, undefined, LedgerAccount, LedgerAccountRefusal> => ({
  name: 'ledger.PlaceBlock',
  schema: z.strictObject({
    accountId: z.string(),
    blockId: z.string(),
    kind: z.enum(['debit', 'credit', 'amount']),
    asset: z.string().optional(),
    amountMinor: minor.optional(),
    reason: z.enum(blockReasons),
  }),
  permission: 'ledger:block',
  loads: ({ accountId }) => lifeNeeds(balances, accountId),
  decide: (loaded, data) => placeBlock(loaded.stream(ledgerAccountAggregate, data.accountId).state, data),
  result: accountResult,
});

/** Ends one block. */
export const liftBlockHandler = ({
  balances,
}: LedgerTools): CommandHandler<LiftBlock, undefined, LedgerAccount, LedgerAccountRefusal> => ({
  name: 'ledger.LiftBlock',
  schema: z.strictObject({ accountId: z.string(), blockId: z.string() }),
  permission: 'ledger:block',
  loads: ({ accountId }) => lifeNeeds(balances, accountId),
  decide: (loaded, data) => liftBlock(loaded.stream(ledgerAccountAggregate, data.accountId).state, data),
  result: accountResult,
});

/** Sets how far below zero normal debits may go in one asset. Lowering it below what is used stops further debits and forces nothing. */
export const setOverdraftLimitHandler = ({
  balances,
}: LedgerTools): CommandHandler<SetOverdraftLimit, undefined, LedgerAccount, LedgerAccountRefusal> => ({
  name: 'ledger.SetOverdraftLimit',
  schema: z.strictObject({ accountId: z.string(), asset: z.string(), limitMinor: minor }),
  permission: 'ledger:overdraft',
  loads: ({ accountId, asset }) => ({
    rows: [{ table: balances, key: balanceKey(accountId, asset) }],
    streams: [{ aggregate: ledgerAccountAggregate, id: accountId }],
  }),
  decide: (loaded, data) => setOverdraftLimit(loaded.stream(ledgerAccountAggregate, data.accountId).state, data),
  result: accountResult,
});
