import { canonicalJson } from '@finaegis/kernel/canonical-json';
import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { defineAggregate } from '../../event-store/aggregate.ts';
import type { NewEvent } from '../../event-store/event.ts';
import type { PersonalRef } from '../../event-store/personal-ref.ts';
import { passes } from '../../published/event-filter.ts';
import { endpointEvents } from './events.ts';
import type { ChangeEndpoint, CreateEndpoint, DisableEndpoint, Requeue, Resend, RotateSecret, Test } from './terms.ts';

/** What an endpoint is told of, and how. */
export interface Terms {
  readonly name: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly accounts: readonly string[];
  readonly assets: readonly string[];
  readonly headerNames: readonly string[];
  readonly headers?: PersonalRef | undefined;
  readonly isOrdered: boolean;
}

/** A secret that messages are signed with; where it lies, and until when it signs beside a newer one. */
export interface Secret {
  readonly secretId: string;
  readonly sealed: PersonalRef;
  readonly validUntil?: string | undefined;
}

/** What a decision needs to know of an endpoint. */
export type Endpoint =
  | { readonly status: 'absent' }
  | {
      readonly status: 'active' | 'paused' | 'disabled' | 'deleted';
      readonly terms: Terms;
      /** The newest first. */
      readonly secrets: readonly Secret[];
    };

/** Why a command about an endpoint is refused, in order of precedence. */
export type EndpointRefusal =
  | { readonly code: 'webhook_endpoint_unknown'; readonly endpointId: string }
  | { readonly code: 'webhook_endpoint_deleted'; readonly endpointId: string }
  | { readonly code: 'webhook_endpoint_exists_with_different_content'; readonly endpointId: string }
  | { readonly code: 'event_type_unknown'; readonly filter: string }
  | { readonly code: 'webhook_endpoint_disabled'; readonly endpointId: string }
  | { readonly code: 'resend_time_empty'; readonly since: string; readonly until: string }
  | { readonly code: 'webhook_secrets_too_many'; readonly endpointId: string; readonly valid: number };

/** An endpoint's life, one stream each. */
export const endpointAggregate = defineAggregate({
  context: 'webhook',
  name: 'webhook-endpoint',
  initial: { status: 'absent' } as Endpoint,
  events: endpointEvents,
  evolve: (state, event): Endpoint => {
    switch (event.type) {
      case 'WebhookEndpointCreated': {
        const { endpointId: _, secret, ...terms } = event.data;
        return { status: 'active', terms, secrets: [secret] };
      }
      case 'WebhookEndpointChanged': {
        const { endpointId: _, ...terms } = event.data;
        return { ...existing(state), terms };
      }
      case 'WebhookEndpointPaused':
        return { ...existing(state), status: 'paused' };
      case 'WebhookEndpointResumed':
        return { ...existing(state), status: 'active' };
      case 'WebhookEndpointDisabled':
        return { ...existing(state), status: 'disabled' };
      case 'WebhookEndpointDeleted':
        return { ...existing(state), status: 'deleted', secrets: [] };
      case 'WebhookSecretRotated': {
        const { secret, previousValidUntil } = event.data;
        const its = existing(state);
        return { ...its, secrets: [secret, ...stillValid(its.secrets, event.meta.bookedAt, previousValidUntil)] };
      }
      // What is to be sent again changes nothing of the endpoint itself.
      case 'WebhookResendRequested':
      case 'WebhookDeliveryRequeued':
      case 'WebhookTestRequested':
        return existing(state);
      default:
        return unreachable(event);
    }
  },
});

const existing = (state: Endpoint): Exclude<Endpoint, { status: 'absent' }> => {
  if (state.status === 'absent') throw new Error('An endpoint that was never created cannot change.');
  return state;
};

/** Secrets that go on signing beside a new one: none of them longer than it was to, none longer than is granted now. */
export const stillValid = <Its extends { readonly validUntil?: string | undefined }>(
  secrets: readonly Its[],
  now: string,
  previousValidUntil: string | undefined,
): readonly Its[] =>
  previousValidUntil === undefined
    ? []
    : secrets
        .filter(({ validUntil }) => validUntil === undefined || validUntil > now)
        .map((secret) => ({
          ...secret,
          validUntil:
            secret.validUntil === undefined || secret.validUntil > previousValidUntil
              ? previousValidUntil
              : secret.validUntil,
        }));

type Outcome = Decision<NewEvent, EndpointRefusal>;
type Facts = { readonly now: string; readonly published: readonly string[] };

const secretsMax = 5;

// Equal values of one endpoint have equal commitments, so headers are compared without being read.
const said = ({ headers, ...terms }: Terms): string =>
  canonicalJson({ ...terms, headers: headers?.commitment ?? null } as never);

const termsOf = ({ headers, ...terms }: Omit<CreateEndpoint, 'endpointId' | 'secret'>): Terms => ({
  ...terms,
  ...(headers === undefined ? {} : { headers: { ref: headers.ref, commitment: headers.commitment } }),
});

/** Terms with what is named in their place; headers belong to their names. */
const changed = (terms: Terms, { headers, ...named }: Omit<ChangeEndpoint, 'endpointId'>): Terms => {
  const { headers: before, ...others } = terms;
  const kept = named.headerNames === undefined ? before : headers;
  const given = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
  return {
    ...others,
    ...given,
    ...(kept === undefined ? {} : { headers: { ref: kept.ref, commitment: kept.commitment } }),
  };
};

const refOf = ({ secretId, sealed: { ref, commitment } }: CreateEndpoint['secret']) => ({
  secretId,
  sealed: { ref, commitment },
});

const unknownFilter = (events: readonly string[], published: readonly string[]): string | undefined =>
  events.find((filter) => !published.some((name) => passes(filter, name)));

/**
 * Creates an endpoint. Asked twice with the same terms it is there already; the secret of the first time stays.
 * @param facts `published`: every type there is
 */
export const createEndpoint = (
  state: Endpoint,
  { endpointId, secret, ...content }: CreateEndpoint,
  { published }: Facts,
): Outcome => {
  const terms = termsOf(content);
  if (state.status === 'deleted') return reject({ code: 'webhook_endpoint_deleted', endpointId });
  if (state.status !== 'absent')
    return said(state.terms) === said(terms)
      ? accept()
      : reject({ code: 'webhook_endpoint_exists_with_different_content', endpointId });
  const filter = unknownFilter(terms.events, published);
  if (filter !== undefined) return reject({ code: 'event_type_unknown', filter });
  return accept(
    endpointAggregate.record(endpointId, 'WebhookEndpointCreated', { endpointId, ...terms, secret: refOf(secret) }),
  );
};

const living = (
  state: Endpoint,
  endpointId: string,
  decide: (its: Exclude<Endpoint, { status: 'absent' }>) => Outcome,
): Outcome => {
  if (state.status === 'absent') return reject({ code: 'webhook_endpoint_unknown', endpointId });
  return state.status === 'deleted' ? reject({ code: 'webhook_endpoint_deleted', endpointId }) : decide(state);
};

/** Replaces what is named of the terms; the same again is a repeat. */
export const changeEndpoint = (
  state: Endpoint,
  { endpointId, ...content }: ChangeEndpoint,
  { published }: Facts,
): Outcome =>
  living(state, endpointId, (its) => {
    const terms = changed(its.terms, content);
    if (said(its.terms) === said(terms)) return accept();
    const filter = unknownFilter(terms.events, published);
    if (filter !== undefined) return reject({ code: 'event_type_unknown', filter });
    return accept(endpointAggregate.record(endpointId, 'WebhookEndpointChanged', { endpointId, ...terms }));
  });

type OfEndpoint = { readonly endpointId: string };

/** Stops sending; what happens meanwhile is kept. */
export const pauseEndpoint = (state: Endpoint, { endpointId }: OfEndpoint): Outcome =>
  living(state, endpointId, ({ status }) => {
    if (status === 'disabled') return reject({ code: 'webhook_endpoint_disabled', endpointId });
    return status === 'paused'
      ? accept()
      : accept(endpointAggregate.record(endpointId, 'WebhookEndpointPaused', { endpointId }));
  });

/** Sends again, after a pause or after it had been disabled. */
export const resumeEndpoint = (state: Endpoint, { endpointId }: OfEndpoint): Outcome =>
  living(state, endpointId, ({ status }) =>
    status === 'active'
      ? accept()
      : accept(endpointAggregate.record(endpointId, 'WebhookEndpointResumed', { endpointId })),
  );

/** Gives an endpoint up that takes nothing; what a person paused or deleted meanwhile stays as it is. */
export const disableEndpoint = (state: Endpoint, { endpointId, ...why }: DisableEndpoint): Outcome =>
  living(state, endpointId, ({ status }) =>
    status === 'active'
      ? accept(endpointAggregate.record(endpointId, 'WebhookEndpointDisabled', { endpointId, ...why }))
      : accept(),
  );

/** Removes an endpoint for ever; asked twice it is gone already. */
export const deleteEndpoint = (state: Endpoint, { endpointId }: OfEndpoint): Outcome => {
  if (state.status === 'absent') return reject({ code: 'webhook_endpoint_unknown', endpointId });
  return state.status === 'deleted'
    ? accept()
    : accept(endpointAggregate.record(endpointId, 'WebhookEndpointDeleted', { endpointId }));
};

/** Signs with one secret more; those before it go on for `graceSeconds`. */
export const rotateSecret = (
  state: Endpoint,
  { endpointId, secret, graceSeconds }: RotateSecret,
  { now }: Pick<Facts, 'now'>,
): Outcome =>
  living(state, endpointId, ({ secrets }) => {
    if (secrets.some(({ secretId }) => secretId === secret.secretId)) return accept();
    const grace =
      graceSeconds === 0 ? {} : { previousValidUntil: new Date(Date.parse(now) + graceSeconds * 1_000).toISOString() };
    const valid = stillValid(secrets, now, grace.previousValidUntil).length;
    if (valid >= secretsMax) return reject({ code: 'webhook_secrets_too_many', endpointId, valid });
    return accept(
      endpointAggregate.record(endpointId, 'WebhookSecretRotated', { endpointId, secret: refOf(secret), ...grace }),
    );
  });

/** One that was given up takes nothing, neither again nor for a test. */
const undisabled = (state: Endpoint, endpointId: string, decide: () => Outcome): Outcome =>
  living(state, endpointId, ({ status }) =>
    status === 'disabled' ? reject({ code: 'webhook_endpoint_disabled', endpointId }) : decide(),
  );

/** Sends again what was booked from `since` until before `until`, which is now unless told. */
export const resendSince = (
  state: Endpoint,
  { endpointId, resendId, since, until: wanted }: Resend,
  { now }: Pick<Facts, 'now'>,
): Outcome =>
  undisabled(state, endpointId, () => {
    const until = wanted === undefined || wanted > now ? now : wanted;
    if (since >= until) return reject({ code: 'resend_time_empty', since, until });
    return accept(
      endpointAggregate.record(endpointId, 'WebhookResendRequested', { endpointId, resendId, since, until }),
    );
  });

/** Makes one delivery again. */
export const requeueDelivery = (state: Endpoint, data: Requeue): Outcome =>
  undisabled(state, data.endpointId, () =>
    accept(endpointAggregate.record(data.endpointId, 'WebhookDeliveryRequeued', data)),
  );

/** Sends the sample of a type, whatever the filters. */
export const sendTest = (state: Endpoint, data: Test, { published }: Pick<Facts, 'published'>): Outcome =>
  undisabled(state, data.endpointId, () =>
    published.includes(data.type)
      ? accept(endpointAggregate.record(data.endpointId, 'WebhookTestRequested', data))
      : reject({ code: 'event_type_unknown', filter: data.type }),
  );
