import { describe, expect, it } from 'vitest';
import { type ApiKey, apiKey, createApiKey, type KeyRoles, revokeApiKey, rotateApiKey } from './api-key.ts';
import { createApiKeySchema } from './terms.ts';

const keyId = '0190a000-0000-7000-8000-000000000001';
const now = '2026-03-01T12:00:00.000Z';
const party = '0190a000-0000-7000-8000-0000000000aa';
const roles: KeyRoles = new Map([
  ['teller', { scopes: ['ledger:write'], masksPersonalData: false, needsParty: false }],
  ['helper', { scopes: ['ledger:read'], masksPersonalData: true, needsParty: false }],
  ['customer', { scopes: ['ledger:read'], masksPersonalData: false, needsParty: true }],
]);
const rolesOf = (...names: readonly string[]): KeyRoles => new Map([...roles].filter(([name]) => names.includes(name)));
const facts = { now, permissions: ['auth:write', 'ledger:read', 'ledger:write'], isPartyKnown: true, roles };
const all = { scopes: ['*'] };
const command = {
  keyId,
  prefix: '0123456789ab',
  secretHash: 'a'.repeat(64),
  name: 'payroll',
  scopes: ['ledger:write'],
  addresses: [],
  grantor: all,
};

const after = (...events: readonly unknown[]): ApiKey =>
  events.reduce<ApiKey>((state, event) => apiKey.evolve(state, event as never), apiKey.initial);
const eventsOf = (decision: ReturnType<typeof createApiKey>): readonly unknown[] =>
  decision.accepted ? decision.events : [];
const created = after(...eventsOf(createApiKey(apiKey.initial, command, facts)));

describe('creating a key', () => {
  it('records its terms and the hash of its secret', () => {
    expect(
      eventsOf(
        createApiKey(apiKey.initial, { ...command, actingFor: party, expiresAt: '2026-04-01T00:00:00.000Z' }, facts),
      ),
    ).toEqual([
      {
        context: 'auth',
        stream: `api-key:${keyId}`,
        type: 'ApiKeyCreated',
        schemaVersion: 1,
        data: {
          keyId,
          prefix: '0123456789ab',
          secretHash: 'a'.repeat(64),
          name: 'payroll',
          scopes: ['ledger:write'],
          addresses: [],
          actingFor: party,
          expiresAt: '2026-04-01T00:00:00.000Z',
        },
      },
    ]);
  });

  it('twice with the same secret changes nothing, with another one is refused', () => {
    expect(createApiKey(created, command, facts)).toEqual({ accepted: true, events: [] });
    expect(createApiKey(created, { ...command, secretHash: 'b'.repeat(64) }, facts)).toEqual({
      accepted: false,
      rejection: { code: 'api_key_exists_with_different_content', keyId },
    });
  });

  it.each([['ledger:wirte'], ['ledgers:*'], ['ledger:write:all']])(
    'is refused for the scope %s, which nothing asks for, whoever grants it',
    (scope) => {
      expect(createApiKey(apiKey.initial, { ...command, scopes: ['ledger:write', scope] }, facts)).toEqual({
        accepted: false,
        rejection: { code: 'scope_unknown', scope, known: ['auth:write', 'ledger:read', 'ledger:write'] },
      });
    },
  );

  it.each([['*'], ['ledger:*'], ['auth:write']])('may have the scope %s', (scope) => {
    expect(createApiKey(apiKey.initial, { ...command, scopes: [scope] }, facts).accepted).toBe(true);
  });

  it.each([
    [
      'a scope the grantor lacks',
      { scopes: ['ledger:write', 'auth:write'], grantor: { scopes: ['ledger:*'] } },
      { code: 'scope_not_held', scope: 'auth:write' },
    ],
    [
      'a wildcard over what the grantor holds one by one',
      { scopes: ['ledger:*'], grantor: { scopes: ['ledger:write', 'ledger:read'] } },
      { code: 'scope_not_held', scope: 'ledger:*' },
    ],
    [
      'the tenant’s own key, asked for by a customer',
      { grantor: { scopes: ['*'], actingFor: party } },
      { code: 'acting_for_not_held' },
    ],
    [
      'another customer’s key',
      { actingFor: keyId, grantor: { scopes: ['*'], actingFor: party } },
      { code: 'acting_for_not_held' },
    ],
    ['an expiry that has come', { expiresAt: now }, { code: 'expiry_in_past', expiresAt: now, now }],
  ])('is refused for %s', (_, change, rejection) => {
    expect(createApiKey(apiKey.initial, { ...command, ...change }, facts)).toEqual({ accepted: false, rejection });
  });

  it.each([
    ['a role that is not there', ['teler'], all, {}, { code: 'role_unknown', role: 'teler' }],
    [
      'a role that gives what the grantor lacks',
      ['teller'],
      { scopes: ['ledger:read'] },
      {},
      { code: 'scope_not_held', scope: 'ledger:write' },
    ],
    ['a customer’s role without a customer', ['customer'], all, {}, { code: 'role_needs_party', role: 'customer' }],
    [
      'a sight the grantor lacks, by a role',
      ['teller'],
      { scopes: ['*'], isMasked: true },
      {},
      { code: 'unmasked_not_held' },
    ],
    [
      'a sight the grantor lacks, by a scope beside a role that hides',
      ['helper'],
      { scopes: ['*'], isMasked: true },
      { scopes: ['ledger:read'] },
      { code: 'unmasked_not_held' },
    ],
  ] as const)('is refused for %s', (_, names, grantor, change, rejection) => {
    const wanted = { ...command, scopes: undefined, ...change, roles: [...names], grantor: structuredClone(grantor) };
    expect(createApiKey(apiKey.initial, wanted as never, { ...facts, roles: rolesOf(...names) })).toEqual({
      accepted: false,
      rejection,
    });
  });

  it('is refused when it would open nothing', () => {
    expect(createApiKey(apiKey.initial, { ...command, scopes: undefined }, { ...facts, roles: rolesOf() })).toEqual({
      accepted: false,
      rejection: { code: 'grants_missing' },
    });
  });

  it('records roles by their names, whatever they give today, and whose key it is', () => {
    const userId = '0190a000-0000-7000-8000-0000000000bb';
    const wanted = { ...command, scopes: undefined, roles: ['helper'], userId };
    expect(eventsOf(createApiKey(apiKey.initial, wanted, { ...facts, roles: rolesOf('helper') }))).toMatchObject([
      { data: { scopes: [], roles: ['helper'], userId } },
    ]);
    const masked = { ...wanted, grantor: { scopes: ['ledger:*'], isMasked: true } };
    expect(createApiKey(apiKey.initial, masked, { ...facts, roles: rolesOf('helper') }).accepted).toBe(true);
  });

  it('acts for nobody who is not there', () => {
    const stranger = { ...facts, isPartyKnown: false };
    expect(createApiKey(apiKey.initial, { ...command, actingFor: party }, stranger)).toEqual({
      accepted: false,
      rejection: { code: 'acting_for_unknown', actingFor: party },
    });
    expect(createApiKey(apiKey.initial, { ...command, actingFor: undefined }, stranger).accepted).toBe(true);
  });

  it('lets a customer make a key of its own', () => {
    expect(
      createApiKey(
        apiKey.initial,
        { ...command, actingFor: party, grantor: { scopes: ['ledger:write'], actingFor: party } },
        facts,
      ).accepted,
    ).toBe(true);
  });
});

describe('rotating a key', () => {
  const rotation = { keyId, prefix: 'zzzzzzzzzzzz', secretHash: 'c'.repeat(64), graceSeconds: 0, grantor: all };

  it('closes the old secret at once, or after the time of grace', () => {
    expect(eventsOf(rotateApiKey(created, rotation, { now, roles: rolesOf() }))).toMatchObject([
      { type: 'ApiKeyRotated', data: { keyId, prefix: 'zzzzzzzzzzzz', secretHash: 'c'.repeat(64) } },
    ]);
    expect(
      eventsOf(rotateApiKey(created, { ...rotation, graceSeconds: 3_600 }, { now, roles: rolesOf() })),
    ).toMatchObject([{ data: { previousValidUntil: '2026-03-01T13:00:00.000Z' } }]);
  });

  it('is refused to whoever would gain a scope by it', () => {
    expect(
      rotateApiKey(created, { ...rotation, grantor: { scopes: ['auth:write'] } }, { now, roles: rolesOf() }),
    ).toEqual({
      accepted: false,
      rejection: { code: 'scope_not_held', scope: 'ledger:write' },
    });
  });

  it('is refused to whoever would gain a role’s scope by it', () => {
    const withRole = after(
      ...eventsOf(
        createApiKey(
          apiKey.initial,
          { ...command, scopes: undefined, roles: ['teller'] },
          { ...facts, roles: rolesOf('teller') },
        ),
      ),
    );
    const asked = { ...rotation, grantor: { scopes: ['ledger:read'] } };
    expect(rotateApiKey(withRole, asked, { now, roles: rolesOf('teller') })).toEqual({
      accepted: false,
      rejection: { code: 'scope_not_held', scope: 'ledger:write' },
    });
    // Retired since, the role gives nothing, and there is nothing to gain.
    expect(rotateApiKey(withRole, asked, { now, roles: rolesOf() }).accepted).toBe(true);
  });

  it('is refused for a key that is unknown or revoked', () => {
    expect(rotateApiKey(apiKey.initial, rotation, { now, roles: rolesOf() })).toEqual({
      accepted: false,
      rejection: { code: 'api_key_unknown', keyId },
    });
    const revoked = after(
      ...eventsOf(createApiKey(apiKey.initial, command, facts)),
      ...eventsOf(revokeApiKey(created, { keyId, reason: 'requested' })),
    );
    expect(rotateApiKey(revoked, rotation, { now, roles: rolesOf() })).toEqual({
      accepted: false,
      rejection: { code: 'api_key_is_revoked', keyId },
    });
  });
});

describe('revoking a key', () => {
  it('twice changes nothing', () => {
    const [event] = eventsOf(revokeApiKey(created, { keyId, reason: 'compromised' }));
    expect(event).toMatchObject({ type: 'ApiKeyRevoked', data: { keyId, reason: 'compromised' } });
    expect(revokeApiKey(apiKey.evolve(created, event as never), { keyId, reason: 'compromised' })).toEqual({
      accepted: true,
      events: [],
    });
  });

  it('is refused for a key nobody made', () => {
    expect(revokeApiKey(apiKey.initial, { keyId, reason: 'requested' })).toEqual({
      accepted: false,
      rejection: { code: 'api_key_unknown', keyId },
    });
  });
});

it('an event of another kind stops the fold', () => {
  expect(() => apiKey.evolve(created, { type: 'ApiKeyPolished', data: {} } as never)).toThrow('Unreachable');
});

describe('the terms of a key', () => {
  it.each([
    ['addresses', ['192.0.2.1/33']],
    ['addresses', ['2001:db8::/129']],
    ['addresses', ['example.org']],
    ['addresses', ['fe80::1%eth0']],
    ['scopes', []],
    ['scopes', ['ledger']],
    ['scopes', ['Ledger:Write']],
    ['name', ''],
    ['name', 'two\nlines'],
    ['expiresAt', '2026-04-01'],
    ['expiresAt', '2026-04-01T00:00:00+02:00'],
  ])('refuse %s %j', (field, value) => {
    expect(createApiKeySchema.safeParse({ ...command, [field]: value }).error?.issues[0]?.path[0]).toBe(field);
  });
});
