import type { Decision } from '@finaegis/kernel/decision';
import { reject } from '@finaegis/kernel/decision';
import type { z } from 'zod';
import { platformTenantId } from '../auth/principal.ts';
import { type CommandHandler, defineCommand } from '../command/handler.ts';
import { RowNotLocked } from '../command/locked-table.ts';
import type { NewEvent } from '../event-store/event.ts';
import {
  type CreateTenant,
  createTenant,
  createTenantSchema,
  type ResumeTenant,
  resumeTenant,
  resumeTenantSchema,
  type SuspendTenant,
  suspendTenant,
  suspendTenantSchema,
  type Tenant,
  type TenantRefusal,
  tenant,
} from './tenant/tenant.ts';
import { type TenantRow, tenantsTable } from './tenants-table.ts';

/** A tenant as a command answers it. */
export interface TenantResult extends TenantRow {
  readonly tenantId: string;
}

/** A command about one tenant. */
export type TenantCommand<Data> = CommandHandler<Data, undefined, TenantResult, TenantRefusal>;

const tenantCommand = <Data extends { readonly tenantId: string }>(
  name: string,
  schema: z.ZodType<Data>,
  decide: (state: Tenant, data: Data) => Decision<NewEvent, TenantRefusal>,
): TenantCommand<Data> =>
  defineCommand<Data, undefined, TenantResult, TenantRefusal>({
    name,
    schema,
    permission: 'tenancy:write',
    loads: ({ tenantId }) => ({
      rows: [{ table: tenantsTable, key: tenantId }],
      streams: [{ aggregate: tenant, id: tenantId }],
    }),
    decide: (loaded, data, facts) => {
      // The routes ask this too; here it also holds for a command that came another way.
      if (facts.tenantId !== platformTenantId) return reject({ code: 'platform_principal_required' });
      return decide(loaded.stream(tenant, data.tenantId).state, data);
    },
    result: (loaded, { tenantId }) => {
      const row = loaded.row(tenantsTable, tenantId);
      if (row === undefined) throw new RowNotLocked({ stream: tenant.stream(tenantId) });
      return { tenantId, ...row };
    },
  });

/** Creates a tenant, its row and the head of its log in one commit. Submitted for the platform tenant, as all three are. */
export const createTenantCommand = tenantCommand<CreateTenant>(
  'tenancy.CreateTenant',
  createTenantSchema,
  createTenant,
);
/** Refuses a tenant's writes within a second. */
export const suspendTenantCommand = tenantCommand<SuspendTenant>(
  'tenancy.SuspendTenant',
  suspendTenantSchema,
  suspendTenant,
);
/** Lets a suspended tenant write again. */
export const resumeTenantCommand = tenantCommand<ResumeTenant>(
  'tenancy.ResumeTenant',
  resumeTenantSchema,
  resumeTenant,
);
