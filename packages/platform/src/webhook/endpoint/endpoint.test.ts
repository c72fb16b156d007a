import { describe, expect, it } from 'vitest';
import { passes } from '../../published/event-filter.ts';
import {
  changeEndpoint,
  createEndpoint,
  deleteEndpoint,
  disableEndpoint,
  type Endpoint,
  endpointAggregate,
  pauseEndpoint,
  requeueDelivery,
  resendSince,
  resumeEndpoint,
  rotateSecret,
  sendTest,
} from './endpoint.ts';
import { endpointTerms } from './terms.ts';

const endpointId = '0190a000-0000-7000-8000-000000000001';
const now = '2026-03-02T12:00:00.000Z';
const facts = { now, published: ['payment.payment.settled', 'payment.refund.completed', 'ledger.hold.placed'] };
const sealedText = (commitment: string) => ({
  ref: '0190a000-0000-7000-8000-000000000100',
  commitment,
  ciphertext: 'AA==',
});
const secretOf = (number: number) => ({
  secretId: `0190a000-0000-7000-8000-00000000020${number}`,
  sealed: sealedText(`secret ${number}`),
});
const terms = {
  name: 'books',
  url: 'https://example.com/hook',
  events: ['payment.*'],
  accounts: [],
  assets: [],
  headerNames: ['x-key'],
  headers: sealedText('headers'),
  isOrdered: false,
};
const command = { endpointId, ...terms, secret: secretOf(1) };
type Outcome = ReturnType<typeof createEndpoint>;

const eventsOf = (outcome: Outcome) => (outcome.accepted ? outcome.events : []);
const after = (state: Endpoint, outcome: Outcome, bookedAt = now): Endpoint =>
  eventsOf(outcome).reduce(
    (its, event) => endpointAggregate.evolve(its, { ...event, meta: { bookedAt } } as never),
    state,
  );
const created = after(endpointAggregate.initial, createEndpoint(endpointAggregate.initial, command, facts));
const paused = after(created, pauseEndpoint(created, { endpointId }));
const disabled = after(created, disableEndpoint(created, { endpointId, reason: 'failing', failingSince: now }));
const deleted = after(created, deleteEndpoint(created, { endpointId }));
const typesOf = (outcome: Outcome) => eventsOf(outcome).map(({ type }) => type);
const repeat = { accepted: true, events: [] };

describe('creating an endpoint', () => {
  it('records its terms, and of secrets and headers only where they lie', () => {
    const events = eventsOf(createEndpoint(endpointAggregate.initial, command, facts));
    expect(events).toMatchObject([{ type: 'WebhookEndpointCreated', data: { url: terms.url } }]);
    expect(JSON.stringify(events)).not.toContain('ciphertext');
  });

  it('twice with the same terms changes nothing, whatever the secret; with others it is refused', () => {
    expect(createEndpoint(created, { ...command, secret: secretOf(2) }, facts)).toEqual(repeat);
    expect(createEndpoint(created, { ...command, headers: sealedText('other') }, facts)).toEqual({
      accepted: false,
      rejection: { code: 'webhook_endpoint_exists_with_different_content', endpointId },
    });
  });

  it('is refused for a filter that lets nothing pass', () => {
    expect(createEndpoint(endpointAggregate.initial, { ...command, events: ['*', 'paiment.*'] }, facts)).toEqual({
      accepted: false,
      rejection: { code: 'event_type_unknown', filter: 'paiment.*' },
    });
  });
});

describe('changing an endpoint', () => {
  it('replaces what is named and keeps the rest, headers too', () => {
    const [event] = eventsOf(changeEndpoint(created, { endpointId, url: 'https://example.com/other' }, facts));
    expect(event).toMatchObject({
      type: 'WebhookEndpointChanged',
      data: { url: 'https://example.com/other', headerNames: ['x-key'], headers: { commitment: 'headers' } },
    });
  });

  it('removes headers where none are named, and the same terms change nothing', () => {
    const [event] = eventsOf(changeEndpoint(created, { endpointId, headerNames: [] }, facts));
    expect(event?.data).toMatchObject({ headerNames: [] });
    expect(event?.data).not.toHaveProperty('headers');
    expect(changeEndpoint(created, { endpointId, url: terms.url }, facts)).toEqual(repeat);
    expect(changeEndpoint(created, { endpointId, events: ['x.*'] }, facts)).toMatchObject({
      rejection: { code: 'event_type_unknown' },
    });
  });
});

describe('the life of an endpoint', () => {
  it('goes from one status to the next, each asked for twice changes nothing', () => {
    expect(typesOf(pauseEndpoint(created, { endpointId }))).toEqual(['WebhookEndpointPaused']);
    expect(pauseEndpoint(paused, { endpointId })).toEqual(repeat);
    expect(typesOf(resumeEndpoint(paused, { endpointId }))).toEqual(['WebhookEndpointResumed']);
    expect(typesOf(resumeEndpoint(disabled, { endpointId }))).toEqual(['WebhookEndpointResumed']);
    expect(resumeEndpoint(created, { endpointId })).toEqual(repeat);
    expect(typesOf(deleteEndpoint(disabled, { endpointId }))).toEqual(['WebhookEndpointDeleted']);
    expect(deleteEndpoint(deleted, { endpointId })).toEqual(repeat);
  });

  it('is not ended by the sender when a person has paused it', () => {
    expect(typesOf(disableEndpoint(created, { endpointId, reason: 'gone' }))).toEqual(['WebhookEndpointDisabled']);
    expect(disableEndpoint(paused, { endpointId, reason: 'failing' })).toEqual(repeat);
    expect(pauseEndpoint(disabled, { endpointId })).toEqual({
      accepted: false,
      rejection: { code: 'webhook_endpoint_disabled', endpointId },
    });
  });

  it.each([
    ['changed', () => changeEndpoint(deleted, { endpointId }, facts)],
    ['paused', () => pauseEndpoint(deleted, { endpointId })],
    ['resumed', () => resumeEndpoint(deleted, { endpointId })],
    ['given a secret', () => rotateSecret(deleted, { endpointId, secret: secretOf(2), graceSeconds: 0 }, { now })],
    ['created', () => createEndpoint(deleted, command, facts)],
  ])('is not %s once it is deleted', (_, decide) => {
    expect(decide()).toEqual({ accepted: false, rejection: { code: 'webhook_endpoint_deleted', endpointId } });
  });

  it('is not there before it is created', () => {
    const { initial } = endpointAggregate;
    for (const outcome of [
      pauseEndpoint(initial, { endpointId }),
      deleteEndpoint(initial, { endpointId }),
      changeEndpoint(initial, { endpointId }, facts),
    ])
      expect(outcome).toEqual({ accepted: false, rejection: { code: 'webhook_endpoint_unknown', endpointId } });
  });
});

describe('rotating a secret', () => {
  const rotate = (state: Endpoint, number: number, graceSeconds: number, at = now) =>
    rotateSecret(state, { endpointId, secret: secretOf(number), graceSeconds }, { now: at });

  it('lets those before it go on for the time of grace, and no longer than they were to', () => {
    const once = after(created, rotate(created, 2, 3_600));
    expect(typesOf(rotate(created, 2, 3_600))).toEqual(['WebhookSecretRotated']);
    expect(once).toMatchObject({ secrets: [{}, { validUntil: '2026-03-02T13:00:00.000Z' }] });
    const twice = after(once, rotate(once, 3, 7_200));
    expect(twice).toMatchObject({
      secrets: [{}, { validUntil: '2026-03-02T14:00:00.000Z' }, { validUntil: '2026-03-02T13:00:00.000Z' }],
    });
    const later = '2026-03-02T13:30:00.000Z';
    expect(after(twice, rotate(twice, 4, 7_200, later), later)).toMatchObject({ secrets: [{}, {}, {}] });
    expect(after(twice, rotate(twice, 4, 0))).toMatchObject({ secrets: [{ secretId: secretOf(4).secretId }] });
  });

  it('is refused when five would still be valid beside the new one', () => {
    let state = created;
    for (const number of [2, 3, 4, 5]) state = after(state, rotate(state, number, 3_600));
    expect(rotate(state, 6, 3_600)).toEqual({
      accepted: false,
      rejection: { code: 'webhook_secrets_too_many', endpointId, valid: 5 },
    });
    expect(rotate(state, 6, 0).accepted).toBe(true);
  });
});

describe('sending again', () => {
  const resendId = '0190a000-0000-7000-8000-000000000003';
  const since = '2026-03-01T00:00:00.000Z';

  it('is of a time that is over, up to now', () => {
    expect(eventsOf(resendSince(created, { endpointId, resendId, since }, { now }))).toMatchObject([
      { type: 'WebhookResendRequested', data: { since, until: now } },
    ]);
    const until = '2026-03-04T00:00:00.000Z';
    expect(eventsOf(resendSince(created, { endpointId, resendId, since, until }, { now }))).toMatchObject([
      { data: { until: now } },
    ]);
    expect(resendSince(created, { endpointId, resendId, since: now }, { now })).toEqual({
      accepted: false,
      rejection: { code: 'resend_time_empty', since: now, until: now },
    });
  });

  it('of one delivery, and a test of what is published, are recorded and change nothing of the endpoint', () => {
    const requeued = requeueDelivery(created, { endpointId, deliveryId: resendId });
    expect(typesOf(requeued)).toEqual(['WebhookDeliveryRequeued']);
    expect(after(created, requeued)).toEqual(created);
    const test = { endpointId, testId: resendId, deliveryId: resendId, type: 'ledger.hold.placed' };
    expect(typesOf(sendTest(created, test, facts))).toEqual(['WebhookTestRequested']);
    expect(sendTest(created, { ...test, type: 'ledger.*' }, facts)).toMatchObject({
      rejection: { code: 'event_type_unknown', filter: 'ledger.*' },
    });
  });

  it('is refused for an endpoint that was given up', () => {
    for (const outcome of [
      resendSince(disabled, { endpointId, resendId, since }, { now }),
      requeueDelivery(disabled, { endpointId, deliveryId: resendId }),
    ])
      expect(outcome).toEqual({ accepted: false, rejection: { code: 'webhook_endpoint_disabled', endpointId } });
  });
});

it('an event of another kind stops the fold', () => {
  expect(() => endpointAggregate.evolve(created, { type: 'WebhookPolished', data: {} } as never)).toThrow(
    'Unreachable',
  );
});

describe('filters', () => {
  it.each([
    ['*', 'payment.refund.completed', true],
    ['payment.*', 'payment.refund.completed', true],
    ['payment.*', 'payments.refund.completed', false],
    ['payment.refund.*', 'payment.refund.completed', true],
    ['payment.refund.*', 'payment.refundable.completed', false],
    ['payment.refund.completed', 'payment.refund.completed', true],
    ['payment.refund.completed', 'payment.refund.completed_late', false],
  ])('%s and %s: %s', (filter, name, isPassed) => {
    expect(passes(filter, name)).toBe(isPassed);
  });

  it.each([['payment'], ['*.refund'], ['payment.**'], ['Payment.*'], ['']])('%j is none', (filter) => {
    expect(endpointTerms.events.safeParse([filter]).success).toBe(false);
  });

  it.each([['webhook-id'], ['host'], ['Content-Type'], ['transfer-encoding'], ['user-agent'], ['x\r\ny']])(
    'a header %j is not the client’s to set',
    (name) => {
      expect(endpointTerms.headers.safeParse({ [name]: 'x' }).success).toBe(false);
    },
  );

  it('a header may not smuggle a line', () => {
    expect(endpointTerms.headers.safeParse({ 'x-key': 'a\r\nb: c' }).success).toBe(false);
    expect(endpointTerms.headers.safeParse({ authorization: 'Bearer a' }).success).toBe(true);
  });
});
