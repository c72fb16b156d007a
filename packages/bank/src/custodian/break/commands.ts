import { accept, type Decision, reject } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import type { CommandHandler, Loaded, Refusal } from '@finaegis/platform/command/handler';
import type { LockedTable } from '@finaegis/platform/command/locked-table';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import { text, uuid } from '@finaegis/platform/http/amount';
import { z } from 'zod';
import {
  type AccountFacts,
  type Balance,
  type JournalRefusal,
  type LedgerDirectory,
  loadedBook,
  postingNeeds,
  postJournal,
} from '../../ledger/contract.ts';
import { suspenseQueue } from '../../payment/contract.ts';
import { reasonCode } from '../bank/commands.ts';
import { breaksTable } from '../views/breaks.ts';
import {
  approveCorrection,
  type Break,
  type BreakRefusal,
  type BreakState,
  breakAggregate,
  type CorrectionJournal,
  type CounterAccount,
  type ExplainBreak,
  explainBreak,
  type ProposeCorrection,
  proposeCorrection,
  type ReasonedBreak,
  rejectCorrection,
} from './break.ts';
import { endingItems, itemNeed, raiseBreak } from './item.ts';

/** What the commands of breaks are built over. */
export interface BreakTools {
  readonly ledger: Pick<LedgerDirectory, 'accounts'>;
  readonly balances: LockedTable<Balance>;
}

const stateOf = (loaded: Loaded, breakId: string): BreakState => loaded.stream(breakAggregate, breakId).state;

const resultOf = (loaded: Loaded, { breakId }: { readonly breakId: string }): Break => {
  const state = stateOf(loaded, breakId);
  if (state.status === 'unknown') throw new Error(`Break ${breakId} was accepted and is not there.`);
  return state;
};

const needsOf = ({ breakId }: { readonly breakId: string }) => ({
  rows: [{ table: breaksTable, key: breakId }],
  streams: [{ aggregate: breakAggregate, id: breakId }, itemNeed(breakId)],
});

/** A decision with the end of the items that told of the breaks it ends. */
const withItems = <R extends Refusal>(
  loaded: Loaded,
  decision: Decision<NewEvent, R>,
  actor: string,
): Decision<NewEvent, R> =>
  decision.accepted ? accept(...decision.events, ...endingItems(loaded, decision.events, actor)) : decision;

/** As many breaks as one may be offset by. */
export const offsetMax = 100;

const explainBreakHandler = (): CommandHandler<ExplainBreak, undefined, Break, BreakRefusal> => ({
  name: 'custodian.ExplainBreak',
  schema: z.strictObject({ breakId: uuid, reason: reasonCode, offsetBy: z.array(uuid).max(offsetMax) }),
  permission: 'custodian:reconcile',
  weight: ({ offsetBy }) => 1 + offsetBy.length,
  loads: ({ breakId, offsetBy }) => {
    const needs = [...new Set([breakId, ...offsetBy])].map((id) => needsOf({ breakId: id }));
    return { rows: needs.flatMap(({ rows }) => rows), streams: needs.flatMap(({ streams }) => streams) };
  },
  decide: (loaded, data, { metadata: { actor } }) => {
    const facts = { actor, stateOf: (breakId: string) => stateOf(loaded, breakId) };
    return withItems(loaded, explainBreak(stateOf(loaded, data.breakId), data, facts), actor);
  },
  result: resultOf,
});

const rejectCorrectionHandler = (): CommandHandler<ReasonedBreak, undefined, Break, BreakRefusal> => ({
  name: 'custodian.RejectCorrection',
  schema: z.strictObject({ breakId: uuid, reason: reasonCode }),
  permission: 'custodian:approve',
  loads: needsOf,
  decide: (loaded, data, { metadata: { actor } }) =>
    withItems(loaded, rejectCorrection(stateOf(loaded, data.breakId), data, { actor }), actor),
  result: resultOf,
});

/** The commands of breaks. Deciding about a correction is a permission of its own. */
export const breakHandlers = (tools: BreakTools) => ({
  explainBreak: explainBreakHandler(),
  rejectCorrection: rejectCorrectionHandler(),
  proposeCorrection: proposeCorrectionHandler(tools),
  approveCorrection: approveCorrectionHandler(tools),
  raiseBreaks: raiseBreaksHandler(),
});

/** As many breaks as are told of in one command. */
export const raisedMax = 100;

/** Tells people of breaks, each once. */
const raiseBreaksHandler = (): CommandHandler<{ readonly breakIds: readonly string[] }, undefined, null, never> => ({
  name: 'custodian.RaiseBreaks',
  schema: z.strictObject({ breakIds: z.array(uuid).max(raisedMax) }),
  permission: 'custodian:reconcile',
  weight: ({ breakIds }) => breakIds.length,
  loads: ({ breakIds }) => ({
    streams: breakIds.flatMap((breakId) => [{ aggregate: breakAggregate, id: breakId }, itemNeed(breakId)]),
  }),
  decide: (loaded, { breakIds }) =>
    accept(...breakIds.flatMap((breakId) => raiseBreak(loaded, stateOf(loaded, breakId)))),
  result: () => null,
});

const proposeCorrectionHandler = ({
  ledger,
}: BreakTools): CommandHandler<ProposeCorrection, CounterAccount, Break, BreakRefusal> => ({
  name: 'custodian.ProposeCorrection',
  schema: z.strictObject({
    breakId: uuid,
    outcome: z.enum(['corrected', 'written_off']),
    against: text(100),
    reason: reasonCode,
  }),
  permission: 'custodian:reconcile',
  prepare: async ({ against }, { tenantId }) => {
    const facts = (await ledger.accounts(tenantId, [against])).get(against);
    if (facts?.kind !== 'house') return { isKnown: false };
    const [, code = ''] = against.split(':');
    return {
      isKnown: true,
      isLoss: code.startsWith('loss/'),
      isNostro: code.startsWith('nostro/'),
      isSuspense: isSuspense(against),
    };
  },
  loads: needsOf,
  decide: (loaded, data, { metadata }, counter) =>
    proposeCorrection(stateOf(loaded, data.breakId), data, { actor: metadata.actor, counter }),
  result: resultOf,
});

/** Data of ApproveCorrection: the accounts are those the approver was shown. */
export interface ApproveCorrection {
  readonly breakId: string;
  readonly account: string;
  readonly against: string;
  readonly asset: string;
}

const approveCorrectionHandler = ({
  ledger,
  balances,
}: BreakTools): CommandHandler<
  ApproveCorrection,
  { readonly accounts: ReadonlyMap<string, AccountFacts> },
  Break,
  BreakRefusal | JournalRefusal
> => ({
  name: 'custodian.ApproveCorrection',
  schema: z.strictObject({ breakId: uuid, account: text(100), against: text(100), asset: text(32) }),
  permission: 'custodian:approve',
  weight: () => 2,
  prepare: async ({ account, against }, { tenantId }) => ({
    accounts: await ledger.accounts(tenantId, [account, against]),
  }),
  loads: ({ breakId, account, against, asset }, { accounts }) => {
    const posting = postingNeeds(balances, accounts, {
      postings: [
        { account, asset },
        { account: against, asset },
      ],
      journals: [journalOf(breakId)],
    });
    const own = needsOf({ breakId });
    const queue = isSuspense(against) ? (suspenseQueue.needs(journalOf(breakId)).streams ?? []) : [];
    return {
      rows: [...(posting.rows ?? []), ...own.rows],
      streams: [...(posting.streams ?? []), ...own.streams, ...queue],
    };
  },
  decide: (loaded, { breakId, against }, { metadata }, { accounts }) => {
    const state = stateOf(loaded, breakId);
    const facts = { actor: metadata.actor, journalId: journalOf(breakId) };
    const { decision, journal } = approveCorrection(state, { breakId }, facts);
    if (!decision.accepted || journal === undefined) return decision;
    // Another proposal than the one that was read, because it was replaced meanwhile.
    if (![journal.debit, journal.credit].includes(against)) return reject({ code: 'break_without_proposal', breakId });
    const { asset, amountMinor, debit, credit, journalId } = journal;
    const booked = postJournal(loadedBook(loaded, balances, accounts), {
      journalId,
      kind: correctionKind,
      postings: [
        { account: debit, asset, side: 'debit', amountMinor, purpose: 'settlement' },
        { account: credit, asset, side: 'credit', amountMinor, purpose: 'settlement' },
      ],
      captures: [],
      ...(state.status === 'unknown' || state.endToEndId === undefined ? {} : { endToEndId: state.endToEndId }),
      metadata: { breakId },
    });
    if (!booked.accepted) return booked;
    const kept = credit === against && isSuspense(against) ? keptItem(journal, state) : [];
    return withItems(loaded, accept(...booked.events, ...kept, ...decision.events), metadata.actor);
  },
  result: resultOf,
});

const isSuspense = (account: string): boolean => account.split(':')[1]?.startsWith('suspense/') === true;

/** Money that the bank has and we do not know whose it is stays somebody's to find out. */
const keptItem = (
  { journalId, asset, amountMinor, credit: account }: CorrectionJournal,
  state: BreakState,
): readonly NewEvent[] => {
  if (state.status === 'unknown') return [];
  const [entity = ''] = account.split(':');
  return suspenseQueue.open({
    entity,
    account,
    asset,
    amountMinor,
    journalId,
    subject: `journal:${journalId}`,
    reason: state.kind,
    links: [`break:${state.breakId}`, ...(state.entryId === undefined ? [] : [`entry:${state.entryId}`])],
    reference: state.endToEndId ?? state.reference,
  });
};

/** The kind of the journals that correct breaks. No statement has an entry for one of them. */
export const correctionKind = 'reconciliation_correction';

const journalOf = (breakId: string): string => derivedUuid('custodian-break-journal', breakId);
