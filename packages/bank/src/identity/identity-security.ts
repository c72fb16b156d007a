import { type SecurityEvent, securityEvent } from '@finaegis/platform/oversight/security-event';

const user = { about: 'user', member: 'userId' };
const loginOf = (data: Readonly<Record<string, unknown>>): string => `login:${String(data['login'])}`;

/** What those who look after security are told of people. An address that somebody tried is named by its blind token, and by its user where it is somebody's. */
export const identitySecurity: readonly SecurityEvent[] = [
  {
    type: 'LoginClaimed',
    nameOf: (data) => ({ about: loginOf(data), userId: String(data['userId']) }),
  },
  {
    type: 'LoginFailed',
    linesOf: ({ data }) => {
      const { failures, lockedUntil } = data as { readonly failures: number; readonly lockedUntil?: string };
      const about = loginOf(data);
      const refused = { kind: 'sign_in_refused', about, detail: String(failures) };
      return lockedUntil === undefined ? [refused] : [refused, { kind: 'locked_out', about, detail: lockedUntil }];
    },
  },
  {
    type: 'SecondFactorFailed',
    linesOf: ({ data }) => {
      const { userId, failures, lockedUntil } = data as {
        readonly userId: string;
        readonly failures: number;
        readonly lockedUntil?: string;
      };
      const about = `user:${userId}`;
      const wrong = { kind: 'code_refused', about, detail: String(failures) };
      return lockedUntil === undefined ? [wrong] : [wrong, { kind: 'locked_out', about, detail: lockedUntil }];
    },
  },
  securityEvent('SecondFactorUsed', 'code_used', { ...user, detail: 'command' }),
  securityEvent('LoginSucceeded', 'signed_in', user),
  securityEvent('UserInvited', 'user_invited', { ...user, detail: 'roles' }),
  securityEvent('UserReinvited', 'user_invited', user),
  securityEvent('UserPasswordSet', 'password_set', { ...user, detail: 'by' }),
  securityEvent('UserRolesChanged', 'roles_changed', { ...user, detail: 'roles' }),
  securityEvent('UserSuspended', 'user_suspended', { ...user, detail: 'reason' }),
  securityEvent('UserErased', 'user_erased', { ...user, detail: 'reason' }),
  securityEvent('UserResumed', 'user_resumed', user),
  securityEvent('UserSessionsEnded', 'sessions_ended', user),
  securityEvent('SecondFactorConfirmed', 'factor_confirmed', user),
  securityEvent('SecondFactorRemoved', 'factor_removed', user),
];
