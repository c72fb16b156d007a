import type { Rounds } from '@finaegis/platform/rounds';
import type { SagaDefinition } from '@finaegis/platform/saga/definition';
import type { Services } from '@finaegis/platform/services';
import type { TenantRoundsOptions } from '@finaegis/platform/tenancy/tenant-rounds';
import { batchAggregate } from './bulk/batch.ts';
import { bulkAggregate } from './bulk/bulk.ts';
import {
  type BulkHandlers,
  type BulkStepHandlers,
  createBulkHandlers,
  createBulkStepHandlers,
} from './bulk/commands.ts';
import { type BulkReads, bulkOrders, createBulkReads } from './bulk-reads.ts';
import type { BulkHttp } from './http/bulk-http.ts';
import { bulkProblems } from './http/bulk-problems.ts';
import { bulkRoutes } from './http/bulk-routes.ts';
import { scheduleProblems, scheduleRoutes } from './http/schedule-routes.ts';
import { type OrderDay, runDueOrders, startOrderRuns } from './order-runs.ts';
import { createRequestPart, type PartSources, type PaymentPart } from './payment-requests.ts';
import { type BulkSagaTools, bulkPaymentSaga } from './sagas/bulk-payment.ts';
import { createScheduleHandlers, type ScheduleHandlers } from './schedule/commands.ts';
import { scheduleAggregate } from './schedule/schedule.ts';
import { bulkPaymentsView } from './views/bulk-payments.ts';
import { dueOrdersView } from './views/due-orders.ts';

/** What bulk payments add to the context's table. */
export interface BulkPart extends PaymentPart {
  readonly handlers: BulkHandlers & ScheduleHandlers;
  readonly steps: Pick<BulkStepHandlers, 'concludeLines'>;
  readonly orderRuns: OrderRuns;
}

/** Running due standing orders, for a timer, the CLI or an operator. */
export interface OrderRuns {
  runDueOrders(day: OrderDay): ReturnType<typeof runDueOrders>;
  startOrderRuns(options: TenantRoundsOptions): Rounds;
}

/** Files of payments, standing orders and requests, put together from what the context has. */
export const createBulkPart = (services: Services, sources: PartSources): BulkPart => {
  const { ports, tools, http } = sources;
  const reads = createBulkReads(services);
  const bulkTools = { ...tools, findBatches: reads.batchStates };
  const steps = createBulkStepHandlers(bulkTools);
  const schedules = createScheduleHandlers(tools, () => saga);
  const execution = sagaTools(services, sources, { reads, schedules });
  const saga: SagaDefinition = bulkPaymentSaga(execution, steps);
  const handlers = createBulkHandlers(bulkTools, () => saga);
  const requests = createRequestPart(services, sources);
  const problems = { ...bulkProblems, ...scheduleProblems };
  const edges = { ...http, problems: { ...http.problems, ...problems } };
  const runs = { services, entities: ports.ledger.reads, takeDueOrders: schedules.takeDueOrders };
  const files: BulkHttp = {
    ...edges,
    numbers: ports.accounts.numbers,
    bulk: handlers,
    bulkSteps: steps,
    bulkReads: reads,
  };
  return {
    events: [...bulkAggregate.events, ...batchAggregate.events, ...scheduleAggregate.events, ...requests.events],
    views: [bulkPaymentsView, dueOrdersView, ...requests.views],
    commands: [...Object.values(steps), ...Object.values(handlers), ...Object.values(schedules), ...requests.commands],
    sagas: [saga, bulkPaymentSaga(execution, steps, 1), ...requests.sagas],
    routes: [
      ...bulkRoutes(files),
      ...scheduleRoutes({ ...edges, schedules, scheduleReads: reads }),
      ...requests.routes,
    ],
    problems: { ...problems, ...requests.problems },
    handlers: { ...handlers, ...schedules },
    steps,
    orderRuns: {
      runDueOrders: (day) => runDueOrders(runs, day),
      startOrderRuns: (options) => startOrderRuns(runs, options),
    },
  };
};

const sagaTools = (
  services: Services,
  { ports: { accounts, assets, parties, rail }, tools }: PartSources,
  { reads, schedules }: { readonly reads: BulkReads; readonly schedules: ScheduleHandlers },
): BulkSagaTools => {
  const { directory, numbers } = accounts;
  const submit: BulkSagaTools['submit'] = async (handler, data, { tenantId, metadata }) => {
    const submission = { tenantId, metadata, lane: 'bulk', timeoutMs: 15_000 } as const;
    const settled = await services.commands.submit(handler, data, submission);
    if (settled.kind !== 'decided') throw new Error('Without a key every command is decided.');
    if (!settled.outcome.accepted)
      throw Object.assign(new Error(`${handler.name} was refused.`), { code: settled.outcome.refusal.code });
    return settled.outcome.isRepeat ? 'done before' : 'done';
  };
  return {
    rail,
    submit,
    checks: tools.checks,
    fees: tools.fees,
    times: tools.times,
    now: tools.now,
    batches: reads.batches,
    accountsOf: async (tenantId, ibans) => {
      const found = await numbers.accountsOf(tenantId, ibans);
      const known = await Promise.all(
        [...found].map(async ([iban, accountId]) => [iban, await directory.find(tenantId, accountId)] as const),
      );
      return new Map(known.flatMap(([iban, terms]) => (terms === undefined ? [] : [[iban, terms] as const])));
    },
    ordersOf: (tenantId, batch, lines) =>
      bulkOrders({ services, assets, parties, accounts: directory, numbers }, tenantId, { batch, lines }),
    endOccurrences: (ends, call) => submit(schedules.endOccurrences, { ends }, call),
  };
};
