import type { ContextModule } from '../module.ts';
import type { PublishedCatalogue } from '../published/catalogue.ts';
import { eventTypeRoutes } from '../published/http/event-type-routes.ts';

/** What the context needs of the others. */
export interface WebhookPorts {
  /** What all contexts publish; asked for late, since whoever wires them knows it only when all are wired. */
  readonly published: () => PublishedCatalogue;
}

/** The context `webhook`: what those outside are told, and how it reaches them. */
export const createWebhookModule = ({ published }: WebhookPorts): ContextModule => ({
  name: 'webhook',
  events: [],
  tables: [],
  views: [],
  commands: [],
  checked: [],
  routes: eventTypeRoutes(published),
  problems: {},
});
