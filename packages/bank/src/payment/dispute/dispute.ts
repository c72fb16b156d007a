import { unreachable } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf } from '@finaegis/platform/event-store/event';
import type { PersonalRef } from '@finaegis/platform/event-store/personal-ref';
import type { JournalRefusal, placeHold } from '../../ledger/contract.ts';
import { disputeEvents, type disputeOpened } from './events.ts';

/** What a dispute was opened with; it never changes. */
export type DisputeTerms = EventOf<typeof disputeOpened>['data'];

/** States to draw (LEDGER); the last three are ends. */
export const disputeStatuses = ['opened', 'evidence_due', 'submitted', 'won', 'lost', 'accepted'] as const;
export type DisputeStatus = (typeof disputeStatuses)[number];

/** A case as it stands. */
export interface Dispute extends DisputeTerms {
  readonly status: DisputeStatus;
  readonly openedAt: string;
  readonly changedAt: string;
  readonly dueAt?: string | undefined;
  /** What left our balance for it. */
  readonly withdrawnMinor: bigint;
  readonly feeMinor: bigint;
  readonly heldMinor: bigint;
  readonly holdId?: string | undefined;
  /** What was answered and has not been taken by the provider yet. */
  readonly answer?: 'evidence' | 'accept' | undefined;
  readonly answers: number;
  readonly evidence?: PersonalRef | undefined;
  readonly answerFailure?: string | undefined;
  readonly debitedTo?: string | undefined;
  /** How often somebody was told that the deadline comes near. */
  readonly reminders: number;
  /** What would be given up, and by whom. */
  readonly proposal?: { readonly amountMinor: bigint; readonly proposedBy: string };
  readonly writtenOffMinor?: bigint;
}

export type DisputeState = { readonly status: 'unknown' } | Dispute;

type Held = Extract<ReturnType<typeof placeHold>, { readonly accepted: false }>['rejection'];

/** Declared in order of precedence. */
export type DisputeRefusal =
  | { readonly code: 'dispute_unknown'; readonly disputeId: string }
  | { readonly code: 'dispute_not_answerable'; readonly status: DisputeStatus }
  | { readonly code: 'dispute_answer_under_way'; readonly disputeId: string }
  | { readonly code: 'dispute_not_lost'; readonly status: DisputeStatus }
  | { readonly code: 'dispute_has_no_debt'; readonly disputeId: string }
  | { readonly code: 'dispute_write_off_not_proposed'; readonly disputeId: string }
  | { readonly code: 'proposer_may_not_write_off'; readonly proposer: string }
  | Held
  | JournalRefusal;

type DisputeEvent = EventOf<(typeof disputeEvents)[number]>;

const evolve = (state: DisputeState, event: Recorded<DisputeEvent>): DisputeState => {
  const { bookedAt } = event.meta;
  if (event.type === 'DisputeOpened')
    return {
      ...event.data,
      status: 'opened',
      openedAt: bookedAt,
      changedAt: bookedAt,
      withdrawnMinor: 0n,
      feeMinor: 0n,
      heldMinor: 0n,
      answers: 0,
      reminders: 0,
    };
  if (state.status === 'unknown') throw new Error(`${event.type} on a dispute that nobody opened.`);
  return { ...happened(state, event), changedAt: bookedAt };
};

const happened = (state: Dispute, event: Exclude<DisputeEvent, { readonly type: 'DisputeOpened' }>): Dispute => {
  switch (event.type) {
    case 'DisputeFundsWithdrawn': {
      const { amountMinor: withdrawnMinor, feeMinor, heldMinor, holdId } = event.data;
      return { ...state, withdrawnMinor, feeMinor, heldMinor, holdId };
    }
    case 'DisputeEvidenceRequested':
      return { ...state, status: 'evidence_due', dueAt: event.data.dueAt };
    case 'DisputeAnswered': {
      const { answer, evidence } = event.data;
      return { ...state, answer, evidence, answers: state.answers + 1, answerFailure: undefined };
    }
    case 'DisputeEvidenceSubmitted':
      return { ...state, status: 'submitted', answer: undefined };
    case 'DisputeAnswerRefused':
      return { ...state, answer: undefined, answerFailure: event.data.code };
    case 'DisputeWon':
      return { ...state, status: 'won', answer: undefined };
    case 'DisputeLost':
      return { ...state, status: 'lost', answer: undefined, debitedTo: event.data.debitedTo };
    case 'DisputeAccepted':
      return { ...state, status: 'accepted', answer: undefined, debitedTo: event.data.debitedTo };
    case 'DisputeDeadlineApproached':
      return { ...state, reminders: event.data.reminder };
    case 'DisputeWriteOffProposed': {
      const { amountMinor, proposedBy } = event.data;
      return { ...state, proposal: { amountMinor, proposedBy } };
    }
    case 'DisputeWrittenOff':
      return { ...state, writtenOffMinor: event.data.amountMinor };
    default:
      return unreachable(event);
  }
};

/** One stream per case. */
export const disputeAggregate: Aggregate<DisputeState, DisputeEvent> = defineAggregate({
  context: 'payment',
  name: 'dispute',
  initial: { status: 'unknown' } as DisputeState,
  events: disputeEvents,
  evolve,
});

/** Our id of a provider's case: told twice, it is one. */
export const disputeIdOf = (provider: string, caseId: string): string => derivedUuid('card-dispute', provider, caseId);
export const disputeHoldId = (disputeId: string): string => derivedUuid('dispute-hold', disputeId);
export const disputeWorkItemId = (disputeId: string): string => derivedUuid('work-item', 'dispute', disputeId);
/** Journals of a case. */
export const disputeJournalId = (
  disputeId: string,
  step: 'withdraw' | 'fee' | 'reinstate' | 'debit' | 'write-off',
): string => derivedUuid('dispute-journal', disputeId, step);

export const clearingDisputes = 'clearing/disputes';
export const costDispute = 'cost/dispute';
export const lossChargeback = 'loss/chargeback';

/** Whether the payer's bank has decided. */
export const isOver = ({ status }: { readonly status: string }): boolean =>
  status === 'won' || status === 'lost' || status === 'accepted';
