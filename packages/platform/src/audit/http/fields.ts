import { z } from 'zod';

/** Where the routes of the audit log stand in the documentation. */
export const tag = 'Audit';

/** Bytes on the wire. */
export const hex = z.string().regex(/^[0-9a-f]*$/);

/** A signed head as it is answered. */
export const headSchema = z
  .object({
    tenant: z.string(),
    epoch: z.string().describe('Which restore of the database the log belongs to.'),
    size: z.number().int().describe('Events of the log.'),
    root: hex.describe('Root of the Merkle tree over their hashes (RFC 9162 with SHA3-512).'),
    timestamp: z.string().describe('UTC instant with milliseconds.'),
    keyId: z.string(),
    signature: hex.describe(
      'Ed25519 over the RFC 8785 text of the other members and `"kind":"finaegis.audit.head.v1"`.',
    ),
  })
  .describe('A signed tree head.');

/** What leads from a leaf or a head to another head. */
export const proofSchema = z.array(hex).describe('Hashes from the leaf upwards (RFC 9162, section 2.1).');
