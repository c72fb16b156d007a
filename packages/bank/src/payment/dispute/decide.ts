import { accept, type Decision, reject } from '@finaegis/kernel/decision';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import type { PersonalRef } from '@finaegis/platform/event-store/personal-ref';
import {
  availableOf,
  type Book,
  houseAccountId,
  layeredBook,
  placeHold,
  postedOf,
  voidHold,
} from '../../ledger/contract.ts';
import type { CardDispute } from '../card-provider.ts';
import { pspOf } from '../house.ts';
import { postPair } from '../pair.ts';
import { releaseRemainder, takeRemainder } from '../refund/remainder.ts';
import { openWorkItem, resolved } from '../work-item/work-item.ts';
import {
  clearingDisputes,
  costDispute,
  type Dispute,
  type DisputeRefusal,
  type DisputeState,
  type DisputeTerms,
  disputeAggregate,
  disputeHoldId,
  disputeJournalId,
  isOver,
  lossChargeback,
} from './dispute.ts';

export type DisputeDecision = Decision<NewEvent, DisputeRefusal>;

/** What the provider tells of a case, and what it is about. */
export interface RecordDispute {
  readonly terms: DisputeTerms;
  readonly told: Pick<CardDispute, 'status' | 'evidenceDueAt' | 'withdrawnMinor' | 'feeMinor' | 'reinstatedMinor'>;
}

interface Facts {
  readonly tenantId: string;
  readonly now: string;
  readonly actor: string;
}

const record = disputeAggregate.record;
const fresh = (terms: DisputeTerms): Dispute => ({
  ...terms,
  status: 'opened',
  openedAt: '',
  changedAt: '',
  withdrawnMinor: 0n,
  feeMinor: 0n,
  heldMinor: 0n,
  answers: 0,
  reminders: 0,
});

/**
 * Brings the case to where the provider says it is, whatever of its messages came before: opened, the money withdrawn, evidence asked for, submitted,
 * decided. What we know already is not recorded again.
 */
export const recordDispute = (
  state: DisputeState,
  { terms, told }: RecordDispute,
  below: Book,
  facts: Facts,
): DisputeDecision => {
  if (isOver(state)) return accept();
  const book = layeredBook(below, facts);
  const { disputeId } = terms;
  const opened = state.status === 'unknown' ? open(terms) : [];
  const known = state.status === 'unknown' ? fresh(terms) : state;
  const withdrawn = withdraw(known, told, book, facts);
  if (!withdrawn.accepted) return withdrawn;
  const { booked, changes, dispute } = withdrawn;
  book.add(booked);
  const asked =
    known.status === 'opened'
      ? [
          record(disputeId, 'DisputeEvidenceRequested', {
            disputeId,
            ...(told.evidenceDueAt === undefined ? {} : { dueAt: told.evidenceDueAt }),
          }),
        ]
      : [];
  const submitted =
    told.status === 'submitted' && known.status !== 'submitted'
      ? [record(disputeId, 'DisputeEvidenceSubmitted', { disputeId })]
      : [];
  const ended = end(dispute, told, book, facts);
  if (!ended.accepted) return ended;
  return accept(...opened, ...booked, ...changes, ...asked, ...submitted, ...ended.events);
};

const open = (terms: DisputeTerms): readonly NewEvent[] => {
  const { disputeId, workItemId, entity, asset, amountMinor, reason, paymentId, accountId, caseId } = terms;
  const item = openWorkItem({
    workItemId,
    kind: 'clearing',
    entity,
    account: houseAccountId(entity, clearingDisputes),
    asset,
    amountMinor,
    subject: `dispute:${disputeId}`,
    reason,
    links: [`card-deposit:${paymentId}`, `account:${accountId}`, `case:${caseId}`],
  });
  return [record(disputeId, 'DisputeOpened', terms), item];
};

interface Withdrawal {
  readonly accepted: true;
  /** The ledger's events, on which the next decision stands. */
  readonly booked: readonly NewEvent[];
  readonly changes: readonly NewEvent[];
  readonly dispute: Dispute;
}
type Refused = Extract<DisputeDecision, { readonly accepted: false }>;

/** Dr clearing/disputes · Cr psp | Dr cost/dispute · Cr psp, and a hold on the account for as much of it as is there. */
const withdraw = (
  dispute: Dispute,
  { withdrawnMinor, feeMinor }: RecordDispute['told'],
  book: Book,
  facts: Facts,
): Withdrawal | Refused => {
  if (dispute.withdrawnMinor > 0n || withdrawnMinor === 0n) return { accepted: true, booked: [], changes: [], dispute };
  const { disputeId, entity, provider, asset, accountId, paymentId } = dispute;
  const both = { kind: 'dispute', credit: houseAccountId(entity, pspOf(provider)), asset, metadata: { disputeId } };
  const amount = postPair(book, {
    ...both,
    journalId: disputeJournalId(disputeId, 'withdraw'),
    debit: houseAccountId(entity, clearingDisputes),
    amountMinor: withdrawnMinor,
  });
  if (!amount.accepted) return amount;
  const fee =
    feeMinor === 0n
      ? accept()
      : postPair(book, {
          ...both,
          journalId: disputeJournalId(disputeId, 'fee'),
          debit: houseAccountId(entity, costDispute),
          amountMinor: feeMinor,
          purpose: 'cost',
        });
  if (!fee.accepted) return fee;
  const heldMinor = holdable(book, accountId, asset, withdrawnMinor);
  const holdId = disputeHoldId(disputeId);
  const held =
    heldMinor === 0n
      ? accept()
      : placeHold(
          book.hold(holdId),
          book.balance(accountId, asset),
          { holdId, account: accountId, asset, amountMinor: heldMinor },
          facts,
        );
  if (!held.accepted) return held;
  const hold = heldMinor === 0n ? {} : { holdId };
  const journalIds = (feeMinor === 0n ? (['withdraw'] as const) : (['withdraw', 'fee'] as const)).map((step) =>
    disputeJournalId(disputeId, step),
  );
  const data = { disputeId, amountMinor: withdrawnMinor, feeMinor, heldMinor, journalIds, ...hold };
  return {
    accepted: true,
    booked: [...amount.events, ...fee.events, ...held.events],
    changes: [
      record(disputeId, 'DisputeFundsWithdrawn', data),
      takeRemainder({ paymentId, taker: `dispute:${disputeId}`, amountMinor: withdrawnMinor }),
    ],
    dispute: { ...dispute, withdrawnMinor, feeMinor, heldMinor, ...hold },
  };
};

/** What of an amount is there to be held: nothing on an account that is closed or must not be debited. */
const holdable = (book: Book, accountId: string, asset: string, wantedMinor: bigint): bigint => {
  const balance = book.balance(accountId, asset);
  if (balance === undefined || balance.status === 'closed' || balance.debitBlocks > 0) return 0n;
  const thereMinor = availableOf(balance);
  if (thereMinor <= 0n) return 0n;
  return thereMinor < wantedMinor ? thereMinor : wantedMinor;
};

const end = (dispute: Dispute, told: RecordDispute['told'], book: Book, { actor }: Facts): DisputeDecision => {
  if (told.status !== 'won' && told.status !== 'lost') return accept();
  const booked = told.status === 'won' ? win(dispute, told, book) : lose(dispute, book);
  if (!booked.accepted || booked.events.length === 0) return booked;
  const { workItemId } = dispute;
  return accept(
    ...booked.events,
    resolved({ workItemId, resolution: 'explained', resolvedBy: actor, reason: `dispute_${told.status}` }),
  );
};

/** Dr psp · Cr clearing/disputes, and the hold is released; the fee stays with the provider. */
const win = (dispute: Dispute, { reinstatedMinor }: RecordDispute['told'], book: Book): DisputeDecision => {
  const { disputeId, entity, provider, asset, holdId, paymentId, withdrawnMinor } = dispute;
  const won = { disputeId };
  if (withdrawnMinor === 0n) return accept(record(disputeId, 'DisputeWon', won));
  // Decided, and the money is not back yet: the message that it is will bring us here again.
  if (reinstatedMinor === 0n) return accept();
  const journalId = disputeJournalId(disputeId, 'reinstate');
  const posted = postPair(book, {
    journalId,
    kind: 'dispute',
    debit: houseAccountId(entity, pspOf(provider)),
    credit: houseAccountId(entity, clearingDisputes),
    asset,
    amountMinor: withdrawnMinor,
    metadata: { disputeId },
  });
  if (!posted.accepted) return posted;
  const voided = holdId === undefined ? accept() : voidHold(book.hold(holdId), { holdId });
  if (!voided.accepted) return voided;
  return accept(
    ...posted.events,
    ...voided.events,
    record(disputeId, 'DisputeWon', { ...won, journalId }),
    releaseRemainder({ paymentId, taker: `dispute:${disputeId}`, amountMinor: withdrawnMinor }),
  );
};

/** Capture and forced Dr the account · Cr clearing/disputes: the debt stays on it. What a closed account cannot bear is our loss. */
const lose = (dispute: Dispute, book: Book): DisputeDecision => {
  const { disputeId, entity, asset, holdId, heldMinor, accountId, withdrawnMinor, answer } = dispute;
  const type = answer === 'accept' ? 'DisputeAccepted' : 'DisputeLost';
  if (withdrawnMinor === 0n) return accept(record(disputeId, type, { disputeId }));
  const isClosed = book.balance(accountId, asset)?.status === 'closed';
  const debitedTo = isClosed ? houseAccountId(entity, lossChargeback) : accountId;
  const isHeld = holdId !== undefined && book.hold(holdId).status === 'active' && !isClosed;
  const journalId = disputeJournalId(disputeId, 'debit');
  const posted = postPair(
    book,
    {
      journalId,
      kind: 'chargeback',
      debit: debitedTo,
      credit: houseAccountId(entity, clearingDisputes),
      asset,
      amountMinor: withdrawnMinor,
      purpose: isClosed ? 'write_off' : 'principal',
      metadata: { disputeId },
    },
    {
      ...(isClosed ? {} : { forced: 'chargeback' as const }),
      captures: isHeld ? [{ holdId, amountMinor: heldMinor, isFinal: true }] : [],
    },
  );
  if (!posted.accepted) return posted;
  return accept(...posted.events, record(disputeId, type, { disputeId, journalId, debitedTo }));
};

/** What somebody answers a case with. */
export interface AnswerDispute {
  readonly disputeId: string;
  readonly answer: 'evidence' | 'accept';
  readonly evidence?: PersonalRef | undefined;
}

/** Takes the answer; the provider is told by the saga that starts in the same commit. */
export const answerDispute = (state: DisputeState, { disputeId, answer, evidence }: AnswerDispute): DisputeDecision => {
  if (state.status === 'unknown') return reject({ code: 'dispute_unknown', disputeId });
  if (isAnsweredSo(state, answer, evidence)) return accept();
  if (isOver(state) || (answer === 'evidence' && state.status === 'submitted'))
    return reject({ code: 'dispute_not_answerable', status: state.status });
  if (state.answer !== undefined) return reject({ code: 'dispute_answer_under_way', disputeId });
  const data = { disputeId, answer, ...(evidence === undefined ? {} : { evidence }) };
  return accept(record(disputeId, 'DisputeAnswered', data));
};

/** Said again it is a repeat, whether the provider is still to be told, has it, or has decided by now: the first answer may never have been seen. */
const isAnsweredSo = (
  { status, answer: underWay, answerFailure, answers, evidence: before }: Dispute,
  answer: AnswerDispute['answer'],
  evidence: PersonalRef | undefined,
): boolean => {
  if (before?.commitment !== evidence?.commitment) return false;
  if (underWay !== undefined) return underWay === answer;
  if (answer === 'accept') return status === 'accepted';
  return answers > 0 && answerFailure === undefined && status !== 'evidence_due';
};

/** The provider did not take the answer. */
export const refuseAnswer = (
  state: DisputeState,
  { disputeId, code }: { readonly disputeId: string; readonly code: string },
): DisputeDecision => {
  if (state.status === 'unknown') return reject({ code: 'dispute_unknown', disputeId });
  return state.answer === undefined ? accept() : accept(record(disputeId, 'DisputeAnswerRefused', { disputeId, code }));
};

/** Tells that the deadline comes near; nothing where somebody has answered, or was told so before. */
export const remindDispute = (
  state: DisputeState,
  { disputeId, reminder }: { readonly disputeId: string; readonly reminder: number },
): DisputeDecision => {
  if (state.status === 'unknown') return reject({ code: 'dispute_unknown', disputeId });
  const { status, answer, dueAt, reminders } = state;
  if (status !== 'evidence_due' || answer !== undefined || dueAt === undefined || reminders >= reminder)
    return accept();
  return accept(record(disputeId, 'DisputeDeadlineApproached', { disputeId, dueAt, reminder }));
};

/** What the account owes of a lost case; nothing where it was the bank that lost it. */
const debtOf = ({ accountId, asset, withdrawnMinor, debitedTo }: Dispute, book: Book): bigint => {
  const balance = book.balance(accountId, asset);
  const owedMinor = balance === undefined ? 0n : -postedOf(balance);
  if (owedMinor <= 0n || debitedTo !== accountId) return 0n;
  return owedMinor < withdrawnMinor ? owedMinor : withdrawnMinor;
};

/** Proposes to give up what the account owes now; nothing is booked by it. */
export const proposeWriteOff = (
  state: DisputeState,
  { disputeId, actor }: { readonly disputeId: string; readonly actor: string },
  book: Book,
): DisputeDecision => {
  if (state.status === 'unknown') return reject({ code: 'dispute_unknown', disputeId });
  if (state.status !== 'lost' && state.status !== 'accepted')
    return reject({ code: 'dispute_not_lost', status: state.status });
  if (state.writtenOffMinor !== undefined) return accept();
  const amountMinor = debtOf(state, book);
  if (amountMinor === 0n) return reject({ code: 'dispute_has_no_debt', disputeId });
  // The same again is a repeat; where the debt has changed it is a new proposal, and its proposer another's to follow.
  if (state.proposal?.amountMinor === amountMinor) return accept();
  return accept(record(disputeId, 'DisputeWriteOffProposed', { disputeId, amountMinor, proposedBy: actor }));
};

/** Dr loss/chargeback · Cr the account, for what it owes of the case and no more than was proposed, by another person. */
export const writeOffDispute = (
  state: DisputeState,
  { disputeId, actor }: { readonly disputeId: string; readonly actor: string },
  book: Book,
): DisputeDecision => {
  if (state.status === 'unknown') return reject({ code: 'dispute_unknown', disputeId });
  if (state.status !== 'lost' && state.status !== 'accepted')
    return reject({ code: 'dispute_not_lost', status: state.status });
  if (state.writtenOffMinor !== undefined) return accept();
  const owedMinor = debtOf(state, book);
  if (owedMinor === 0n) return reject({ code: 'dispute_has_no_debt', disputeId });
  const { accountId, asset, entity, proposal } = state;
  if (proposal === undefined) return reject({ code: 'dispute_write_off_not_proposed', disputeId });
  if (proposal.proposedBy === actor) return reject({ code: 'proposer_may_not_write_off', proposer: actor });
  const amountMinor = owedMinor < proposal.amountMinor ? owedMinor : proposal.amountMinor;
  const journalId = disputeJournalId(disputeId, 'write-off');
  const posted = postPair(book, {
    journalId,
    kind: 'write-off',
    debit: houseAccountId(entity, lossChargeback),
    credit: accountId,
    asset,
    amountMinor,
    purpose: 'write_off',
    metadata: { disputeId },
  });
  if (!posted.accepted) return posted;
  return accept(...posted.events, record(disputeId, 'DisputeWrittenOff', { disputeId, journalId, amountMinor }));
};
