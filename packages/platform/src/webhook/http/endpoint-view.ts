import { z } from 'zod';
import type { EndpointRow } from '../endpoints-table.ts';

const instant = z.string().describe('UTC instant with milliseconds.');

/** An endpoint as it is answered; never with a secret, nor with the values of its headers. */
export const endpointResource = z
  .object({
    endpointId: z.string(),
    name: z.string(),
    url: z.string(),
    events: z.array(z.string()),
    accounts: z.array(z.string()),
    assets: z.array(z.string()),
    headerNames: z.array(z.string()).describe('Names of the headers sent with every request.'),
    isOrdered: z.boolean(),
    status: z.enum(['active', 'paused', 'disabled', 'deleted']),
    disabledReason: z
      .string()
      .optional()
      .describe('`failing`: nothing was taken for three days; `gone`: it answered 410.'),
    secrets: z
      .array(z.object({ secretId: z.string(), createdAt: instant, validUntil: instant.optional() }))
      .describe('What messages are signed with, the newest first; those with an end only until then.'),
    failing: z
      .object({
        since: instant,
        failures: z.number().int().describe('In a row.'),
        leftAloneUntil: instant.optional(),
      })
      .optional()
      .describe('Where nothing was taken lately; told by reads only.'),
    createdAt: instant,
    changedAt: instant,
  })
  .meta({ id: 'WebhookEndpoint' });

/** An endpoint as creation and rotation answer it. */
export const endpointWithSecret = endpointResource
  .extend({
    secret: z
      .string()
      .optional()
      .describe('The secret, `whsec_…`, shown this once. A repeat answers without it; who lost it rotates.'),
  })
  .meta({ id: 'WebhookEndpointWithSecret' });

export type EndpointView = z.output<typeof endpointResource>;

/** How an endpoint's receiver fares, where it fails. */
export interface Failing {
  readonly failures: number | null;
  readonly failingSince: string | null;
  readonly openUntil: string | null;
}

const showFailing = ({ failures = null, failingSince = null, openUntil = null }: Partial<Failing>) =>
  failures === null || failingSince === null
    ? {}
    : {
        failing: { since: failingSince, failures, ...(openUntil === null ? {} : { leftAloneUntil: openUntil }) },
      };

/** A row as it is answered. */
export const showEndpoint = (row: EndpointRow & { readonly endpointId: string } & Partial<Failing>): EndpointView => ({
  endpointId: row.endpointId,
  name: row.name,
  url: row.url,
  events: [...row.events],
  accounts: [...row.accounts],
  assets: [...row.assets],
  headerNames: [...row.headerNames],
  isOrdered: row.isOrdered,
  status: row.status,
  ...(row.disabledReason === null ? {} : { disabledReason: row.disabledReason }),
  secrets: row.secrets.map(({ secretId, createdAt, validUntil }) => ({
    secretId,
    createdAt,
    ...(validUntil === undefined ? {} : { validUntil }),
  })),
  ...showFailing(row),
  createdAt: row.createdAt,
  changedAt: row.changedAt,
});
