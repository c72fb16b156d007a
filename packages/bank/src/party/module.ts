import type { Access } from '@finaegis/platform/auth/access';
import type { ContextModule } from '@finaegis/platform/module';
import type { AccountsOfParties } from '@finaegis/platform/realtime/standings';
import type { Services } from '@finaegis/platform/services';
import { partyChannels } from './channels.ts';
import type { Parties } from './contract.ts';
import { mandateRoutes } from './http/mandate-routes.ts';
import { partyRoutes } from './http/party-routes.ts';
import { partyProblems } from './http/problems.ts';
import { createMandateCommands, type MandateCommands } from './mandate/commands.ts';
import { mandateEvents } from './mandate/events.ts';
import { createPartyCommands, type PartyCommands } from './party/commands.ts';
import { partyEvents } from './party/events.ts';
import type { PartyPorts } from './ports.ts';
import { partyPublishes } from './published.ts';
import { createAccess, createAccountsOf } from './views/access.ts';
import { partyDirectory } from './views/directory.ts';
import { erasureTable } from './views/erasure.ts';
import { createParties } from './views/lookup.ts';
import { mandateList } from './views/mandate-list.ts';
import { mandatesTable } from './views/mandates.ts';
import { partiesTable } from './views/parties.ts';

/** The context, with what neighbours and the server's own work need of it. */
export interface PartyModule extends ContextModule {
  /** Object-level authorisation for every context with accounts. */
  readonly access: Access;
  /** The same for many parties at once, as far as seeing goes. */
  readonly accountsOf: AccountsOfParties;
  readonly parties: Parties;
  readonly handlers: PartyCommands & MandateCommands;
}

/**
 * Who the bank deals with and what they may do.
 * @param services used while a request or an event is worked on, never here, so that it may be filled in later
 */
export const createPartyModule = (services: Services, ports: PartyPorts): PartyModule => {
  const parties = createPartyCommands(services);
  const mandates = createMandateCommands(services);
  const handlers = { ...parties, ...mandates };
  return {
    name: 'party',
    events: [...partyEvents, ...mandateEvents],
    tables: [partiesTable, mandatesTable, erasureTable(services)],
    views: [partyDirectory(services), mandateList],
    commands: Object.values(handlers),
    checked: [],
    routes: [...partyRoutes(services, parties), ...mandateRoutes(services, mandates, ports)],
    publishes: partyPublishes,
    channels: partyChannels,
    problems: partyProblems,
    access: createAccess(services, ports.assets),
    accountsOf: createAccountsOf(services),
    parties: createParties(services),
    handlers,
  };
};
