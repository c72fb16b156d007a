import type { ModuleTable } from '../module.ts';
import type { Services } from '../services.ts';
import { subjectOf } from './commands.ts';

/** Destroys what is sealed for endpoints in the commit that deletes them: their secrets and their headers. It has no rows of its own. */
export const endpointErasureTable = (services: Pick<Services, 'personalData'>): ModuleTable => ({
  name: 'webhook.erasure',
  rank: 81,
  consumes: ['WebhookEndpointDeleted'],
  lock: async () => new Map<string, never>(),
  fold: ({ scratch }, { tenantId, data }) => {
    const endpoints = (scratch.get(tenantId) as readonly string[] | undefined) ?? [];
    scratch.set(tenantId, [...endpoints, data['endpointId'] as string]);
  },
  write: async (tx, { scratch }) => {
    await Promise.all(
      [...scratch].map(([tenantId, endpoints]) =>
        services.personalData.destroy(tx, tenantId, (endpoints as readonly string[]).map(subjectOf)),
      ),
    );
  },
});
