import { describe, expect, it } from 'vitest';
import { type BuiltInRoles, defineRole, type Role, retireRole, roleAggregate } from './role.ts';
import { defineRoleSchema } from './terms.ts';

const builtIn: BuiltInRoles = {
  owner: { description: 'Everything', scopes: ['*'], masksPersonalData: false, needsParty: false },
};
const facts = { permissions: ['auth:roles', 'ledger:read', 'ledger:write'], builtIn };
const command = {
  role: 'teller',
  description: 'Counts money',
  scopes: ['ledger:write', 'ledger:read'],
  masksPersonalData: false,
  grantor: { scopes: ['*'] },
};
const after = (...events: readonly unknown[]): Role =>
  events.reduce<Role>((state, event) => roleAggregate.evolve(state, event as never), roleAggregate.initial);
const eventsOf = (decision: ReturnType<typeof defineRole>): readonly unknown[] =>
  decision.accepted ? decision.events : [];
const defined = after(...eventsOf(defineRole(roleAggregate.initial, command, facts)));

describe('a role of one’s own', () => {
  it('is recorded with what it gives, and again when that changes', () => {
    const { grantor: _, ...data } = command;
    expect(eventsOf(defineRole(roleAggregate.initial, command, facts))).toEqual([
      { context: 'auth', stream: 'role:teller', type: 'RoleDefined', schemaVersion: 1, data },
    ]);
    expect(eventsOf(defineRole(defined, { ...command, scopes: ['ledger:read'] }, facts))).toMatchObject([
      { type: 'RoleDefined', data: { scopes: ['ledger:read'] } },
    ]);
  });

  it.each([
    ['in the same words', {}],
    ['in another order', { scopes: ['ledger:read', 'ledger:write'] }],
  ])('said again %s changes nothing', (_, change) => {
    expect(defineRole(defined, { ...command, ...change }, facts)).toEqual({ accepted: true, events: [] });
  });

  it.each([[{ description: 'Counts notes' }], [{ masksPersonalData: true }], [{ scopes: ['ledger:write'] }]])(
    'said otherwise changes it: %j',
    (change) => {
      expect(eventsOf(defineRole(defined, { ...command, ...change }, facts))).toHaveLength(1);
    },
  );

  it.each([
    ['the name of one that every tenant has', { role: 'owner' }, { code: 'role_is_built_in', role: 'owner' }],
    [
      'a scope nothing asks for',
      { scopes: ['ledger:raed'] },
      { code: 'scope_unknown', scope: 'ledger:raed', known: facts.permissions },
    ],
    [
      'a scope whoever asks lacks',
      { grantor: { scopes: ['ledger:read', 'auth:roles'] } },
      { code: 'scope_not_held', scope: 'ledger:write' },
    ],
    ['a sight whoever asks lacks', { grantor: { scopes: ['*'], isMasked: true } }, { code: 'unmasked_not_held' }],
  ])('is refused for %s', (_, change, rejection) => {
    expect(defineRole(roleAggregate.initial, { ...command, ...change }, facts)).toEqual({ accepted: false, rejection });
  });

  it('that hides personal values may be made by whoever is not shown them', () => {
    const hidden = { ...command, masksPersonalData: true, grantor: { scopes: ['*'], isMasked: true } };
    expect(defineRole(roleAggregate.initial, hidden, facts).accepted).toBe(true);
  });
});

describe('retiring a role', () => {
  it('is recorded once, and defining it again brings it back', () => {
    const decision = retireRole(defined, { role: 'teller' }, { builtIn });
    expect(eventsOf(decision)).toMatchObject([{ type: 'RoleRetired', data: { role: 'teller' } }]);
    const retired = roleAggregate.evolve(defined, eventsOf(decision)[0] as never);
    expect(retireRole(retired, { role: 'teller' }, { builtIn })).toEqual({ accepted: true, events: [] });
    expect(eventsOf(defineRole(retired, command, facts))).toMatchObject([{ type: 'RoleDefined' }]);
  });

  it.each([
    ['owner', { code: 'role_is_built_in', role: 'owner' }],
    ['teller', { code: 'role_unknown', role: 'teller' }],
  ])('is refused for %s', (role, rejection) => {
    expect(retireRole(roleAggregate.initial, { role }, { builtIn })).toEqual({ accepted: false, rejection });
  });
});

it('the terms of a role refuse what is no name', () => {
  for (const role of ['', 'T', 'Teller', 'two words', 'x'.repeat(41)])
    expect(defineRoleSchema.safeParse({ ...command, role }).error?.issues[0]?.path[0]).toBe('role');
  expect(() => roleAggregate.evolve(defined, { type: 'RolePolished', data: {} } as never)).toThrow('Unreachable');
});
