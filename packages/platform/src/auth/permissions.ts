import type { ContextModule } from '../module.ts';
import { selfPermission } from './principal.ts';

/** Every permission that some route, command or handler of these contexts asks for, sorted: what a key may be given. */
export const permissionsOf = (
  modules: readonly Pick<ContextModule, 'routes' | 'commands' | 'permissions'>[],
): readonly string[] => {
  const asked = modules.flatMap(({ routes, commands, permissions = [] }) => [
    ...permissions,
    ...[...routes, ...commands].map(({ permission }) => permission),
  ]);
  return [...new Set(asked)].filter((permission) => permission !== 'public' && permission !== selfPermission).sort();
};
