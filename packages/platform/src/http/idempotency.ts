import { createHash } from 'node:crypto';

import { canonicalJson } from '@finaegis/kernel/canonical-json';

import { ProblemError } from './problem.ts';
import type { Idempotency, Route } from './route.ts';

/** What may be a key: visible characters, no space (Node joins a repeated header with `, `, and two keys are no key). */
const keyPattern = /^[\x21-\x7e]{1,255}$/;

/**
 * Reads the request's idempotency key and fingerprints what was asked under it.
 *
 * @param asked parameters and body as received, before defaults, so that the fingerprint survives a change of defaults
 * @throws ProblemError idempotency_key_required, or validation_failed for a key that is not 1–255 visible ASCII characters
 */
export const readIdempotency = (
  route: Route,
  header: string | undefined,
  asked: { readonly params: unknown; readonly body: unknown; readonly rawBody: Buffer | undefined },
): Idempotency | undefined => {
  if (route.idempotency === 'none') return undefined;
  if (header === undefined) {
    if (route.idempotency === 'required') throw new ProblemError('idempotency_key_required');
    return undefined;
  }
  if (!keyPattern.test(header)) {
    const message = 'must be 1 to 255 visible ASCII characters without spaces, sent once';
    throw new ProblemError('validation_failed', { errors: [{ field: '/headers/idempotency-key', code: 'wrong_format', message }] });
  }
  return { key: header, fingerprint: fingerprint(route, asked) };
};

const fingerprint = (route: Route, { params, body, rawBody }: { params: unknown; body: unknown; rawBody: Buffer | undefined }): string => {
  const hash = createHash('sha256').update(`${route.method} ${route.path}\n`);
  hash.update(canonicalJson(route.request.file === undefined ? { params, body: body ?? null } : { params }));
  // A file has no canonical form; its bytes are what was asked.
  if (route.request.file !== undefined && rawBody !== undefined) hash.update('\n').update(rawBody);
  return hash.digest('hex');
};
