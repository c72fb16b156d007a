import type { CommandHandler, Needs } from '@finaegis/platform/command/handler';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import { type Book, type JournalRefusal, postingNeeds } from '../ledger/contract.ts';
import {
  costOf,
  findAccounts,
  type HouseRefs,
  houseNeeds,
  mergeNeeds,
  pspOf,
  suspenseBlocked,
  suspenseMismatch,
  suspenseUnderReview,
} from './house.ts';
import { canTake, kindOfSuspense, workItemOf } from './outgoing/bookings.ts';
import type { PaymentTools } from './outgoing/commands.ts';
import type { PaymentVerdict } from './ports.ts';
import type { Waiting } from './waiting-saga.ts';
import { openWorkItem, workItemAggregate } from './work-item/work-item.ts';

// What every deposit through a provider has in common, whatever the payer pays with.

/** Why nothing can be paid in to an account, in order of precedence. */
export const refuseDepositTo = (book: Book, accountId: string, asset: string): JournalRefusal | undefined => {
  if (book.account(accountId)?.kind !== 'customer') return { code: 'account_unknown', account: accountId };
  const balance = book.balance(accountId, asset);
  if (balance?.status === 'closed') return { code: 'account_closed', account: accountId };
  if (balance !== undefined && balance.creditBlocks > 0) return { code: 'account_credits_blocked', account: accountId };
  return undefined;
};

/** Where money is kept that has arrived and cannot be credited, and why. */
export interface Suspension {
  /** A code. */
  readonly reason: string;
  readonly chartCode: string;
}

/** Why money of the right amount cannot be credited, in order of precedence. */
export const suspensionOf = (
  book: Book,
  { accountId, asset }: { readonly accountId: string; readonly asset: string },
  verdict: PaymentVerdict,
): Suspension | undefined => {
  if (!canTake(book, accountId, asset)) return { reason: 'account_takes_no_credits', chartCode: suspenseBlocked };
  return verdict.kind === 'allow' ? undefined : { reason: verdict.reason, chartCode: suspenseUnderReview };
};

/** Money that was booked to suspense. */
export interface Suspended {
  readonly entity: string;
  /** The house account that holds it. */
  readonly account: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly journalId: string;
  /** What it is about: `card-deposit:…`. */
  readonly subject: string;
  readonly reason: string;
  /** Besides the journal. */
  readonly links: readonly string[];
  /** What it is found by: the reference it came with. */
  readonly reference?: string | undefined;
}

/** The work item of money in suspense, to be committed with the journal that put it there. */
export const itemOfSuspended = ({
  journalId,
  links,
  ...terms
}: Suspended): { readonly workItemId: string; readonly item: NewEvent } => {
  const workItemId = workItemOf(journalId);
  const kind = kindOfSuspense(terms.account);
  return { workItemId, item: openWorkItem({ workItemId, kind, ...terms, links: [`journal:${journalId}`, ...links] }) };
};

/** What a command about a deposit knows before it locks; nothing where there is none. */
export interface DepositRefs<Terms> extends HouseRefs {
  readonly terms: Terms | undefined;
}

/** What a deposit is booked by, whatever it is paid with. */
interface Bookable {
  readonly entity: string;
  readonly provider: string;
  readonly accountId: string;
  readonly asset: string;
}

/** Reads what a command about a deposit has to know before it locks. */
export const prepareDeposit =
  <Terms extends Bookable>(
    { ledger }: PaymentTools,
    find: (tenantId: string, depositId: string) => Promise<Terms | { readonly status: 'unknown' }>,
  ): NonNullable<CommandHandler<{ readonly depositId: string }, DepositRefs<Terms>, never>['prepare']> =>
  async ({ depositId }, { tenantId }) => {
    const terms = await find(tenantId, depositId);
    if (!('provider' in terms)) return { terms: undefined, accounts: new Map(), missing: [] };
    const { entity, provider, accountId } = terms;
    const chartCodes = [pspOf(provider), costOf(provider), suspenseMismatch, suspenseBlocked, suspenseUnderReview];
    return { terms, ...(await findAccounts(ledger, tenantId, { entity, chartCodes, accounts: [accountId] })) };
  };

/** Locks for booking a deposit and its fee. */
export const depositNeeds = (
  { balances }: PaymentTools,
  { accountId, asset }: Bookable,
  journals: { readonly arrive: string; readonly fee: string },
  refs: HouseRefs,
): Needs =>
  mergeNeeds(
    postingNeeds(balances, refs.accounts, {
      postings: [{ account: accountId, asset }],
      journals: [journals.arrive, journals.fee],
    }),
    houseNeeds(refs),
    { streams: [{ aggregate: workItemAggregate, id: workItemOf(journals.arrive), isNew: true }] },
  );

/** Whoever waits for a deposit waits for its end, whichever of these it is. */
export const waitingForDeposit = (
  ends: readonly string[],
): Waiting<DepositRefs<{ readonly waitingSagaId?: string | undefined }>> => ({
  sagaOf: ({ terms }) => terms?.waitingSagaId,
  newsIn: ({ type, data }) => (ends.includes(type) ? { paymentId: String(data['depositId']) } : undefined),
});
