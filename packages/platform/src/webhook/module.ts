import type { ContextModule } from '../module.ts';
import type { PublishedCatalogue } from '../published/catalogue.ts';
import { eventTypeRoutes } from '../published/http/event-type-routes.ts';
import type { Amounts } from '../published/publisher.ts';
import type { Services } from '../services.ts';
import type { AddressRules } from './address-guard.ts';
import { createEndpointHandlers, type EndpointHandlers } from './commands.ts';
import { endpointEvents } from './endpoint/events.ts';
import { endpointsTable } from './endpoints-table.ts';
import { endpointErasureTable } from './erasure-table.ts';
import { deliveryRoutes } from './http/delivery-routes.ts';
import { endpointRoutes } from './http/endpoint-routes.ts';
import { webhookProblems } from './problems.ts';
import { webhookPublishes } from './published.ts';
import { requestsTable } from './requests-table.ts';
import { startWebhookWorker, type WebhookWorker, type WebhookWorkerOptions } from './worker.ts';

/** What the context needs of the others. */
export interface WebhookPorts {
  /** What all contexts publish; asked for late, since whoever wires them knows it only when all are wired. */
  readonly published: () => PublishedCatalogue;
  readonly rules: AddressRules;
  /** Writers of amounts, which need the decimals of assets. */
  readonly amounts: Amounts;
}

/** The context, with the work that it does by itself. */
export interface WebhookModule extends ContextModule {
  readonly handlers: EndpointHandlers;
  startWorker(options: WebhookWorkerOptions): WebhookWorker;
}

/** The context `webhook`: what those outside are told, and how it reaches them. */
export const createWebhookModule = (services: Services, { published, rules, amounts }: WebhookPorts): WebhookModule => {
  const handlers = createEndpointHandlers(() => published().events.map(({ name }) => name));
  return {
    name: 'webhook',
    events: endpointEvents,
    // The table itself is made by a migration, since deliveries are found through it in all tenants at once.
    tables: [endpointsTable, endpointErasureTable(services), requestsTable(published)],
    views: [],
    commands: Object.values(handlers),
    checked: [],
    publishes: webhookPublishes,
    routes: [
      ...eventTypeRoutes(published),
      ...endpointRoutes({ services, handlers, rules }),
      ...deliveryRoutes({ services, handlers }),
    ],
    problems: webhookProblems,
    handlers,
    startWorker: (options) =>
      startWebhookWorker(services, { ...options, published: published(), amounts, rules, handlers }),
  };
};
