import { unreachable } from '@finaegis/kernel/decision';
import { type LockedTable, RowNotLocked, rowName } from '../command/locked-table.ts';
import type { EventOf, RecordedEvent } from '../event-store/event.ts';
import { type Secret, stillValid, type Terms } from './endpoint/endpoint.ts';
import { endpointEvents } from './endpoint/events.ts';

/** Where one secret lies, and until when it signs. */
export interface StoredSecret {
  readonly secretId: string;
  readonly ref: string;
  readonly createdAt: string;
  readonly validUntil?: string;
}

/** One row of `webhook_endpoints`. */
export interface EndpointRow extends Omit<Terms, 'headers'> {
  readonly headersRef: string | null;
  readonly status: 'active' | 'paused' | 'disabled' | 'deleted';
  readonly disabledReason: string | null;
  /** The newest first. */
  readonly secrets: readonly StoredSecret[];
  readonly createdAt: string;
  readonly changedAt: string;
  /** From when on it is told of what is booked. */
  readonly toldFrom: string;
}

/** A row as PostgreSQL gives it. */
export type EndpointRecord = EndpointRow & { readonly tenantId: string; readonly endpointId: string };

/** The columns of `webhook_endpoints e` under the names of `EndpointRecord`. */
export const endpointColumns = `e.tenant_id as "tenantId", e.endpoint_id as "endpointId", e.name, e.url, e.events, e.accounts, e.assets,
  e.header_names as "headerNames", e.headers_ref as "headersRef", e.is_ordered as "isOrdered", e.status, e.disabled_reason as "disabledReason",
  e.secrets, e.created_at as "createdAt", e.changed_at as "changedAt",
  e.told_from as "toldFrom"`;

type EndpointEvent = EventOf<(typeof endpointEvents)[number]>;

/** The endpoints, in the commit that changes them: whoever delivers must never know less than the log. */
export const endpointsTable: LockedTable<EndpointRow> = {
  name: 'webhook_endpoints',
  rank: 80,
  consumes: endpointEvents.map(({ type }) => type),
  lock: async (tx, requests) => {
    const { rows } = await tx.query<EndpointRecord>({
      name: 'lock-webhook-endpoints',
      text: `select ${endpointColumns} from unnest($1::uuid[], $2::uuid[]) as wanted (tenant_id, endpoint_id)
        cross join lateral (
          select * from webhook_endpoints where tenant_id = wanted.tenant_id and endpoint_id = wanted.endpoint_id offset 0 for no key update) e`,
      values: [requests.map(({ tenantId }) => tenantId), requests.map(({ key }) => key)],
    });
    return new Map(rows.map(({ tenantId, endpointId, ...row }) => [rowName(tenantId, endpointId), row]));
  },
  fold: (rows, recorded) => {
    const event = recorded as RecordedEvent & EndpointEvent;
    const { tenantId, bookedAt } = recorded;
    const { endpointId } = event.data;
    const before = rows.get(tenantId, endpointId);
    if (event.type !== 'WebhookEndpointCreated' && before === undefined) throw new RowNotLocked(recorded);
    rows.set(tenantId, endpointId, { ...foldRow(before as EndpointRow, event, bookedAt), changedAt: bookedAt });
  },
  write: async (tx, { changed }) => {
    if (changed.length === 0) return;
    const records = changed.map(({ tenantId, key, row }) => ({
      tenant_id: tenantId,
      endpoint_id: key,
      name: row.name,
      url: row.url,
      events: row.events,
      accounts: row.accounts,
      assets: row.assets,
      header_names: row.headerNames,
      headers_ref: row.headersRef,
      is_ordered: row.isOrdered,
      status: row.status,
      disabled_reason: row.disabledReason,
      secrets: row.secrets,
      created_at: row.createdAt,
      changed_at: row.changedAt,
      told_from: row.toldFrom,
    }));
    await tx.query({
      name: 'write-webhook-endpoints',
      text: `insert into webhook_endpoints select * from json_populate_recordset(null::webhook_endpoints, $1::json) order by tenant_id, endpoint_id
        on conflict (tenant_id, endpoint_id) do update set
          name = excluded.name, url = excluded.url, events = excluded.events, accounts = excluded.accounts, assets = excluded.assets,
          header_names = excluded.header_names, headers_ref = excluded.headers_ref, is_ordered = excluded.is_ordered, status = excluded.status,
          disabled_reason = excluded.disabled_reason, secrets = excluded.secrets, changed_at = excluded.changed_at,
          told_from = excluded.told_from`,
      values: [JSON.stringify(records)],
    });
  },
};

const foldRow = (before: EndpointRow, event: EndpointEvent, bookedAt: string): EndpointRow => {
  switch (event.type) {
    case 'WebhookEndpointCreated': {
      const { secret, ...terms } = event.data;
      const at = { createdAt: bookedAt, changedAt: bookedAt, toldFrom: bookedAt };
      const first = { status: 'active', disabledReason: null, ...at } as const;
      return { ...rowOf(terms), ...first, secrets: [stored(secret, bookedAt)] };
    }
    case 'WebhookEndpointChanged':
      return { ...before, ...rowOf(event.data) };
    case 'WebhookEndpointPaused':
      return { ...before, status: 'paused' };
    case 'WebhookEndpointResumed':
      // Nothing was kept for one that had been given up, so it is told from now on; after a pause nothing is missing.
      return {
        ...before,
        status: 'active',
        disabledReason: null,
        ...(before.status === 'disabled' ? { toldFrom: bookedAt } : {}),
      };
    case 'WebhookEndpointDisabled':
      return { ...before, status: 'disabled', disabledReason: event.data.reason };
    case 'WebhookEndpointDeleted':
      return { ...before, status: 'deleted', secrets: [], headersRef: null, headerNames: [] };
    case 'WebhookSecretRotated': {
      const { secret, previousValidUntil } = event.data;
      return {
        ...before,
        secrets: [stored(secret, bookedAt), ...stillValid(before.secrets, bookedAt, previousValidUntil)],
      };
    }
    case 'WebhookResendRequested':
    case 'WebhookDeliveryRequeued':
    case 'WebhookTestRequested':
      return before;
    default:
      return unreachable(event);
  }
};

const rowOf = ({ headers, ...terms }: Terms): Omit<Terms, 'headers'> & { readonly headersRef: string | null } => ({
  name: terms.name,
  url: terms.url,
  events: terms.events,
  accounts: terms.accounts,
  assets: terms.assets,
  headerNames: terms.headerNames,
  isOrdered: terms.isOrdered,
  headersRef: headers?.ref ?? null,
});

const stored = ({ secretId, sealed }: Secret, createdAt: string): StoredSecret => ({
  secretId,
  ref: sealed.ref,
  createdAt,
});
