import { z } from 'zod';
import {
  type AmountPorts,
  commandName,
  policiesInForce,
  policyFields,
  policyTerms,
  readFrom,
  showPolicy,
} from '../../approval/http/command-policies.ts';
import { requireStaff } from '../../auth/access.ts';
import { answerCommand } from '../../http/command-route.ts';
import { type ApiRequest, commandRoute, defineRoute, type Route, readRoute } from '../../http/route.ts';
import type { Services } from '../../services.ts';
import type { StepUpCommands } from '../commands.ts';
import { type StepUpPolicyRow, stepUpPoliciesName, stepUpPolicyColumns } from '../policies-table.ts';
import { stepUpProblems } from '../problems.ts';

/** What the routes need. */
export interface StepUpHttp {
  readonly services: Services;
  readonly commands: StepUpCommands;
  readonly amounts: AmountPorts;
  readonly governable: () => ReadonlySet<string>;
}

const tag = 'Step-up';

const policyResource = z.object(policyFields).meta({ id: 'StepUpPolicy' });

/** Routes of policies about fresh codes. */
export const stepUpRoutes = (http: StepUpHttp): readonly Route[] => [
  listRoute(http),
  setRoute(http),
  removeRoute(http),
];

const listRoute = ({ services, amounts, governable }: StepUpHttp): Route =>
  defineRoute({
    ...readRoute,
    tag,
    permission: 'proof:read',
    path: '/v1/step-up-policies',
    operationId: 'listStepUpPolicies',
    summary: 'List which commands need a fresh code of whoever asks, and which could',
    request: {},
    responses: {
      200: {
        description: 'All of them.',
        schema: z.object({ items: z.array(policyResource), commands: z.array(z.string()) }),
      },
    },
    problems: ['staff_only'],
    handle: async ({ principal, tenantId }) => {
      requireStaff(principal);
      const where = { table: stepUpPoliciesName, columns: stepUpPolicyColumns };
      const { rows, amount } = await policiesInForce<StepUpPolicyRow>({ services, amounts }, tenantId, where);
      return {
        status: 200,
        body: { items: rows.map((row) => showPolicy(row, amount)), commands: [...governable()].sort() },
      };
    },
  });

const setRoute = ({ services, commands, amounts }: StepUpHttp): Route =>
  defineRoute({
    ...commandRoute,
    tag,
    permission: 'proof:policy',
    path: '/v1/step-up-policies',
    operationId: 'setStepUpPolicy',
    summary: 'Let a command need a fresh code of whoever asks, or say it otherwise',
    description:
      'Counts from the next second on, for users and their keys. Where `from` names amounts, a command whose amount cannot be found, or is of an asset not named, needs a code as well.',
    rateClass: 'sensitive',
    request: {
      body: z.strictObject(policyTerms),
    },
    responses: { 200: { description: 'The policy as it is now.', schema: policyResource } },
    problems: ['staff_only', 'step_up_command_unknown'],
    handle: async (request) => {
      requireStaff(request.principal);
      const { tenantId, body } = request;
      const { from, amount } = await readFrom(amounts, tenantId, body.from);
      return answerCommand(
        services,
        request as ApiRequest,
        commands.setPolicy,
        { command: body.command, from },
        { status: 200, show: (row) => showPolicy(row, amount), problems: stepUpProblems },
      );
    },
  });

const removeRoute = ({ services, commands }: StepUpHttp): Route =>
  defineRoute({
    ...commandRoute,
    tag,
    permission: 'proof:policy',
    path: '/v1/step-up-policies/:command/removal',
    operationId: 'removeStepUpPolicy',
    summary: 'Let a command go without a fresh code',
    request: { params: z.strictObject({ command: commandName }) },
    responses: { 200: { description: 'The policy as it is now.', schema: policyResource } },
    problems: ['staff_only'],
    handle: async (request) => {
      requireStaff(request.principal);
      const { command } = request.params;
      const shown = (row: StepUpPolicyRow | undefined) => ({
        command,
        from: [],
        isInForce: false,
        ...(row === undefined ? {} : { changedAt: row.changedAt }),
      });
      return answerCommand(
        services,
        request as ApiRequest,
        commands.removePolicy,
        { command },
        { status: 200, show: shown, problems: stepUpProblems },
      );
    },
  });
