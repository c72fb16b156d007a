import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { z } from 'zod';
import { defineAggregate } from '../../event-store/aggregate.ts';
import type { NewEvent } from '../../event-store/event.ts';
import { sessionEvents } from './events.ts';

/** What a decision needs to know of a session. */
export type Session = { readonly status: 'absent' } | { readonly status: 'open' | 'revoked'; readonly userId: string };

/** Why a command about a session is refused. A session of somebody else is as unknown as one that is not there. */
export type SessionRefusal = { readonly code: 'session_unknown'; readonly sessionId: string };

/** How long a session lasts at most, in milliseconds. */
export const sessionLifeMs = 12 * 60 * 60 * 1_000;

/** How long a session lasts that nobody uses, in milliseconds; its last use is known to ten seconds. */
export const sessionIdleMs = 30 * 60 * 1_000;

/** `{ sessionId, userId }`. */
export const revokeSessionSchema = z.strictObject({ sessionId: z.uuid(), userId: z.uuid() });
export type RevokeSession = z.output<typeof revokeSessionSchema>;

/** A session's life, one stream per session. */
export const sessionAggregate = defineAggregate({
  context: 'auth',
  name: 'session',
  initial: { status: 'absent' } as Session,
  events: sessionEvents,
  evolve: (state, event): Session => {
    switch (event.type) {
      case 'SessionOpened':
        return { status: 'open', userId: event.data.userId };
      case 'SessionRevoked':
        if (state.status === 'absent') throw new Error('A session that was never opened cannot be revoked.');
        return { ...state, status: 'revoked' };
      default:
        return unreachable(event);
    }
  },
});

/** What a login opens; for the context that knows users, which decides whether it does. */
export const openSession = (
  session: {
    readonly sessionId: string;
    readonly userId: string;
    readonly prefix: string;
    readonly secretHash: string;
  },
  { now }: { readonly now: string },
): NewEvent => {
  const expiresAt = new Date(Date.parse(now) + sessionLifeMs).toISOString();
  return sessionAggregate.record(session.sessionId, 'SessionOpened', { ...session, expiresAt });
};

/** Revokes a session of a user; already revoked is a repeat. */
export const revokeSession = (
  state: Session,
  { sessionId, userId }: RevokeSession,
): Decision<NewEvent, SessionRefusal> => {
  if (state.status === 'absent' || state.userId !== userId) return reject({ code: 'session_unknown', sessionId });
  return state.status === 'revoked'
    ? accept()
    : accept(sessionAggregate.record(sessionId, 'SessionRevoked', { sessionId, userId }));
};
