import type { Transaction } from '@finaegis/platform/database/transaction';
import type { Aggregate } from '@finaegis/platform/event-store/aggregate';
import { erased } from '@finaegis/platform/event-store/personal-ref';
import { rehydrate } from '@finaegis/platform/event-store/read';
import { read, type Services } from '@finaegis/platform/services';
import { type InboxMessage, type InboxState, inboxAggregate, isMessage } from './inbox/inbox-message.ts';
import { type Incoming, type IncomingState, incomingAggregate } from './incoming/incoming.ts';
import { type Outgoing, type OutgoingState, outgoingAggregate } from './outgoing/outgoing.ts';
import type { WebhookMessage } from './ports.ts';
import { type InboxFilter, listMessages } from './views/inbox.ts';
import {
  candidatesFor,
  findOutgoing,
  listPayments,
  type PaymentCandidate,
  type PaymentFilter,
  paymentsProgress,
  readStates,
} from './views/payments.ts';
import { listWorkItems, type WorkItemFilter, type WorkItemTotal, workItemTotals } from './views/work-items.ts';
import { hasMoney, type WorkItem, type WorkItemState, workItemAggregate } from './work-item/work-item.ts';

/** Where a page begins and how long it is. */
export interface Page {
  readonly before?: bigint | undefined;
  readonly limit: number;
}

/** One of a list, with its place in it. */
export interface Listed<Item> {
  readonly seq: bigint;
  readonly item: Item;
}

/** The read side of payments, for its own routes and for neighbours. Nothing here asks who may see it. */
export interface PaymentReads {
  outgoing(tenantId: string, paymentId: string): Promise<OutgoingState>;
  incoming(tenantId: string, incomingId: string): Promise<IncomingState>;
  workItem(tenantId: string, workItemId: string): Promise<WorkItemState>;
  message(tenantId: string, key: string): Promise<InboxState>;
  /** A stored message with its body. */
  messageBody(tenantId: string, key: string): Promise<WebhookMessage>;
  listOutgoing(
    tenantId: string,
    filter: Omit<PaymentFilter, 'direction'>,
    page: Page,
  ): Promise<readonly Listed<Outgoing>[]>;
  listIncoming(
    tenantId: string,
    filter: Omit<PaymentFilter, 'direction'>,
    page: Page,
  ): Promise<readonly Listed<Incoming>[]>;
  listWorkItems(
    tenantId: string,
    filter: WorkItemFilter,
    page: Page & { readonly now: string },
  ): Promise<readonly Listed<WorkItem>[]>;
  workItemTotals(tenantId: string, filter: WorkItemFilter, now: string): Promise<readonly WorkItemTotal[]>;
  /** Payments that may explain an item. */
  proposals(tenantId: string, item: WorkItem, since: string): Promise<readonly PaymentCandidate[]>;
  listMessages(tenantId: string, filter: InboxFilter, page: Page): Promise<readonly Listed<InboxMessage>[]>;
  /** Payments out to a bank, found by what it was told. A moment behind, unless `isComplete`. */
  outgoingAt(
    tenantId: string,
    sought: SoughtOrder,
  ): Promise<{ readonly ids: readonly string[]; readonly isComplete: boolean }>;
  /** The text behind a reference; undefined once it is erased. */
  textOf(tenantId: string, ref: string): Promise<string | undefined>;
}

/** What a bank repeats of an order. */
export interface SoughtOrder {
  readonly bank: string;
  readonly reference?: string | undefined;
  readonly endToEndId?: string | undefined;
}

/** Lists by a view, and reads what is listed from the streams. */
export const listedIn =
  (services: Services) =>
  <State extends { readonly status: string }, Item extends State, Row extends { readonly seq: bigint }>(
    tenantId: string,
    aggregate: Aggregate<State, never>,
    {
      rows,
      idOf,
    }: { readonly rows: (tx: Transaction) => Promise<readonly Row[]>; readonly idOf: (row: Row) => string },
  ): Promise<readonly Listed<Item>[]> =>
    read(services, tenantId, async (tx) => {
      const found = await rows(tx);
      const states = await readStates(tx, services.catalogue, aggregate, { tenantId, ids: found.map(idOf) });
      return found.map((row, index) => ({ seq: row.seq, item: states[index] as Item }));
    });

/** The read side over the database; `services` is used by requests only, since it is complete only after all contexts are wired. */
export const createPaymentReads = (services: Services): PaymentReads => {
  const inTenant = <T>(tenantId: string, work: (tx: Transaction) => Promise<T>): Promise<T> =>
    read(services, tenantId, work);
  const one = <State>(aggregate: Aggregate<State, never>, tenantId: string, id: string): Promise<State> =>
    inTenant(tenantId, async (tx) => (await rehydrate(tx, services.catalogue, aggregate, { tenantId, id })).state);
  const listed = listedIn(services);
  const texts = (tenantId: string, refs: readonly string[]) =>
    inTenant(tenantId, (tx) => services.personalData.read(tx, tenantId, refs));

  return {
    outgoing: (tenantId, id) => one(outgoingAggregate, tenantId, id),
    incoming: (tenantId, id) => one(incomingAggregate, tenantId, id),
    workItem: (tenantId, id) => one(workItemAggregate, tenantId, id),
    message: (tenantId, key) => one(inboxAggregate, tenantId, key),
    messageBody: async (tenantId, key) => {
      const state = await one(inboxAggregate, tenantId, key);
      if (!isMessage(state)) throw new Error(`There is no webhook message ${key}.`);
      const { provider, messageId, type, body } = state;
      const text = (await texts(tenantId, [body.ref])).get(body.ref) ?? erased;
      return { tenantId, key, provider, messageId, type, body: text };
    },
    listOutgoing: (tenantId, filter, page) =>
      listed(tenantId, outgoingAggregate, {
        rows: (tx) => listPayments(tx, tenantId, { ...filter, direction: 'outgoing' }, page),
        idOf: ({ paymentId }) => paymentId,
      }),
    listIncoming: (tenantId, filter, page) =>
      listed(tenantId, incomingAggregate, {
        rows: (tx) => listPayments(tx, tenantId, { ...filter, direction: 'incoming' }, page),
        idOf: ({ paymentId }) => paymentId,
      }),
    listWorkItems: (tenantId, filter, page) =>
      listed(tenantId, workItemAggregate, {
        rows: (tx) => listWorkItems(tx, tenantId, filter, page),
        idOf: ({ workItemId }) => workItemId,
      }),
    workItemTotals: (tenantId, filter, now) => inTenant(tenantId, (tx) => workItemTotals(tx, tenantId, filter, now)),
    proposals: (tenantId, item, since) =>
      inTenant(tenantId, async (tx) => {
        if (!hasMoney(item)) return [];
        const { asset, amountMinor, reference, subject } = item;
        const found = await candidatesFor(tx, tenantId, { asset, amountMinor, reference, since });
        return found.filter(({ paymentId }) => !subject.endsWith(paymentId));
      }),
    listMessages: (tenantId, filter, page) =>
      listed(tenantId, inboxAggregate, {
        rows: (tx) => listMessages(tx, tenantId, filter, page),
        idOf: ({ key }) => key,
      }),
    outgoingAt: async (tenantId, sought) => {
      const isComplete = await hasCaughtUp(inTenant, tenantId);
      return { ids: await inTenant(tenantId, (tx) => findOutgoing(tx, tenantId, sought)), isComplete };
    },
    textOf: async (tenantId, ref) => {
      const text = (await texts(tenantId, [ref])).get(ref);
      return text === erased ? undefined : text;
    },
  };
};

const looksMax = 20;
const lookMs = 100;

/** Waits a moment for the lists to show what was in the log when it was asked. */
const hasCaughtUp = async (
  inTenant: <T>(tenantId: string, work: (tx: Transaction) => Promise<T>) => Promise<T>,
  tenantId: string,
): Promise<boolean> => {
  const { head } = await inTenant(tenantId, (tx) => paymentsProgress(tx, tenantId));
  for (let look = 1; look <= looksMax; look += 1) {
    const { seq } = await inTenant(tenantId, (tx) => paymentsProgress(tx, tenantId));
    if (seq >= head) return true;
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
  return false;
};
