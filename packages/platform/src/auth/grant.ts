import { z } from 'zod';
import type { Principal } from './principal.ts';
import { isWithin } from './scope.ts';

export const grantorSchema = z.strictObject({
  scopes: z.array(z.string()),
  actingFor: z.string().optional(),
  isMasked: z.boolean().optional(),
});

/** Whoever gives something away: what it holds itself. */
export type Grantor = z.output<typeof grantorSchema>;

/** What is to be given: scopes, those of roles among them, and whether personal values are hidden from whoever gets them. */
export interface Grant {
  readonly scopes: readonly string[];
  readonly isMasked: boolean;
  readonly actingFor?: string | undefined;
}

/** Why a grant goes beyond what the grantor holds. */
export type GrantRefusal =
  | { readonly code: 'scope_not_held'; readonly scope: string }
  | { readonly code: 'unmasked_not_held' }
  | { readonly code: 'acting_for_not_held' };

/** Nobody gives what it does not have: no scope, no sight of personal values, no other party's name. */
export const exceeds = (grantor: Grantor, { scopes, isMasked, actingFor }: Grant): GrantRefusal | undefined => {
  const scope = scopes.find((wanted) => !isWithin(wanted, grantor.scopes));
  if (scope !== undefined) return { code: 'scope_not_held', scope };
  if (grantor.isMasked === true && !isMasked) return { code: 'unmasked_not_held' };
  // A customer gives to the same customer only; who acts for the tenant may give to either.
  if (grantor.actingFor !== undefined && grantor.actingFor !== actingFor) return { code: 'acting_for_not_held' };
  return undefined;
};

/** A principal as a grantor. */
export const grantorOf = ({ scopes, actingFor, isMasked }: Principal): Grantor => ({
  scopes: [...scopes],
  ...(actingFor === undefined ? {} : { actingFor }),
  ...(isMasked === true ? { isMasked } : {}),
});

/** What a role gives. */
export interface RoleGrant {
  readonly scopes: readonly string[];
  readonly masksPersonalData: boolean;
}

/** What roles give, wherever they come from. */
export interface RoleDirectory {
  /** The roles of these names that are in force; those that are not there, or retired, are left out. */
  find(tenantId: string, roles: readonly string[]): Promise<ReadonlyMap<string, FoundRole>>;
}

/** A role in force. */
export interface FoundRole extends RoleGrant {
  readonly needsParty: boolean;
}

/** What scopes of one's own and roles come to. Personal values are hidden from whoever has nothing but roles that hide them. */
export const grantOf = (scopes: readonly string[], roles: Iterable<RoleGrant>): Omit<Grant, 'actingFor'> => {
  const given = [...roles];
  return {
    scopes: [...new Set([...scopes, ...given.flatMap((role) => role.scopes)])],
    isMasked: scopes.length === 0 && given.length > 0 && given.every(({ masksPersonalData }) => masksPersonalData),
  };
};
