import { createHash } from 'node:crypto';

import { canonicalJson } from '@finaegis/kernel/canonical-json';

import { type FieldError, ProblemError } from './problem.ts';
import type { Route } from './route.ts';

/** What may be a key: visible characters, no space (Node joins a repeated header with `, `, and two keys are no key). */
const keyPattern = /^[\x21-\x7e]{1,255}$/;

/**
 * Reads the idempotency key of a request. A malformed one is added to `errors`, to be told with the other wrong fields.
 *
 * @throws ProblemError idempotency_key_required
 */
export const readIdempotencyKey = (
  route: Route,
  header: string | undefined,
  errors: FieldError[],
): string | undefined => {
  if (route.idempotency === 'none') return undefined;
  if (header === undefined) {
    if (route.idempotency === 'required') throw keyProblem('idempotency_key_required', 'is required');
    return undefined;
  }
  if (!keyPattern.test(header)) {
    errors.push({
      field: '/headers/idempotency-key',
      code: 'wrong_format',
      message: 'must be 1 to 255 visible ASCII characters without spaces, sent once',
    });
  }
  return header;
};

/** What was asked under a key: as received, before defaults, so that a fingerprint survives a change of defaults. */
export type Asked = {
  readonly params: unknown;
  /** Without `dryRun`, which never comes with a key. */
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  readonly rawBody: Buffer | undefined;
};

/** The hash by which a repeat is told from another request under the same key. */
export const fingerprintOf = (route: Route, { params, query, body, rawBody }: Asked): string => {
  const hash = createHash('sha256').update(`${route.method} ${route.path}\n`);
  const place = { params, ...(Object.keys(query).length === 0 ? {} : { query }) };
  if (route.request.file === undefined)
    return hash.update(canonicalJson({ ...place, body: body ?? null })).digest('hex');
  // A file has no canonical form; its bytes are what was asked.
  return hash
    .update(`${canonicalJson(place)}\n`)
    .update(rawBody ?? '')
    .digest('hex');
};

/** A problem about the key of a request. */
export const keyProblem = (code: string, message: string): ProblemError =>
  new ProblemError(code, { errors: [{ field: '/headers/idempotency-key', code, message }] });
