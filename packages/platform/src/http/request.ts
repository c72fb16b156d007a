import { type ZodType, z } from 'zod';

import type { Origin } from '../approval/asked.ts';
import type { Principal } from '../auth/principal.ts';
import type { GivenProof } from '../proof/step-up.ts';
import { fieldErrors } from './field-errors.ts';
import { fingerprintOf, readIdempotencyKey } from './idempotency.ts';
import { parseJsonBody, refuseUnstorable } from './json-body.ts';
import { type FieldError, ProblemError } from './problem.ts';
import type { ApiRequest, Route } from './route.ts';

/** A request as it came, before anything in it was believed. */
export type ReceivedRequest = {
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** The query as it was written, without its question mark. */
  readonly search?: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly bytes: Buffer | undefined;
  readonly ip: string;
  readonly id: string;
  readonly principal: Principal;
  readonly signal: AbortSignal;
  readonly draining?: AbortSignal;
  readonly deadlineMs: number;
};

const nothing = z.strictObject({});
const positionPattern = /^[\x21-\x7e]{1,200}$/;

/**
 * Turns what was received into what the route's handler is promised.
 *
 * @throws ProblemError with every wrong field of parameters, query and body named at once
 */
export const readRequest = (route: Route, received: ReceivedRequest): ApiRequest => {
  const { params: paramsSchema, query: querySchema, body: bodySchema, file } = route.request;
  refuseBrokenEscapes(received.search);
  const { dryRun, query: asked } = readDryRun(route, received.query);
  const errors: FieldError[] = [];
  // A dry run writes nothing, so it must not use the key up either.
  const key = dryRun ? undefined : readIdempotencyKey(route, received.headers['idempotency-key'], errors);
  const sent = readBody(route, received);
  refuseUnstorable(received.params, '/params');
  refuseUnstorable(asked, '/query');

  const params = check(paramsSchema ?? nothing, received.params, '/params', errors);
  const query = check(querySchema ?? nothing, asked, '/query', errors);
  const body = bodySchema === undefined ? undefined : check(bodySchema, sent, '/body', errors);
  const position = readPosition(received.headers['finaegis-position'], errors);
  const stepUp = readStepUp(received.headers['finaegis-step-up'], errors);
  if (errors.length > 0) throw new ProblemError('validation_failed', { errors });

  return {
    params: paramsSchema === undefined ? undefined : params,
    query: querySchema === undefined ? undefined : query,
    body: file === undefined ? body : undefined,
    ...(received.bytes === undefined ? {} : { rawBody: received.bytes }),
    headers: received.headers,
    ip: received.ip,
    principal: received.principal,
    tenantId: received.principal.tenantId,
    requestId: received.id,
    ...(key === undefined
      ? {}
      : {
          idempotency: {
            key,
            fingerprint: fingerprintOf(route, {
              params: received.params,
              query: asked,
              body: sent,
              rawBody: received.bytes,
            }),
          },
        }),
    dryRun,
    // A file is not kept to be asked again.
    ...(file === undefined ? { origin: originOf(route, { params: received.params, query: asked, body: sent }) } : {}),
    ...(position === undefined ? {} : { position }),
    ...(stepUp === undefined ? {} : { stepUp }),
    // Not spread: reading the signal makes it, and most handlers never do.
    get signal() {
      return received.signal;
    },
    ...(received.draining === undefined ? {} : { draining: received.draining }),
    deadlineMs: received.deadlineMs,
  };
};

/** Whoever reads such a query makes of it what he likes, and whoever looked at it before us made something else. */
const refuseBrokenEscapes = (search: string | undefined): void => {
  if (search === undefined || !search.includes('%')) return;
  try {
    decodeURIComponent(search);
  } catch (cause) {
    const message = 'must be percent-encoded UTF-8 (RFC 3986, section 2.1)';
    throw new ProblemError(
      'validation_failed',
      { errors: [{ field: '/query', code: 'wrong_format', message }] },
      { cause },
    );
  }
};

const originOf = (
  { operationId, permission }: Route,
  { body, ...sent }: { readonly params: Origin['params']; readonly query: Origin['query']; readonly body: unknown },
): Origin => ({ operationId, permission, ...sent, ...(body === undefined ? {} : { body }) });

const readDryRun = (
  route: Route,
  query: ReceivedRequest['query'],
): { dryRun: boolean; query: ReceivedRequest['query'] } => {
  const { dryRun, ...rest } = query;
  // A route that cannot try would book; then the field is one nobody declared, and is refused with the others.
  if (route.supportsDryRun !== true || dryRun === undefined) return { dryRun: false, query };
  if (dryRun !== 'true' && dryRun !== 'false') {
    throw new ProblemError('validation_failed', {
      errors: [{ field: '/query/dryRun', code: 'not_allowed', message: 'must be true or false' }],
    });
  }
  return { dryRun: dryRun === 'true', query: rest };
};

const readBody = (route: Route, { bytes, headers }: ReceivedRequest): unknown => {
  const { body, file, takesForm = false } = route.request;
  const isEmpty = bytes === undefined || bytes.length === 0;
  if (body === undefined && file === undefined) {
    // Clients that cannot send nothing send an empty object.
    if (isEmpty || bytes.toString('latin1').trim() === '{}') return undefined;
    throw new ProblemError('validation_failed', {
      errors: [{ field: '/body', code: 'unknown_field', message: 'this request has no body' }],
    });
  }
  const type = isEmpty ? '' : requireReadable(headers, file?.contentTypes ?? [json, ...(takesForm ? [form] : [])]);
  if (file !== undefined) {
    if (isEmpty)
      throw new ProblemError('validation_failed', {
        errors: [{ field: '/body', code: 'required', message: 'is required' }],
      });
    return undefined;
  }
  if (isEmpty) return undefined;
  return type === form ? readForm(bytes) : parseJsonBody(bytes);
};

const json = 'application/json';
const form = 'application/x-www-form-urlencoded';

const readForm = (bytes: Buffer): unknown => {
  const fields = [...new URLSearchParams(bytes.toString('utf8'))];
  const twice = fields.find(([name], index) => fields.findIndex(([other]) => other === name) !== index);
  // Which of two would count is a matter of taste, and tastes differ between us and whatever looked at the request before us.
  if (twice !== undefined)
    throw new ProblemError('validation_failed', {
      errors: [{ field: `/body/${twice[0]}`, code: 'not_allowed', message: 'must be there once' }],
    });
  const body = Object.fromEntries(fields);
  refuseUnstorable(body, '/body');
  return body;
};

/** Bodies are read as they come: inflating what a stranger sent would let a small request become a large one. */
const requireReadable = (headers: ReceivedRequest['headers'], accepted: readonly string[]): string => {
  const encoding = headers['content-encoding']?.trim().toLowerCase();
  if (encoding !== undefined && encoding !== '' && encoding !== 'identity')
    throw new ProblemError('unsupported_encoding', {
      errors: [{ field: '/headers/content-encoding', code: 'not_allowed', message: 'must be absent' }],
      headers: { 'accept-encoding': 'identity' },
    });
  const mediaType = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType === undefined || !accepted.includes(mediaType))
    throw new ProblemError('unsupported_media_type', {
      facts: { accepted },
      errors: [{ field: '/headers/content-type', code: 'not_allowed', message: `must be ${accepted.join(' or ')}` }],
    });
  return mediaType;
};

const readPosition = (header: string | undefined, errors: FieldError[]): string | undefined => {
  if (header !== undefined && !positionPattern.test(header)) {
    errors.push({
      field: '/headers/finaegis-position',
      code: 'wrong_format',
      message: 'must be a position this API has answered',
    });
  }
  return header;
};

const readStepUp = (header: string | undefined, errors: FieldError[]): GivenProof | undefined => {
  if (header === undefined) return undefined;
  const [, challenge, code] = /^([0-9a-f]{64}) ([0-9]{6}|[0-9A-Za-z-]{16,40})$/.exec(header) ?? [];
  if (challenge !== undefined && code !== undefined) return { challenge, code };
  errors.push({
    field: '/headers/finaegis-step-up',
    code: 'wrong_format',
    message: 'must be a challenge this API has answered, a space, and a code',
  });
  return undefined;
};

const check = (schema: ZodType, value: unknown, root: string, errors: FieldError[]): unknown => {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  errors.push(...fieldErrors(result.error.issues, root));
  return undefined;
};
