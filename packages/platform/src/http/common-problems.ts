import { defineProblems, type ProblemTable } from './problem.ts';

/** Problems of proving anew that it is whoever it says; any command of the API may answer them. */
const proving = defineProblems({
  step_up_needed: {
    status: 403,
    title: 'A fresh code is needed',
    description:
      'A policy wants whoever asks for this to prove anew that it is them. `preview` is what it would come to: show it. Then send the very same request again with the header `Finaegis-Step-Up: <challenge> <code>`, where the code is a new one of the authenticator, or a recovery code.',
  },
  step_up_impossible: {
    status: 403,
    title: 'A fresh code is needed, and this cannot carry one',
    description:
      'The request is more than the one command that a code is for, or a file. Ask for the commands one by one.',
  },
  step_up_for_other_content: {
    status: 403,
    title: 'The code is for another content',
    description: 'The challenge is not the one of this request as it was sent. The code has not been used.',
  },
  step_up_code_wrong: {
    status: 403,
    title: 'The code is wrong or used',
    description:
      'It is none of now, or was used before, for whatever it was. Wait for the next one, and ask under another Idempotency-Key.',
  },
  step_up_locked: {
    status: 403,
    title: 'Too many wrong codes',
    description:
      'After the fifth in a row none is taken until `lockedUntil`, and twice as long after each further one.',
  },
  second_factor_missing: {
    status: 403,
    title: 'The user has no second factor',
    description: 'This needs a fresh code; take up an authenticator at `/v1/me/second-factor` first.',
  },
});

/** The same, by code. */
export const provingProblems: ProblemTable = proving;

/** Problems that any route may answer; what a context adds stands in its own table. */
export const commonProblems = defineProblems({
  ...proving,
  malformed_request: {
    status: 400,
    title: 'The request cannot be read',
    description:
      'The request line, a header or the framing of the body breaks RFC 9112, or the path is not percent-encoded UTF-8 or has a step of over 200 characters.',
  },
  malformed_json: {
    status: 400,
    title: 'The body is not valid JSON',
    description:
      'The body must be one JSON text in UTF-8 (RFC 8259), nested no deeper than 32 levels. `position` is the offset of the first wrong character, where known.',
  },
  validation_failed: {
    status: 400,
    title: 'The request does not have the documented shape',
    description:
      '`errors` names each wrong field with a code and a sentence. Fields that are not documented are refused, so that a misspelt one is noticed.',
  },
  text_not_storable: {
    status: 400,
    title: 'A text contains characters that cannot be stored',
    description: 'U+0000 and lone surrogates are refused in every text. `errors` names the field.',
  },
  idempotency_key_required: {
    status: 400,
    title: 'This request needs an Idempotency-Key',
    description:
      'Send a header `Idempotency-Key` with a value of your own, such as a UUID, and the same one when you repeat the request.',
  },
  position_unknown: {
    status: 400,
    title: 'The position or cursor is not one of this log',
    description:
      'It was made by another list, or before the database was restored to an earlier point. Begin the list again without it.',
  },
  unauthenticated: {
    status: 401,
    title: 'The request is not authenticated',
    description: 'Send `Authorization: Bearer` with an API key of this installation, or the token of a session.',
  },
  key_expired: { status: 401, title: 'The API key has expired' },
  key_revoked: { status: 401, title: 'The API key has been revoked' },
  session_ended: {
    status: 401,
    title: 'The session is over',
    description: 'It expired, was not used for half an hour, or was ended; log in again.',
  },
  token_over: {
    status: 401,
    title: 'The access token is over',
    description: 'It expired, was taken back, or its key is no longer what it was; get another one.',
  },
  address_not_allowed: { status: 403, title: 'The API key may not be used from this address' },
  permission_missing: {
    status: 403,
    title: 'A permission is missing',
    description: '`permission` is the scope the key would need.',
  },
  approval_needed: {
    status: 403,
    title: 'A second person is needed, and this cannot wait for one',
    description:
      'A policy puts a command of this request under four eyes. The request is more than that one command, so it cannot be put aside; ask for the command by itself.',
  },
  staff_only: {
    status: 403,
    title: 'Only the bank itself may do this',
    description: 'A key that acts for a party may read what concerns that party.',
  },
  not_found: {
    status: 404,
    title: 'There is no such resource',
    description: 'It does not exist, or you may not know that it does.',
    offender: 'sought',
  },
  route_not_found: { status: 404, title: 'There is no such route' },
  method_not_allowed: {
    status: 405,
    title: 'The route does not answer this method',
    description: 'The `Allow` header names the methods it answers.',
  },
  request_timeout: {
    status: 408,
    title: 'The request arrived too slowly',
    description: 'Headers and body must arrive within the limits of this server. Nothing was done.',
  },
  body_too_large: {
    status: 413,
    title: 'The body is too large',
    description: '`bytesMax` is the limit. Split the work, or use a bulk route.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The media type of the body is not accepted here',
    description: '`accepted` lists the media types this route takes.',
  },
  unsupported_encoding: {
    status: 415,
    title: 'The body must not be compressed',
    description: 'Send it as it is, without `Content-Encoding` (RFC 9110 §8.4).',
  },
  check_refused: {
    status: 422,
    title: 'A check refused this booking',
    description: 'A rule that is asked before money moves said no; `reason` is its code. Nothing was booked.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'The Idempotency-Key was used for another request',
    description:
      'The key was used with another method, route or body in the last 30 days. Use a new key for a new request.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    description: 'Wait for the seconds in `Retry-After`. The `RateLimit` headers tell how much is left.',
  },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  internal_fault: {
    status: 500,
    title: 'Something failed on our side',
    description:
      'The fault is logged under the `instance` of this answer. A request under an Idempotency-Key may be repeated with the same key.',
  },
  overloaded: {
    status: 503,
    title: 'The server is overloaded',
    description: 'Nothing was done. Repeat after the seconds in `Retry-After`.',
  },
  view_behind: {
    status: 503,
    title: 'The view has not reached the position asked for',
    description: 'Repeat shortly, or ask without `Finaegis-Position` for what is there now.',
  },
  outcome_unknown: {
    status: 503,
    title: 'The outcome is not known yet',
    description:
      'The request may have been carried out. Repeat it with the same Idempotency-Key to learn the truth; never with a new one.',
  },
  checks_unavailable: {
    status: 503,
    title: 'A check that must precede this booking is unavailable',
    description: 'Nothing was booked. Repeat later.',
  },
  deadline_exceeded: {
    status: 504,
    title: 'The answer took too long',
    description: 'A read did not finish in time. Ask for less, or repeat.',
  },
});

/** Codes of the problems that belong to no context. */
export type CommonProblem = keyof typeof commonProblems;
