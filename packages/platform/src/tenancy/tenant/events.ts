import { z } from 'zod';
import { defineEvent } from '../../event-store/event.ts';

/** A tenant begins. It stands in the log of the platform's own tenant, which is older than every other. */
export const tenantCreated = defineEvent({
  type: 'TenantCreated',
  schemaVersion: 1,
  schema: z.strictObject({ tenantId: z.string(), name: z.string() }),
});

/** A tenant's writes are refused from now on; it may still read. */
export const tenantSuspended = defineEvent({
  type: 'TenantSuspended',
  schemaVersion: 1,
  schema: z.strictObject({ tenantId: z.string(), reason: z.string() }),
});

/** A suspended tenant may write again. */
export const tenantResumed = defineEvent({
  type: 'TenantResumed',
  schemaVersion: 1,
  schema: z.strictObject({ tenantId: z.string() }),
});

/** Every event of a tenant's stream. */
export const tenantEvents = [tenantCreated, tenantSuspended, tenantResumed] as const;
