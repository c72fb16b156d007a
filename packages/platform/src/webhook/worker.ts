import type { Pool } from 'pg';
import { inTransaction } from '../database/transaction.ts';
import type { PublishedCatalogue } from '../published/catalogue.ts';
import type { Amounts } from '../published/publisher.ts';
import type { Services } from '../services.ts';
import type { AddressRules } from './address-guard.ts';
import type { EndpointHandlers } from './commands.ts';
import { type GivenUp, startDeliverer } from './deliverer.ts';
import { startFanOut } from './fan-out.ts';
import { createSender, type SenderLimits } from './sender.ts';

/** Turns commits into deliveries and makes them, in the background. */
export interface WebhookWorker {
  /** Tells it that something was committed. */
  wake(): void;
  close(): Promise<void>;
}

/** What a process gives it. */
export interface WebhookWorkerOptions {
  /** As finaegis_write. */
  readonly pool: Pool;
  /** As finaegis_write, for following the log. */
  readonly followPool: Pool;
  /** As finaegis_system. */
  readonly systemPool: Pool;
  /** Between 0 and 1, for the waits. */
  readonly random: () => number;
  readonly onError?: ((error: unknown) => void) | undefined;
  readonly pollMs?: number | undefined;
  readonly limits?: SenderLimits | undefined;
}

interface Parts {
  readonly published: PublishedCatalogue;
  readonly amounts: Amounts;
  readonly rules: AddressRules;
  readonly handlers: Pick<EndpointHandlers, 'disable'>;
}

/** Starts both. They know each other by the queue in the database only, and by a tap on the shoulder within one process. */
export const startWebhookWorker = (
  services: Services,
  { followPool, rules, handlers, limits, published, amounts, ...options }: WebhookWorkerOptions & Parts,
): WebhookWorker => {
  const { newId, now, personalData, catalogue, positions } = services;
  const deliverer = startDeliverer({
    ...options,
    personalData,
    newId,
    now,
    sender: createSender(rules, () => Date.parse(now()), limits),
    giveUp: (endpoint) => giveUp(services, handlers, endpoint),
  });
  const fanOut = startFanOut({
    ...options,
    pool: followPool,
    catalogue,
    published,
    amounts,
    positions,
    newId,
    now,
    onQueued: () => deliverer.wake(),
  });
  return {
    wake: () => fanOut.wake(),
    close: async () => {
      await fanOut.close();
      await deliverer.close();
    },
  };
};

const giveUp = async (
  { commands }: Services,
  { disable }: Parts['handlers'],
  { tenantId, endpointId, reason, failingSince }: GivenUp,
): Promise<void> => {
  const data = { endpointId, reason, ...(failingSince === undefined ? {} : { failingSince }) };
  const metadata = { actor: 'webhook', channel: 'system', correlation: endpointId };
  // Refused only where somebody deleted it meanwhile, which is as good.
  await commands.submit(disable, data, { tenantId, metadata });
};

/** Days that messages, deliveries and attempts are kept. */
export const deliveryDays = 30;

/** Deletes what is older, tenant by tenant; row-level security keeps each deletion to its own. */
export const pruneDeliveries = async (writePool: Pool, tenantIds: readonly string[]): Promise<void> => {
  for (const tenantId of tenantIds) {
    await inTransaction(writePool, { tenants: [tenantId] }, async (tx) => {
      const old = `clock_timestamp() - make_interval(days => ${deliveryDays})`;
      await tx.query(`delete from webhook_attempts where tenant_id = $1 and made_at < ${old}`, [tenantId]);
      await tx.query(`delete from webhook_deliveries where tenant_id = $1 and created_at < ${old}`, [tenantId]);
      await tx.query(
        `delete from webhook_messages m where tenant_id = $1 and created_at < ${old}
          and not exists (select from webhook_deliveries d where d.tenant_id = m.tenant_id and d.message_id = m.message_id and d.created_at >= ${old})`,
        [tenantId],
      );
    });
  }
};
