import type { ModuleTable } from '@finaegis/platform/module';
import type { Services } from '@finaegis/platform/services';
import { subjectOf } from '../user/commands.ts';

/** Destroys the keys of erased users in the commit of the erasure. It has no rows of its own: what it writes is the loss of others. */
export const userErasureTable = (services: Pick<Services, 'personalData'>): ModuleTable => ({
  name: 'identity.erasure',
  rank: 87,
  consumes: ['UserErased'],
  lock: async () => new Map<string, never>(),
  fold: ({ scratch }, { tenantId, data }) => {
    const users = (scratch.get(tenantId) as readonly string[] | undefined) ?? [];
    scratch.set(tenantId, [...users, data['userId'] as string]);
  },
  write: async (tx, { scratch }) => {
    await Promise.all(
      [...scratch].map(([tenantId, users]) =>
        services.personalData.destroy(tx, tenantId, (users as readonly string[]).map(subjectOf)),
      ),
    );
  },
});
