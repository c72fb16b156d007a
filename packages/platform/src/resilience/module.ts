import type { ContextModule } from '../module.ts';
import type { Services } from '../services.ts';
import { breakerSwitchEvents } from './breaker-switch/events.ts';
import { type Breakers, createBreakers } from './breakers.ts';
import { systemClock } from './clock.ts';
import { switchBreakerCommand } from './commands.ts';
import { createProviderCalls, type OperationPolicy, type ProviderCalls } from './guarded-call.ts';
import { providerRoutes } from './http/provider-routes.ts';
import { resilienceProblems } from './problems.ts';
import { switchedBreakersTable } from './switched-breakers-table.ts';

/** The context `resilience`, with what the adapters of other contexts call their providers through. */
export interface ResilienceModule extends ContextModule {
  readonly breakers: Breakers;
  /** Declares the operations of a provider, each with its policy. */
  calls<Name extends string>(provider: string, policies: Readonly<Record<Name, OperationPolicy>>): ProviderCalls<Name>;
}

/** The context `resilience`: calls to providers, and the breakers a person can switch. */
export const createResilienceModule = (services: Services): ResilienceModule => {
  const clock = systemClock(() => Date.parse(services.now()));
  const breakers = createBreakers(clock);
  return {
    name: 'resilience',
    events: breakerSwitchEvents,
    // The table itself is made by a migration, since it stands outside tenancy.
    tables: [switchedBreakersTable],
    views: [],
    commands: [switchBreakerCommand],
    checked: [],
    routes: providerRoutes(services, breakers),
    problems: resilienceProblems,
    breakers,
    calls: (provider, policies) => createProviderCalls({ provider, policies, breakers, clock, random: Math.random }),
  };
};
