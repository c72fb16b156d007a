import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import {
  breakCorrected,
  breakCorrectionProposed,
  breakCorrectionRejected,
  breakExplained,
  breakFound,
  breakMatched,
  breakWrittenOff,
} from './events.ts';

const definitions = [
  breakFound,
  breakMatched,
  breakExplained,
  breakCorrectionProposed,
  breakCorrectionRejected,
  breakCorrected,
  breakWrittenOff,
] as const;
type BreakEvent = EventOf<(typeof definitions)[number]>;

/** A difference as it was found. */
export type FoundBreak = Extract<BreakEvent, { readonly type: 'BreakFound' }>['data'];
/** What somebody proposes to book. */
export type Proposal = Omit<Extract<BreakEvent, { readonly type: 'BreakCorrectionProposed' }>['data'], 'breakId'>;

/** A difference with its life. */
export interface Break extends FoundBreak {
  readonly status: 'open' | 'matched' | 'explained' | 'corrected' | 'written_off';
  readonly foundAt: string;
  /** Day of the statement in which its other side was found. */
  readonly matchedOn?: string | undefined;
  readonly proposal?: Proposal | undefined;
  readonly reason?: string | undefined;
  /** The breaks that make no difference together with it. */
  readonly offsetBy?: readonly string[] | undefined;
  readonly correctionJournalId?: string | undefined;
}

export type BreakState = { readonly status: 'unknown' } | Break;

/** Declared in order of precedence. */
export type BreakRefusal =
  | { readonly code: 'break_unknown'; readonly breakId: string }
  | { readonly code: 'break_not_open'; readonly breakId: string; readonly status: string }
  | { readonly code: 'break_offset_unfit'; readonly breakId: string }
  | {
      readonly code: 'break_still_differs';
      readonly breakId: string;
      readonly asset: string;
      readonly differenceMinor: bigint;
    }
  | { readonly code: 'break_has_proposal'; readonly breakId: string }
  | { readonly code: 'break_without_proposal'; readonly breakId: string }
  | { readonly code: 'break_counter_account_unfit'; readonly account: string }
  | { readonly code: 'break_decided_by_proposer'; readonly breakId: string };

type Outcome = Decision<NewEvent, BreakRefusal>;

const evolve = (state: BreakState, event: Recorded<BreakEvent>): BreakState => {
  if (event.type === 'BreakFound') return { status: 'open', foundAt: event.meta.bookedAt, ...event.data };
  if (state.status === 'unknown') throw new Error(`${event.type} on a break nobody found.`);
  switch (event.type) {
    case 'BreakMatched':
      return { ...state, status: 'matched', matchedOn: event.data.on, proposal: undefined };
    case 'BreakExplained':
      return {
        ...state,
        status: 'explained',
        reason: event.data.reason,
        offsetBy: event.data.offsetBy,
        proposal: undefined,
      };
    case 'BreakCorrectionProposed': {
      const { breakId: _, ...proposal } = event.data;
      return { ...state, proposal };
    }
    case 'BreakCorrectionRejected':
      return { ...state, proposal: undefined };
    case 'BreakCorrected':
      return { ...state, status: 'corrected', correctionJournalId: event.data.journalId };
    case 'BreakWrittenOff':
      return { ...state, status: 'written_off', correctionJournalId: event.data.journalId };
    default:
      return unreachable(event);
  }
};

/** One stream per break. */
export const breakAggregate: Aggregate<BreakState, BreakEvent> = defineAggregate({
  context: 'custodian',
  name: 'break',
  initial: { status: 'unknown' } as BreakState,
  events: definitions,
  evolve,
});

/** Records a difference; one that is known stays as it is, whatever has been decided about it. */
export const findBreak = (state: BreakState, found: FoundBreak): readonly NewEvent[] =>
  state.status === 'unknown' ? [breakAggregate.record(found.breakId, 'BreakFound', found)] : [];

/** Closes an open break whose other side has come. @param on day of the statement it came in */
export const matchBreak = (state: BreakState, on: string): readonly NewEvent[] =>
  state.status === 'open' ? [breakAggregate.record(state.breakId, 'BreakMatched', { breakId: state.breakId, on })] : [];

/** What is said of a break. */
export interface ReasonedBreak {
  readonly breakId: string;
  /** A code; free text is personal data and stays out. */
  readonly reason: string;
}

export interface ExplainBreak extends ReasonedBreak {
  /** Other open breaks of the same account: what one of them is too much the others are too little. */
  readonly offsetBy: readonly string[];
}

/** Who decides. */
export interface BreakFacts {
  readonly actor: string;
}

const open = (
  state: BreakState,
  breakId: string,
): { readonly ok: true; readonly its: Break } | { readonly ok: false; readonly no: Outcome } => {
  if (state.status === 'unknown') return { ok: false, no: reject({ code: 'break_unknown', breakId }) };
  if (state.status !== 'open')
    return { ok: false, no: reject({ code: 'break_not_open', breakId, status: state.status }) };
  return { ok: true, its: state };
};

/**
 * Closes breaks that are one thing told twice under different names, so that nothing differs once they are taken together. A difference that is still
 * there is closed by no reason, however good: it is booked, or the bank takes it back.
 * @param stateOf the others
 */
export const explainBreak = (
  state: BreakState,
  { breakId, reason, offsetBy }: ExplainBreak,
  { actor, stateOf }: BreakFacts & { readonly stateOf: (breakId: string) => BreakState },
): Outcome => {
  if (state.status === 'explained' && state.reason === reason && isSameSet(state.offsetBy ?? [], offsetBy))
    return accept();
  const found = open(state, breakId);
  if (!found.ok) return found.no;
  const { its } = found;
  let differenceMinor = its.differenceMinor;
  const seen = new Set([breakId]);
  for (const id of offsetBy) {
    const other = stateOf(id);
    const isFit = other.status === 'open' && other.account === its.account && other.asset === its.asset;
    if (!isFit || seen.has(id)) return reject({ code: 'break_offset_unfit', breakId: id });
    seen.add(id);
    differenceMinor += other.differenceMinor;
  }
  if (differenceMinor !== 0n)
    return reject({ code: 'break_still_differs', breakId, asset: its.asset, differenceMinor });
  return accept(
    ...[...seen].map((id) =>
      breakAggregate.record(id, 'BreakExplained', {
        breakId: id,
        reason,
        by: actor,
        offsetBy: [...seen].filter((other) => other !== id),
      }),
    ),
  );
};

const isSameSet = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((one) => others.includes(one));

export interface ProposeCorrection {
  readonly breakId: string;
  readonly outcome: 'corrected' | 'written_off';
  readonly against: string;
  readonly reason: string;
}

/**
 * Whether a house account may take the difference: any but a nostro to correct, a loss to write off. Suspense takes money that the bank has and we
 * do not know whose it is; what lies there has an owner, so nothing is taken from it for the bank's sake.
 */
export type CounterAccount =
  | { readonly isKnown: false }
  | { readonly isKnown: true; readonly isLoss: boolean; readonly isNostro: boolean; readonly isSuspense: boolean };

const mayTake = (counter: CounterAccount, outcome: ProposeCorrection['outcome'], differenceMinor: bigint): boolean => {
  if (!counter.isKnown) return false;
  if (outcome === 'written_off') return counter.isLoss;
  return !counter.isNostro && (!counter.isSuspense || differenceMinor > 0n);
};

export const proposeCorrection = (
  state: BreakState,
  { breakId, outcome, against, reason }: ProposeCorrection,
  { actor, counter }: BreakFacts & { readonly counter: CounterAccount },
): Outcome => {
  const found = open(state, breakId);
  if (!found.ok) return found.no;
  const { proposal } = found.its;
  if (proposal !== undefined)
    return proposal.outcome === outcome && proposal.against === against && proposal.by === actor
      ? accept()
      : reject({ code: 'break_has_proposal', breakId });
  if (!mayTake(counter, outcome, found.its.differenceMinor))
    return reject({ code: 'break_counter_account_unfit', account: against });
  const data = { breakId, outcome, against, reason, by: actor };
  return accept(breakAggregate.record(breakId, 'BreakCorrectionProposed', data));
};

/** The proposal another person may decide about. */
const proposalFor = (
  state: BreakState,
  breakId: string,
  { actor }: BreakFacts,
):
  | { readonly ok: true; readonly its: Break; readonly proposal: Proposal }
  | { readonly ok: false; readonly no: Outcome } => {
  const found = open(state, breakId);
  if (!found.ok) return found;
  const { its } = found;
  if (its.proposal === undefined) return { ok: false, no: reject({ code: 'break_without_proposal', breakId }) };
  if (its.proposal.by === actor) return { ok: false, no: reject({ code: 'break_decided_by_proposer', breakId }) };
  return { ok: true, its, proposal: its.proposal };
};

export const rejectCorrection = (state: BreakState, { breakId, reason }: ReasonedBreak, facts: BreakFacts): Outcome => {
  const found = proposalFor(state, breakId, facts);
  if (!found.ok) return found.no;
  return accept(breakAggregate.record(breakId, 'BreakCorrectionRejected', { breakId, reason, by: facts.actor }));
};

/** What is to be booked so that our side says what the bank says. */
export interface CorrectionJournal {
  readonly journalId: string;
  readonly asset: string;
  readonly debit: string;
  readonly credit: string;
  readonly amountMinor: bigint;
}

/** @param journalId derived from the break, so that approving twice books once */
export const approveCorrection = (
  state: BreakState,
  { breakId }: { readonly breakId: string },
  { actor, journalId }: BreakFacts & { readonly journalId: string },
): { readonly decision: Outcome; readonly journal?: CorrectionJournal } => {
  if ((state.status === 'corrected' || state.status === 'written_off') && state.correctionJournalId === journalId)
    return { decision: accept() };
  const found = proposalFor(state, breakId, { actor });
  if (!found.ok) return { decision: found.no };
  const { its, proposal } = found;
  const { account, asset, differenceMinor } = its;
  const [debit, credit] = differenceMinor > 0n ? [account, proposal.against] : [proposal.against, account];
  const amountMinor = differenceMinor > 0n ? differenceMinor : -differenceMinor;
  const type = proposal.outcome === 'corrected' ? 'BreakCorrected' : 'BreakWrittenOff';
  return {
    decision: accept(breakAggregate.record(breakId, type, { breakId, journalId, by: actor })),
    journal: { journalId, asset, debit, credit, amountMinor },
  };
};
