import { derivedUuid } from '@finaegis/kernel/id';
import { isCustomer } from '@finaegis/platform/auth/access';
import { amountSchema, instant, uuid } from '@finaegis/platform/http/amount';
import { ProblemError } from '@finaegis/platform/http/problem';
import type { ApiRequest } from '@finaegis/platform/http/route';
import { z } from 'zod';
import { amountWriter, parseAssetAmount, type ShowAmount } from '../../asset/contract.ts';
import { leftOf, type Remainder } from '../refund/remainder.ts';
import type { PaymentHttp } from './payment-http.ts';

// What routes of deposits have in common, whatever the payer pays with.

/** What every deposit is asked with. */
export const depositRequest = {
  depositId: uuid.optional().describe('Yours; asked again with the same content it is the same deposit.'),
  accountId: uuid,
  amount: amountSchema,
};

/** Parameters of every route of one deposit. */
export const depositParams = z.strictObject({ depositId: uuid });

/** When a deposit came up and changed, as it is answered. */
export const depositTimes = { expiresAt: instant, createdAt: instant, changedAt: instant };

/** Refusals that every creation of a deposit may answer before the deposit itself is looked at. */
export const depositDoorProblems = ['not_found', 'mandate_missing'] as const;

type DepositHttp = Pick<PaymentHttp, 'services' | 'access' | 'assets' | 'accounts' | 'entities'>;

/** A deposit somebody may ask for: his mandate asked, its amount read, its id found. */
export interface AskedDeposit {
  readonly depositId: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly amount: ShowAmount;
}

/** @throws ProblemError where the account is not there or not his, or the amount is none of its asset */
export const askedDeposit = async (
  http: DepositHttp,
  { principal, tenantId, idempotency }: Pick<ApiRequest, 'principal' | 'tenantId' | 'idempotency'>,
  body: {
    readonly depositId?: string | undefined;
    readonly accountId: string;
    readonly amount: z.output<typeof amountSchema>;
  },
  /** Keeps ids of one kind of deposit apart from those of others under the same key. */
  kind: 'card' | 'crypto',
): Promise<AskedDeposit> => {
  const { depositId: given, accountId, amount: written } = body;
  await http.access.require(principal, accountId, 'operate');
  const terms = await http.accounts.find(tenantId, accountId);
  if (terms === undefined) throw new ProblemError('not_found', { about: { sought: accountId } });
  const day = http.entities.bookingDay(tenantId, terms.entity);
  const { asset, amountMinor } = await parseAssetAmount(http.assets, tenantId, written, '/body/amount', day);
  // Derived from the key, so that a request repeated under it takes the money once also where the answer was never stored.
  const depositId =
    given ??
    (idempotency === undefined
      ? http.services.newId()
      : derivedUuid(`${kind}-deposit-of-key`, tenantId, principal.id, idempotency.key));
  return { depositId, asset, amountMinor, amount: await amountWriter(http.assets, tenantId, [asset]) };
};

/** A deposit somebody may look at. @throws ProblemError */
export const visibleDeposit = async <Deposit extends { readonly status: string; readonly accountId: string }>(
  http: Pick<DepositHttp, 'access'>,
  {
    principal,
    tenantId,
    params: { depositId },
  }: Pick<ApiRequest<{ readonly depositId: string }>, 'principal' | 'tenantId' | 'params'>,
  find: (tenantId: string, depositId: string) => Promise<Deposit | { readonly status: 'unknown' }>,
): Promise<Deposit> => {
  const deposit = await find(tenantId, depositId);
  if (!('accountId' in deposit)) throw new ProblemError('not_found', { about: { sought: depositId } });
  await http.access.require(principal, deposit.accountId, 'view');
  return deposit;
};

/** What is known of any deposit. */
interface ShownDeposit {
  readonly depositId: string;
  readonly status: string;
  readonly accountId: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  /** What it arrived in, where that can be another asset. */
  readonly receivedAsset?: string | undefined;
  readonly receivedMinor?: bigint | undefined;
  readonly feeMinor?: bigint | undefined;
  readonly reason?: string | undefined;
  readonly workItemId?: string | undefined;
  readonly expiresAt: string;
  readonly createdAt: string;
  readonly changedAt: string;
}

/** Whom a deposit is shown to, and what its answer needs besides it. */
export interface Showing {
  readonly amount: ShowAmount;
  readonly isOfCustomer: boolean;
  readonly remainder?: Remainder | undefined;
}

/** Shown to whoever asks. */
export const showingTo = ({ principal }: Pick<ApiRequest, 'principal'>, amount: ShowAmount): Showing => ({
  amount,
  isOfCustomer: isCustomer(principal),
});

/** What every deposit is answered with. A customer is told why nothing came, and not why the bank looks at his money. */
export const showDeposit = (deposit: ShownDeposit, { amount, isOfCustomer, remainder }: Showing) => {
  const { asset, receivedAsset = asset, receivedMinor, feeMinor, reason, workItemId, status } = deposit;
  const isToBeTold = !isOfCustomer || status !== 'suspended';
  const left = receivedMinor === undefined || remainder === undefined ? undefined : leftOf(remainder, receivedMinor);
  return {
    depositId: deposit.depositId,
    status,
    accountId: deposit.accountId,
    amount: amount(asset, deposit.amountMinor),
    ...(receivedMinor === undefined ? {} : { received: amount(receivedAsset, receivedMinor) }),
    ...(left === undefined || status !== 'credited' ? {} : { refundable: amount(asset, left) }),
    ...(feeMinor === undefined || isOfCustomer ? {} : { fee: amount(receivedAsset, feeMinor) }),
    ...(reason === undefined || !isToBeTold ? {} : { reason }),
    ...(workItemId === undefined || isOfCustomer ? {} : { workItemId }),
    expiresAt: deposit.expiresAt,
    createdAt: deposit.createdAt,
    changedAt: deposit.changedAt,
  };
};
