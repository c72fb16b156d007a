import { accept, type Decision, reject } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import type { CommandFacts, CommandHandler, Loaded, Needs } from '@finaegis/platform/command/handler';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import type { SealedValue } from '@finaegis/platform/event-store/personal-ref';
import { text, uuid } from '@finaegis/platform/http/amount';
import type { SagaDefinition } from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import { type Book, houseAccountId, loadedBook, postingNeeds, postJournal } from '../../ledger/contract.ts';
import { findAccounts, type HouseRefs, houseNeeds, mergeNeeds, unclaimedIncome, withHouses } from '../house.ts';
import type { IncomingTools } from '../incoming/commands.ts';
import {
  applyIncoming,
  type Incoming,
  type IncomingRefusal,
  incomingAggregate,
  incomingJournalId,
} from '../incoming/incoming.ts';
import { type CreationRefs, creationNeeds, decideCreation, prepareCreation } from '../outgoing/creation.ts';
import type { OutgoingRefusal } from '../outgoing/outgoing.ts';
import { code } from '../terms.ts';
import { type ResolutionByHand, resolutions } from './events.ts';
import {
  assignWorkItem,
  hasMoney,
  type ItemMoney,
  isResolvedSo,
  type ResolveWorkItem,
  refuseResolution,
  resolved,
  type WorkItem,
  type WorkItemRefusal,
  type WorkItemState,
  workItemAggregate,
} from './work-item.ts';

/** What the commands of items are built over. */
export interface WorkItemTools extends IncomingTools {
  readonly findWorkItem: (tenantId: string, workItemId: string) => Promise<WorkItemState>;
  /** The text behind a reference; undefined once it is erased. */
  readonly textOf: (tenantId: string, ref: string) => Promise<string | undefined>;
}

/** Data of ResolveWorkItem. */
export interface ResolveWorkItemData {
  readonly workItemId: string;
  readonly resolution: ResolutionByHand;
  /** The account the money belongs to; with `applied`. */
  readonly accountId?: string | undefined;
  /** A code: why it goes back, is given up, or what explains the difference. */
  readonly reason?: string | undefined;
}

export type ResolveRefusal =
  | WorkItemRefusal
  | { readonly code: 'sender_unknown'; readonly workItem: string }
  | OutgoingRefusal
  | IncomingRefusal;

type ItemOfMoney = WorkItem & ItemMoney;

/** What resolving found before it locks. */
export interface ResolveRefs extends HouseRefs {
  readonly item: ItemOfMoney | undefined;
  /** The payment in that the item is about. */
  readonly incoming: Incoming | undefined;
  /** The payment that takes it back. */
  readonly creation?: CreationRefs | undefined;
  readonly sealed: readonly SealedValue[];
}

const nothing: ResolveRefs = { item: undefined, incoming: undefined, accounts: new Map(), missing: [], sealed: [] };

/** The payment that sends the money of an item back. */
export const returnPaymentId = (workItemId: string): string => derivedUuid('return-payment', workItemId);

const prepare = async (
  tools: WorkItemTools,
  tenantId: string,
  { workItemId, resolution, accountId }: ResolveWorkItemData,
): Promise<ResolveRefs> => {
  const item = await tools.findWorkItem(tenantId, workItemId);
  // Nothing is booked about an item that names no money; why it is not resolved so is decided on its stream.
  if (item.status === 'unknown' || !hasMoney(item)) return nothing;
  const [kind, id = ''] = item.subject.split(':');
  const found = kind === 'incoming' ? await tools.findIncoming(tenantId, id) : undefined;
  const incoming = found?.status === 'unknown' ? undefined : found;
  const houses = await findAccounts(tools.ledger, tenantId, {
    entity: item.entity,
    chartCodes: resolution === 'written_off' ? [unclaimedIncome] : [],
    accounts: [item.account, ...(accountId === undefined ? [] : [accountId])],
  });
  const creation = resolution === 'returned' ? await backToSender(tools, tenantId, item, incoming) : undefined;
  return {
    item,
    incoming,
    accounts: new Map([...houses.accounts, ...(creation?.accounts ?? [])]),
    missing: [...houses.missing, ...(creation?.missing ?? [])],
    creation,
    sealed: creation?.sealed ?? [],
  };
};

const backToSender = async (
  tools: WorkItemTools,
  tenantId: string,
  { workItemId, account, asset, amountMinor, reference }: ItemOfMoney,
  incoming: Incoming | undefined,
): Promise<CreationRefs | undefined> => {
  const { iban, bic, name } = incoming?.debtor ?? {};
  if (incoming === undefined || iban === undefined) return undefined;
  const told = name === undefined ? undefined : await tools.textOf(tenantId, name.ref);
  return prepareCreation(tools, tenantId, {
    paymentId: returnPaymentId(workItemId),
    debtorAccountId: account,
    asset,
    amountMinor,
    creditor: { name: told ?? 'NOTPROVIDED', iban, bic },
    remittance: `Return of ${reference ?? incoming.entryReference}`.slice(0, 140),
    returnOf: incoming.incomingId,
  });
};

const needs = (tools: WorkItemTools, { workItemId, accountId }: ResolveWorkItemData, refs: ResolveRefs): Needs => {
  const stream = { streams: [{ aggregate: workItemAggregate, id: workItemId }] };
  const { item, incoming, creation } = refs;
  if (item === undefined) return stream;
  return mergeNeeds(
    stream,
    postingNeeds(tools.balances, refs.accounts, {
      postings: accountId === undefined ? [] : [{ account: accountId, asset: item.asset }],
      journals: [resolutionJournalId(refs, workItemId)],
      entities: [item.entity],
    }),
    houseNeeds(refs),
    { streams: incoming === undefined ? [] : [{ aggregate: incomingAggregate, id: incoming.incomingId }] },
    creation === undefined ? {} : creationNeeds(tools, creation),
  );
};

const resolutionJournalId = ({ incoming }: ResolveRefs, workItemId: string): string =>
  incoming === undefined
    ? derivedUuid('work-item-journal', workItemId)
    : incomingJournalId(incoming.incomingId, 'apply');

interface Resolving {
  readonly data: ResolveWorkItemData;
  readonly facts: CommandFacts;
  readonly refs: ResolveRefs;
}

const decide = (
  tools: WorkItemTools,
  definition: SagaDefinition,
  loaded: Loaded,
  { data, facts, refs }: Resolving,
): Decision<NewEvent, ResolveRefusal> => {
  const { workItemId, resolution, reason } = data;
  const { state } = loaded.stream(workItemAggregate, workItemId);
  // Opened only after it was looked for: what resolving needs besides was not found with it.
  if (refs.item === undefined && state.status !== 'unknown' && hasMoney(state))
    return reject({ code: 'work_item_unknown', workItem: workItemId });
  const { metadata, now, tenantId } = facts;
  const paymentId = refs.creation?.terms.paymentId;
  const wanted: ResolveWorkItem = {
    workItemId,
    resolution,
    resolvedBy: metadata.actor,
    reason,
    ...(resolution === 'applied' ? { accountId: data.accountId } : {}),
    ...(paymentId === undefined ? {} : { paymentId }),
  };
  if (isResolvedSo(state, wanted)) return accept();
  const refusal = refuseResolution(state, wanted);
  if (refusal !== undefined) return reject(refusal);
  const item = state as ItemOfMoney;
  const found =
    refs.incoming === undefined ? undefined : loaded.stream(incomingAggregate, refs.incoming.incomingId).state;
  const incoming = found?.status === 'unknown' ? undefined : found;
  // What waits for a review is decided there, by somebody else than who recorded it.
  if (incoming?.status === 'in_review') return reject({ code: 'resolution_not_for_kind', kind: item.kind });
  const book = loadedBook(loaded, tools.balances, refs.accounts);
  switch (resolution) {
    case 'applied':
      return apply(item, { wanted, incoming, book, journalId: resolutionJournalId(refs, workItemId) });
    case 'returned': {
      const { creation } = refs;
      if (creation === undefined || incoming === undefined)
        return reject({ code: 'sender_unknown', workItem: workItemId });
      const made = decideCreation(tools, definition, loaded, {
        refs: creation,
        isPayeeConfirmed: true,
        now,
        tenantId,
        isFunded: true,
      });
      if (!made.accepted) return made;
      const back = {
        incomingId: incoming.incomingId,
        paymentId: paymentId ?? '',
        reason: reason ?? 'returned_to_sender',
      };
      return accept(
        ...made.events,
        incomingAggregate.record(incoming.incomingId, 'IncomingPaymentReturned', back),
        resolved(wanted),
      );
    }
    case 'written_off':
      return writeOff(item, { wanted, book, journalId: resolutionJournalId(refs, workItemId) });
    case 'explained':
      return accept(resolved(wanted));
  }
};

const move = (
  { account, asset, amountMinor, workItemId }: ItemOfMoney,
  {
    journalId,
    to,
    purpose,
  }: { readonly journalId: string; readonly to: string; readonly purpose: 'principal' | 'write_off' },
  book: Book,
) =>
  postJournal(book, {
    journalId,
    kind: 'suspense-resolution',
    postings: [
      { account, side: 'debit', asset, amountMinor, purpose },
      { account: to, side: 'credit', asset, amountMinor, purpose },
    ],
    captures: [],
    metadata: { workItemId },
  });

const apply = (
  item: ItemOfMoney,
  {
    wanted,
    incoming,
    book,
    journalId,
  }: {
    readonly wanted: ResolveWorkItem;
    readonly incoming: Incoming | undefined;
    readonly book: Book;
    readonly journalId: string;
  },
): Decision<NewEvent, ResolveRefusal> => {
  const { accountId = '', resolvedBy, reason } = wanted;
  if (book.account(accountId)?.kind !== 'customer') return reject({ code: 'account_unknown', account: accountId });
  if (incoming !== undefined) return applyIncoming(incoming, { accountId, resolvedBy, reason }, book);
  const posted = move(item, { journalId, to: accountId, purpose: 'principal' }, book);
  return posted.accepted ? accept(...posted.events, resolved({ ...wanted, journalId })) : posted;
};

/** Dr suspense · Cr income/unclaimed: nobody's money, as far as two people could find out. */
const writeOff = (
  item: ItemOfMoney,
  { wanted, book, journalId }: { readonly wanted: ResolveWorkItem; readonly book: Book; readonly journalId: string },
): Decision<NewEvent, ResolveRefusal> => {
  const to = houseAccountId(item.entity, unclaimedIncome);
  const posted = move(item, { journalId, to, purpose: 'write_off' }, book);
  return posted.accepted ? accept(...posted.events, resolved({ ...wanted, journalId })) : posted;
};

const itemResult = (loaded: Loaded, { workItemId }: { readonly workItemId: string }): WorkItem => {
  const { state } = loaded.stream(workItemAggregate, workItemId);
  if (state.status === 'unknown') throw new Error(`Work item ${workItemId} was accepted and is not there.`);
  return state;
};

/** Commands about items. */
export const createWorkItemHandlers = (tools: WorkItemTools, definition: SagaDefinition) => ({
  assignWorkItem: {
    name: 'payment.AssignWorkItem',
    schema: z.strictObject({ workItemId: uuid, owner: text(100) }),
    permission: 'payment:work',
    loads: ({ workItemId }) => ({ streams: [{ aggregate: workItemAggregate, id: workItemId }] }),
    decide: (loaded, data) => assignWorkItem(loaded.stream(workItemAggregate, data.workItemId).state, data),
    result: itemResult,
  } satisfies CommandHandler<
    { readonly workItemId: string; readonly owner: string },
    undefined,
    WorkItem,
    WorkItemRefusal
  >,
  resolveWorkItem: {
    name: 'payment.ResolveWorkItem',
    schema: z.strictObject({
      workItemId: uuid,
      resolution: z.enum(resolutions),
      accountId: uuid.optional(),
      reason: code.optional(),
    }) as z.ZodType<ResolveWorkItemData>,
    permission: 'payment:work',
    weight: () => 4,
    prepare: (data, { tenantId }) => prepare(tools, tenantId, data),
    loads: (data, refs) => needs(tools, data, refs),
    decide: (loaded, data, facts, refs) =>
      withHouses(loaded, refs, decide(tools, definition, loaded, { data, facts, refs })),
    sealed: ({ sealed }) => sealed,
    result: itemResult,
  } satisfies CommandHandler<ResolveWorkItemData, ResolveRefs, WorkItem, ResolveRefusal>,
});
