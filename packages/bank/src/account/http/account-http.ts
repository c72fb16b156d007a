import { formatAmount, parseAmount } from '@finaegis/kernel/money';
import { type Access, isCustomer } from '@finaegis/platform/auth/access';
import type { Principal } from '@finaegis/platform/auth/principal';
import type { AmountOnWire } from '@finaegis/platform/http/amount';
import { toAnswer } from '@finaegis/platform/http/command-route';
import { ProblemError, type ProblemTable } from '@finaegis/platform/http/problem';
import type { ApiAnswer, ApiRequest } from '@finaegis/platform/http/route';
import type { Services } from '@finaegis/platform/services';
import type { AssetDirectory } from '../../asset/contract.ts';
import type { LedgerReads } from '../../ledger/contract.ts';
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
  readonly ledger: { readonly reads: LedgerReads; readonly handlers: LedgerAccountHandlers };
  /** Every refusal a command of this context may answer. */
  readonly problems: ProblemTable;
  readonly writers: readonly StatementWriter[];
  readonly statementSources: StatementSources;
  issueDueStatements(run: StatementRun): Promise<StatementRunReport>;
}

/** @throws ProblemError `staff_only` for a principal that acts for a party */
export const requireStaff = (principal: Principal): void => {
  if (isCustomer(principal)) throw new ProblemError('staff_only');
};

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
  if (terms === undefined) throw new ProblemError('not_found');
  return terms;
};

/** Writes minor units with their asset. */
export type ShowAmount = (asset: string, amountMinor: bigint) => AmountOnWire;

/** A writer of amounts in the assets named; asked for before a command, since its answer is written inside the commit. */
export const amountWriter = async (
  assets: Pick<AssetDirectory, 'get'>,
  tenantId: string,
  codes: Iterable<string>,
): Promise<ShowAmount> => {
  const found = await Promise.all([...new Set(codes)].map((code) => assets.get(tenantId, code)));
  const decimals = new Map(
    found.flatMap((facts) => (facts === undefined ? [] : [[facts.code, facts.decimals] as const])),
  );
  return (asset, amountMinor) => {
    const its = decimals.get(asset);
    // Whatever is booked was registered, for registration is for ever; only an asset that was not asked for can be missing.
    if (its === undefined) throw new Error(`The decimals of ${asset} were not read.`);
    return { amount: formatAmount(amountMinor, its), asset };
  };
};

/**
 * Reads an amount of an asset whatever its life: limits and filters speak of assets that may have ended. Zero is allowed.
 * @param field JSON pointer of the amount
 * @throws ProblemError validation_failed
 */
export const readAmount = async (
  { assets }: Pick<AccountHttp, 'assets'>,
  tenantId: string,
  { amount, asset }: AmountOnWire,
  field: { readonly asset: string; readonly amount: string },
): Promise<bigint> => {
  const facts = await assets.get(tenantId, asset);
  if (facts === undefined)
    return assets.refuse({ field: field.asset, code: 'asset_unknown', message: `there is no asset ${asset}` });
  const parsed = parseAmount(amount, facts.decimals);
  if (parsed.ok) return parsed.amountMinor;
  const message = `must be a decimal string with at most ${facts.decimals} fraction digits`;
  return assets.refuse({ field: field.amount, code: parsed.problem, message });
};

/**
 * Runs a route so that a repeat under its key is answered as the first time, even where the same request would be refused by now before it
 * reaches the write side (its asset has ended since). Who may not ask any more is not answered.
 */
export const withReplay = async (
  { services }: Pick<AccountHttp, 'services'>,
  request: ApiRequest,
  work: () => Promise<ApiAnswer>,
): Promise<ApiAnswer> => {
  try {
    return await work();
  } catch (error) {
    const stored =
      error instanceof ProblemError && error.code === 'validation_failed'
        ? await storedAnswer(services, request)
        : undefined;
    if (stored === undefined) throw error;
    return stored;
  }
};

/**
 * The answer already given under the request's key.
 * @throws ProblemError `idempotency_key_reused`
 */
export const storedAnswer = async (services: Services, request: ApiRequest): Promise<ApiAnswer | undefined> => {
  const { idempotency, principal, tenantId } = request;
  if (idempotency === undefined) return undefined;
  const stored = await services.commands.storedAnswer(tenantId, { principalId: principal.id, ...idempotency });
  return stored === undefined ? undefined : toAnswer(services, tenantId, stored);
};
