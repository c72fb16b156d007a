import { authProblems } from '@finaegis/platform/auth/problems';
import { defineProblems, type Problem } from '@finaegis/platform/http/problem';
import type { LoginRefusal } from '../user/log-in.ts';
import type { UserRefusal } from '../user/user.ts';

type Told = (UserRefusal | LoginRefusal)['code'] | 'password_too_common' | 'password_wrong';

/** How refusals about users are told over HTTP; what `auth` tells already is told in its words. */
export const identityProblems = defineProblems({
  role_unknown: authProblems.role_unknown,
  role_needs_party: authProblems.role_needs_party,
  scope_not_held: authProblems.scope_not_held,
  unmasked_not_held: authProblems.unmasked_not_held,
  acting_for_not_held: authProblems.acting_for_not_held,
  acting_for_unknown: authProblems.acting_for_unknown,
  user_unknown: { status: 404, title: 'There is no such user', offender: 'userId' },
  user_exists_with_different_content: { status: 409, title: 'The user exists with different content' },
  user_is_erased: {
    status: 409,
    title: 'The user is erased',
    description: 'It cannot come back; its address can be invited as another user’s.',
    offender: 'userId',
  },
  email_taken: { status: 409, title: 'The address is another user’s', field: 'email' },
  invitation_invalid: {
    status: 422,
    title: 'The invitation cannot be used',
    description: 'It is mistyped, used, expired, or another one was made since. Ask for a new one.',
    field: 'invitation',
  },
  user_not_active: {
    status: 409,
    title: 'The user is not active',
    description: '`status` is `invited` until a password is set, `suspended` until it is resumed.',
    offender: 'userId',
  },
  second_factor_in_force: {
    status: 409,
    title: 'The user has a second factor',
    description: 'It must be removed before another one is taken up.',
  },
  second_factor_not_proposed: {
    status: 409,
    title: 'There is no second factor to confirm',
    description: 'None was asked for, or another one since.',
  },
  second_factor_code_wrong: { status: 422, title: 'The code is not one of now', field: 'code' },
  login_failed: {
    status: 401,
    title: 'Logging in failed',
    description:
      'The address, the password or the code is wrong, or it was tried too often: after the fifth failure in a row nobody is let in for 30 seconds, and twice as long after each further one. Which of them it was is told to nobody.',
  },
  second_factor_needed: {
    status: 401,
    title: 'A code is needed',
    description: 'Send `code` from the authenticator, or `recoveryCode`, with the same address and password.',
  },
  password_too_common: {
    status: 422,
    title: 'The password is known from breaches',
    description: 'Others have had it, with or without digits and signs around it. Choose another one.',
    field: 'password',
  },
  password_wrong: { status: 422, title: 'The present password is wrong', field: 'currentPassword' },
} satisfies Record<Told, Problem>);
