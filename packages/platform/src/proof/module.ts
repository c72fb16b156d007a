import type { AmountPorts } from '../approval/http/command-policies.ts';
import { selfPermission } from '../auth/principal.ts';
import type { ContextModule } from '../module.ts';
import { securityEvent } from '../oversight/security-event.ts';
import type { Services } from '../services.ts';
import { createStepUpCommands } from './commands.ts';
import { stepUpRoutes } from './http/policy-routes.ts';
import { createIsNeeded } from './policies.ts';
import { stepUpPoliciesTable } from './policies-table.ts';
import { stepUpPolicyEvents } from './policy/events.ts';
import { stepUpProblems } from './problems.ts';
import type { Provers, StepUp } from './step-up.ts';

/** What the context needs of the others. */
export interface StepUpPorts {
  /** All contexts; asked for late, since whoever wires them has them only when all are wired. */
  readonly modules: () => readonly Pick<ContextModule, 'commands'>[];
  readonly amounts: AmountPorts;
  readonly provers: Provers;
}

/** The context, with what the door to the write side asks. */
export interface StepUpModule extends ContextModule {
  readonly stepUp: StepUp;
}

/** The context `proof`: which commands need a fresh code of whoever asks. */
export const createStepUpModule = (services: Services, { modules, amounts, provers }: StepUpPorts): StepUpModule => {
  // What nobody is known for, or has about itself only, has other proofs of its own.
  const governable = (): ReadonlySet<string> =>
    new Set(
      modules()
        .flatMap(({ commands }) => commands)
        .filter(({ permission }) => permission !== 'public' && permission !== selfPermission)
        .map(({ name }) => name),
    );
  const commands = createStepUpCommands(governable);
  return {
    name: 'proof',
    events: stepUpPolicyEvents,
    tables: [stepUpPoliciesTable],
    views: [],
    commands: [commands.setPolicy, commands.removePolicy],
    checked: [],
    security: [
      securityEvent('StepUpPolicySet', 'step_up_set', { about: 'command', member: 'command' }),
      securityEvent('StepUpPolicyRemoved', 'step_up_removed', { about: 'command', member: 'command' }),
    ],
    routes: stepUpRoutes({ services, commands, amounts, governable }),
    problems: stepUpProblems,
    stepUp: {
      ...provers,
      isNeeded: createIsNeeded(() => services.readPool),
      show: (tenantId, body) => services.personalData.render(tenantId, body),
    },
  };
};
