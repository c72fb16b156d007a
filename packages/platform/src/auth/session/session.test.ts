import { describe, expect, it } from 'vitest';
import { openSession, revokeSession, type Session, sessionAggregate } from './session.ts';

const now = '2026-03-01T12:00:00.000Z';
const sessionId = '0190a000-0000-7000-8000-000000000001';
const userId = '0190a000-0000-7000-8000-000000000002';
const event = openSession({ sessionId, userId, prefix: '0123456789ab', secretHash: 'a'.repeat(64) }, { now });
const open = sessionAggregate.evolve(sessionAggregate.initial, event as never);

describe('a session', () => {
  it('lasts twelve hours', () => {
    expect(event).toMatchObject({ context: 'auth', stream: `session:${sessionId}`, type: 'SessionOpened' });
    expect(event.data).toMatchObject({ sessionId, userId, expiresAt: '2026-03-02T00:00:00.000Z' });
  });

  it('is revoked once', () => {
    const decision = revokeSession(open, { sessionId, userId });
    expect(decision).toMatchObject({
      accepted: true,
      events: [{ type: 'SessionRevoked', data: { sessionId, userId } }],
    });
    const revoked: Session = { status: 'revoked', userId };
    expect(revokeSession(revoked, { sessionId, userId })).toEqual({ accepted: true, events: [] });
  });

  it('of another user is as unknown as one that is not there', () => {
    const rejection = { code: 'session_unknown', sessionId };
    expect(revokeSession(open, { sessionId, userId: sessionId })).toEqual({ accepted: false, rejection });
    expect(revokeSession(sessionAggregate.initial, { sessionId, userId })).toEqual({ accepted: false, rejection });
    expect(() => sessionAggregate.evolve(open, { type: 'SessionPolished', data: {} } as never)).toThrow('Unreachable');
  });
});
