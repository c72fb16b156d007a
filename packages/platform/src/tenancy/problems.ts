import { defineProblems, type Problem } from '../http/problem.ts';
import type { TenantRefusal } from './tenant/tenant.ts';

/** How refusals about tenants are told over HTTP, and the one a suspended tenant meets everywhere. */
export const tenancyProblems = defineProblems({
  platform_principal_required: {
    status: 403,
    title: 'Only the platform itself may manage tenants',
    description: 'The key must belong to the platform’s own tenant.',
  },
  tenant_is_platform: { status: 409, title: 'The platform’s own tenant cannot be created or suspended' },
  tenant_unknown: { status: 404, title: 'There is no such tenant' },
  tenant_exists_with_different_name: { status: 409, title: 'The tenant exists with a different name' },
  tenant_suspended: {
    status: 403,
    title: 'The tenant is suspended',
    description: 'It may read, but nothing can be changed until the platform’s operator resumes it.',
  },
} satisfies Record<TenantRefusal['code'] | 'tenant_suspended', Problem>);
