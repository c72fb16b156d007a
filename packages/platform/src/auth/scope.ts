/** What a scope may look like: `ledger:write`, `ledger:*`, `*:read`, `*`. */
export const scopePattern = /^(\*|\*:read|[a-z][a-z0-9_-]{0,39}:(\*|[a-z][a-z0-9_-]{0,39}))$/;

/** The scope that opens every read, whatever permission the read asks for, and nothing that writes. */
export const everyRead = '*:read';

/**
 * Whether everything a scope grants is granted by the scopes held: `ledger:*` is within `ledger:*` and `*`, not within `ledger:write`.
 * For permissions of a principal see `isPermitted`; this one also compares wildcards with wildcards.
 */
export const isWithin = (scope: string, held: readonly string[]): boolean =>
  held.some(
    (own) =>
      own === '*' ||
      own === scope ||
      (own.endsWith(':*') && scope.startsWith(own.slice(0, -1))) ||
      (own === everyRead && scope.endsWith(':read')),
  );

/** Whether a scope grants anything at all: `ledger:*` does when some permission begins with `ledger:`. A misspelt one never would, silently. */
export const isKnownScope = (scope: string, permissions: readonly string[]): boolean =>
  scope === '*' || scope === everyRead || permissions.some((permission) => isWithin(permission, [scope]));
