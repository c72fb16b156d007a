import { everyRead, isWithin } from './scope.ts';

/**
 * Whoever is authenticated: an API key, a user, the platform itself, or nobody on a public route.
 * `actingFor` is the party whose mandates bound what the principal may see; without it the principal acts for the tenant.
 */
export type Principal = {
  readonly kind: 'key' | 'user' | 'system' | 'anonymous';
  readonly id: string;
  readonly tenantId: string;
  /** All it may do: scopes of its own and those its roles give. */
  readonly scopes: readonly string[];
  readonly actingFor?: string;
  /** The person behind it, where there is one: a user's own id, or whose key it is. */
  readonly userId?: string;
  /** Of a user: which session it came by, and since when its sessions count. */
  readonly session?: { readonly sessionId: string; readonly sessionsFrom: string };
  /** Of a key that came by an access token of its. */
  readonly tokenId?: string;
  /** Shown `masked` in the place of personal values. */
  readonly isMasked?: boolean;
};

/** The reserved tenant of reference data; requests to public routes belong to it. */
export const platformTenantId = '00000000-0000-0000-0000-000000000000';

/** The principal of a public route: it has no scope, so nothing that asks for a permission will answer it. */
export const anonymous: Principal = { kind: 'anonymous', id: 'anonymous', tenantId: platformTenantId, scopes: [] };

/**
 * Whether the principal's scopes contain the permission, itself or through a wildcard:
 * `ledger:*` grants every permission that begins with `ledger:`, `*` grants all.
 */
export const isPermitted = ({ scopes }: Pick<Principal, 'scopes'>, permission: string): boolean =>
  isWithin(permission, scopes);

/** The permission of routes that users have about themselves, which no scope gives: a key is nobody's self. */
export const selfPermission = 'self';

/** Whether the principal may call a route: it holds its permission, or the route only reads and the principal may read everything. */
export const mayCall = (
  principal: Pick<Principal, 'scopes' | 'kind'>,
  { permission, method }: { readonly permission: string; readonly method: string },
): boolean =>
  permission === selfPermission
    ? principal.kind === 'user'
    : isPermitted(principal, permission) || (method === 'GET' && principal.scopes.includes(everyRead));
