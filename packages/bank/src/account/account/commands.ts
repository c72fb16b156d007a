import { accept, type Decision } from '@finaegis/kernel/decision';
import type { CommandFacts, CommandHandler, Loaded, Needs } from '@finaegis/platform/command/handler';
import type { LockedTable } from '@finaegis/platform/command/locked-table';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import type { PersonalRef, SealedValue } from '@finaegis/platform/event-store/personal-ref';
import { assetCode, text, uuid } from '@finaegis/platform/http/amount';
import type { Services } from '@finaegis/platform/services';
import { z } from 'zod';
import type { AssetDirectory } from '../../asset/contract.ts';
import {
  type Balance,
  type ClosingRefusal,
  closeLedgerAccount,
  type LedgerAccountRefusal,
  ledgerAccountAggregate,
  lifeNeeds,
  loadedEntity,
  openingNeeds,
  openLedgerAccount,
  remainingBalances,
} from '../../ledger/contract.ts';
import { decideGrantMandate, grantMandateNeeds, type MandateRefusal } from '../../party/contract.ts';
import { numbersOf } from '../identifier/identifier.ts';
import { productName } from '../product/commands.ts';
import { statementCycles } from '../product/events.ts';
import { beginning, productAggregate, versionsOf } from '../product/product.ts';
import { accountsTable } from '../views/accounts.ts';
import { externalKey, identifiersTable } from '../views/identifiers.ts';
import { numberingTable } from '../views/numbering.ts';
import {
  type Account,
  type AccountRefusal,
  accountAggregate,
  closeAccount,
  type OpenAccount,
  type OpeningFacts,
  openAccount,
} from './account.ts';

/** What the handlers of accounts are built over. */
export interface AccountTools {
  readonly assets: Pick<AssetDirectory, 'get'>;
  readonly balances: LockedTable<Balance>;
  readonly personalData: Pick<Services['personalData'], 'seal'>;
}

/** An account to open, as plain JSON; `name` is personal data and is sealed before anything is recorded. */
export const openAccountSchema: z.ZodType<OpenAccountData> = z.strictObject({
  accountId: uuid,
  entity: text(32),
  product: productName,
  productVersion: z.int().min(1).optional(),
  asset: assetCode,
  holders: z
    .array(z.strictObject({ partyId: uuid, kind: z.enum(['owner', 'joint']), mandateId: uuid }))
    .max(20)
    .readonly(),
  statementCycle: z.enum(statementCycles).optional(),
  externalReference: text(100).optional(),
  name: text(100).optional(),
});

/** Data of OpenAccount. */
export interface OpenAccountData extends OpenAccount {
  /** What the holder calls it. */
  readonly name?: string | undefined;
}

/** What opening found and sealed before it was queued. */
export interface OpenRefs {
  readonly isAssetKnown: boolean;
  readonly name?: PersonalRef;
  readonly sealed: readonly SealedValue[];
}

/** Refusals of an opening, those of the neighbours who decide with us among them. */
export type OpeningRefusal =
  | AccountRefusal
  | MandateRefusal
  | Extract<LedgerAccountRefusal, { readonly code: 'account_exists_with_different_terms' }>;

/** Refusals of opening and closing. */
export type AccountCommandRefusal = OpeningRefusal | ClosingRefusal;

/** How the account stands after a command on it. */
export const accountResult = (loaded: Loaded, { accountId }: { readonly accountId: string }): Account => {
  const { state } = loaded.stream(accountAggregate, accountId);
  if (state.status === 'unknown') throw new Error(`Account ${accountId} was accepted and is not there.`);
  return state;
};

const openingRows = ({ accountId, entity, product, holders, externalReference }: OpenAccount): Needs => {
  const neighbours = [openingNeeds({ entity, accountId }), ...holders.map(grantMandateNeeds)];
  return {
    rows: [
      ...neighbours.flatMap(({ rows }) => rows ?? []),
      { table: accountsTable, key: accountId },
      { table: numberingTable, key: entity },
      ...(externalReference === undefined ? [] : [{ table: identifiersTable, key: externalKey(externalReference) }]),
    ],
    streams: [
      ...neighbours.flatMap(({ streams }) => streams ?? []),
      { aggregate: accountAggregate, id: accountId },
      { aggregate: productAggregate, id: product },
    ],
  };
};

const openingFacts = (
  loaded: Loaded,
  { entity, product, externalReference }: OpenAccount,
  refs: OpenRefs,
): OpeningFacts => {
  const numbering = loaded.row(numberingTable, entity);
  const sequence = numbering?.nextNumber ?? 1n;
  return {
    isEntityKnown: loadedEntity(loaded, entity) !== undefined,
    isAssetKnown: refs.isAssetKnown,
    product: versionsOf(product, loaded.stream(productAggregate, product).state),
    name: refs.name,
    next: { sequence, identifiers: numbersOf(numbering?.bank, sequence) },
    isReferenceTaken:
      externalReference !== undefined && loaded.row(identifiersTable, externalKey(externalReference)) !== undefined,
  };
};

/** What the ledger and the party context record of the same opening, or the first of them that says no. */
const decideNeighbours = (
  loaded: Loaded,
  { accountId, entity, holders }: OpenAccount,
  facts: CommandFacts,
): Decision<NewEvent, OpeningRefusal> => {
  const opened = openLedgerAccount(loaded.stream(ledgerAccountAggregate, accountId).state, {
    accountId,
    entity,
    kind: 'customer',
    class: 'liability',
    hasFloor: true,
  });
  if (!opened.accepted) return opened as Decision<NewEvent, OpeningRefusal>;
  const events = [...opened.events];
  for (const { mandateId, partyId, kind } of holders) {
    const granted = decideGrantMandate(loaded, { mandateId, partyId, accountId, kind, limits: [] }, facts);
    if (!granted.accepted) return granted;
    events.push(...granted.events);
  }
  return accept(...events);
};

/** Opens an account in one commit with its place in the ledger, its numbers and its holders' mandates. */
export const openAccountHandler = (
  tools: AccountTools,
): CommandHandler<OpenAccountData, OpenRefs, Account, OpeningRefusal> => ({
  name: 'account.OpenAccount',
  schema: openAccountSchema,
  permission: 'account:open',
  weight: ({ holders }) => 4 + holders.length,
  prepare: async ({ accountId, asset, name }, { tenantId }) => {
    const [facts, sealed] = await Promise.all([
      tools.assets.get(tenantId, asset),
      name === undefined ? [] : tools.personalData.seal(tenantId, `account:${accountId}`, [name]),
    ]);
    const [text] = sealed;
    return {
      isAssetKnown: facts !== undefined,
      sealed: text === undefined ? [] : [text.sealed],
      ...(text === undefined ? {} : { name: text.reference }),
    };
  },
  loads: openingRows,
  decide: (loaded, { name: _text, ...command }, facts, refs) => {
    const { state } = loaded.stream(accountAggregate, command.accountId);
    const opened = openAccount(state, command, openingFacts(loaded, command, refs));
    if (!opened.accepted || opened.events.length === 0) return opened;
    const neighbours = decideNeighbours(loaded, command, facts);
    if (!neighbours.accepted) return neighbours;
    const begun = beginning(command.product, loaded.stream(productAggregate, command.product).state);
    return accept(...begun, ...opened.events, ...neighbours.events);
  },
  sealed: ({ sealed }) => sealed,
  result: accountResult,
});

/** Data of CloseAccount. */
export interface CloseAccount {
  readonly accountId: string;
}

/** Closes an account in one commit with its place in the ledger, which must be at zero in every asset and hold nothing. */
export const closeAccountHandler = (
  tools: Pick<AccountTools, 'balances'>,
): CommandHandler<CloseAccount, undefined, Account, AccountCommandRefusal> => ({
  name: 'account.CloseAccount',
  schema: z.strictObject({ accountId: uuid }),
  permission: 'account:close',
  loads: ({ accountId }) => {
    const { rows = [], streams = [] } = lifeNeeds(tools.balances, accountId);
    return {
      rows: [...rows, { table: accountsTable, key: accountId }],
      streams: [...streams, { aggregate: accountAggregate, id: accountId }],
    };
  },
  decide: (loaded, { accountId }) => {
    const closed = closeAccount(loaded.stream(accountAggregate, accountId).state, { accountId });
    if (!closed.accepted || closed.events.length === 0) return closed;
    const { state } = loaded.stream(ledgerAccountAggregate, accountId);
    const ledger = closeLedgerAccount(state, { accountId }, remainingBalances(loaded, tools.balances, accountId));
    return ledger.accepted ? accept(...closed.events, ...ledger.events) : ledger;
  },
  result: accountResult,
});
