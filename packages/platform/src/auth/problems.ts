import { defineProblems, type Problem } from '../http/problem.ts';
import type { ApiKeyRefusal } from './api-key/api-key.ts';

/** How refusals about API keys are told over HTTP. */
export const authProblems = defineProblems({
  api_key_unknown: { status: 404, title: 'There is no such API key' },
  api_key_exists_with_different_content: { status: 409, title: 'The API key exists with different content' },
  api_key_is_revoked: {
    status: 409,
    title: 'The API key is revoked',
    description: 'A revoked key stays revoked; create a new one.',
  },
  scope_not_held: {
    status: 403,
    title: 'A key cannot give a scope it does not hold',
    description: '`scope` is the first one the asking key does not hold itself.',
  },
  acting_for_not_held: {
    status: 403,
    title: 'A key that acts for a party cannot act for another one',
    description: 'It can only make and rotate keys of the same party.',
  },
  expiry_in_past: {
    status: 422,
    title: 'The expiry is not in the future',
    description: '`now` is the instant at which it was judged.',
  },
} satisfies Record<ApiKeyRefusal['code'], Problem>);
