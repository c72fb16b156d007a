import { type Access, isCustomer, requireStaffFields } from '@finaegis/platform/auth/access';
import { ProblemError } from '@finaegis/platform/http/problem';
import type { ApiRequest } from '@finaegis/platform/http/route';
import type { Services } from '@finaegis/platform/services';
import {
  type AssetDirectory,
  amountWriter,
  type BookingDay,
  type Rates,
  type ShowAmount,
} from '../../asset/contract.ts';
import type { LedgerDirectory } from '../directory.ts';
import type { LedgerHandlers } from '../handlers.ts';
import type { AccountFacts, Journal } from '../journal/journal.ts';
import type { LedgerReads } from '../reads.ts';
import { asMarker, assetsOf, type ShowText, showJournal } from './show.ts';

/** What the ledger's routes are built over. */
export interface LedgerHttp {
  readonly services: Services;
  readonly reads: LedgerReads;
  readonly directory: LedgerDirectory;
  readonly handlers: LedgerHandlers;
  readonly access: Access;
  readonly assets: AssetDirectory;
  readonly rates: Pick<Rates, 'quote'>;
}

/**
 * The facts of an account somebody wants to look at.
 * @throws ProblemError `not_found` where there is none, or the principal may not know of it
 */
export const requireVisible = async (
  { access, directory }: Pick<LedgerHttp, 'access' | 'directory'>,
  { principal, tenantId }: Pick<ApiRequest, 'principal' | 'tenantId'>,
  accountId: string,
): Promise<AccountFacts> => {
  await access.require(principal, accountId, 'view');
  const facts = (await directory.accounts(tenantId, [accountId])).get(accountId);
  if (facts === undefined) throw new ProblemError('not_found', { about: { sought: accountId } });
  return facts;
};

/**
 * A customer pays other customers; a house account as payee would be the bank's own business done by somebody else.
 * @throws ProblemError `account_unknown`, as for an account that does not exist
 */
export const requirePayable = async (
  { directory }: Pick<LedgerHttp, 'directory'>,
  { principal, tenantId }: Pick<ApiRequest, 'principal' | 'tenantId'>,
  accountIds: readonly string[],
): Promise<void> => {
  if (!isCustomer(principal)) return;
  const found = await directory.accounts(tenantId, accountIds);
  const refused = accountIds.find((accountId) => found.get(accountId)?.kind !== 'customer');
  if (refused !== undefined) throw new ProblemError('account_unknown', { facts: { account: refused } });
};

/**
 * The value date is the bank's to say, since interest is counted by it: a customer's booking counts from the day it is booked.
 * @param field JSON pointer of what is dated, `/body/transfers/3`
 * @throws ProblemError `staff_only` at the value date
 */
export const requireMayDate = (
  { principal }: Pick<ApiRequest, 'principal'>,
  { valueDate }: { readonly valueDate?: string | undefined },
  field: string,
): void => requireStaffFields(principal, { [`${field}/valueDate`]: valueDate });

/** The day a booking on the first known of these accounts would have: the business day of its entity. */
export const bookingDay =
  (
    { directory, reads }: Pick<LedgerHttp, 'directory' | 'reads'>,
    tenantId: string,
    accountIds: readonly string[],
  ): BookingDay =>
  async (reached) => {
    const [facts] = [...(await directory.accounts(tenantId, accountIds)).values()];
    return facts === undefined ? undefined : reads.bookingDay(tenantId, facts.entity)(reached);
  };

/** How a command's journal is shown to whoever asked for it. `holds` are those it captures. */
export const journalShower =
  (amount: ShowAmount, holds: Parameters<typeof showJournal>[1]['holds'] = new Map()) =>
  (journal: Journal): unknown =>
    showJournal(journal, { amount, text: asMarker, holds });

/** Journals read back, as the principal may see them; one query for their texts, one for their holds. */
export const showJournals = async (
  { reads, assets, access }: Pick<LedgerHttp, 'reads' | 'assets' | 'access'>,
  { principal, tenantId }: Pick<ApiRequest, 'principal' | 'tenantId'>,
  journals: readonly Journal[],
): Promise<readonly unknown[]> => {
  const [holds, texts, amount, visible] = await Promise.all([
    reads.holdFacts(
      tenantId,
      journals.flatMap(({ captures }) => captures.map(({ holdId }) => holdId)),
    ),
    reads.texts(
      tenantId,
      journals.flatMap(({ description }) => (description === undefined ? [] : [description.ref])),
    ),
    amountWriter(assets, tenantId, journals.flatMap(assetsOf)),
    access.visibleAccounts(principal),
  ]);
  const text: ShowText = ({ ref }) => texts.get(ref);
  return journals.map((journal) =>
    showJournal(journal, { amount, text, holds, ...(visible === undefined ? {} : { visible: new Set(visible) }) }),
  );
};
