import { z } from 'zod';
import { requireStaff } from '../../auth/access.ts';
import { amountSchema } from '../../http/amount.ts';
import { answerCommand } from '../../http/command-route.ts';
import type { WriteAmount } from '../../http/refusal-facts.ts';
import { type ApiRequest, commandRoute, defineRoute, type Route, readRoute } from '../../http/route.ts';
import { read, type Services } from '../../services.ts';
import type { PolicyCommands } from '../commands.ts';
import { type PolicyRow, policiesName, policyColumns } from '../policies-table.ts';
import { approvalProblems } from '../problems.ts';

/** Amounts as they are read and written, which takes the decimals of assets. */
export interface AmountPorts {
  /** @throws ProblemError `validation_failed` at the field */
  read(
    tenantId: string,
    written: { readonly amount: string; readonly asset: string },
    field: string,
  ): Promise<{ readonly asset: string; readonly amountMinor: bigint }>;
  writer(tenantId: string, assets: readonly string[]): Promise<WriteAmount>;
}

/** What the routes of policies need. */
export interface PolicyHttp {
  readonly services: Services;
  readonly commands: PolicyCommands;
  readonly amounts: AmountPorts;
  readonly governable: () => ReadonlySet<string>;
}

const tag = 'Four eyes';
/** The name of a command, as policies write it. */
export const commandName = z
  .string()
  .regex(/^[a-z][a-z-]{0,39}\.[A-Z][A-Za-z0-9]{0,59}$/, 'must be the name of a command such as ledger.PostJournal');

const policyResource = z
  .object({
    command: z.string(),
    from: z.array(amountSchema).describe('From which amounts on, by asset; always when empty.'),
    validForSeconds: z.number().int(),
    isInForce: z.boolean(),
    changedAt: z.string().optional(),
  })
  .meta({ id: 'FourEyesPolicy' });

/** Routes of policies. */
export const policyRoutes = (http: PolicyHttp): readonly Route[] => [
  listRoute(http),
  setRoute(http),
  removeRoute(http),
];

const show = (row: PolicyRow, amount: WriteAmount): z.output<typeof policyResource> => ({
  command: row.command,
  from: row.thresholds.map(({ asset, amountMinor }) => amount(asset, BigInt(amountMinor))),
  validForSeconds: row.validForSeconds,
  isInForce: row.isInForce,
  changedAt: row.changedAt,
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
      const { rows } = await read(services, tenantId, (tx) =>
        tx.query<PolicyRow>({
          name: 'list-policies',
          text: `select ${policyColumns} from ${policiesName} p where p.tenant_id = $1 and p.is_in_force order by p.command`,
          values: [tenantId],
        }),
      );
      const amount = await amounts.writer(
        tenantId,
        rows.flatMap(({ thresholds }) => thresholds.map(({ asset }) => asset)),
      );
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
        command: commandName,
        from: z.array(amountSchema).max(50).default([]).describe('One amount an asset; empty for always.'),
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
      const from = await Promise.all(
        body.from.map((written, index) => amounts.read(tenantId, written, `/body/from/${index}`)),
      );
      const amount = await amounts.writer(
        tenantId,
        from.map(({ asset }) => asset),
      );
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
