import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { exceeds, type FoundRole, type Grantor, type GrantRefusal, grantOf } from '@finaegis/platform/auth/grant';
import { defineAggregate } from '@finaegis/platform/event-store/aggregate';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import { referenceTo } from '@finaegis/platform/event-store/sealed-text';
import type { Login } from '../login/login.ts';
import { loginAggregate } from '../login/login.ts';
import { userEvents } from './events.ts';
import type {
  AcceptInvitation,
  ChangePassword,
  ChangeRoles,
  ConfirmFactor,
  EraseUser,
  InviteUser,
  OfUser,
  ProposeFactor,
  ReinviteUser,
  RemoveFactor,
  SuspendUser,
} from './terms.ts';

/** A second factor in force: no step up to `lastStep` is taken again. */
export interface SecondFactor {
  readonly secretRef: string;
  readonly lastStep: number;
  readonly recoveryHashes: readonly string[];
}

/** What a decision needs to know of a user. */
export interface User {
  readonly status: 'absent' | 'invited' | 'active' | 'suspended' | 'erased';
  readonly login: string;
  readonly emailCommitment: string;
  readonly roles: readonly string[];
  readonly actingFor: string | undefined;
  readonly invitation: { readonly secretHash: string; readonly validUntil: string } | undefined;
  readonly passwordRef: string | undefined;
  readonly proposedFactor: string | undefined;
  readonly secondFactor: SecondFactor | undefined;
  /** Wrong codes in a row where a command needed a fresh one. */
  readonly wrongCodes: { readonly failures: number; readonly lockedUntil?: string | undefined };
}

/** Why a command about a user is refused, in order of precedence. */
export type UserRefusal =
  | { readonly code: 'user_unknown'; readonly userId: string }
  | { readonly code: 'user_exists_with_different_content'; readonly userId: string }
  | { readonly code: 'user_is_erased'; readonly userId: string }
  | { readonly code: 'email_taken' }
  | { readonly code: 'role_unknown'; readonly role: string }
  | GrantRefusal
  | { readonly code: 'role_needs_party'; readonly role: string }
  | { readonly code: 'acting_for_unknown'; readonly actingFor: string }
  | { readonly code: 'invitation_invalid' }
  | { readonly code: 'user_not_active'; readonly userId: string; readonly status: User['status'] }
  | { readonly code: 'second_factor_in_force' }
  | { readonly code: 'second_factor_not_proposed' }
  | { readonly code: 'second_factor_code_wrong' };

const initial: User = {
  status: 'absent',
  login: '',
  emailCommitment: '',
  roles: [],
  actingFor: undefined,
  invitation: undefined,
  passwordRef: undefined,
  proposedFactor: undefined,
  secondFactor: undefined,
  wrongCodes: { failures: 0 },
};

/** A user's life, one stream per user. */
export const userAggregate = defineAggregate({
  context: 'identity',
  name: 'user',
  initial,
  events: userEvents,
  evolve: (state, event): User => {
    switch (event.type) {
      case 'UserInvited': {
        const { email, login, roles, actingFor, invitation } = event.data;
        return { ...state, status: 'invited', login, emailCommitment: email.commitment, roles, actingFor, invitation };
      }
      case 'UserReinvited':
        return { ...state, invitation: event.data.invitation };
      case 'UserPasswordSet': {
        const status = state.status === 'suspended' ? 'suspended' : 'active';
        return { ...state, status, passwordRef: event.data.password.ref, invitation: undefined };
      }
      case 'UserRolesChanged':
        return { ...state, roles: event.data.roles };
      case 'UserSuspended':
        return { ...state, status: 'suspended' };
      case 'UserResumed':
        return { ...state, status: state.passwordRef === undefined ? 'invited' : 'active' };
      case 'UserSessionsEnded':
        return state;
      case 'UserErased':
        return {
          ...state,
          status: 'erased',
          invitation: undefined,
          secondFactor: undefined,
          proposedFactor: undefined,
        };
      case 'SecondFactorProposed':
        return { ...state, proposedFactor: event.data.secret.ref };
      case 'SecondFactorConfirmed': {
        const { step, recoveryHashes } = event.data;
        const secretRef = state.proposedFactor ?? '';
        return { ...state, proposedFactor: undefined, secondFactor: { secretRef, lastStep: step, recoveryHashes } };
      }
      case 'SecondFactorRemoved':
        return { ...state, secondFactor: undefined };
      case 'LoginSucceeded':
        return { ...state, secondFactor: afterUse(state.secondFactor, event.data) };
      case 'SecondFactorUsed':
        return { ...state, secondFactor: afterUse(state.secondFactor, event.data), wrongCodes: { failures: 0 } };
      case 'SecondFactorFailed': {
        const { failures, lockedUntil } = event.data;
        return { ...state, wrongCodes: { failures, lockedUntil } };
      }
      default:
        return unreachable(event);
    }
  },
});

const afterUse = (
  factor: SecondFactor | undefined,
  { step, recoveryHash }: { readonly step?: number | undefined; readonly recoveryHash?: string | undefined },
): SecondFactor | undefined =>
  factor && {
    ...factor,
    lastStep: Math.max(factor.lastStep, step ?? 0),
    recoveryHashes: factor.recoveryHashes.filter((hash) => hash !== recoveryHash),
  };

type Outcome = Decision<NewEvent, UserRefusal>;
/** The roles of a user that are in force, by name. */
export type UserRoles = ReadonlyMap<string, FoundRole>;

/** Why roles cannot be given by this grantor. */
const refusedRoles = (
  grantor: Grantor,
  {
    roles,
    actingFor,
    found,
  }: { readonly roles: readonly string[]; readonly actingFor: string | undefined; readonly found: UserRoles },
): UserRefusal | undefined => {
  const absent = roles.find((role) => !found.has(role));
  if (absent !== undefined) return { code: 'role_unknown', role: absent };
  const beyond = exceedsUser(grantor, { roles, actingFor }, found);
  if (beyond !== undefined) return beyond;
  const customers = actingFor === undefined && roles.find((role) => found.get(role)?.needsParty === true);
  return typeof customers === 'string' ? { code: 'role_needs_party', role: customers } : undefined;
};

/** Whoever can enter as a user holds what the user holds, so it must hold it already. */
const exceedsUser = (
  grantor: Grantor,
  { roles, actingFor }: Pick<User, 'roles' | 'actingFor'>,
  found: UserRoles,
): GrantRefusal | undefined => {
  const given = roles.flatMap((role) => found.get(role) ?? []);
  return exceeds(grantor, { ...grantOf([], given), actingFor });
};

/** Invites somebody. Nobody gives a role it does not hold itself; one address is one user's. */
export const inviteUser = (
  state: User,
  login: Login,
  { userId, grantor, email, ...content }: InviteUser,
  { roles: found, isPartyKnown }: { readonly roles: UserRoles; readonly isPartyKnown: boolean },
): Outcome => {
  if (state.status !== 'absent') {
    const isSame = state.login === content.login && state.invitation?.secretHash === content.invitation.secretHash;
    return isSame ? accept() : reject({ code: 'user_exists_with_different_content', userId });
  }
  if (login.userId !== undefined) return reject({ code: 'email_taken' });
  const refused = refusedRoles(grantor, { roles: content.roles, actingFor: content.actingFor, found });
  if (refused !== undefined) return reject(refused);
  if (content.actingFor !== undefined && !isPartyKnown)
    return reject({ code: 'acting_for_unknown', actingFor: content.actingFor });
  return accept(
    userAggregate.record(userId, 'UserInvited', { userId, email: referenceTo(email), ...content }),
    loginAggregate.record(content.login, 'LoginClaimed', { login: content.login, userId }),
  );
};

/** Invites a user anew: to whoever lost its password, or its first invitation. */
export const reinviteUser = (
  state: User,
  { userId, invitation, grantor }: ReinviteUser,
  { roles }: { readonly roles: UserRoles },
): Outcome => {
  const gone = whileThere(state, userId);
  if (gone !== undefined) return gone;
  const beyond = exceedsUser(grantor, state, roles);
  if (beyond !== undefined) return reject(beyond);
  return state.invitation?.secretHash === invitation.secretHash
    ? accept()
    : accept(userAggregate.record(userId, 'UserReinvited', { userId, invitation }));
};

/** Sets the password an invitation asks for. Wrong, used, replaced and expired invitations are told alike. */
export const acceptInvitation = (
  state: User,
  { userId, secretHash, password }: AcceptInvitation,
  { now }: { readonly now: string },
): Outcome => {
  const { invitation } = state;
  if (invitation === undefined || invitation.secretHash !== secretHash || now >= invitation.validUntil)
    return reject({ code: 'invitation_invalid' });
  return accept(
    userAggregate.record(userId, 'UserPasswordSet', { userId, password: referenceTo(password), by: 'invitation' }),
  );
};

/** Replaces a password; that the old one was shown is for whoever asks to prove before. */
export const changePassword = (state: User, { userId, password }: ChangePassword): Outcome =>
  whileActive(state, userId) ??
  accept(userAggregate.record(userId, 'UserPasswordSet', { userId, password: referenceTo(password), by: 'user' }));

/** Why nothing can be done for a user: there is none, or none any more. */
const whileThere = (state: User, userId: string): Outcome | undefined => {
  if (state.status === 'absent') return reject({ code: 'user_unknown', userId });
  return state.status === 'erased' ? reject({ code: 'user_is_erased', userId }) : undefined;
};

const whileActive = (state: User, userId: string): Outcome | undefined => {
  if (state.status === 'absent') return reject({ code: 'user_unknown', userId });
  return state.status === 'active' ? undefined : reject({ code: 'user_not_active', userId, status: state.status });
};

/** Gives a user other roles. Who takes some away must still hold those it leaves and gives. */
export const changeRoles = (
  state: User,
  { userId, roles, grantor }: ChangeRoles,
  { roles: found }: { readonly roles: UserRoles },
): Outcome => {
  const gone = whileThere(state, userId);
  if (gone !== undefined) return gone;
  const refused = refusedRoles(grantor, { roles, actingFor: state.actingFor, found });
  if (refused !== undefined) return reject(refused);
  return roles.toSorted().join() === state.roles.toSorted().join()
    ? accept()
    : accept(userAggregate.record(userId, 'UserRolesChanged', { userId, roles }));
};

/** Suspends a user; needs none of what it holds: shutting a door must always be easy. */
export const suspendUser = (state: User, { userId, reason }: SuspendUser): Outcome => {
  if (state.status === 'absent') return reject({ code: 'user_unknown', userId });
  return state.status === 'suspended' || state.status === 'erased'
    ? accept()
    : accept(userAggregate.record(userId, 'UserSuspended', { userId, reason }));
};

export const resumeUser = (
  state: User,
  { userId, grantor }: RemoveFactor,
  { roles }: { readonly roles: UserRoles },
): Outcome => {
  const gone = whileThere(state, userId);
  if (gone !== undefined) return gone;
  const beyond = exceedsUser(grantor, state, roles);
  if (beyond !== undefined) return reject(beyond);
  return state.status === 'suspended' ? accept(userAggregate.record(userId, 'UserResumed', { userId })) : accept();
};

/** Ends every session a user has. Asked for again it is done again: there may be new ones. */
export const endSessions = (state: User, { userId }: OfUser): Outcome =>
  state.status === 'absent'
    ? reject({ code: 'user_unknown', userId })
    : accept(userAggregate.record(userId, 'UserSessionsEnded', { userId }));

/** Proposes a second factor; the one proposed before is forgotten. */
export const proposeFactor = (state: User, { userId, secret }: ProposeFactor): Outcome => {
  const inactive = whileActive(state, userId);
  if (inactive !== undefined) return inactive;
  return state.secondFactor === undefined
    ? accept(userAggregate.record(userId, 'SecondFactorProposed', { userId, secret: referenceTo(secret) }))
    : reject({ code: 'second_factor_in_force' });
};

/** Puts the proposed factor in force, for whoever showed a code of it. */
export const confirmFactor = (state: User, { userId, secretRef, step, recoveryHashes }: ConfirmFactor): Outcome => {
  const inactive = whileActive(state, userId);
  if (inactive !== undefined) return inactive;
  if (state.secondFactor !== undefined) return reject({ code: 'second_factor_in_force' });
  if (state.proposedFactor !== secretRef) return reject({ code: 'second_factor_not_proposed' });
  if (step === undefined) return reject({ code: 'second_factor_code_wrong' });
  return accept(userAggregate.record(userId, 'SecondFactorConfirmed', { userId, step, recoveryHashes }));
};

/** Takes a second factor away from somebody who lost it; whoever can do so could enter with the password alone, so it must hold what the user holds. */
export const removeFactor = (
  state: User,
  { userId, grantor }: RemoveFactor,
  { roles }: { readonly roles: UserRoles },
): Outcome => {
  const gone = whileThere(state, userId);
  if (gone !== undefined) return gone;
  const beyond = exceedsUser(grantor, state, roles);
  if (beyond !== undefined) return reject(beyond);
  return state.secondFactor === undefined
    ? accept()
    : accept(userAggregate.record(userId, 'SecondFactorRemoved', { userId }));
};

/** Erases a user for ever: its texts are destroyed, its sessions and keys open nothing, and its address is nobody's. Already erased is a repeat. */
export const eraseUser = (state: User, { userId, reason }: EraseUser): Outcome => {
  if (state.status === 'absent') return reject({ code: 'user_unknown', userId });
  if (state.status === 'erased') return accept();
  return accept(
    userAggregate.record(userId, 'UserErased', { userId, reason }),
    loginAggregate.record(state.login, 'LoginReleased', { login: state.login }),
  );
};
