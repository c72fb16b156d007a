import type { Principal } from '../auth/principal.ts';
import { ProblemError, type ProblemTable, problemContentType } from './problem.ts';
import type { ApiAnswer, Route } from './route.ts';

/** A known principal was refused. */
export interface Refused {
  readonly tenantId: string;
  readonly principalId: string;
  readonly userId?: string;
  /** Code of the problem it was answered. */
  readonly code: string;
  readonly operationId: string;
}

/** Port: keeps count of what known principals are refused. */
export interface Refusals {
  note(refused: Refused): void;
}

/** Who was refused, as far as it is known: the principal, or whose key it would have been. */
export type Known = Pick<Principal, 'tenantId' | 'id' | 'userId'>;

const isOfAccess = (status: number | undefined): boolean => status === 401 || status === 403;

/** Notes a refusal of one who is known. */
export const noteRefused = (
  refusals: Refusals | undefined,
  { operationId }: Pick<Route, 'operationId'>,
  { tenantId, id: principalId, userId }: Known,
  code: string,
): void => refusals?.note({ tenantId, principalId, ...(userId === undefined ? {} : { userId }), code, operationId });

/** The code of a problem about access (401 or 403) that a handler threw; undefined for every other error. */
export const refusalThrown = (error: unknown, problems: ProblemTable): string | undefined =>
  error instanceof ProblemError && isOfAccess(problems[error.code]?.status) ? error.code : undefined;

/** The code of a problem about access that was answered as a stored refusal; undefined for every other answer. */
export const refusalAnswered = ({ status, contentType, body }: ApiAnswer): string | undefined => {
  if (!isOfAccess(status) || contentType !== problemContentType || typeof body !== 'string') return undefined;
  const { code } = JSON.parse(body) as { readonly code?: unknown };
  return typeof code === 'string' ? code : undefined;
};
