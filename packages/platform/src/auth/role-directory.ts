import type { Pool } from 'pg';
import { inTransaction } from '../database/transaction.ts';
import type { FoundRole, RoleDirectory, RoleGrant } from './grant.ts';
import type { BuiltInRoles } from './role/role.ts';

/** Roles every tenant has, and those of the tenant's own from the table. @param readPool as finaegis_read */
export const createRoleDirectory = (readPool: () => Pool, builtIn: BuiltInRoles): RoleDirectory => ({
  find: async (tenantId, roles) => {
    const found = new Map<string, FoundRole>();
    for (const role of roles) {
      const known = Object.hasOwn(builtIn, role) ? builtIn[role] : undefined;
      if (known !== undefined) found.set(role, known);
    }
    const own = roles.filter((role) => !found.has(role));
    if (own.length === 0) return found;
    const { rows } = await inTransaction(readPool(), { tenants: [tenantId], readOnly: true }, (tx) =>
      tx.query<RoleGrant & { readonly role: string }>({
        name: 'find-roles',
        text: `select role, scopes, masks_personal_data as "masksPersonalData" from auth_roles
          where tenant_id = $1 and role = any ($2) and status = 'active'`,
        values: [tenantId, own],
      }),
    );
    for (const { role, ...grant } of rows) found.set(role, { ...grant, needsParty: false });
    return found;
  },
});
