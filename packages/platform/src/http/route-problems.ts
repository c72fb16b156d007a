import { ZodObject, type ZodType } from 'zod';

import { type CommonProblem, provingProblems } from './common-problems.ts';
import type { Route } from './route.ts';

/** Problems the server itself raises before, around or after any handler. */
const always: readonly CommonProblem[] = [
  'malformed_request',
  'validation_failed',
  'text_not_storable',
  'headers_too_large',
  'request_timeout',
  'rate_limited',
  'overloaded',
  'internal_fault',
];
const authenticated: readonly CommonProblem[] = [
  'unauthenticated',
  'key_expired',
  'key_revoked',
  'session_ended',
  'token_over',
  'address_not_allowed',
  'permission_missing',
];

/** Whatever takes an idempotency key is a command. */
const commands: readonly string[] = [
  ...Object.keys(provingProblems),
  'approval_needed',
  'idempotency_key_reused',
  'check_refused',
  'checks_unavailable',
];

const has = (schema: ZodType | undefined, field: string): boolean =>
  schema instanceof ZodObject && field in schema.shape;

/** Every problem code a route may answer: its own, and those that follow from what it is. */
export const problemsOf = (route: Route): string[] => {
  const { body, file, query } = route.request;
  const takesBody = body !== undefined || file !== undefined;
  const isRead = route.method === 'GET';
  const implied: (string | false)[] = [
    ...always,
    ...(route.permission === 'public' ? [] : authenticated),
    isRead ? 'deadline_exceeded' : 'outcome_unknown',
    body !== undefined && 'malformed_json',
    !isRead && 'body_too_large',
    takesBody && 'unsupported_media_type',
    takesBody && 'unsupported_encoding',
    route.idempotency === 'required' && 'idempotency_key_required',
    ...(route.idempotency === 'none' ? [] : commands),
    isRead && route.permission !== 'public' && 'view_behind',
    (has(query, 'cursor') || (isRead && route.permission !== 'public')) && 'position_unknown',
  ];
  return [...new Set([...implied.filter((code) => code !== false), ...route.problems])];
};
