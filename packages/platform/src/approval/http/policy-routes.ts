import { z } from 'zod';
import { requireStaff } from '../../auth/access.ts';
import { answerCommand } from '../../http/command-route.ts';
import type { WriteAmount } from '../../http/refusal-facts.ts';
import { type ApiRequest, commandRoute, defineRoute, type Route, readRoute } from '../../http/route.ts';
import type { Services } from '../../services.ts';
import type { PolicyCommands } from '../commands.ts';
import { type PolicyRow, policiesName, policyColumns } from '../policies-table.ts';
import { approvalProblems } from '../problems.ts';
import {
  type AmountPorts,
  commandName,
  policiesInForce,
  policyFields,
  policyTerms,
  readFrom,
  showPolicy,
} from './command-policies.ts';

/** What the routes of policies need. */
export interface PolicyHttp {
  readonly services: Services;
  readonly commands: PolicyCommands;
  readonly amounts: AmountPorts;
  readonly governable: () => ReadonlySet<string>;
}

const tag = 'Four eyes';
const policyResource = z.object({ ...policyFields, validForSeconds: z.number().int() }).meta({ id: 'FourEyesPolicy' });

/** Routes of policies. */
export const policyRoutes = (http: PolicyHttp): readonly Route[] => [
  listRoute(http),
  setRoute(http),
  removeRoute(http),
];

const show = (row: PolicyRow, amount: WriteAmount): z.output<typeof policyResource> => ({
  ...showPolicy(row, amount),
  validForSeconds: row.validForSeconds,
});

const listRoute = ({ services, amounts, governable }: PolicyHttp): Route =>
  defineRoute({
    ...readRoute,
    tag,
    permission: 'approval:read',
    path: '/v1/approval-policies',
    operationId: 'listApprovalPolicies',
    summary: 'List which commands need a second person, and which could',
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
      const where = { table: policiesName, columns: policyColumns };
      const { rows, amount } = await policiesInForce<PolicyRow>({ services, amounts }, tenantId, where);
      return { status: 200, body: { items: rows.map((row) => show(row, amount)), commands: [...governable()].sort() } };
    },
  });

const setRoute = ({ services, commands, amounts }: PolicyHttp): Route =>
  defineRoute({
    ...commandRoute,
    tag,
    permission: 'approval:policy',
    path: '/v1/approval-policies',
    operationId: 'setApprovalPolicy',
    summary: 'Put a command under four eyes, or say it otherwise',
    description:
      'Counts from the next second on. Where `from` names amounts, a command whose amount cannot be found, or is of an asset not named, needs a second person as well. `approval.SetPolicy` and `approval.RemovePolicy` are commands, too.',
    rateClass: 'sensitive',
    request: {
      body: z.strictObject({
        ...policyTerms,
        validForSeconds: z
          .number()
          .int()
          .min(60)
          .max(2_592_000)
          .default(259_200)
          .describe('How long a command waits; three days unless told.'),
      }),
    },
    responses: { 200: { description: 'The policy as it is now.', schema: policyResource } },
    problems: ['staff_only', 'command_unknown'],
    handle: async (request) => {
      requireStaff(request.principal);
      const { tenantId, body } = request;
      const { from, amount } = await readFrom(amounts, tenantId, body.from);
      return answerCommand(
        services,
        request as ApiRequest,
        commands.setPolicy,
        { ...body, from },
        { status: 200, show: (row) => show(row, amount), problems: approvalProblems },
      );
    },
  });

const removeRoute = ({ services, commands }: PolicyHttp): Route =>
  defineRoute({
    ...commandRoute,
    tag,
    permission: 'approval:policy',
    path: '/v1/approval-policies/:command/removal',
    operationId: 'removeApprovalPolicy',
    summary: 'Let a command go without a second person',
    request: { params: z.strictObject({ command: commandName }) },
    responses: { 200: { description: 'The policy as it is now.', schema: policyResource } },
    problems: ['staff_only'],
    handle: async (request) => {
      requireStaff(request.principal);
      const { command } = request.params;
      return answerCommand(
        services,
        request as ApiRequest,
        commands.removePolicy,
        { command },
        {
          status: 200,
          show: (row) => ({
            command,
            from: [],
            validForSeconds: row?.validForSeconds ?? 0,
            isInForce: false,
            ...(row === undefined ? {} : { changedAt: row.changedAt }),
          }),
          problems: approvalProblems,
        },
      );
    },
  });
