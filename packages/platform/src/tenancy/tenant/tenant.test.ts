import { describe, expect, it } from 'vitest';
import { platformTenantId } from '../../auth/principal.ts';
import { createTenant, resumeTenant, suspendTenant, type Tenant, tenant } from './tenant.ts';

const tenantId = '0190a000-0000-7000-8000-000000000001';
const absent = tenant.initial;
const active: Tenant = { status: 'active', name: 'Acme' };
const suspended: Tenant = { status: 'suspended', name: 'Acme' };
const reason = 'unpaid';

describe('a tenant', () => {
  it.each([
    ['is created', createTenant(absent, { tenantId, name: 'Acme' }), 'TenantCreated'],
    ['asked for twice is there once', createTenant(active, { tenantId, name: 'Acme' }), undefined],
    ['is suspended', suspendTenant(active, { tenantId, reason }), 'TenantSuspended'],
    ['suspended twice is suspended once', suspendTenant(suspended, { tenantId, reason }), undefined],
    ['is resumed', resumeTenant(suspended, { tenantId }), 'TenantResumed'],
    ['that is active stays so', resumeTenant(active, { tenantId }), undefined],
  ])('%s', (_, decision, type) => {
    expect(decision.accepted && decision.events.map((event) => event.type)).toEqual(type === undefined ? [] : [type]);
  });

  it.each([
    [
      'the platform cannot be created',
      createTenant(absent, { tenantId: platformTenantId, name: 'platform' }),
      'tenant_is_platform',
    ],
    [
      'the platform cannot be suspended',
      suspendTenant(active, { tenantId: platformTenantId, reason }),
      'tenant_is_platform',
    ],
    ['the platform need not be resumed', resumeTenant(active, { tenantId: platformTenantId }), 'tenant_is_platform'],
    [
      'another name is another tenant',
      createTenant(active, { tenantId, name: 'Other' }),
      'tenant_exists_with_different_name',
    ],
    ['nobody cannot be suspended', suspendTenant(absent, { tenantId, reason }), 'tenant_unknown'],
    ['nobody cannot be resumed', resumeTenant(absent, { tenantId }), 'tenant_unknown'],
  ])('%s', (_, decision, code) => {
    expect(!decision.accepted && decision.rejection.code).toBe(code);
  });

  it('remembers its life from its events, and stops at one it does not know', () => {
    const lived = [
      { type: 'TenantCreated', data: { tenantId, name: 'Acme' } },
      { type: 'TenantSuspended', data: { tenantId, reason } },
      { type: 'TenantResumed', data: { tenantId } },
    ].reduce<Tenant>((state, event) => tenant.evolve(state, event as never), absent);
    expect(lived).toEqual(active);
    expect(() => tenant.evolve(active, { type: 'TenantPainted', data: {} } as never)).toThrow('Unreachable');
    expect(() => tenant.evolve(absent, { type: 'TenantSuspended', data: { tenantId, reason } } as never)).toThrow(
      'never created',
    );
  });
});
