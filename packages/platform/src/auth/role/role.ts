import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { defineAggregate } from '../../event-store/aggregate.ts';
import type { NewEvent } from '../../event-store/event.ts';
import { exceeds, type GrantRefusal, type RoleGrant } from '../grant.ts';
import { isKnownScope } from '../scope.ts';
import { roleEvents } from './events.ts';
import type { DefineRole, RetireRole } from './terms.ts';

/** A role every tenant has, as the bank declares it. */
export interface BuiltInRole extends RoleGrant {
  readonly description: string;
  /** Only for principals that act for a party: it leans on mandates, which bind nobody who acts for the tenant. */
  readonly needsParty: boolean;
}

/** Those every tenant has, by name. */
export type BuiltInRoles = Readonly<Record<string, BuiltInRole>>;

/** What a decision needs to know of a role. */
export type Role =
  | { readonly status: 'absent' }
  | ({ readonly status: 'active' | 'retired'; readonly description: string } & RoleGrant);

/** Why a command about a role is refused, in order of precedence. */
export type RoleRefusal =
  | { readonly code: 'role_is_built_in'; readonly role: string }
  | { readonly code: 'role_unknown'; readonly role: string }
  | { readonly code: 'scope_unknown'; readonly scope: string; readonly known: readonly string[] }
  | Exclude<GrantRefusal, { readonly code: 'acting_for_not_held' }>;

/** A role's life, one stream per role of a tenant's own. */
export const roleAggregate = defineAggregate({
  context: 'auth',
  name: 'role',
  initial: { status: 'absent' } as Role,
  events: roleEvents,
  evolve: (state, event): Role => {
    switch (event.type) {
      case 'RoleDefined': {
        const { role: _, ...terms } = event.data;
        return { status: 'active', ...terms };
      }
      case 'RoleRetired':
        if (state.status === 'absent') throw new Error('A role that was never defined cannot be retired.');
        return { ...state, status: 'retired' };
      default:
        return unreachable(event);
    }
  },
});

type Outcome = Decision<NewEvent, RoleRefusal>;

/** Makes a role, or changes it: whoever has it may do from then on what it now says. Nobody puts into a role what it does not hold itself. */
export const defineRole = (
  state: Role,
  { role, grantor, ...terms }: DefineRole,
  { permissions, builtIn }: { readonly permissions: readonly string[]; readonly builtIn: BuiltInRoles },
): Outcome => {
  if (Object.hasOwn(builtIn, role)) return reject({ code: 'role_is_built_in', role });
  const unknown = terms.scopes.find((scope) => !isKnownScope(scope, permissions));
  if (unknown !== undefined) return reject({ code: 'scope_unknown', scope: unknown, known: permissions });
  const { actingFor: _, ...holding } = grantor;
  const beyond = exceeds(holding, { scopes: terms.scopes, isMasked: terms.masksPersonalData });
  // Without a party on either side the third kind cannot come back.
  if (beyond !== undefined && beyond.code !== 'acting_for_not_held') return reject(beyond);
  return state.status === 'active' && isSame(state, terms)
    ? accept()
    : accept(roleAggregate.record(role, 'RoleDefined', { role, ...terms }));
};

/** Retires a role; already retired is a repeat. Needs none of its scopes: taking away must always be easy. */
export const retireRole = (
  state: Role,
  { role }: RetireRole,
  { builtIn }: { readonly builtIn: BuiltInRoles },
): Outcome => {
  if (Object.hasOwn(builtIn, role)) return reject({ code: 'role_is_built_in', role });
  if (state.status === 'absent') return reject({ code: 'role_unknown', role });
  return state.status === 'retired' ? accept() : accept(roleAggregate.record(role, 'RoleRetired', { role }));
};

const isSame = (
  before: RoleGrant & { readonly description: string },
  after: RoleGrant & { readonly description: string },
): boolean =>
  before.description === after.description &&
  before.masksPersonalData === after.masksPersonalData &&
  before.scopes.toSorted().join() === after.scopes.toSorted().join();
