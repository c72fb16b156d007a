import { describe, expect, it } from 'vitest';

import { anonymous, isPermitted, mayCall, type Principal } from './principal.ts';

const holding = (...scopes: string[]): Principal => ({ kind: 'key', id: 'k', tenantId: 't', scopes });

describe('a permission is granted', () => {
  it.each([
    ['by the scope itself', holding('ledger:post'), true],
    ['by the wildcard of its area', holding('party:read', 'ledger:*'), true],
    ['by the wildcard of everything', holding('*'), true],
    ['not by another scope', holding('ledger:read'), false],
    ['not by a scope that only begins alike', holding('ledger:pos', 'led:*', 'ledger'), false],
    ['not by a star in the middle', holding('led*', '*:post'), false],
    ['not to nobody', anonymous, false],
  ])('%s', (_, principal, expected) => {
    expect(isPermitted(principal, 'ledger:post')).toBe(expected);
  });
});

describe('who may read everything', () => {
  it.each([
    ['calls a read of any permission', 'GET', 'payment:dispute', true],
    ['calls nothing that writes', 'POST', 'payment:dispute', false],
    ['does not even write where the permission is of reads', 'POST', 'ledger:reader', false],
  ])('%s', (_, method, permission, expected) => {
    expect(mayCall(holding('*:read'), { method, permission })).toBe(expected);
    expect(mayCall(holding('ledger:read'), { method, permission })).toBe(false);
  });
});
