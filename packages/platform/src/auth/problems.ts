import { defineProblems, type Problem } from '../http/problem.ts';
import type { ApiKeyRefusal } from './api-key/api-key.ts';
import type { RoleRefusal } from './role/role.ts';
import type { SessionRefusal } from './session/session.ts';

// What is not in the body at all, such as the scopes of a key that is rotated, the asking key does not hold.
const askingKey = '/headers/authorization';

/** How refusals about API keys and roles are told over HTTP. */
export const authProblems = defineProblems({
  api_key_unknown: { status: 404, title: 'There is no such API key', offender: 'keyId' },
  api_key_exists_with_different_content: { status: 409, title: 'The API key exists with different content' },
  api_key_is_revoked: {
    status: 409,
    title: 'The API key is revoked',
    description: 'A revoked key stays revoked; create a new one.',
    offender: 'keyId',
  },
  scope_unknown: {
    status: 422,
    title: 'There is no such scope',
    description:
      'Nothing asks for it, so it would grant nothing. `known` lists those there are; `*` after the colon means all of a context, `*:read` every read.',
    offender: 'scope',
  },
  scope_not_held: {
    status: 403,
    title: 'A key cannot give a scope it does not hold',
    description: '`scope` is the first one the asking key does not hold itself.',
    offender: 'scope',
    otherwise: askingKey,
  },
  acting_for_not_held: {
    status: 403,
    title: 'A key that acts for a party cannot act for another one',
    description: 'It can only make and rotate keys of the same party.',
    field: 'actingFor',
    otherwise: askingKey,
  },
  acting_for_unknown: {
    status: 422,
    title: 'There is no such party to act for',
    offender: 'actingFor',
  },
  grants_missing: {
    status: 422,
    title: 'A key needs scopes or roles',
    description: 'Without either it would open nothing.',
    field: 'scopes',
  },
  role_unknown: {
    status: 422,
    title: 'There is no such role',
    description: 'It is not there, or it is retired.',
    offender: 'role',
  },
  role_needs_party: {
    status: 422,
    title: 'The role is for those who act for a party',
    description: 'What it allows is bounded by mandates, which bind nobody who acts for the tenant. Send `actingFor`.',
    offender: 'role',
  },
  role_is_built_in: {
    status: 409,
    title: 'The role is one that every tenant has',
    description: 'It cannot be changed or retired; define another one under a name of your own.',
    offender: 'role',
  },
  unmasked_not_held: {
    status: 403,
    title: 'Who is not shown personal values cannot give a sight of them',
    description: 'Give roles that hide them only.',
    otherwise: askingKey,
  },
  token_makes_no_key: {
    status: 403,
    title: 'An access token makes no keys',
    description: 'It would outlive itself by them. Ask with the key itself, or as a user.',
  },
  session_unknown: { status: 404, title: 'There is no such session', offender: 'sessionId' },
  expiry_in_past: {
    status: 422,
    title: 'The expiry is not in the future',
    description: '`now` is the instant at which it was judged.',
    offender: 'expiresAt',
  },
} satisfies Record<(ApiKeyRefusal | RoleRefusal | SessionRefusal)['code'] | 'token_makes_no_key', Problem>);
