import type { EventMetadata } from '@finaegis/platform/event-store/event';
import type { Rounds } from '@finaegis/platform/rounds';
import { read, type Services } from '@finaegis/platform/services';
import { startTenantRounds, type TenantRoundsOptions } from '@finaegis/platform/tenancy/tenant-rounds';
import { bulkSagaId } from './bulk/bulk.ts';
import type { PaymentPorts } from './ports.ts';
import { runOrdersMax, type ScheduleHandlers } from './schedule/commands.ts';
import { findDueOrders } from './views/due-orders.ts';

/** A day of a legal entity. */
export interface OrderDay {
  readonly tenantId: string;
  readonly entity: string;
  readonly businessDate: string;
}

/** What running orders takes. */
export interface OrderRunTools {
  readonly services: Services;
  readonly entities: PaymentPorts['ledger']['reads'];
  readonly takeDueOrders: ScheduleHandlers['takeDueOrders'];
}

const metadata: EventMetadata = { actor: 'order-runs', channel: 'system', correlation: 'order-runs' };

/**
 * Takes every occurrence that is due on an entity's day and has sagas pay them; gives back how many, and the runs. It may be asked again, here or
 * in another process: an occurrence is taken once, whoever sees it.
 */
export const runDueOrders = async (
  { services, takeDueOrders }: OrderRunTools,
  { tenantId, entity, businessDate }: OrderDay,
): Promise<{ readonly taken: number; readonly runIds: readonly string[] }> => {
  const runIds: string[] = [];
  let [taken, after] = [0, undefined as string | undefined];
  for (;;) {
    const page = { businessDate, after, limit: runOrdersMax };
    const orders = await read(services, tenantId, (tx) => findDueOrders(tx, tenantId, page));
    if (orders.length === 0) return { taken, runIds };
    const runId = services.newId();
    const data = { runId, entity, businessDate, orders };
    const settled = await services.commands.submit(takeDueOrders, data, {
      tenantId,
      metadata,
      lane: 'bulk',
      timeoutMs: 60_000,
    });
    if (settled.kind === 'decided' && settled.outcome.accepted && settled.outcome.result.lines > 0) {
      taken += settled.outcome.result.lines;
      runIds.push(runId);
      services.sagas.adopt({ tenantId, sagaId: bulkSagaId(runId) });
    }
    after = orders.at(-1)?.orderId;
  }
};

/** Looks for due orders of every entity whose day is open, again and again. */
export const startOrderRuns = (tools: OrderRunTools, options: TenantRoundsOptions): Rounds =>
  startTenantRounds((tenantId) => runTenant(tools, tenantId), options);

const runTenant = async (tools: OrderRunTools, tenantId: string): Promise<void> => {
  for (const { entity, businessDate, status } of await tools.entities.entities(tenantId))
    if (status === 'day_open') await runDueOrders(tools, { tenantId, entity, businessDate });
};
