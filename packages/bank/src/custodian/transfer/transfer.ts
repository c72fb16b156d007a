import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { custodianTransferCompleted, custodianTransferFailed, custodianTransferRequested } from './events.ts';
import { type Leg, type RoutableBank, type RoutePolicy, type RouteRefusal, routeTransfer } from './routing.ts';

/** Money of ours on its way from one bank to another. */
export interface CustodianTransfer {
  readonly status: 'requested' | 'completed' | 'failed';
  readonly transferId: string;
  readonly from: string;
  readonly to: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly kind: 'internal' | 'direct' | 'bridge';
  readonly legs: readonly Leg[];
  readonly sagaId: string;
  readonly reason?: string | undefined;
}

export type TransferState = { readonly status: 'unknown' } | CustodianTransfer;

/** Declared in order of precedence. */
export type TransferRefusal =
  | { readonly code: 'transfer_exists_with_different_content'; readonly transferId: string }
  | { readonly code: 'transfer_unknown'; readonly transferId: string }
  | { readonly code: 'transfer_house_account_missing'; readonly account: string }
  | RouteRefusal;

const definitions = [custodianTransferRequested, custodianTransferCompleted, custodianTransferFailed] as const;
type TransferEvent = EventOf<(typeof definitions)[number]>;
type Outcome = Decision<NewEvent, TransferRefusal>;

const evolve = (state: TransferState, event: Recorded<TransferEvent>): TransferState => {
  if (event.type === 'CustodianTransferRequested') return { status: 'requested', ...event.data };
  if (state.status === 'unknown') throw new Error(`${event.type} on a transfer nobody asked for.`);
  switch (event.type) {
    case 'CustodianTransferCompleted':
      return { ...state, status: 'completed' };
    case 'CustodianTransferFailed':
      return { ...state, status: 'failed', reason: event.data.reason };
    default:
      return unreachable(event);
  }
};

/** One stream per transfer between custodians. */
export const transferAggregate: Aggregate<TransferState, TransferEvent> = defineAggregate({
  context: 'custodian',
  name: 'transfer',
  initial: { status: 'unknown' } as TransferState,
  events: definitions,
  evolve,
});

export interface RequestTransfer {
  readonly transferId: string;
  readonly from: string;
  readonly to: string;
  readonly asset: string;
  readonly amountMinor: bigint;
}

/** What a request is decided on. */
export interface TransferFacts {
  readonly banks: readonly RoutableBank[];
  readonly policy: RoutePolicy;
  readonly sagaId: string;
  /** House accounts the transfer will be booked on and that are not there. */
  readonly missingAccounts: readonly string[];
}

/** Routes a transfer; asked for again it is the one it was. */
export const requestTransfer = (state: TransferState, command: RequestTransfer, facts: TransferFacts): Outcome => {
  const { transferId, from, to, asset, amountMinor } = command;
  if (state.status !== 'unknown')
    return state.from === from && state.to === to && state.asset === asset && state.amountMinor === amountMinor
      ? accept()
      : reject({ code: 'transfer_exists_with_different_content', transferId });
  const [missing] = facts.missingAccounts;
  if (missing !== undefined) return reject({ code: 'transfer_house_account_missing', account: missing });
  const found = routeTransfer(facts.banks, command, facts.policy);
  if (!found.ok) return reject(found.refusal);
  const { kind, legs } = found.route;
  const data = { transferId, from, to, asset, amountMinor, kind, legs, sagaId: facts.sagaId };
  return accept(transferAggregate.record(transferId, 'CustodianTransferRequested', data));
};

/** Ends a transfer; the saga's last word, said once. */
export const completeTransfer = (state: TransferState, { transferId }: { readonly transferId: string }): Outcome => {
  if (state.status === 'unknown') return reject({ code: 'transfer_unknown', transferId });
  if (state.status !== 'requested') return accept();
  return accept(transferAggregate.record(transferId, 'CustodianTransferCompleted', { transferId }));
};

export const failTransfer = (
  state: TransferState,
  { transferId, reason }: { readonly transferId: string; readonly reason: string },
): Outcome => {
  if (state.status === 'unknown') return reject({ code: 'transfer_unknown', transferId });
  if (state.status !== 'requested') return accept();
  return accept(transferAggregate.record(transferId, 'CustodianTransferFailed', { transferId, reason }));
};
