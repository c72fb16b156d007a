import { isBic } from '@finaegis/kernel/bic';
import { accept } from '@finaegis/kernel/decision';
import { isIban } from '@finaegis/kernel/iban';
import { derivedUuid } from '@finaegis/kernel/id';
import { referenceOf } from '@finaegis/kernel/reference';
import type { CommandHandler, Loaded, Needs } from '@finaegis/platform/command/handler';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import { uuid } from '@finaegis/platform/http/amount';
import { newSagaNeed, startSaga } from '@finaegis/platform/saga/commands';
import type { SagaDefinition } from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import { type StandingOrder, standingOrderAggregate } from '../../account/contract.ts';
import type { LedgerDirectory } from '../../ledger/contract.ts';
import { batchAggregate, batchIdOf, type LineTerms } from '../bulk/batch.ts';
import { type BulkTerms, bulkAggregate, bulkSagaId } from '../bulk/bulk.ts';
import { executionDay } from '../terms.ts';
import { conventions } from './calendar.ts';
import {
  endOccurrence,
  type OccurrenceEnd,
  resumeSchedule,
  type Schedule,
  type ScheduleRefusal,
  type ScheduleTerms,
  scheduleAggregate,
  setSchedule,
  suspendSchedule,
  takeOccurrence,
} from './schedule.ts';

/** What the commands of schedules are built over. */
export interface ScheduleTools {
  readonly ledger: LedgerDirectory;
  /** The clock at the edge. */
  readonly now: () => string;
}

/** Most orders of one run. */
export const runOrdersMax = 1_000;
// Lines of orders carry the references to their texts, so that fewer of them fit into an event.
const batchOrdersMax = 50;
/** What stands in the place of a file's digest. */
const runDigest = 'standing-orders';

/** Data of TakeDueOrders. */
export interface TakeDueOrders {
  /** A fresh id: what keeps an occurrence from being paid twice is its own. */
  readonly runId: string;
  readonly entity: string;
  readonly businessDate: string;
  readonly orders: readonly { readonly orderId: string; readonly accountId: string }[];
}

interface RunRefs {
  readonly now: string;
  /** Orders whose accounts are of the entity whose day it is. */
  readonly orderIds: readonly string[];
}

type Handler<Data, Refs, Result> = CommandHandler<Data, Refs, Result, ScheduleRefusal>;

const orderNeeds = (orderIds: readonly string[]): Needs => ({
  streams: orderIds.flatMap((id) => [
    { aggregate: scheduleAggregate, id },
    { aggregate: standingOrderAggregate, id },
  ]),
});

const orderIn = (loaded: Loaded, orderId: string): StandingOrder | undefined => {
  const { state } = loaded.stream(standingOrderAggregate, orderId);
  return state.status === 'unknown' ? undefined : state;
};

const scheduleIn = (loaded: Loaded, orderId: string): Schedule => loaded.stream(scheduleAggregate, orderId).state;

const batchCountOf = (orders: number): number => Math.ceil(orders / batchOrdersMax);

/** The key of an occurrence: whichever run pays it, it is paid once. */
const occurrenceKey = (orderId: string, dueOn: string): string => derivedUuid('standing-order', orderId, dueOn);

const lineOf = (order: StandingOrder, dueOn: string, line: number): LineTerms => {
  const { orderId, accountId, asset, amountMinor, counterparty, counterpartyName, remittance } = order;
  const { bank, account } = counterparty;
  return {
    line,
    at: 0,
    endToEndId: referenceOf('S', occurrenceKey(orderId, dueOn)),
    asset,
    amountMinor,
    // An account without an IBAN means something only beside the code of its bank.
    ...(isIban(account) ? { iban: account } : { account: `${account}/${bank}`.slice(0, 34) }),
    ...(isBic(bank) ? { bic: bank } : {}),
    order: {
      orderId,
      dueOn,
      debtorAccountId: accountId,
      ...(counterpartyName === undefined ? {} : { name: counterpartyName }),
      ...(remittance === undefined ? {} : { remittance }),
    },
  };
};

/** Takes the due occurrences of many orders and starts the saga that pays them, all in one commit. */
const takeDueOrders = (
  { ledger, now }: ScheduleTools,
  definition: () => SagaDefinition,
): Handler<TakeDueOrders, RunRefs, { readonly lines: number }> => ({
  name: 'payment.TakeDueOrders',
  schema: z.strictObject({
    runId: uuid,
    entity: z.string(),
    businessDate: executionDay,
    orders: z.array(z.strictObject({ orderId: uuid, accountId: uuid })).max(runOrdersMax),
  }),
  permission: 'payment:rail',
  weight: ({ orders }) => orders.length,
  prepare: async ({ entity, orders }, { tenantId }) => {
    const found = await ledger.accounts(
      tenantId,
      orders.map(({ accountId }) => accountId),
    );
    const its = orders.filter(({ accountId }) => found.get(accountId)?.entity === entity);
    return { now: now(), orderIds: its.map(({ orderId }) => orderId) };
  },
  loads: ({ runId }, { orderIds }) => ({
    streams: [
      ...(orderNeeds(orderIds).streams ?? []),
      { aggregate: bulkAggregate, id: runId, isNew: true },
      ...Array.from({ length: batchCountOf(orderIds.length) }, (_, number) => ({
        aggregate: batchAggregate,
        id: batchIdOf({ bulkId: runId, digest: runDigest }, number),
        isNew: true,
      })),
      newSagaNeed(bulkSagaId(runId)),
    ],
  }),
  decide: (loaded, data, { tenantId }, { now: instant, orderIds }) => {
    const events: NewEvent[] = [];
    const lines: LineTerms[] = [];
    for (const orderId of orderIds) {
      const order = orderIn(loaded, orderId);
      if (order === undefined) continue;
      const taken = takeOccurrence(scheduleIn(loaded, orderId), order, data);
      events.push(...taken.events);
      if (taken.dueOn !== undefined) lines.push(lineOf(order, taken.dueOn, lines.length + 1));
    }
    return lines.length === 0
      ? accept(...events)
      : accept(...events, ...runEvents(definition(), data, lines, { tenantId, now: instant }));
  },
  result: (loaded, { runId }) => {
    const { state } = loaded.stream(bulkAggregate, runId);
    return { lines: state.status === 'unknown' ? 0 : state.lineCount };
  },
});

const runEvents = (
  definition: SagaDefinition,
  { runId: bulkId, entity, businessDate }: TakeDueOrders,
  lines: readonly LineTerms[],
  facts: { readonly tenantId: string; readonly now: string },
): readonly NewEvent[] => {
  const batchCount = batchCountOf(lines.length);
  const batches = Array.from({ length: batchCount }, (_, number) => {
    const batchId = batchIdOf({ bulkId, digest: runDigest }, number);
    return batchAggregate.record(batchId, 'BulkLinesTaken', {
      bulkId,
      batchId,
      number,
      paymentInfoId: businessDate,
      debtorAccountId: '',
      entity,
      lines: lines.slice(number * batchOrdersMax, (number + 1) * batchOrdersMax),
    });
  });
  const terms: BulkTerms = {
    bulkId,
    messageId: referenceOf('R', bulkId),
    digest: runDigest,
    source: 'standing-orders',
    mode: 'best_effort',
    entity,
    executionDate: businessDate,
    lineCount: lines.length,
    batchCount,
    totals: totalsOf(lines),
  };
  const input = { bulkId, digest: runDigest, batchCount, mode: 'best_effort', executionDate: null, isOfOrders: true };
  return [
    ...batches,
    bulkAggregate.record(bulkId, 'BulkPaymentTaken', terms),
    ...startSaga(definition, { sagaId: bulkSagaId(bulkId), input }, facts),
  ];
};

const totalsOf = (lines: readonly LineTerms[]): BulkTerms['totals'] => {
  const totals = new Map<string, BulkTerms['totals'][number]>();
  for (const { asset, amountMinor } of lines) {
    const { amountMinor: sum = 0n, count = 0 } = totals.get(asset) ?? {};
    totals.set(asset, { asset, amountMinor: sum + amountMinor, count: count + 1 });
  }
  return [...totals.values()];
};

/** Data of EndOrderOccurrences. */
export interface EndOrderOccurrences {
  readonly ends: readonly OccurrenceEnd[];
}

const endOccurrences = (): Handler<EndOrderOccurrences, undefined, null> => ({
  name: 'payment.EndOrderOccurrences',
  schema: z.strictObject({
    ends: z
      .array(z.strictObject({ orderId: uuid, dueOn: z.string(), reason: z.string().optional() }))
      .max(runOrdersMax),
  }),
  permission: 'payment:rail',
  weight: ({ ends }) => ends.length,
  loads: ({ ends }) => orderNeeds(ends.map(({ orderId }) => orderId)),
  decide: (loaded, { ends }) =>
    accept(
      ...ends.flatMap((end) => {
        const order = orderIn(loaded, end.orderId);
        return order === undefined ? [] : endOccurrence(scheduleIn(loaded, end.orderId), order, end);
      }),
    ),
  result: () => null,
});

const ofOrder = <Data extends { readonly orderId: string }>(
  { name, schema }: { readonly name: string; readonly schema: z.ZodType<Data> },
  decide: (state: Schedule, order: StandingOrder | undefined, data: Data) => ReturnType<typeof setSchedule>,
): Handler<Data, undefined, Schedule> => ({
  name,
  schema,
  permission: 'account:order',
  loads: ({ orderId }) => orderNeeds([orderId]),
  decide: (loaded, data) => decide(scheduleIn(loaded, data.orderId), orderIn(loaded, data.orderId), data),
  result: (loaded, { orderId }) => scheduleIn(loaded, orderId),
});

/** How an order is executed, as requests and commands write it. */
export const scheduleTerms = {
  convention: z.enum(conventions),
  isEndOfMonth: z.boolean(),
  retryDays: z.int().min(0).max(30),
  endOn: executionDay.optional(),
  executionsMax: z.int().min(1).max(10_000).optional(),
};

/** Every command of schedules. */
export const createScheduleHandlers = (tools: ScheduleTools, definition: () => SagaDefinition) => ({
  takeDueOrders: takeDueOrders(tools, definition),
  endOccurrences: endOccurrences(),
  setOrderSchedule: ofOrder<ScheduleTerms & { readonly orderId: string }>(
    { name: 'payment.SetOrderSchedule', schema: z.strictObject({ orderId: uuid, ...scheduleTerms }) },
    setSchedule,
  ),
  suspendOrder: ofOrder(
    { name: 'payment.SuspendOrder', schema: z.strictObject({ orderId: uuid }) },
    (state, order, { orderId }) => suspendSchedule(state, order, orderId),
  ),
  resumeOrder: ofOrder(
    { name: 'payment.ResumeOrder', schema: z.strictObject({ orderId: uuid, from: executionDay }) },
    resumeSchedule,
  ),
});

export type ScheduleHandlers = ReturnType<typeof createScheduleHandlers>;
