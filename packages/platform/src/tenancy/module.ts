import type { ContextModule } from '../module.ts';
import type { Services } from '../services.ts';
import { createTenantCommand, resumeTenantCommand, suspendTenantCommand } from './commands.ts';
import { tenantRoutes } from './http/tenant-routes.ts';
import { tenancyProblems } from './problems.ts';
import { tenantEvents } from './tenant/events.ts';
import { tenantsTable } from './tenants-table.ts';

/** The context `tenancy`: which tenants there are and whether they may write. */
export const createTenancyModule = (services: Services): ContextModule => ({
  name: 'tenancy',
  events: tenantEvents,
  // The table itself belongs to the event store's migrations: nothing can be recorded for a tenant without it.
  tables: [tenantsTable],
  views: [],
  commands: [createTenantCommand, suspendTenantCommand, resumeTenantCommand],
  checked: [],
  routes: tenantRoutes(services),
  problems: tenancyProblems,
});
