import { z } from 'zod';
import { answerCommand } from '../../http/command-route.ts';
import { ProblemError } from '../../http/problem.ts';
import { type ApiRequest, commandRoute, defineRoute, type Route, readRoute } from '../../http/route.ts';
import { read, type Services } from '../../services.ts';
import { requireStaff } from '../access.ts';
import type { RoleCommands } from '../commands.ts';
import { grantorOf } from '../grant.ts';
import { authProblems } from '../problems.ts';
import type { BuiltInRoles } from '../role/role.ts';
import { roleName, roleTerms } from '../role/terms.ts';
import { type RoleRow, roleColumns } from '../roles-table.ts';

/** What the routes need beside the services. */
export interface RoleRouteOptions extends RoleCommands {
  readonly builtIn: BuiltInRoles;
}

const tag = 'Roles';
const roleParams = z.strictObject({ role: roleName });

const roleResource = z
  .object({
    role: z.string(),
    description: z.string(),
    scopes: z.array(z.string()),
    masksPersonalData: z.boolean(),
    isBuiltIn: z.boolean().describe('Whether every tenant has it, and nobody can change it.'),
    needsParty: z.boolean().describe('Whether it can be given only to those who act for a party.'),
    status: z.enum(['active', 'retired']),
    changedAt: z.string().optional().describe('UTC instant with milliseconds; absent of those every tenant has.'),
  })
  .meta({ id: 'Role' });

type RoleView = z.output<typeof roleResource>;

/** The routes of roles. */
export const roleRoutes = (services: Services, options: RoleRouteOptions): readonly Route[] => [
  listRoute(services, options),
  getRoute(services, options),
  defineRoleRoute(services, options),
  retireRoute(services, options),
];

const showRow = ({ role, ...row }: RoleRow & { readonly role: string }): RoleView => ({
  role,
  description: row.description,
  scopes: [...row.scopes],
  masksPersonalData: row.masksPersonalData,
  isBuiltIn: false,
  needsParty: false,
  status: row.status,
  changedAt: row.changedAt,
});

const builtInViews = (builtIn: BuiltInRoles): readonly RoleView[] =>
  Object.entries(builtIn).map(([role, { scopes, ...terms }]) => ({
    role,
    ...terms,
    scopes: [...scopes],
    isBuiltIn: true,
    status: 'active',
  }));

const rolesOf = async (services: Services, tenantId: string, builtIn: BuiltInRoles): Promise<readonly RoleView[]> => {
  const { rows } = await read(services, tenantId, (tx) =>
    tx.query<RoleRow & { readonly role: string }>({
      name: 'roles',
      text: `select ${roleColumns} from auth_roles r where r.tenant_id = $1 order by r.role`,
      values: [tenantId],
    }),
  );
  return [...builtInViews(builtIn), ...rows.map(showRow)];
};

const listRoute = (services: Services, { builtIn }: RoleRouteOptions): Route =>
  defineRoute({
    ...readRoute,
    path: '/v1/roles',
    operationId: 'listRoles',
    summary: 'List roles and what they give',
    description: 'Those every tenant has first, then the tenant’s own by name, retired ones included.',
    tag,
    permission: 'auth:read',
    request: {},
    responses: { 200: { description: 'All of them.', schema: z.object({ items: z.array(roleResource) }) } },
    problems: ['staff_only'],
    handle: async ({ principal, tenantId }) => {
      requireStaff(principal);
      return { status: 200, body: { items: await rolesOf(services, tenantId, builtIn) } };
    },
  });

const getRoute = (services: Services, { builtIn }: RoleRouteOptions): Route =>
  defineRoute({
    ...readRoute,
    path: '/v1/roles/:role',
    operationId: 'getRole',
    summary: 'Show one role',
    tag,
    permission: 'auth:read',
    request: { params: roleParams },
    responses: { 200: { description: 'The role.', schema: roleResource } },
    problems: ['staff_only', 'not_found'],
    handle: async ({ principal, tenantId, params }) => {
      requireStaff(principal);
      const found = (await rolesOf(services, tenantId, builtIn)).find(({ role }) => role === params.role);
      if (found === undefined) throw new ProblemError('not_found', { about: { sought: params.role } });
      return { status: 200, body: found };
    },
  });

const defineRoleRoute = (services: Services, { defineRole }: RoleRouteOptions): Route =>
  defineRoute({
    ...commandRoute,
    path: '/v1/roles',
    operationId: 'defineRole',
    summary: 'Make a role of your own, or change it',
    description:
      'Whoever has the role may do what it says from the next second on. It can hold no scope that the asking principal does not hold.',
    tag,
    permission: 'auth:roles',
    rateClass: 'sensitive',
    request: { body: z.strictObject(roleTerms) },
    responses: { 200: { description: 'The role as it is now.', schema: roleResource } },
    problems: ['staff_only', 'role_is_built_in', 'scope_unknown', 'scope_not_held', 'unmasked_not_held'],
    handle: async (request) => {
      requireStaff(request.principal);
      return answerCommand(
        services,
        request as ApiRequest,
        defineRole,
        { ...request.body, grantor: grantorOf(request.principal) },
        { status: 200, show: showRow, problems: authProblems },
      );
    },
  });

const retireRoute = (services: Services, { retireRole }: RoleRouteOptions): Route =>
  defineRoute({
    ...commandRoute,
    path: '/v1/roles/:role/retirement',
    operationId: 'retireRole',
    summary: 'Retire a role of your own',
    description: 'It gives nothing any more to whoever has it. Defining it again brings it back.',
    tag,
    permission: 'auth:roles',
    request: { params: roleParams },
    responses: { 200: { description: 'The role as it is now.', schema: roleResource } },
    problems: ['staff_only', 'role_is_built_in', 'role_unknown'],
    handle: async (request) => {
      requireStaff(request.principal);
      return answerCommand(
        services,
        request as ApiRequest,
        retireRole,
        { role: request.params.role },
        { status: 200, show: showRow, problems: authProblems },
      );
    },
  });
