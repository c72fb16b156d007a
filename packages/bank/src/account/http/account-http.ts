import type { Access } from '@finaegis/platform/auth/access';
import { ProblemError, type ProblemTable } from '@finaegis/platform/http/problem';
import type { ApiRequest } from '@finaegis/platform/http/route';
import type { Services } from '@finaegis/platform/services';
import type { AssetDirectory } from '../../asset/contract.ts';
import type { LedgerDirectory, LedgerReads } from '../../ledger/contract.ts';
import type { AccountDirectory, AccountTerms } from '../directory.ts';
import type { AccountHandlers } from '../handlers.ts';
import type { LedgerAccountHandlers, StatementWriter } from '../ports.ts';
import type { StatementSources } from '../statement-content.ts';
import type { StatementRun, StatementRunReport } from '../statement-run.ts';

/** What the routes of accounts are built over. */
export interface AccountHttp {
  readonly services: Services;
  readonly access: Access;
  readonly assets: AssetDirectory;
  readonly directory: AccountDirectory;
  readonly handlers: AccountHandlers;
  readonly ledger: {
    readonly reads: LedgerReads;
    readonly handlers: LedgerAccountHandlers;
    readonly directory: LedgerDirectory;
  };
  /** Every refusal a command of this context may answer. */
  readonly problems: ProblemTable;
  readonly writers: readonly StatementWriter[];
  readonly statementSources: StatementSources;
  issueDueStatements(run: StatementRun): Promise<StatementRunReport>;
}

/**
 * The account somebody wants to look at.
 * @throws ProblemError `not_found` where there is none, or the principal may not know of it
 */
export const requireVisible = async (
  { access, directory }: Pick<AccountHttp, 'access' | 'directory'>,
  { principal, tenantId }: Pick<ApiRequest, 'principal' | 'tenantId'>,
  accountId: string,
): Promise<AccountTerms> => {
  await access.require(principal, accountId, 'view');
  const terms = await directory.find(tenantId, accountId);
  if (terms === undefined) throw new ProblemError('not_found', { about: { sought: accountId } });
  return terms;
};
