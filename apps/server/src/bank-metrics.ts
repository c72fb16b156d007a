import type { Metrics } from '@finaegis/platform/observability/metrics';
import type { Gateway } from '@finaegis/platform/realtime/gateway';
import { providerMetrics } from '@finaegis/platform/resilience/provider-metrics';
import { sagasName } from '@finaegis/platform/saga/sagas-table';
import { fanOutName } from '@finaegis/platform/webhook/fan-out';
import type { Bank, Batch } from './bank.ts';

/** Makes the metrics of the write side and gives back what to tell of each batch. */
export const batchMetrics = (metrics: Metrics): ((batch: Batch) => void) => {
  const commands = metrics.counter({ name: 'finaegis_commands_total', help: 'Commands settled by this process.' });
  const sizes = metrics.histogram({
    name: 'finaegis_batch_commands',
    help: 'Commands that shared one commit.',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 1_000],
  });
  const seconds = metrics.histogram({
    name: 'finaegis_batch_seconds',
    help: 'Time one commit took, from taking its commands to answering them.',
  });
  return ({ commands: count, durationMs }) => {
    commands.inc(count);
    sizes.observe(count);
    seconds.observe(durationMs / 1_000);
  };
};

/** Makes the counter of sagas and gives back what to tell of each that has settled. */
export const sagaMetrics = (metrics: Metrics): ((status: string) => void) => {
  const settled = metrics.counter({
    name: 'finaegis_sagas_settled_total',
    help: 'Sagas this process brought to their end (completed, undone) or to where a person has to decide (parked).',
    labels: ['outcome'],
  });
  return (outcome) => settled.inc({ outcome });
};

/** Makes the metrics of connections over WebSocket and gives back what to tell of each that has ended. */
export const realtimeMetrics = (
  metrics: Metrics,
  gateway: () => Pick<Gateway, 'connections'> | undefined,
): ((code: number) => void) => {
  metrics.gauge({
    name: 'finaegis_realtime_connections',
    help: 'Clients that are connected over WebSocket to this process.',
    read: () => gateway()?.connections ?? 0,
  });
  const closed = metrics.counter({
    name: 'finaegis_realtime_closed_total',
    help: 'Connections over WebSocket that have ended, by the code they were closed with.',
    labels: ['code'],
  });
  return (code) => closed.inc({ code: String(code) });
};

/** Gauges that are read when they are scraped: commands waiting, how far views and the audit log of the slowest tenant are behind, sagas that stand still. */
export const bankGauges = (metrics: Metrics, { services, pools, modules }: Bank): void => {
  providerMetrics(metrics, modules.resilience.breakers);
  metrics.gauge({
    name: 'finaegis_commands_queued',
    help: 'Commands waiting for a commit in this process.',
    read: () => services.commands.queued,
  });
  metrics.gauge({
    name: 'finaegis_views_behind_events',
    help: 'Events the slowest subscribed view of any tenant has not folded yet.',
    read: async () => {
      const { rows } = await pools.system.query<{ behind: bigint | null }>(
        // What nobody is to be told of is not behind.
        'select max(h.seq - s.seq) as behind from tenant_heads h join subscriptions s using (tenant_id) where s.name <> $1',
        [fanOutName],
      );
      return Number(rows[0]?.behind ?? 0n);
    },
  });
  metrics.gauge({
    name: 'finaegis_audit_unsealed_events',
    help: 'Events of the tenant furthest behind that no signed head stands on yet.',
    read: async () => {
      const { rows } = await pools.system.query<{ behind: bigint | null }>(
        `select max(h.seq - coalesce(a.size, 0)) as behind from tenant_heads h
          left join lateral (select size from audit_heads where tenant_id = h.tenant_id order by size desc limit 1) a on true`,
      );
      return Number(rows[0]?.behind ?? 0n);
    },
  });
  sagaGauges(metrics, services, pools);
  webhookGauges(metrics, pools);
};

const webhookGauges = (metrics: Metrics, { system }: Bank['pools']): void => {
  metrics.gauge({
    name: 'finaegis_webhook_deliveries_overdue',
    help: 'Deliveries of all tenants that have been due for more than a minute, to endpoints that are not failing.',
    read: async () => {
      const { rows } = await system.query<{ overdue: bigint }>(
        `select count(*) as overdue from webhook_deliveries d join webhook_endpoints e using (tenant_id, endpoint_id)
          where d.status = 'pending' and d.due_at < clock_timestamp() - interval '1 minute' and e.status = 'active' and not e.is_ordered
            and not exists (select from webhook_health h where h.tenant_id = d.tenant_id and h.endpoint_id = d.endpoint_id)`,
      );
      return Number(rows[0]?.overdue ?? 0n);
    },
  });
  metrics.gauge({
    name: 'finaegis_webhook_endpoints_failing',
    help: 'Endpoints of all tenants whose last message was not taken.',
    read: async () => {
      const { rows } = await system.query<{ failing: bigint }>(
        `select count(*) as failing from webhook_health join webhook_endpoints e using (tenant_id, endpoint_id) where e.status = 'active'`,
      );
      return Number(rows[0]?.failing ?? 0n);
    },
  });
};

const sagaGauges = (metrics: Metrics, { now }: Bank['services'], { system }: Bank['pools']): void => {
  metrics.gauge({
    name: 'finaegis_sagas_parked',
    help: 'Sagas of all tenants that stand still until a person decides.',
    read: async () => {
      const { rows } = await system.query<{ parked: bigint }>(
        `select count(*) as parked from ${sagasName} where status = 'parked'`,
      );
      return Number(rows[0]?.parked ?? 0n);
    },
  });
  metrics.gauge({
    name: 'finaegis_sagas_overdue',
    help: 'Sagas that have been due for more than a minute and that no worker has in hand.',
    read: async () => {
      const { rows } = await system.query<{ overdue: bigint }>(
        `select count(*) as overdue from saga_queue
          where due_at < $1::timestamptz - interval '1 minute' and (lease_until is null or lease_until < clock_timestamp())`,
        [now()],
      );
      return Number(rows[0]?.overdue ?? 0n);
    },
  });
};
