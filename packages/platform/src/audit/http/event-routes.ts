import { toHex } from '@finaegis/kernel/hash';
import { z } from 'zod';
import { type CursorScope, decodeCursor, pageOf, pageQuery, pageSchema } from '../../http/cursor.ts';
import { ProblemError } from '../../http/problem.ts';
import { defineRoute, type Route } from '../../http/route.ts';
import { read, type Services } from '../../services.ts';
import { readHeadsDown } from '../heads-table.ts';
import { type Sights, sightOf } from '../sight.ts';
import { readInclusionProof } from '../tree-proofs.ts';
import { headSchema, hex, proofSchema, tag } from './fields.ts';

interface EventRow {
  readonly id: string;
  readonly seq: bigint;
  readonly version: number;
  readonly context: string;
  readonly type: string;
  readonly booked_at: string;
  readonly hash: Buffer;
  readonly envelope: string;
}

const columns = 'id, seq, version, context, type, booked_at, hash, envelope';
const place = z.string().describe('Place in the log, from 1. It is leaf seq − 1 of the tree.');
const hash = hex.describe('SHA3-512 of the event’s text; the content of the leaf.');
const common = { tag, permission: 'audit:read', rateClass: 'read', idempotency: 'none' } as const;

/** Events and their proofs: all for staff; for customers those its contexts let it see. */
export const eventRoutes = (services: Services, sights: Sights): readonly Route[] => [
  listRoute(services, sights),
  proofRoute(services, sights),
];

const listRoute = (services: Services, sights: Sights): Route =>
  defineRoute({
    ...common,
    method: 'GET',
    path: '/v1/audit/events',
    operationId: 'listEvents',
    summary: 'List the events of one stream, oldest first, to ask for their proofs',
    description:
      'A stream is named as its context’s documentation says, `journal:{journalId}` of `ledger` for example. A customer finds those it may see; a stream that has none and one that is not there are answered alike.',
    request: {
      query: z.strictObject({
        ...pageQuery,
        context: z
          .string()
          .regex(/^[a-z][a-z_]{0,30}$/, 'must be the name of a context')
          .meta({ examples: ['ledger'] }),
        stream: z
          .string()
          .min(1)
          .max(200)
          .meta({ examples: ['journal:0190a000-0000-7000-8000-000000000001'] }),
      }),
    },
    responses: {
      200: {
        description: 'A page of events.',
        schema: pageSchema(z.object({ eventId: z.string(), seq: place, type: z.string(), bookedAt: z.string(), hash })),
      },
    },
    problems: [],
    handle: async ({ principal, tenantId, query: { limit, cursor, context, stream } }) => {
      const scope: CursorScope = { list: `events/${context}/${stream}`, epoch: services.positions.epoch };
      const [after] = cursor === undefined ? [0] : decodeCursor(cursor, scope, z.tuple([z.number().int()]));
      const { rows } = await read(services, tenantId, (tx) =>
        tx.query<EventRow>({
          name: 'audit-events-of-stream',
          text: `select ${columns} from events
            where tenant_id = $1 and context = $2 and stream = $3 and version > $4 order by version limit $5`,
          values: [tenantId, context, stream, after, limit + 1],
        }),
      );
      const seen = await sightOf({ catalogue: () => services.catalogue, sights }, principal, rows);
      const visible = new Set(rows.filter((_, index) => seen[index] !== 'nothing'));
      const page = pageOf(rows, { limit, scope, positionOf: ({ version }) => [version], show: (row) => row });
      const items = page.items.filter((row) => visible.has(row));
      // Of a stream it may not see a customer is not even told that it goes on.
      const next = visible.size === 0 || page.nextCursor === undefined ? {} : { nextCursor: page.nextCursor };
      return { status: 200, body: { items: items.map(shown), ...next } };
    },
  });

const shown = (row: EventRow) => ({
  eventId: row.id,
  seq: row.seq.toString(),
  type: row.type,
  bookedAt: row.booked_at,
  hash: toHex(row.hash),
});

const proofRoute = (services: Services, sights: Sights): Route =>
  defineRoute({
    ...common,
    method: 'GET',
    path: '/v1/audit/events/:eventId/proof',
    operationId: 'proveEvent',
    summary: 'Show an event as it was hashed, and that a signed head stands on it',
    description:
      'Personal values are not in the text: it holds references and commitments. A customer is given proofs of events on accounts it holds a mandate on; without the text where that says more than its side of it (another party’s lines, or for whom it was done), so that the bank is bound to a text it may have to disclose.',
    request: { params: z.strictObject({ eventId: z.uuid() }) },
    responses: {
      200: {
        description: 'The event, the newest head, and what leads from one to the other.',
        schema: z.object({
          seq: place,
          hash,
          envelope: z
            .string()
            .optional()
            .describe(
              'RFC 8785 text of the event; its SHA3-512 is `hash`. Absent for a customer whom only a part of it concerns.',
            ),
          head: headSchema,
          proof: proofSchema,
        }),
      },
    },
    problems: ['not_found', 'event_not_sealed'],
    handle: async ({ principal, tenantId, params }) => {
      const { rows } = await read(services, tenantId, (tx) =>
        tx.query<EventRow>({
          name: 'audit-event',
          text: `select ${columns} from events where tenant_id = $1 and id = $2`,
          values: [tenantId, params.eventId],
        }),
      );
      const [sight] = await sightOf({ catalogue: () => services.catalogue, sights }, principal, rows);
      const [event] = rows;
      // Whoever may not see it is not told that it is there, sealed or not.
      if (event === undefined || sight === 'nothing')
        throw new ProblemError('not_found', { about: { sought: params.eventId } });
      const { head, proof } = await read(services, tenantId, async (tx) => {
        const [newest] = await readHeadsDown(tx, { tenantId, limit: 1 });
        if (newest === undefined || event.seq > BigInt(newest.size))
          throw new ProblemError('event_not_sealed', { headers: { 'Retry-After': '1' } });
        const index = Number(event.seq) - 1;
        return { head: newest, proof: await readInclusionProof(tx, { tenantId, index, size: newest.size }) };
      });
      const text = sight === 'whole' ? { envelope: event.envelope } : {};
      return { status: 200, body: { seq: event.seq.toString(), hash: toHex(event.hash), ...text, head, proof } };
    },
  });
