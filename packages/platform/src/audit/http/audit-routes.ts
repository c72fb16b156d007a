import type { SignedTreeHead } from '@finaegis/kernel/tree-head';
import { z } from 'zod';
import { requireStaff } from '../../auth/access.ts';
import { platformTenantId } from '../../auth/principal.ts';
import type { Transaction } from '../../database/transaction.ts';
import { type CursorScope, decodeCursor, pageOf, pageQuery, pageSchema } from '../../http/cursor.ts';
import { ProblemError } from '../../http/problem.ts';
import { defineRoute, type Route } from '../../http/route.ts';
import { read, type Services } from '../../services.ts';
import { readAuditKeys, readHeadsDown, readHeadsUp } from '../heads-table.ts';
import { readConsistencyProof, readInclusionProof } from '../tree-proofs.ts';

const tag = 'Audit';
const hex = z.string().regex(/^[0-9a-f]*$/);
const instant = z.string().describe('UTC instant with milliseconds.');
const treeSize = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const headSchema = z
  .object({
    tenant: z.string(),
    epoch: z.string().describe('Which restore of the database the log belongs to.'),
    size: z.number().int().describe('Events of the log.'),
    root: hex.describe('Root of the Merkle tree over their hashes (RFC 9162 with SHA3-512).'),
    timestamp: instant,
    keyId: z.string(),
    signature: hex.describe(
      'Ed25519 over the RFC 8785 text of the other members and `"kind":"finaegis.audit.head.v1"`.',
    ),
  })
  .describe('A signed tree head.');
const keySchema = z.object({
  number: z.number().int(),
  keyId: z.string().describe('First 16 digits of the SHA3-256 of the public key.'),
  publicKey: hex,
  validFrom: instant,
  retiredAt: instant.optional().describe('When the next key took over; absent for the key in use.'),
  announcedBy: z.string().describe('Key that signed this announcement: the one before it, or itself for the first.'),
  signature: hex.describe(
    'Ed25519 over the RFC 8785 text of number, keyId, publicKey, validFrom, announcedBy and `"kind":"finaegis.audit.key.v1"`.',
  ),
});
const proofSchema = z.array(hex).describe('Hashes from the leaf upwards (RFC 9162, section 2.1).');

/** The routes of the audit log. */
export const auditRoutes = (services: Services): readonly Route[] => [
  headsRoute(services),
  eventProofRoute(services),
  consistencyRoute(services),
];

const headsRoute = (services: Services): Route =>
  defineRoute({
    method: 'GET',
    path: '/v1/audit/heads',
    operationId: 'listTreeHeads',
    summary: 'List the signed tree heads, newest first, and the keys that sign them',
    description: 'Keep a head: with a consistency proof it shows later that nothing before it was changed.',
    tag,
    permission: 'audit:read',
    rateClass: 'read',
    idempotency: 'none',
    request: { query: z.strictObject(pageQuery) },
    responses: {
      200: {
        description: 'A page of heads.',
        schema: pageSchema(headSchema).extend({ keys: z.array(keySchema).describe('All keys, oldest first.') }),
      },
    },
    problems: [],
    handle: async ({ tenantId, query: { limit, cursor } }) => {
      const scope: CursorScope = { list: 'tree-heads', epoch: services.positions.epoch };
      const [before] = cursor === undefined ? [] : decodeCursor(cursor, scope, z.tuple([z.number().int()]));
      const [heads, keys] = await Promise.all([
        read(services, tenantId, (tx) => readHeadsDown(tx, { tenantId, before, limit: limit + 1 })),
        read(services, platformTenantId, readAuditKeys),
      ]);
      const shown = keys.map((key, index) => {
        const retiredAt = keys[index + 1]?.validFrom;
        return retiredAt === undefined ? key : { ...key, retiredAt };
      });
      const page = pageOf(heads, { limit, scope, positionOf: ({ size }) => [size], show: (head) => head });
      return { status: 200, body: { ...page, keys: shown } };
    },
  });

const eventProofRoute = (services: Services): Route =>
  defineRoute({
    method: 'GET',
    path: '/v1/audit/events/:eventId/proof',
    operationId: 'proveEvent',
    summary: 'Show an event as it was hashed, and that a signed head stands on it',
    description: 'Personal values are not in the text: it holds references and commitments.',
    tag,
    permission: 'audit:read',
    rateClass: 'read',
    idempotency: 'none',
    request: { params: z.strictObject({ eventId: z.uuid() }) },
    responses: {
      200: {
        description: 'The event, the newest head, and what leads from one to the other.',
        schema: z.object({
          seq: z.string().describe('Place in the log, from 1. It is leaf seq − 1 of the tree.'),
          envelope: z.string().describe('RFC 8785 text of the event; its SHA3-512 is the content of the leaf.'),
          head: headSchema,
          proof: proofSchema,
        }),
      },
    },
    problems: ['staff_only', 'not_found', 'event_not_sealed'],
    handle: async ({ principal, tenantId, params }) => {
      requireStaff(principal);
      const body = await read(services, tenantId, async (tx) => {
        const [{ rows }, heads] = await Promise.all([
          tx.query<{ seq: bigint; envelope: string }>({
            name: 'audit-event',
            text: 'select seq, envelope from events where tenant_id = $1 and id = $2',
            values: [tenantId, params.eventId],
          }),
          readHeadsDown(tx, { tenantId, limit: 1 }),
        ]);
        const [[event], [head]] = [rows, heads];
        if (event === undefined) throw new ProblemError('not_found');
        if (head === undefined || event.seq > BigInt(head.size))
          throw new ProblemError('event_not_sealed', { headers: { 'Retry-After': '1' } });
        const proof = await readInclusionProof(tx, { tenantId, index: Number(event.seq) - 1, size: head.size });
        return { seq: event.seq.toString(), envelope: event.envelope, head, proof };
      });
      return { status: 200, body };
    },
  });

const consistencyRoute = (services: Services): Route =>
  defineRoute({
    method: 'GET',
    path: '/v1/audit/consistency',
    operationId: 'proveConsistency',
    summary: 'Show that one head’s log is the beginning of another’s',
    tag,
    permission: 'audit:read',
    rateClass: 'read',
    idempotency: 'none',
    request: {
      query: z
        .strictObject({
          from: treeSize.describe('Size of the older head.'),
          to: treeSize.describe('Size of the newer head.'),
        })
        .refine(({ from, to }) => from <= to, { path: ['to'], message: 'must not be smaller than from' }),
    },
    responses: {
      200: {
        description: 'Both heads and what connects them.',
        schema: z.object({ from: headSchema, to: headSchema, proof: proofSchema }),
      },
    },
    problems: ['tree_head_unknown'],
    handle: async ({ tenantId, query }) => {
      const body = await read(services, tenantId, async (tx) => {
        const [from, to] = await Promise.all([
          headOfSize(tx, tenantId, query.from),
          headOfSize(tx, tenantId, query.to),
        ]);
        return { from, to, proof: await readConsistencyProof(tx, { tenantId, from: from.size, to: to.size }) };
      });
      return { status: 200, body };
    },
  });

const headOfSize = async (tx: Transaction, tenantId: string, size: number): Promise<SignedTreeHead> => {
  const [head] = await readHeadsUp(tx, { tenantId, after: size - 1, limit: 1 });
  if (head?.size !== size) throw new ProblemError('tree_head_unknown', { facts: { size } });
  return head;
};
