import type { TestApi, TestBank } from '@finaegis/testing/bank';
import { type Caller, callerOf, textOf } from './api.ts';

/** A user of a test, logged in. */
export interface Person {
  readonly userId: string;
  readonly email: string;
  readonly caller: Caller;
}

/** What users of tests log in with. */
export const password = 'vltava teče domů';
let people = 0;

/** Invites somebody, lets it choose its password and log in. */
export const enter = async (
  { bank, api }: { readonly bank: TestBank; readonly api: TestApi },
  roles: readonly string[],
  more: { readonly actingFor?: string } = {},
): Promise<Person> => {
  const nobody = callerOf(api.url, '');
  const { tenantId } = bank;
  const email = `someone${++people}@bank.example`;
  const invited = await callerOf(api.url, api.authorization).make('/v1/users', { email, roles, ...more });
  const { invitation } = invited;
  await nobody.make('/v1/invitations/acceptance', { tenantId, invitation, password });
  const session = await nobody.make('/v1/sessions', { tenantId, email, password });
  return { userId: textOf(invited, 'userId'), email, caller: callerOf(api.url, `Bearer ${textOf(session, 'token')}`) };
};
