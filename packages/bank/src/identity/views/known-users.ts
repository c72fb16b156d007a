import { grantOf, type RoleDirectory } from '@finaegis/platform/auth/grant';
import type { FindUser } from '@finaegis/platform/auth/known-user';
import { read, type Services } from '@finaegis/platform/services';
import { findUser } from './users.ts';

/** Active users as authentication wants to know them, with what their roles give now. */
export const createFindUser =
  (services: Pick<Services, 'readPool'>, roles: RoleDirectory): FindUser =>
  async (tenantId, userId) => {
    const row = await read(services, tenantId, (tx) => findUser(tx, tenantId, { userId }));
    if (row?.status !== 'active') return undefined;
    const { scopes, isMasked } = grantOf([], (await roles.find(tenantId, row.roles)).values());
    return {
      scopes,
      isMasked,
      sessionsFrom: row.sessionsFrom,
      ...(row.actingFor === null ? {} : { actingFor: row.actingFor }),
    };
  };
