import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { z } from 'zod';
import { platformTenantId } from '../../auth/principal.ts';
import { defineAggregate } from '../../event-store/aggregate.ts';
import type { NewEvent } from '../../event-store/event.ts';
import { tenantEvents } from './events.ts';

/** What a decision needs to know of a tenant. */
export type Tenant = { readonly status: 'absent' } | { readonly status: 'active' | 'suspended'; readonly name: string };

/** A tenant's life, one stream per tenant in the platform tenant's log. */
export const tenant = defineAggregate({
  context: 'tenancy',
  name: 'tenant',
  initial: { status: 'absent' } as Tenant,
  events: tenantEvents,
  evolve: (state, event): Tenant => {
    switch (event.type) {
      case 'TenantCreated':
        return { status: 'active', name: event.data.name };
      case 'TenantSuspended':
        return { status: 'suspended', name: nameOf(state) };
      case 'TenantResumed':
        return { status: 'active', name: nameOf(state) };
      default:
        return unreachable(event);
    }
  },
});

const nameOf = (state: Tenant): string => {
  if (state.status === 'absent') throw new Error('A tenant that was never created cannot change.');
  return state.name;
};

const tenantId = z.uuid();

/** `{ tenantId, name }`: the id is the caller's, so that asking twice is not an error. */
export const createTenantSchema = z.strictObject({ tenantId, name: z.string().trim().min(1).max(100) });
/** `{ tenantId, reason }`: the reason is a code, since free text could name a person. */
export const suspendTenantSchema = z.strictObject({ tenantId, reason: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/) });
/** `{ tenantId }`. */
export const resumeTenantSchema = z.strictObject({ tenantId });

export type CreateTenant = z.output<typeof createTenantSchema>;
export type SuspendTenant = z.output<typeof suspendTenantSchema>;
export type ResumeTenant = z.output<typeof resumeTenantSchema>;

/** Why a command about a tenant is refused, in order of precedence. */
export type TenantRefusal =
  | { readonly code: 'platform_principal_required' }
  | { readonly code: 'tenant_is_platform' }
  | { readonly code: 'tenant_unknown'; readonly tenantId: string }
  | { readonly code: 'tenant_exists_with_different_name'; readonly tenantId: string };

type Outcome = Decision<NewEvent, TenantRefusal>;

/** Creates a tenant; the same id with the same name is a repeat. */
export const createTenant = (state: Tenant, { tenantId: id, name }: CreateTenant): Outcome => {
  if (id === platformTenantId) return reject({ code: 'tenant_is_platform' });
  if (state.status === 'absent') return accept(tenant.record(id, 'TenantCreated', { tenantId: id, name }));
  return state.name === name ? accept() : reject({ code: 'tenant_exists_with_different_name', tenantId: id });
};

/** Suspends a tenant's writes; already suspended is a repeat. */
export const suspendTenant = (state: Tenant, { tenantId: id, reason }: SuspendTenant): Outcome => {
  // Whoever could suspend the platform could never be let in again to resume it.
  if (id === platformTenantId) return reject({ code: 'tenant_is_platform' });
  if (state.status === 'absent') return reject({ code: 'tenant_unknown', tenantId: id });
  return state.status === 'suspended'
    ? accept()
    : accept(tenant.record(id, 'TenantSuspended', { tenantId: id, reason }));
};

/** Lets a suspended tenant write again; already active is a repeat. */
export const resumeTenant = (state: Tenant, { tenantId: id }: ResumeTenant): Outcome => {
  if (id === platformTenantId) return reject({ code: 'tenant_is_platform' });
  if (state.status === 'absent') return reject({ code: 'tenant_unknown', tenantId: id });
  return state.status === 'active' ? accept() : accept(tenant.record(id, 'TenantResumed', { tenantId: id }));
};
