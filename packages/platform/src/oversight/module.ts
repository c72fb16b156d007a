import type { ContextModule } from '../module.ts';
import type { Services } from '../services.ts';
import { recordLooksCommand, recordRefusalsCommand } from './commands.ts';
import { oversightRoutes } from './http/oversight-routes.ts';
import { lookEvents } from './look/events.ts';
import { looksView } from './looks-view.ts';
import { refusalEvents } from './refusal/events.ts';
import type { RecordRefusals } from './refusal/refusal.ts';
import type { SecurityEvent } from './security-event.ts';
import { createSecurityView } from './security-view.ts';
import { startWatch, type Watch, type WatchOptions } from './watch.ts';

/** The context, with what watches in a process that serves. */
export interface OversightModule extends ContextModule {
  startWatch(options?: WatchOptions): Watch;
}

const refusedAccess: SecurityEvent = {
  type: 'AccessRefused',
  linesOf: ({ data }) =>
    (data as unknown as RecordRefusals).refusals.map(({ principalId, userId, code, operationId, count, lastAt }) => ({
      kind: 'access_refused',
      principalId,
      ...(userId === undefined ? {} : { userId }),
      about: `operation:${operationId}`,
      detail: code,
      count,
      at: lastAt,
    })),
};

/**
 * The context `oversight`: what staff were shown of customers, and what happened to the doors.
 * @param others contexts whose events about security are listed here
 */
export const createOversightModule = (
  services: Services,
  others: readonly Pick<ContextModule, 'name' | 'security'>[],
): OversightModule => ({
  name: 'oversight',
  events: [...lookEvents, ...refusalEvents],
  tables: [],
  views: [
    looksView,
    createSecurityView([
      ...others.flatMap(({ name: context, security: events }) => (events === undefined ? [] : [{ context, events }])),
      { context: 'oversight', events: [refusedAccess] },
    ]),
  ],
  commands: [recordLooksCommand, recordRefusalsCommand],
  checked: [],
  routes: oversightRoutes(services),
  problems: {},
  startWatch: (options = {}) => startWatch(services, options),
});
