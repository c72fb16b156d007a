import { describe, expect, it } from 'vitest';
import { loginAggregate } from '../login/login.ts';
import { logIn } from './log-in.ts';
import {
  acceptInvitation,
  changePassword,
  changeRoles,
  confirmFactor,
  endSessions,
  eraseUser,
  inviteUser,
  proposeFactor,
  reinviteUser,
  removeFactor,
  resumeUser,
  suspendUser,
  type User,
  type UserRoles,
  userAggregate,
} from './user.ts';

const userId = '0190a000-0000-7000-8000-000000000002';
const party = '0190a000-0000-7000-8000-0000000000aa';
const now = '2026-03-01T12:00:00.000Z';
const secretHash = 'a'.repeat(64);
const invitation = { prefix: '0123456789ab', secretHash, validUntil: '2026-03-08T12:00:00.000Z' };
const text = (ref: string) => ({ ref, commitment: `commitment of ${ref}`, ciphertext: '' });
const owner = { scopes: ['*'] };
const clerk = { scopes: ['ledger:read', 'identity:write'] };
const roles: UserRoles = new Map([
  ['operator', { scopes: ['ledger:transfer'], masksPersonalData: false, needsParty: false }],
  ['reader', { scopes: ['ledger:read'], masksPersonalData: false, needsParty: false }],
  ['customer', { scopes: ['ledger:read'], masksPersonalData: false, needsParty: true }],
]);
const facts = { roles, isPartyKnown: true };
const invite = { userId, email: text('email'), login: 'token', roles: ['operator'], invitation, grantor: owner };

type Decided = ReturnType<typeof suspendUser>;
const eventsOf = (decision: Decided): readonly { readonly type: string }[] =>
  decision.accepted ? decision.events.filter(({ stream }) => stream.startsWith('user:')) : [];
const after = (state: User, ...decisions: readonly Decided[]): User =>
  decisions.flatMap(eventsOf).reduce((folded, event) => userAggregate.evolve(folded, event as never), state);

const absent = userAggregate.initial;
const invited = after(absent, inviteUser(absent, loginAggregate.initial, invite, facts));
const active = after(invited, acceptInvitation(invited, { userId, secretHash, password: text('password') }, { now }));
const suspended = after(active, suspendUser(active, { userId, reason: 'left' }));
const proposed = after(active, proposeFactor(active, { userId, secret: text('factor') }));
const recoveryHashes = Array.from({ length: 10 }, (_, n) => `${n}`.repeat(64));
const confirm = { userId, secretRef: 'factor', step: 100, recoveryHashes };
const guarded = after(proposed, confirmFactor(proposed, confirm));

describe('inviting somebody', () => {
  it('claims the address, and keeps nothing of it but references and a token', () => {
    expect(inviteUser(absent, loginAggregate.initial, invite, facts)).toEqual({
      accepted: true,
      events: [
        {
          context: 'identity',
          stream: `user:${userId}`,
          type: 'UserInvited',
          schemaVersion: 1,
          data: {
            userId,
            email: { ref: 'email', commitment: 'commitment of email' },
            login: 'token',
            roles: ['operator'],
            invitation,
          },
        },
        {
          context: 'identity',
          stream: 'login:token',
          type: 'LoginClaimed',
          schemaVersion: 1,
          data: { login: 'token', userId },
        },
      ],
    });
    expect(inviteUser(invited, loginAggregate.initial, invite, facts)).toEqual({ accepted: true, events: [] });
  });

  it.each([
    [
      'another content under the same id',
      invited,
      undefined,
      { login: 'other' },
      { code: 'user_exists_with_different_content', userId },
    ],
    ['an address that is taken', absent, 'somebody', {}, { code: 'email_taken' }],
    ['a role that is not there', absent, undefined, { roles: ['boss'] }, { code: 'role_unknown', role: 'boss' }],
    [
      'a role that gives what the grantor lacks',
      absent,
      undefined,
      { grantor: clerk },
      { code: 'scope_not_held', scope: 'ledger:transfer' },
    ],
    [
      'a sight the grantor lacks',
      absent,
      undefined,
      { grantor: { scopes: ['*'], isMasked: true } },
      { code: 'unmasked_not_held' },
    ],
    [
      'another party by a customer',
      absent,
      undefined,
      { grantor: { scopes: ['*'], actingFor: party } },
      { code: 'acting_for_not_held' },
    ],
    [
      'a customer’s role without a customer',
      absent,
      undefined,
      { roles: ['customer'] },
      { code: 'role_needs_party', role: 'customer' },
    ],
  ] as const)('is refused for %s', (_, state, claimedBy, change, rejection) => {
    const login = { ...loginAggregate.initial, userId: claimedBy };
    expect(inviteUser(state, login, { ...invite, ...structuredClone(change) } as never, facts)).toEqual({
      accepted: false,
      rejection,
    });
  });

  it('for a party asks whether it is there', () => {
    const customer = { ...invite, roles: ['customer'], actingFor: party };
    expect(inviteUser(absent, loginAggregate.initial, customer, facts).accepted).toBe(true);
    expect(inviteUser(absent, loginAggregate.initial, customer, { ...facts, isPartyKnown: false })).toEqual({
      accepted: false,
      rejection: { code: 'acting_for_unknown', actingFor: party },
    });
  });
});

describe('an invitation', () => {
  const accept = { userId, secretHash, password: text('password') };

  it('is used once, and makes the user active', () => {
    expect(eventsOf(acceptInvitation(invited, accept, { now }))).toMatchObject([
      { type: 'UserPasswordSet', data: { by: 'invitation', password: { ref: 'password' } } },
    ]);
    expect(active).toMatchObject({ status: 'active', passwordRef: 'password', invitation: undefined });
    expect(acceptInvitation(active, accept, { now })).toEqual({
      accepted: false,
      rejection: { code: 'invitation_invalid' },
    });
  });

  it.each([
    ['with another secret', { secretHash: 'b'.repeat(64) }, now],
    ['at its end', {}, invitation.validUntil],
  ])('%s is told like any other that cannot be used', (_, change, at) => {
    expect(acceptInvitation(invited, { ...accept, ...change }, { now: at })).toEqual({
      accepted: false,
      rejection: { code: 'invitation_invalid' },
    });
  });

  it('made anew replaces the one before, and is only for whoever holds what the user holds', () => {
    const again = { userId, invitation: { ...invitation, secretHash: 'b'.repeat(64) }, grantor: owner };
    const decision = reinviteUser(invited, again, { roles });
    expect(eventsOf(decision)).toMatchObject([{ type: 'UserReinvited' }]);
    expect(acceptInvitation(after(invited, decision), accept, { now }).accepted).toBe(false);
    expect(reinviteUser(active, { ...again, grantor: clerk }, { roles })).toEqual({
      accepted: false,
      rejection: { code: 'scope_not_held', scope: 'ledger:transfer' },
    });
    expect(reinviteUser(after(invited, decision), again, { roles })).toEqual({ accepted: true, events: [] });
  });

  it('of a suspended user sets a password and lets nobody in', () => {
    const again = after(suspended, reinviteUser(suspended, { userId, invitation, grantor: owner }, { roles }));
    expect(after(again, acceptInvitation(again, accept, { now })).status).toBe('suspended');
  });
});

describe('a user', () => {
  it('that is not there is told as unknown by every command', () => {
    const unknown = { accepted: false, rejection: { code: 'user_unknown', userId } };
    for (const decision of [
      reinviteUser(absent, { userId, invitation, grantor: owner }, { roles }),
      changePassword(absent, { userId, password: text('p') }),
      changeRoles(absent, { userId, roles: ['reader'], grantor: owner }, { roles }),
      suspendUser(absent, { userId, reason: 'left' }),
      resumeUser(absent, { userId, grantor: owner }, { roles }),
      endSessions(absent, { userId }),
      proposeFactor(absent, { userId, secret: text('s') }),
      confirmFactor(absent, confirm),
      removeFactor(absent, { userId, grantor: owner }, { roles }),
    ])
      expect(decision).toEqual(unknown);
  });

  it('is given other roles by whoever holds them', () => {
    const change = { userId, roles: ['reader'], grantor: clerk };
    expect(eventsOf(changeRoles(active, change, { roles }))).toMatchObject([
      { type: 'UserRolesChanged', data: { roles: ['reader'] } },
    ]);
    expect(changeRoles(active, { ...change, roles: ['operator'] }, { roles })).toMatchObject({
      rejection: { code: 'scope_not_held' },
    });
    expect(changeRoles(active, { userId, roles: ['operator'], grantor: owner }, { roles })).toEqual({
      accepted: true,
      events: [],
    });
  });

  it('is suspended and resumed, to what it was', () => {
    expect(eventsOf(suspendUser(active, { userId, reason: 'left' }))).toMatchObject([
      { type: 'UserSuspended', data: { reason: 'left' } },
    ]);
    expect(suspended.status).toBe('suspended');
    expect(suspendUser(suspended, { userId, reason: 'left' })).toEqual({ accepted: true, events: [] });
    const resume = { userId, grantor: owner };
    expect(eventsOf(resumeUser(suspended, resume, { roles }))).toMatchObject([{ type: 'UserResumed' }]);
    expect(after(suspended, resumeUser(suspended, resume, { roles })).status).toBe('active');
    expect(resumeUser(active, resume, { roles })).toEqual({ accepted: true, events: [] });
    const never = after(invited, suspendUser(invited, { userId, reason: 'left' }));
    expect(after(never, resumeUser(never, resume, { roles })).status).toBe('invited');
    expect(resumeUser(suspended, { userId, grantor: clerk }, { roles }).accepted).toBe(false);
  });

  it('changes its password while it is active, and its sessions can be ended', () => {
    expect(eventsOf(changePassword(active, { userId, password: text('next') }))).toMatchObject([
      { type: 'UserPasswordSet', data: { by: 'user' } },
    ]);
    expect(changePassword(suspended, { userId, password: text('next') })).toEqual({
      accepted: false,
      rejection: { code: 'user_not_active', userId, status: 'suspended' },
    });
    expect(eventsOf(endSessions(active, { userId }))).toMatchObject([{ type: 'UserSessionsEnded' }]);
    expect(after(active, endSessions(active, { userId }))).toEqual(active);
  });
});

describe('a second factor', () => {
  it('counts once a code of the very secret that was proposed last is shown', () => {
    expect(eventsOf(proposeFactor(active, { userId, secret: text('factor') }))).toMatchObject([
      { type: 'SecondFactorProposed', data: { secret: { ref: 'factor' } } },
    ]);
    expect(guarded.secondFactor).toEqual({ secretRef: 'factor', lastStep: 100, recoveryHashes });
    expect(eventsOf(confirmFactor(proposed, confirm))).toMatchObject([{ type: 'SecondFactorConfirmed' }]);
    expect(confirmFactor(proposed, { ...confirm, secretRef: 'another' })).toMatchObject({
      rejection: { code: 'second_factor_not_proposed' },
    });
    expect(confirmFactor(proposed, { ...confirm, step: undefined })).toMatchObject({
      rejection: { code: 'second_factor_code_wrong' },
    });
  });

  it('in force is not replaced by whoever holds the session, only removed by whoever holds what the user holds', () => {
    expect(proposeFactor(guarded, { userId, secret: text('thief') })).toMatchObject({
      rejection: { code: 'second_factor_in_force' },
    });
    expect(confirmFactor(guarded, confirm)).toMatchObject({ rejection: { code: 'second_factor_in_force' } });
    expect(removeFactor(guarded, { userId, grantor: clerk }, { roles })).toMatchObject({
      rejection: { code: 'scope_not_held' },
    });
    const removal = removeFactor(guarded, { userId, grantor: owner }, { roles });
    expect(eventsOf(removal)).toMatchObject([{ type: 'SecondFactorRemoved' }]);
    expect(after(guarded, removal).secondFactor).toBeUndefined();
    expect(removeFactor(active, { userId, grantor: owner }, { roles })).toEqual({ accepted: true, events: [] });
  });
});

describe('logging in', () => {
  const session = { sessionId: userId, prefix: '0123456789ab', secretHash };
  const right = { login: 'token', userId, passwordRef: 'password', isPasswordRight: true, hasCode: false, session };
  const fresh = loginAggregate.initial;
  const typesOf = (decision: ReturnType<typeof logIn>): readonly string[] =>
    decision.accepted ? decision.events.map(({ type }) => type) : [decision.rejection.code];

  it('opens a session, and forgets failures', () => {
    expect(typesOf(logIn(fresh, active, right, { now }))).toEqual(['LoginSucceeded', 'SessionOpened']);
    expect(typesOf(logIn({ ...fresh, failures: 2 }, active, right, { now }))).toEqual([
      'LoginSucceeded',
      'SessionOpened',
      'LoginFailuresCleared',
    ]);
  });

  it.each([
    ['of nobody', absent, { userId: undefined }],
    ['with a wrong password', active, { isPasswordRight: false }],
    ['with a password that was changed since it was looked at', active, { passwordRef: 'older' }],
    ['of somebody suspended', suspended, {}],
    ['of somebody who never came', invited, {}],
    ['with a wrong code', guarded, { hasCode: true }],
    ['with a code of a step that was used', guarded, { hasCode: true, step: 100 }],
    ['with a code of a step before the one used', guarded, { hasCode: true, step: 99 }],
    ['with a recovery code of nobody', guarded, { hasCode: true, recoveryHash: 'f'.repeat(64) }],
  ])('%s fails, all alike', (_, user, change) => {
    expect(typesOf(logIn(fresh, user, { ...right, ...change } as never, { now }))).toEqual(['LoginFailed']);
  });

  it('while locked leaves nothing behind, right or wrong', () => {
    const locked = { ...fresh, failures: 5, lockedUntil: '2026-03-01T12:00:30.000Z' };
    expect(typesOf(logIn(locked, active, right, { now }))).toEqual(['login_failed']);
    expect(typesOf(logIn(locked, active, { ...right, isPasswordRight: false }, { now }))).toEqual(['login_failed']);
    expect(typesOf(logIn(locked, active, right, { now: '2026-03-01T12:00:30.000Z' }))).toContain('SessionOpened');
  });

  it('asks for a code where there is a factor, and takes each code and each recovery code once', () => {
    expect(typesOf(logIn(fresh, guarded, right, { now }))).toEqual(['second_factor_needed']);
    const withCode = { ...right, hasCode: true, step: 101 };
    const first = logIn(fresh, guarded, withCode, { now });
    expect(typesOf(first)).toEqual(['LoginSucceeded', 'SessionOpened']);
    expect(typesOf(logIn(fresh, after(guarded, first as never), withCode, { now }))).toEqual(['LoginFailed']);
    const withRecovery = { ...right, hasCode: true, recoveryHash: recoveryHashes[3] };
    const recovered = logIn(fresh, guarded, withRecovery, { now });
    expect(typesOf(recovered)).toEqual(['LoginSucceeded', 'SessionOpened']);
    const since = after(guarded, recovered as never);
    expect(since.secondFactor?.recoveryHashes).toHaveLength(9);
    expect(typesOf(logIn(fresh, since, withRecovery, { now }))).toEqual(['LoginFailed']);
  });
});

it('an event of another kind stops the fold', () => {
  expect(() => userAggregate.evolve(active, { type: 'UserPolished', data: {} } as never)).toThrow('Unreachable');
});

describe('an erased user', () => {
  const invited = after(
    userAggregate.initial,
    inviteUser(userAggregate.initial, loginAggregate.initial, invite, facts),
  );
  const reason = 'data_subject_request' as const;
  const erased = after(invited, eraseUser(invited, { userId, reason }));

  it('gives its address back, once, and is there for ever', () => {
    expect(eraseUser(invited, { userId, reason })).toMatchObject({
      events: [
        { type: 'UserErased', data: { userId, reason } },
        { type: 'LoginReleased', data: { login: 'token' } },
      ],
    });
    expect(erased).toMatchObject({ status: 'erased', invitation: undefined });
    expect(eraseUser(erased, { userId, reason })).toEqual({ accepted: true, events: [] });
    expect(eraseUser(userAggregate.initial, { userId, reason })).toMatchObject({ rejection: { code: 'user_unknown' } });
    const claimed = { userId, failures: 2, lockedUntil: undefined };
    expect(loginAggregate.evolve(claimed, { type: 'LoginReleased', data: { login: 'token' } } as never)).toEqual({
      userId: undefined,
      failures: 2,
      lockedUntil: undefined,
    });
  });

  it('is given nothing any more', () => {
    const refused = { accepted: false, rejection: { code: 'user_is_erased', userId } };
    expect(reinviteUser(erased, { userId, invitation, grantor: owner }, { roles })).toEqual(refused);
    expect(changeRoles(erased, { userId, roles: ['reader'], grantor: owner }, { roles })).toEqual(refused);
    expect(resumeUser(erased, { userId, grantor: owner }, { roles })).toEqual(refused);
    expect(removeFactor(erased, { userId, grantor: owner }, { roles })).toEqual(refused);
    expect(suspendUser(erased, { userId, reason: 'left' })).toEqual({ accepted: true, events: [] });
  });
});
