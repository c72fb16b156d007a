import type { SignedTreeHead } from '@finaegis/kernel/tree-head';
import { z } from 'zod';
import { platformTenantId } from '../../auth/principal.ts';
import type { Transaction } from '../../database/transaction.ts';
import { wholeNumber } from '../../http/amount.ts';
import { type CursorScope, decodeCursor, pageOf, pageQuery, pageSchema } from '../../http/cursor.ts';
import { ProblemError } from '../../http/problem.ts';
import { defineRoute, type Route } from '../../http/route.ts';
import { read, type Services } from '../../services.ts';
import { readAuditKeys, readHeadsDown, readHeadsUp } from '../heads-table.ts';
import type { Sights } from '../sight.ts';
import { readConsistencyProof } from '../tree-proofs.ts';
import { eventRoutes } from './event-routes.ts';
import { headSchema, hex, proofSchema, tag } from './fields.ts';

const instant = z.string().describe('UTC instant with milliseconds.');
const treeSize = wholeNumber(0, Number.MAX_SAFE_INTEGER);

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

/** The routes of the audit log. */
export const auditRoutes = (services: Services, sights: Sights): readonly Route[] => [
  headsRoute(services),
  ...eventRoutes(services, sights),
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
