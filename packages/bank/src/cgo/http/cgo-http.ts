import type { Access } from '@finaegis/platform/auth/access';
import { isCustomer } from '@finaegis/platform/auth/access';
import { type CursorScope, decodeCursor } from '@finaegis/platform/http/cursor';
import { ProblemError, type ProblemTable } from '@finaegis/platform/http/problem';
import type { ApiAnswer, ApiRequest } from '@finaegis/platform/http/route';
import type { Services } from '@finaegis/platform/services';
import { z } from 'zod';
import type { AssetDirectory } from '../../asset/contract.ts';
import type { Parties } from '../../party/contract.ts';
import type { CgoHandlers } from '../handlers.ts';
import type { Investment } from '../investment/investment.ts';
import type { CgoPorts, Compliance, InvestmentPayments } from '../ports.ts';
import type { CgoReads } from '../reads.ts';

/** What the routes of the offering are built over. */
export interface CgoHttp {
  readonly services: Services;
  readonly access: Access;
  readonly assets: AssetDirectory;
  readonly parties: Parties;
  readonly accounts: CgoPorts['accounts'];
  readonly entities: CgoPorts['ledger']['reads'];
  readonly payments: Pick<InvestmentPayments, 'findPayment'>;
  readonly compliance: Pick<Compliance, 'dueDiligence'>;
  readonly handlers: CgoHandlers;
  readonly reads: CgoReads;
  /** Every refusal a command of this context may answer. */
  readonly problems: ProblemTable;
}

/** The place a page begins at. */
export const beforeOf = (cursor: string | undefined, scope: CursorScope): bigint | undefined =>
  cursor === undefined ? undefined : BigInt(decodeCursor(cursor, scope, z.tuple([z.string().regex(/^\d{1,18}$/)]))[0]);

/** Lets this process go on at once with a saga that an accepted command has started or told something. */
export const adopting = (
  { services }: Pick<CgoHttp, 'services'>,
  { tenantId, dryRun }: Pick<ApiRequest, 'tenantId' | 'dryRun'>,
  sagaId: string,
  answer: ApiAnswer,
): ApiAnswer => {
  if (!dryRun && answer.status < 300) services.sagas.adopt({ tenantId, sagaId });
  return answer;
};

/** A customer sees and does what is its own; for it nobody else has invested. */
export const requireOwn = ({ principal }: Pick<ApiRequest, 'principal'>, partyId: string, sought: string): void => {
  if (isCustomer(principal) && principal.actingFor !== partyId)
    throw new ProblemError('not_found', { about: { sought } });
};

/** The investment somebody wants to look at. */
export const visibleInvestment = async (
  { reads }: Pick<CgoHttp, 'reads'>,
  request: Pick<ApiRequest, 'principal' | 'tenantId'>,
  investmentId: string,
): Promise<Investment> => {
  const state = await reads.investment(request.tenantId, investmentId);
  if (state.status === 'unknown') throw new ProblemError('not_found', { about: { sought: investmentId } });
  requireOwn(request, state.partyId, investmentId);
  return state;
};
