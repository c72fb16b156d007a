import { isCustomer } from '@finaegis/platform/auth/access';
import { ProblemError } from '@finaegis/platform/http/problem';
import type { ApiRequest } from '@finaegis/platform/http/route';
import { type Hold, holdAggregate } from '../hold/hold.ts';
import { fieldProblem } from './fields.ts';
import type { LedgerHttp } from './ledger-http.ts';

/** A request about one hold. */
export type HoldRequest<Body = unknown> = ApiRequest<{ readonly holdId: string }, unknown, Body>;

/** @throws ProblemError `hold_unknown` */
export const requireHold = async ({ reads }: LedgerHttp, tenantId: string, holdId: string): Promise<Hold> => {
  const hold = await reads.hold(tenantId, holdId);
  if (hold.status === 'unknown') throw new ProblemError('hold_unknown', { facts: { holdId } });
  return hold;
};

/**
 * The hold, which the principal may change: a customer only what it placed itself, since the bank's own holds secure what the customer owes.
 * @throws ProblemError hold_unknown, not_found, mandate_missing, mandate_limit_exceeded or hold_not_yours
 */
export const requireChangeable = async (
  http: LedgerHttp,
  { principal, tenantId, params: { holdId } }: HoldRequest,
  debits: readonly { readonly asset: string; readonly amountMinor: bigint }[] = [],
): Promise<Hold> => {
  const hold = await requireHold(http, tenantId, holdId);
  await http.access.require(principal, hold.account, 'operate', debits);
  if (
    isCustomer(principal) &&
    (await http.reads.onBehalfOf(tenantId, holdAggregate.stream(holdId))) !== principal.actingFor
  )
    throw new ProblemError('hold_not_yours', { facts: { holdId } });
  return hold;
};

/** @throws ProblemError validation_failed at the field when the asset is another than the hold's */
export const requireAssetOf = (hold: Hold, asset: string, field: string): void => {
  if (asset !== hold.asset)
    throw fieldProblem({ field, code: 'not_the_asset_of_the_hold', message: `must be ${hold.asset}` });
};
