import { selfPermission } from '../auth/principal.ts';
import type { Route } from '../http/route.ts';
import type { ContextModule } from '../module.ts';
import { securityEvent } from '../oversight/security-event.ts';
import type { Services } from '../services.ts';
import { approvalEvents } from './approval/events.ts';
import { approvalsTable } from './approvals-table.ts';
import { createPolicyCommands, rejectApprovalCommand, requestApprovalCommand } from './commands.ts';
import { createFourEyes, type FourEyes } from './four-eyes.ts';
import { approvalRoutes } from './http/approval-routes.ts';
import type { AmountPorts } from './http/command-policies.ts';
import { policyRoutes } from './http/policy-routes.ts';
import { policiesTable } from './policies-table.ts';
import { policyEvents } from './policy/events.ts';
import { approvalProblems } from './problems.ts';

/** What the context needs of the others. */
export interface ApprovalPorts {
  /** All contexts; asked for late, since whoever wires them has them only when all are wired. */
  readonly modules: () => readonly Pick<ContextModule, 'commands' | 'routes'>[];
  readonly amounts: AmountPorts;
}

/** The context, with what the door to the write side asks. */
export interface ApprovalModule extends ContextModule {
  readonly fourEyes: FourEyes;
}

/** The context `approval`: two people for one command. */
export const createApprovalModule = (services: Services, { modules, amounts }: ApprovalPorts): ApprovalModule => {
  // What decides about approvals would wait for itself; what is nobody's, or only one's own, has no second person.
  const governable = (): ReadonlySet<string> =>
    new Set(
      modules()
        .flatMap(({ commands }) => commands)
        .filter(({ name, permission }) => permission !== 'public' && permission !== selfPermission && !own.has(name))
        .map(({ name }) => name),
    );
  const commands = createPolicyCommands(governable);
  return {
    name: 'approval',
    events: [...policyEvents, ...approvalEvents],
    tables: [policiesTable, approvalsTable],
    views: [],
    commands: [commands.setPolicy, commands.removePolicy, requestApprovalCommand, rejectApprovalCommand],
    checked: [],
    security: [
      securityEvent('FourEyesPolicySet', 'four_eyes_set', { about: 'command', member: 'command' }),
      securityEvent('FourEyesPolicyRemoved', 'four_eyes_removed', { about: 'command', member: 'command' }),
    ],
    routes: [
      ...policyRoutes({ services, commands, amounts, governable }),
      ...approvalRoutes({ services, routes: (): readonly Route[] => modules().flatMap(({ routes }) => routes) }),
    ],
    problems: approvalProblems,
    fourEyes: createFourEyes(() => services.readPool),
  };
};

const own: ReadonlySet<string> = new Set([requestApprovalCommand.name, rejectApprovalCommand.name]);
