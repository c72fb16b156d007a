import type { ContextModule } from '../module.ts';
import type { PublishedCatalogue } from '../published/catalogue.ts';
import { eventTypeRoutes } from '../published/http/event-type-routes.ts';
import type { Services } from '../services.ts';
import type { AddressRules } from './address-guard.ts';
import { createEndpointHandlers } from './commands.ts';
import { endpointEvents } from './endpoint/events.ts';
import { endpointsTable } from './endpoints-table.ts';
import { endpointErasureTable } from './erasure-table.ts';
import { endpointRoutes } from './http/endpoint-routes.ts';
import { webhookProblems } from './problems.ts';
import { webhookPublishes } from './published.ts';

/** What the context needs of the others. */
export interface WebhookPorts {
  /** What all contexts publish; asked for late, since whoever wires them knows it only when all are wired. */
  readonly published: () => PublishedCatalogue;
  readonly rules: AddressRules;
}

/** The context `webhook`: what those outside are told, and how it reaches them. */
export const createWebhookModule = (services: Services, { published, rules }: WebhookPorts): ContextModule => {
  const handlers = createEndpointHandlers(() => published().events.map(({ name }) => name));
  return {
    name: 'webhook',
    events: endpointEvents,
    // The table itself is made by a migration, since deliveries are found through it in all tenants at once.
    tables: [endpointsTable, endpointErasureTable(services)],
    views: [],
    commands: Object.values(handlers),
    checked: [],
    publishes: webhookPublishes,
    routes: [...eventTypeRoutes(published), ...endpointRoutes({ services, handlers, rules })],
    problems: webhookProblems,
  };
};
