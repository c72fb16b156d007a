import { z } from 'zod';
import { type CursorScope, decodeCursor, type Page, pageOf } from '../../http/cursor.ts';
import { ProblemError } from '../../http/problem.ts';
import { read, type Services } from '../../services.ts';
import { type EndpointRecord, endpointColumns } from '../endpoints-table.ts';
import { type EndpointView, type Failing, showEndpoint } from './endpoint-view.ts';

const found = `select ${endpointColumns}, h.failures, h.failing_since as "failingSince", h.open_until as "openUntil"
  from webhook_endpoints e left join webhook_health h using (tenant_id, endpoint_id)`;

/** One endpoint, a deleted one too. @throws ProblemError `not_found` */
export const readEndpoint = async (
  services: Services,
  tenantId: string,
  endpointId: string,
): Promise<EndpointRecord & Failing> => {
  const { rows } = await read(services, tenantId, (tx) =>
    tx.query<EndpointRecord & Failing>({
      name: 'webhook-endpoint',
      text: `${found} where e.tenant_id = $1 and e.endpoint_id = $2`,
      values: [tenantId, endpointId],
    }),
  );
  const row = rows[0];
  if (row === undefined) throw new ProblemError('not_found');
  return row;
};

/** A page of endpoints that are not deleted, newest first by id. */
export const listEndpoints = async (
  services: Services,
  tenantId: string,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<EndpointView>> => {
  const scope: CursorScope = { list: 'webhook-endpoints', epoch: services.positions.epoch };
  const [before] = cursor === undefined ? [null] : decodeCursor(cursor, scope, z.tuple([z.uuid()]));
  const { rows } = await read(services, tenantId, (tx) =>
    tx.query<EndpointRecord & Failing>({
      name: 'webhook-endpoints',
      text: `${found}
        where e.tenant_id = $1 and e.status <> 'deleted' and ($2::uuid is null or e.endpoint_id < $2) order by e.endpoint_id desc limit $3`,
      values: [tenantId, before, limit + 1],
    }),
  );
  return pageOf(rows, { limit, scope, positionOf: ({ endpointId }) => [endpointId], show: showEndpoint });
};
