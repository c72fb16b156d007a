import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import type { AccountClass, BlockReason } from '../terms.ts';
import {
  accountBlockLifted,
  accountBlockPlaced,
  ledgerAccountClosed,
  ledgerAccountOpened,
  overdraftLimitSet,
} from './events.ts';

/** A rule that stops debits, credits, or an amount of one asset; several may stand at once. */
export interface Block {
  readonly blockId: string;
  readonly kind: 'debit' | 'credit' | 'amount';
  readonly asset?: string | undefined;
  readonly amountMinor?: bigint | undefined;
  readonly reason: BlockReason;
}

export interface OpenLedgerAccount {
  readonly accountId: string;
  readonly entity: string;
  readonly kind: 'house' | 'customer';
  readonly class: AccountClass;
  readonly hasFloor: boolean;
  readonly code?: string | undefined;
}

export interface PlaceBlock extends Block {
  readonly accountId: string;
}

export interface LiftBlock {
  readonly accountId: string;
  readonly blockId: string;
}

export interface SetOverdraftLimit {
  readonly accountId: string;
  readonly asset: string;
  readonly limitMinor: bigint;
}

export type LedgerAccountRefusal =
  | { readonly code: 'account_unknown'; readonly account: string }
  | { readonly code: 'account_exists_with_different_terms'; readonly account: string }
  | { readonly code: 'account_closed'; readonly account: string }
  | { readonly code: 'account_has_no_floor'; readonly account: string }
  | { readonly code: 'block_unknown'; readonly blockId: string }
  | { readonly code: 'block_exists_with_different_terms'; readonly blockId: string };

export type ClosingRefusal =
  | Extract<LedgerAccountRefusal, { readonly code: 'account_unknown' }>
  | {
      readonly code: 'account_not_empty';
      readonly account: string;
      readonly asset: string;
      readonly postedMinor: bigint;
      readonly heldOutMinor: bigint;
    };

export interface LedgerAccount extends OpenLedgerAccount {
  readonly status: 'open' | 'closed';
  readonly blocks: readonly Block[];
  /** Blocks that were lifted; a block's id is used once. */
  readonly lifted: readonly string[];
  readonly overdraftLimits: ReadonlyMap<string, bigint>;
}

export type LedgerAccountState = { readonly status: 'unknown' } | LedgerAccount;

const definitions = [
  ledgerAccountOpened,
  accountBlockPlaced,
  accountBlockLifted,
  overdraftLimitSet,
  ledgerAccountClosed,
] as const;
type LedgerAccountEvent = EventOf<(typeof definitions)[number]>;

const evolve = (state: LedgerAccountState, event: Recorded<LedgerAccountEvent>): LedgerAccountState => {
  const account = state as LedgerAccount;
  switch (event.type) {
    case 'LedgerAccountOpened':
      return { ...event.data, status: 'open', blocks: [], lifted: [], overdraftLimits: new Map() };
    case 'AccountBlockPlaced': {
      const { accountId: _account, ...block } = event.data;
      return { ...account, blocks: [...account.blocks, block] };
    }
    case 'AccountBlockLifted':
      return {
        ...account,
        blocks: account.blocks.filter(({ blockId }) => blockId !== event.data.blockId),
        lifted: [...account.lifted, event.data.blockId],
      };
    case 'OverdraftLimitSet':
      return {
        ...account,
        overdraftLimits: new Map(account.overdraftLimits).set(event.data.asset, event.data.limitMinor),
      };
    case 'LedgerAccountClosed':
      return { ...account, status: 'closed' };
    default:
      return unreachable(event);
  }
};

/** The life of an account in the ledger; money moves on journal streams, never here. */
export const ledgerAccountAggregate: Aggregate<LedgerAccountState, LedgerAccountEvent> = defineAggregate({
  context: 'ledger',
  name: 'account',
  initial: { status: 'unknown' } as LedgerAccountState,
  events: definitions,
  evolve,
});

export const openLedgerAccount = (
  state: LedgerAccountState,
  command: OpenLedgerAccount,
): Decision<NewEvent, LedgerAccountRefusal> => {
  const { accountId, entity, kind, class: accountClass, hasFloor, code } = command;
  if (state.status === 'unknown') {
    const data = { accountId, entity, kind, class: accountClass, hasFloor, ...(code === undefined ? {} : { code }) };
    return accept(ledgerAccountAggregate.record(accountId, 'LedgerAccountOpened', data));
  }
  const isSame =
    state.entity === entity &&
    state.kind === kind &&
    state.class === accountClass &&
    state.hasFloor === hasFloor &&
    state.code === code;
  return isSame ? accept() : reject({ code: 'account_exists_with_different_terms', account: accountId });
};

export const placeBlock = (
  state: LedgerAccountState,
  { accountId, ...block }: PlaceBlock,
): Decision<NewEvent, LedgerAccountRefusal> => {
  if (state.status === 'unknown') return reject({ code: 'account_unknown', account: accountId });
  const existing = state.blocks.find(({ blockId }) => blockId === block.blockId);
  if (existing !== undefined)
    return isSameBlock(existing, block)
      ? accept()
      : reject({ code: 'block_exists_with_different_terms', blockId: block.blockId });
  // A lifted block asked for again is an old request arriving late; placing it anew would need a new id.
  if (state.lifted.includes(block.blockId)) return accept();
  if (state.status === 'closed') return reject({ code: 'account_closed', account: accountId });
  // Nobody locks or reads a balance without a floor, so a block on it would stop nothing.
  if (!state.hasFloor) return reject({ code: 'account_has_no_floor', account: accountId });
  const { blockId, kind, asset, amountMinor, reason } = block;
  const data = {
    accountId,
    blockId,
    kind,
    reason,
    ...(asset === undefined ? {} : { asset }),
    ...(amountMinor === undefined ? {} : { amountMinor }),
  };
  return accept(ledgerAccountAggregate.record(accountId, 'AccountBlockPlaced', data));
};

const isSameBlock = (a: Block, b: Block): boolean =>
  a.kind === b.kind && a.asset === b.asset && a.amountMinor === b.amountMinor && a.reason === b.reason;

export const liftBlock = (
  state: LedgerAccountState,
  { accountId, blockId }: LiftBlock,
): Decision<NewEvent, LedgerAccountRefusal> => {
  if (state.status === 'unknown') return reject({ code: 'account_unknown', account: accountId });
  if (state.lifted.includes(blockId)) return accept();
  const block = state.blocks.find((standing) => standing.blockId === blockId);
  if (block === undefined) return reject({ code: 'block_unknown', blockId });
  return accept(ledgerAccountAggregate.record(accountId, 'AccountBlockLifted', { accountId, ...block }));
};

export const setOverdraftLimit = (
  state: LedgerAccountState,
  { accountId, asset, limitMinor }: SetOverdraftLimit,
): Decision<NewEvent, LedgerAccountRefusal> => {
  if (state.status === 'unknown') return reject({ code: 'account_unknown', account: accountId });
  if ((state.overdraftLimits.get(asset) ?? 0n) === limitMinor) return accept();
  if (state.status === 'closed') return reject({ code: 'account_closed', account: accountId });
  if (!state.hasFloor) return reject({ code: 'account_has_no_floor', account: accountId });
  return accept(ledgerAccountAggregate.record(accountId, 'OverdraftLimitSet', { accountId, asset, limitMinor }));
};

/** What closing needs to know of each asset the account ever held. */
export interface RemainingBalance {
  readonly asset: string;
  readonly postedMinor: bigint;
  readonly heldOutMinor: bigint;
}

export const closeLedgerAccount = (
  state: LedgerAccountState,
  { accountId }: { readonly accountId: string },
  balances: readonly RemainingBalance[],
): Decision<NewEvent, ClosingRefusal> => {
  if (state.status === 'unknown') return reject({ code: 'account_unknown', account: accountId });
  if (state.status === 'closed') return accept();
  const remaining = balances.find(({ postedMinor, heldOutMinor }) => postedMinor !== 0n || heldOutMinor !== 0n);
  if (remaining !== undefined) return reject({ code: 'account_not_empty', account: accountId, ...remaining });
  return accept(ledgerAccountAggregate.record(accountId, 'LedgerAccountClosed', { accountId }));
};
