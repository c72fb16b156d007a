import { isCustomer } from '../auth/access.ts';
import type { Principal } from '../auth/principal.ts';
import { whileNoting } from '../event-store/masking.ts';
import { ProblemError } from './problem.ts';
import type { ApiAnswer, Route } from './route.ts';

/** Somebody of the bank was shown personal values. */
export interface Look {
  readonly tenantId: string;
  readonly principalId: string;
  readonly userId?: string;
  readonly operationId: string;
  readonly requestId: string;
  /** Whose they were: `party:…`, `account:…`, `user:…`. */
  readonly subjects: readonly string[];
}

/** Port: keeps a line of each look. */
export interface Looks {
  /** So many lines of a tenant wait to be written that no more can be kept: nobody is shown what would leave no line. */
  isFull(tenantId: string): boolean;
  note(look: Look): void;
}

/**
 * Answers a route; where it declares to show personal values, and to somebody who acts for the bank, whose they were is noted. What counts is what was
 * unsealed for the answer, so that no handler has to say it. The line is written a moment after the answer, so that reads stay fast.
 * @throws ProblemError `overloaded` while lines cannot be written; Error in tests where a route shows what it does not declare
 */
export const notingShown = async (
  { personalData, operationId }: Route,
  { principal, id }: { readonly principal: Principal; readonly id: string },
  handle: () => Promise<ApiAnswer>,
  { looks, checkAnswers }: { readonly looks: Looks | undefined; readonly checkAnswers: boolean },
): Promise<ApiAnswer> => {
  const isWatched = looks !== undefined && personalData === 'shown' && !isCustomer(principal);
  const isChecked = checkAnswers && personalData === undefined;
  if (!isWatched && !isChecked) return handle();
  if (isWatched && looks.isFull(principal.tenantId))
    throw new ProblemError('overloaded', { headers: { 'retry-after': '1' } });
  const seen = new Set<string>();
  const answer = await whileNoting(seen, handle);
  if (seen.size === 0) return answer;
  if (!isWatched)
    throw new Error(`${operationId} unseals personal values (${[...seen].join(', ')}) and does not declare it.`);
  const { tenantId, id: principalId, userId } = principal;
  const who = { tenantId, principalId, ...(userId === undefined ? {} : { userId }) };
  looks.note({ ...who, operationId, requestId: id, subjects: [...seen].toSorted() });
  return answer;
};
