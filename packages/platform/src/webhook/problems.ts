import { defineProblems, type Problem } from '../http/problem.ts';
import type { EndpointRefusal } from './endpoint/endpoint.ts';

/** How refusals about webhook endpoints are told over HTTP. */
export const webhookProblems = defineProblems({
  webhook_endpoint_unknown: { status: 404, title: 'There is no such webhook endpoint', offender: 'endpointId' },
  webhook_endpoint_deleted: {
    status: 409,
    title: 'The webhook endpoint is deleted',
    description: 'It stays deleted; create another one.',
    offender: 'endpointId',
  },
  webhook_endpoint_exists_with_different_content: {
    status: 409,
    title: 'The webhook endpoint exists with different content',
    offender: 'endpointId',
  },
  event_type_unknown: {
    status: 422,
    title: 'Nothing of the kind is published',
    description: '`filter` lets no type pass that there is; `GET /v1/event-types` lists them.',
    offender: 'filter',
  },
  webhook_endpoint_disabled: {
    status: 409,
    title: 'The webhook endpoint is disabled',
    description: 'Nothing is sent to it anyway; resume it when its receiver is well again.',
    offender: 'endpointId',
  },
  resend_time_empty: {
    status: 422,
    title: 'The time to send again is empty',
    description: '`since` is not before `until`, which is at most now.',
    offender: 'since',
  },
  webhook_secrets_too_many: {
    status: 409,
    title: 'Too many secrets are valid at once',
    description: 'Rotate without a time of grace, or wait until an older secret has ended.',
  },
  webhook_url_not_allowed: {
    status: 422,
    title: 'Nothing is sent to this address',
    description:
      'It must be `https`, without a name and password, and on the public network; `reason` says which of these it is not.',
    offender: 'url',
  },
} satisfies Record<EndpointRefusal['code'] | 'webhook_url_not_allowed', Problem>);
