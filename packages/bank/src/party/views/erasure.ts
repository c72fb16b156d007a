import type { LockedTable } from '@finaegis/platform/command/locked-table';
import type { ModuleTable } from '@finaegis/platform/module';
import type { Services } from '@finaegis/platform/services';
import { subjectOf } from '../party/details.ts';

/** Destroys the keys of erased parties in the commit of the erasure. It has no rows of its own: what it writes is the loss of others. */
export const erasureTable = (
  services: Pick<Services, 'personalData'>,
): LockedTable<never> & Pick<ModuleTable, 'ddl'> => ({
  name: 'party.erasure',
  rank: 3,
  consumes: ['PartyErased'],
  lock: async () => new Map<string, never>(),
  fold: ({ scratch }, { tenantId, data }) => {
    const subjects = (scratch.get(tenantId) as readonly string[] | undefined) ?? [];
    scratch.set(tenantId, [...subjects, subjectOf(data['partyId'] as string)]);
  },
  write: async (tx, { scratch }) => {
    await Promise.all(
      [...scratch].map(([tenantId, subjects]) =>
        services.personalData.destroy(tx, tenantId, subjects as readonly string[]),
      ),
    );
  },
});
