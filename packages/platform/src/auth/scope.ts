import type { ContextModule } from '../module.ts';

/** What a scope may look like: `ledger:write`, `ledger:*`, `*`. */
export const scopePattern = /^(\*|[a-z][a-z0-9_-]{0,39}:(\*|[a-z][a-z0-9_-]{0,39}))$/;

/**
 * Whether everything a scope grants is granted by the scopes held: `ledger:*` is within `ledger:*` and `*`, not within `ledger:write`.
 * For permissions of a principal see `isPermitted`; this one also compares wildcards with wildcards.
 */
export const isWithin = (scope: string, held: readonly string[]): boolean =>
  held.some((own) => own === '*' || own === scope || (own.endsWith(':*') && scope.startsWith(own.slice(0, -1))));

/** Whether a scope grants anything at all: `ledger:*` does when some permission begins with `ledger:`. A misspelt one never would, silently. */
export const isKnownScope = (scope: string, permissions: readonly string[]): boolean =>
  scope === '*' || permissions.some((permission) => isWithin(permission, [scope]));

/** Every permission that some route, command or handler of these contexts asks for, sorted: what a key may be given. */
export const permissionsOf = (
  modules: readonly Pick<ContextModule, 'routes' | 'commands' | 'permissions'>[],
): readonly string[] => {
  const asked = modules.flatMap(({ routes, commands, permissions = [] }) => [
    ...permissions,
    ...[...routes, ...commands].map(({ permission }) => permission),
  ]);
  return [...new Set(asked)].filter((permission) => permission !== 'public').sort();
};
