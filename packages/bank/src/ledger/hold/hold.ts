import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import type { PersonalRef } from '@finaegis/platform/event-store/personal-ref';
import { type Balance, shortfall } from '../balance.ts';
import { holdCaptured, holdExpired, holdIncreased, holdPlaced, holdVoided } from './events.ts';

export interface PlaceHold {
  readonly holdId: string;
  readonly account: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  /** Instant after which the hold may be expired; a hold a saga stands on has none. */
  readonly expiresAt?: string | undefined;
}

export interface IncreaseHold {
  readonly holdId: string;
  /** The new whole amount. */
  readonly amountMinor: bigint;
}

export interface Hold extends PlaceHold {
  readonly status: 'active' | 'captured' | 'voided' | 'expired';
  /** What it was placed over before any increase: what a repeat of its placing asks for. */
  readonly placedMinor?: bigint;
  readonly capturedMinor: bigint;
  /** What is still reserved. */
  readonly remainingMinor: bigint;
  readonly placedAt: string;
  readonly description?: PersonalRef | undefined;
  readonly journals: readonly string[];
}

export type HoldState = { readonly status: 'unknown' } | Hold;

export type HoldRefusal =
  | { readonly code: 'account_unknown'; readonly account: string }
  | { readonly code: 'amount_not_positive' }
  | { readonly code: 'hold_exists_with_different_terms'; readonly holdId: string }
  | { readonly code: 'hold_unknown'; readonly holdId: string }
  | { readonly code: 'hold_not_active'; readonly holdId: string; readonly status: string }
  | {
      readonly code: 'hold_amount_below_captured';
      readonly holdId: string;
      readonly asset: string;
      readonly capturedMinor: bigint;
    }
  | { readonly code: 'hold_not_due'; readonly holdId: string; readonly expiresAt: string | null }
  | { readonly code: 'hold_expiry_in_past'; readonly expiresAt: string }
  | { readonly code: 'account_closed'; readonly account: string }
  | { readonly code: 'account_debits_blocked'; readonly account: string }
  | {
      readonly code: 'insufficient_funds';
      readonly account: string;
      readonly asset: string;
      readonly spendableMinor: bigint;
      readonly neededMinor: bigint;
    }
  | { readonly code: 'balance_out_of_range'; readonly account: string; readonly asset: string };

const definitions = [holdPlaced, holdIncreased, holdCaptured, holdVoided, holdExpired] as const;
type HoldEvent = EventOf<(typeof definitions)[number]>;

const evolve = (state: HoldState, event: Recorded<HoldEvent>): HoldState => {
  const hold = state as Hold;
  switch (event.type) {
    case 'HoldPlaced':
      return {
        ...event.data,
        status: 'active',
        placedMinor: event.data.amountMinor,
        capturedMinor: 0n,
        remainingMinor: event.data.amountMinor,
        placedAt: event.meta.bookedAt,
        journals: [],
      };
    case 'HoldIncreased':
      return {
        ...hold,
        amountMinor: event.data.amountMinor,
        remainingMinor: hold.remainingMinor + event.data.addedMinor,
      };
    case 'HoldCaptured': {
      const capturedMinor = hold.capturedMinor + event.data.amountMinor;
      const remainingMinor = hold.remainingMinor - event.data.releasedMinor;
      return {
        ...hold,
        capturedMinor,
        remainingMinor,
        status: remainingMinor === 0n ? 'captured' : 'active',
        journals: [...hold.journals, event.data.journalId],
      };
    }
    case 'HoldVoided':
      return { ...hold, remainingMinor: 0n, status: 'voided' };
    case 'HoldExpired':
      return { ...hold, remainingMinor: 0n, status: 'expired' };
    default:
      return unreachable(event);
  }
};

/** A reservation on one account and asset: it lowers what is available and posts nothing. */
export const holdAggregate: Aggregate<HoldState, HoldEvent> = defineAggregate({
  context: 'ledger',
  name: 'hold',
  initial: { status: 'unknown' } as HoldState,
  events: definitions,
  evolve,
});

interface Reserve {
  readonly account: string;
  readonly asset: string;
  readonly amountMinor: bigint;
}

/** Closed, blocked, or not enough: in this order, the same for placing and increasing. */
const refuseReservation = (
  balance: Balance | undefined,
  { account, asset, amountMinor }: Reserve,
): HoldRefusal | undefined => {
  if (balance === undefined) return { code: 'account_unknown', account };
  if (balance.status === 'closed') return { code: 'account_closed', account };
  if (balance.debitBlocks > 0) return { code: 'account_debits_blocked', account };
  const short = shortfall(balance, { heldOutMinor: amountMinor });
  if (short !== undefined)
    return {
      code: 'insufficient_funds',
      account,
      asset,
      spendableMinor: short.spendableMinor,
      neededMinor: amountMinor,
    };
  return undefined;
};

export const placeHold = (
  state: HoldState,
  balance: Balance | undefined,
  {
    holdId,
    account,
    asset,
    amountMinor,
    expiresAt,
    description,
  }: PlaceHold & { readonly description?: PersonalRef | undefined },
  { now }: { readonly now: string },
): Decision<NewEvent, HoldRefusal> => {
  if (state.status !== 'unknown') {
    // The same hold asked for twice is a retry, not an error: the caller may never have seen our first answer.
    const isSame =
      state.account === account &&
      state.asset === asset &&
      (state.placedMinor ?? state.amountMinor) === amountMinor &&
      state.expiresAt === expiresAt;
    return isSame ? accept() : reject({ code: 'hold_exists_with_different_terms', holdId });
  }
  if (amountMinor <= 0n) return reject({ code: 'amount_not_positive' });
  if (expiresAt !== undefined && expiresAt <= now) return reject({ code: 'hold_expiry_in_past', expiresAt });
  const refusal = refuseReservation(balance, { account, asset, amountMinor });
  if (refusal !== undefined) return reject(refusal);
  const data = {
    holdId,
    account,
    asset,
    amountMinor,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(description === undefined ? {} : { description }),
  };
  return accept(holdAggregate.record(holdId, 'HoldPlaced', data));
};

export const increaseHold = (
  state: HoldState,
  balance: Balance | undefined,
  { holdId, amountMinor }: IncreaseHold,
): Decision<NewEvent, HoldRefusal> => {
  if (state.status === 'unknown') return reject({ code: 'hold_unknown', holdId });
  if (state.amountMinor === amountMinor) return accept();
  if (state.status !== 'active') return reject({ code: 'hold_not_active', holdId, status: state.status });
  const { account, asset, capturedMinor } = state;
  // Never less than was captured either, since no more is captured than the hold has.
  if (amountMinor < state.amountMinor)
    return reject({ code: 'hold_amount_below_captured', holdId, asset, capturedMinor });
  const addedMinor = amountMinor - state.amountMinor;
  const refusal = refuseReservation(balance, { account, asset, amountMinor: addedMinor });
  if (refusal !== undefined) return reject(refusal);
  return accept(holdAggregate.record(holdId, 'HoldIncreased', { holdId, account, asset, amountMinor, addedMinor }));
};

export const voidHold = (
  state: HoldState,
  { holdId }: { readonly holdId: string },
): Decision<NewEvent, HoldRefusal> => {
  if (state.status === 'unknown') return reject({ code: 'hold_unknown', holdId });
  if (state.status === 'voided') return accept();
  if (state.status !== 'active') return reject({ code: 'hold_not_active', holdId, status: state.status });
  return accept(holdAggregate.record(holdId, 'HoldVoided', releasing(state)));
};

/** Only the expiry worker and staff ask for this; the instant compared is the commit's, not the asker's. */
export const expireHold = (
  state: HoldState,
  { holdId }: { readonly holdId: string },
  { now }: { readonly now: string },
): Decision<NewEvent, HoldRefusal> => {
  if (state.status === 'unknown') return reject({ code: 'hold_unknown', holdId });
  if (state.status === 'expired') return accept();
  if (state.status !== 'active') return reject({ code: 'hold_not_active', holdId, status: state.status });
  if (state.expiresAt === undefined || state.expiresAt > now)
    return reject({ code: 'hold_not_due', holdId, expiresAt: state.expiresAt ?? null });
  return accept(holdAggregate.record(holdId, 'HoldExpired', releasing(state)));
};

const releasing = ({ holdId, account, asset, remainingMinor }: Hold) => ({
  holdId,
  account,
  asset,
  releasedMinor: remainingMinor,
});
