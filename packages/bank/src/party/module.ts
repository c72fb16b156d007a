import type { ContextModule } from '@finaegis/platform/module';
import type { Services } from '@finaegis/platform/services';
import { mandateRoutes } from './http/mandate-routes.ts';
import { partyRoutes } from './http/party-routes.ts';
import { partyProblems } from './http/problems.ts';
import { createMandateCommands } from './mandate/commands.ts';
import { mandateEvents } from './mandate/events.ts';
import { createPartyCommands } from './party/commands.ts';
import { partyEvents } from './party/events.ts';
import type { PartyPorts } from './ports.ts';
import { partyDirectory } from './views/directory.ts';
import { erasureTable } from './views/erasure.ts';
import { mandateList } from './views/mandate-list.ts';
import { mandatesTable } from './views/mandates.ts';
import { partiesTable } from './views/parties.ts';

/**
 * The context as the server sees it.
 * @param services used while a request or an event is worked on, never here, so that it may be filled in later
 */
export const createPartyModule = (services: Services, ports: PartyPorts): ContextModule => {
  const parties = createPartyCommands(services);
  const mandates = createMandateCommands(services);
  return {
    name: 'party',
    events: [...partyEvents, ...mandateEvents],
    tables: [partiesTable as never, mandatesTable as never, erasureTable(services)],
    views: [partyDirectory(services), mandateList],
    commands: [...Object.values(parties), ...Object.values(mandates)] as unknown as ContextModule['commands'],
    checked: [],
    routes: [...partyRoutes(services, parties), ...mandateRoutes(services, mandates, ports)],
    problems: partyProblems,
  };
};
