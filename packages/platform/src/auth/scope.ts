/** What a scope may look like: `ledger:write`, `ledger:*`, `*`. */
export const scopePattern = /^(\*|[a-z][a-z0-9_-]{0,39}:(\*|[a-z][a-z0-9_-]{0,39}))$/;

/**
 * Whether everything a scope grants is granted by the scopes held: `ledger:*` is within `ledger:*` and `*`, not within `ledger:write`.
 * For permissions of a principal see `isPermitted`; this one also compares wildcards with wildcards.
 */
export const isWithin = (scope: string, held: readonly string[]): boolean =>
  held.some((own) => own === '*' || own === scope || (own.endsWith(':*') && scope.startsWith(own.slice(0, -1))));
