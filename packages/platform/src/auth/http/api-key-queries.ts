import { z } from 'zod';
import { type CursorScope, decodeCursor, type Page, pageOf } from '../../http/cursor.ts';
import { ProblemError } from '../../http/problem.ts';
import { read, type Services } from '../../services.ts';
import { type ApiKeyRecord, apiKeyColumns } from '../api-keys-table.ts';
import type { Principal } from '../principal.ts';
import { type ApiKeyView, showApiKey } from './api-key-view.ts';

type Row = ApiKeyRecord & { readonly lastUsedAt: string | null };

// A customer's principal sees the keys of its own party and may not even know of others.
const visible = `select ${apiKeyColumns}, u.used_at as "lastUsedAt" from auth_api_keys k left join key_last_use u using (tenant_id, key_id)
  where k.tenant_id = $1 and ($2::text is null or k.acting_for = $2)`;

/** One key as the principal may see it. @throws ProblemError `not_found` */
export const readApiKey = async (
  services: Services,
  { tenantId, actingFor }: Principal,
  keyId: string,
): Promise<ApiKeyView> => {
  const { rows } = await read(services, tenantId, (tx) =>
    tx.query<Row>({
      name: 'api-key',
      text: `${visible} and k.key_id = $3`,
      values: [tenantId, actingFor ?? null, keyId],
    }),
  );
  const row = rows[0];
  if (row === undefined) throw new ProblemError('not_found');
  return showApiKey(row);
};

/** A page of the keys a principal may see, newest first (key ids are ordered by time). */
export const listApiKeys = async (
  services: Services,
  { tenantId, actingFor }: Principal,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<ApiKeyView>> => {
  const scope: CursorScope = { list: 'api-keys', epoch: services.positions.epoch };
  const [before] = cursor === undefined ? [null] : decodeCursor(cursor, scope, z.tuple([z.uuid()]));
  const { rows } = await read(services, tenantId, (tx) =>
    tx.query<Row>({
      name: 'api-keys',
      text: `${visible} and ($3::uuid is null or k.key_id < $3) order by k.key_id desc limit $4`,
      values: [tenantId, actingFor ?? null, before, limit + 1],
    }),
  );
  return pageOf(rows, { limit, scope, positionOf: ({ keyId }) => [keyId], show: showApiKey });
};

/** Names of the roles of a key; none for a key that is not there. They never change. */
export const rolesOfKey = async (services: Services, tenantId: string, keyId: string): Promise<readonly string[]> => {
  const { rows } = await read(services, tenantId, (tx) =>
    tx.query<Pick<ApiKeyRecord, 'roles'>>({
      name: 'roles-of-api-key',
      text: 'select k.roles from auth_api_keys k where k.tenant_id = $1 and k.key_id = $2',
      values: [tenantId, keyId],
    }),
  );
  return rows[0]?.roles ?? [];
};
