import { describe, expect, it } from 'vitest';
import { events, said, sealed, stateAfter } from '../fixtures/paper-payment.ts';
import {
  endWebhook,
  inboxAggregate,
  isMessage,
  messageKeyOf,
  receiveWebhook,
  refuseWebhook,
  replayWebhook,
} from './inbox-message.ts';

const key = messageKeyOf('acme', 'm-1');
const received = {
  key,
  provider: 'acme',
  messageId: 'm-1',
  type: 'known',
  body: sealed('{}'),
  digest: 'ab'.repeat(32),
  sizeBytes: 2,
};
const unknown = inboxAggregate.initial;
const kept = events(receiveWebhook(unknown, received));
const state = stateAfter(inboxAggregate, kept);
const doneEvents = [...kept, ...events(endWebhook(state, { key, replay: 0, outcome: 'processed' }))];
const done = stateAfter(inboxAggregate, doneEvents);

describe('a message of a provider', () => {
  it('is kept once', () => {
    expect(said(receiveWebhook(unknown, received))).toBe('WebhookReceived');
    expect(said(receiveWebhook(state, received))).toBe('');
    expect(said(receiveWebhook(done, received))).toBe('');
  });

  it('ends once for each time it is worked on', () => {
    expect(said(endWebhook(state, { key, replay: 0, outcome: 'ignored' }))).toBe('WebhookProcessed');
    expect(said(endWebhook(state, { key, replay: 0, code: 'attempts_exhausted' }))).toBe('WebhookFailed');
    expect(said(endWebhook(done, { key, replay: 0, code: 'attempts_exhausted' }))).toBe('');
    expect(said(endWebhook(unknown, { key, replay: 0, outcome: 'ignored' }))).toBe('webhook_message_unknown');
    const replayed = stateAfter(inboxAggregate, [...doneEvents, ...events(replayWebhook(done, key))]);
    // What the first time comes to say late is not about the second.
    expect(said(endWebhook(replayed, { key, replay: 0, outcome: 'processed' }))).toBe('');
    expect(said(endWebhook(replayed, { key, replay: 1, outcome: 'processed' }))).toBe('WebhookProcessed');
  });

  it('is replayed when it is not under way', () => {
    expect(said(replayWebhook(state, key))).toBe('webhook_message_under_way');
    expect(said(replayWebhook(done, key))).toBe('WebhookReplayed');
    expect(said(replayWebhook(unknown, key))).toBe('webhook_message_unknown');
  });

  it('that was refused is none, and is noted once', () => {
    const data = { key: 'k', provider: 'acme', reason: 'signature_wrong' };
    const refused = events(refuseWebhook(unknown, data));
    const after = stateAfter(inboxAggregate, refused);
    expect(said(refuseWebhook(unknown, data))).toBe('WebhookRefused');
    expect(said(refuseWebhook(after, data))).toBe('');
    expect(isMessage(after)).toBe(false);
    expect(said(replayWebhook(after, 'k'))).toBe('webhook_message_unknown');
  });
});

describe('a message from its arrival to its end', () => {
  const at = '2025-01-30T10:00:00.000Z';
  const arrived = () => stateAfter(inboxAggregate, events(receiveWebhook(unknown, received)));
  const ended = (end: Parameters<typeof endWebhook>[1]) =>
    stateAfter(inboxAggregate, [...kept, ...events(endWebhook(arrived(), end))]);

  it('is kept as it came', () => {
    expect(arrived()).toEqual({ ...received, status: 'received', receivedAt: at, replays: 0 });
  });

  it('says how it was worked on, or why it was not', () => {
    const [processed] = events(endWebhook(arrived(), { key, replay: 0, outcome: 'ignored' }));
    expect(processed).toMatchObject({ type: 'WebhookProcessed', data: { key, replay: 0, outcome: 'ignored' } });
    expect(ended({ key, replay: 0, outcome: 'ignored' })).toEqual({
      ...arrived(),
      status: 'ignored',
      failure: undefined,
    });
    const [failed] = events(endWebhook(arrived(), { key, replay: 0, code: 'attempts_exhausted' }));
    expect(failed).toMatchObject({ type: 'WebhookFailed', data: { key, replay: 0, code: 'attempts_exhausted' } });
    const lost = ended({ key, replay: 0, code: 'attempts_exhausted' });
    expect(lost).toEqual({ ...arrived(), status: 'failed', failure: 'attempts_exhausted' });
    expect(events(replayWebhook(lost, key))[0]).toMatchObject({ data: { key, replay: 1 } });
    expect(endWebhook(unknown, { key, replay: 0, outcome: 'ignored' })).toMatchObject({ rejection: { key } });
    expect(replayWebhook(arrived(), key)).toMatchObject({ rejection: { key } });
    expect(() => inboxAggregate.evolve(arrived(), { type: 'WebhookEaten', data: {}, meta: {} } as never)).toThrow(
      'Unreachable',
    );
  });
});
