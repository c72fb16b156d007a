/**
 * Whoever is authenticated: an API key, the platform itself, or nobody on a public route.
 * `actingFor` is the party whose mandates bound what the principal may see; without it the principal acts for the tenant.
 */
export type Principal = {
  readonly kind: 'key' | 'system' | 'anonymous';
  readonly id: string;
  readonly tenantId: string;
  readonly scopes: readonly string[];
  readonly actingFor?: string;
};

/** The reserved tenant of reference data; requests to public routes belong to it. */
export const platformTenantId = '00000000-0000-0000-0000-000000000000';

/** The principal of a public route: it has no scope, so nothing that asks for a permission will answer it. */
export const anonymous: Principal = { kind: 'anonymous', id: 'anonymous', tenantId: platformTenantId, scopes: [] };

/**
 * Whether the principal's scopes contain the permission, itself or through a wildcard:
 * `ledger:*` grants every permission that begins with `ledger:`, `*` grants all.
 */
export const isPermitted = (principal: Principal, permission: string): boolean =>
  principal.scopes.some(
    (scope) =>
      scope === permission || (scope.endsWith(':*') && permission.startsWith(scope.slice(0, -1))) || scope === '*',
  );
