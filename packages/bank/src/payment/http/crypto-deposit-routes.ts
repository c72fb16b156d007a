import { derivedUuid } from '@finaegis/kernel/id';
import { isCustomer } from '@finaegis/platform/auth/access';
import { amountSchema, instant, uuid } from '@finaegis/platform/http/amount';
import { answerCommand, withReplay } from '@finaegis/platform/http/command-route';
import { pageQuery, pageSchema } from '@finaegis/platform/http/cursor';
import { defineProblems, ProblemError, type ProblemTable } from '@finaegis/platform/http/problem';
import {
  type ApiAnswer,
  type ApiRequest,
  commandRoute,
  defineRoute,
  type Route,
  readRoute,
} from '@finaegis/platform/http/route';
import { z } from 'zod';
import { amountWriter, parseAssetAmount, type ShowAmount } from '../../asset/contract.ts';
import type { LedgerRefusal } from '../../ledger/contract.ts';
import type { CardReads } from '../card-reads.ts';
import { type CreateCryptoDepositHandler, cryptoDepositSagaId } from '../crypto-deposit/commands.ts';
import {
  type CryptoDeposit,
  type CryptoDepositRefusal,
  cryptoDepositStatuses,
} from '../crypto-deposit/crypto-deposit.ts';
import type { CryptoReads } from '../crypto-reads.ts';
import { leftOf, type Remainder } from '../refund/remainder.ts';
import { answerList } from './lists.ts';
import { adopting, type PaymentHttp } from './payment-http.ts';
import { bookingProblems } from './problems.ts';

/** What the routes of crypto deposits are built over. */
export interface CryptoHttp extends Omit<PaymentHttp, 'handlers' | 'reads'> {
  readonly createCryptoDeposit: CreateCryptoDepositHandler;
  readonly reads: CryptoReads;
  readonly remainder: CardReads['remainder'];
}

/** How refusals of crypto deposits are told. */
export const cryptoProblems = defineProblems({
  crypto_deposit_exists_with_different_content: {
    status: 409,
    title: 'A crypto deposit with this id exists with other content',
    description: 'The same id with the same content would be answered as the first time.',
    offender: 'depositId',
  },
  crypto_deposit_unknown: { status: 404, title: 'There is no such crypto deposit', offender: 'depositId' },
  crypto_asset_not_supported: {
    status: 422,
    title: 'This cannot be paid in by crypto',
    description: 'The provider prices in other assets, or the account’s product may not hold it.',
    offender: 'asset',
  },
  crypto_amount_too_fine: {
    status: 422,
    title: 'The provider prices in larger steps',
    description: '`step` is the smallest amount that can be asked for; others are multiples of it.',
    offender: 'amount',
  },
} satisfies Record<Exclude<CryptoDepositRefusal['code'], LedgerRefusal['code']>, ProblemTable[string]>);

const tag = 'Crypto deposits';

const depositBody = z
  .strictObject({
    depositId: uuid.optional().describe('Yours; asked again with the same content it is the same deposit.'),
    accountId: uuid,
    amount: amountSchema,
  })
  .meta({ id: 'CryptoDepositRequest' });

const depositResource = z
  .object({
    depositId: uuid,
    status: z.enum(cryptoDepositStatuses),
    accountId: uuid,
    amount: amountSchema,
    checkoutUrl: z.string().optional().describe('The page on which the payer pays; only while it is `open`.'),
    received: amountSchema.optional().describe('What arrived, in the asset it arrived in.'),
    refundable: amountSchema.optional().describe('What may still go back: received less refunds.'),
    isLate: z.boolean().optional().describe('It was paid after the payer’s time was over.'),
    fee: amountSchema.optional().describe('What the provider took of it; shown to staff.'),
    reason: z.string().optional(),
    provider: z.string().optional().describe('Shown to staff.'),
    workItemId: uuid.optional().describe('Shown to staff.'),
    expiresAt: instant,
    createdAt: instant,
    changedAt: instant,
  })
  .meta({ id: 'CryptoDeposit', description: 'Money put on an account by crypto.' });

const params = z.strictObject({ depositId: uuid });
const search = z.strictObject({
  ...pageQuery,
  status: z.enum(cryptoDepositStatuses).optional(),
  accountId: uuid.optional(),
});

/** Deposits by crypto. */
export const cryptoDepositRoutes = (http: CryptoHttp): readonly Route[] => [
  defineRoute({
    ...commandRoute,
    tag,
    idempotency: 'required',
    path: '/v1/crypto-deposits',
    operationId: 'createCryptoDeposit',
    summary: 'Put money on an account by crypto',
    description:
      'Answered before the provider is asked: read the deposit until it is `open`, which says where the payer pays, or has ended.',
    permission: 'payment:create',
    request: { body: depositBody },
    responses: {
      200: { description: 'It had been announced before; as it is now.', schema: depositResource },
      201: { description: 'Announced; the provider is being asked.', schema: depositResource },
    },
    problems: [
      'not_found',
      'mandate_missing',
      'crypto_deposit_exists_with_different_content',
      'crypto_asset_not_supported',
      'crypto_amount_too_fine',
      ...bookingProblems,
    ],
    handle: (request) => withReplay(http.services, request, () => create(http, request)),
  }),
  defineRoute({
    ...readRoute,
    tag,
    path: '/v1/crypto-deposits',
    operationId: 'listCryptoDeposits',
    summary: 'List crypto deposits, newest first',
    description: 'A customer is shown those of accounts it has a mandate on.',
    permission: 'payment:read',
    request: { query: search },
    responses: { 200: { description: 'Deposits.', schema: pageSchema(depositResource) } },
    problems: [],
    handle: (request) => list(http, request),
  }),
  defineRoute({
    ...readRoute,
    tag,
    path: '/v1/crypto-deposits/:depositId',
    operationId: 'getCryptoDeposit',
    summary: 'Get a crypto deposit',
    permission: 'payment:read',
    request: { params },
    responses: { 200: { description: 'The deposit.', schema: depositResource } },
    problems: ['not_found'],
    handle: (request) => get(http, request),
  }),
];

const create = async (
  http: CryptoHttp,
  request: ApiRequest<unknown, unknown, z.output<typeof depositBody>>,
): Promise<ApiAnswer> => {
  const { principal, tenantId, body, idempotency } = request;
  const { depositId: given, amount: written, accountId } = body;
  await http.access.require(principal, accountId, 'operate');
  const terms = await http.accounts.find(tenantId, accountId);
  if (terms === undefined) throw new ProblemError('not_found', { about: { sought: accountId } });
  const day = http.entities.bookingDay(tenantId, terms.entity);
  const { asset, amountMinor } = await parseAssetAmount(http.assets, tenantId, written, '/body/amount', day);
  const amount = await amountWriter(http.assets, tenantId, [asset]);
  // Derived from the key, so that a request repeated under it asks for the money once also where the answer was never stored.
  const depositId =
    given ??
    (idempotency === undefined
      ? http.services.newId()
      : derivedUuid('crypto-deposit-of-key', tenantId, principal.id, idempotency.key));
  const show = (deposit: CryptoDeposit) => showDeposit(deposit, { amount, isOfCustomer: isCustomer(principal) });
  const how = { status: 201, show, problems: http.problems, amount } as const;
  const data = { depositId, accountId, asset, amountMinor };
  const answer = await answerCommand(http.services, request, http.createCryptoDeposit, data, how);
  return adopting(http, request, cryptoDepositSagaId(depositId), answer);
};

const get = async (http: CryptoHttp, request: ApiRequest<z.output<typeof params>>): Promise<ApiAnswer> => {
  const { tenantId, principal } = request;
  const { depositId } = request.params;
  const deposit = await http.reads.deposit(tenantId, depositId);
  if (deposit.status === 'unknown') throw new ProblemError('not_found', { about: { sought: depositId } });
  await http.access.require(principal, deposit.accountId, 'view');
  const [amount, remainder] = await Promise.all([
    amountWriter(http.assets, tenantId, assetsOf(deposit)),
    http.remainder(tenantId, depositId),
  ]);
  const body = showDeposit(deposit, { amount, isOfCustomer: isCustomer(principal), remainder });
  return { status: 200, body };
};

const list = (http: CryptoHttp, request: ApiRequest<unknown, z.output<typeof search>>): Promise<ApiAnswer> =>
  answerList(http, request, {
    list: 'crypto-deposits',
    read: http.reads.list,
    assetsOf,
    show: (deposit, amount) => showDeposit(deposit, { amount, isOfCustomer: isCustomer(request.principal) }),
  });

const assetsOf = ({ asset, receivedAsset = asset }: CryptoDeposit): readonly string[] => [asset, receivedAsset];

const showDeposit = (
  deposit: CryptoDeposit,
  {
    amount,
    isOfCustomer,
    remainder,
  }: { readonly amount: ShowAmount; readonly isOfCustomer: boolean; readonly remainder?: Remainder },
): unknown => {
  const { asset, receivedAsset = asset, receivedMinor, feeMinor, reason, workItemId, status, url, isLate } = deposit;
  // A customer is told why nothing came, and not why the bank looks at his money.
  const isToBeTold = !isOfCustomer || status !== 'suspended';
  const left = receivedMinor === undefined || remainder === undefined ? undefined : leftOf(remainder, receivedMinor);
  return {
    depositId: deposit.depositId,
    status,
    accountId: deposit.accountId,
    amount: amount(asset, deposit.amountMinor),
    ...(url === undefined || status !== 'open' ? {} : { checkoutUrl: url }),
    ...(receivedMinor === undefined ? {} : { received: amount(receivedAsset, receivedMinor) }),
    ...(left === undefined || status !== 'credited' ? {} : { refundable: amount(asset, left) }),
    ...(isLate === undefined ? {} : { isLate }),
    ...(feeMinor === undefined || isOfCustomer ? {} : { fee: amount(receivedAsset, feeMinor) }),
    ...(reason === undefined || !isToBeTold ? {} : { reason }),
    ...(isOfCustomer ? {} : { provider: deposit.provider }),
    ...(workItemId === undefined || isOfCustomer ? {} : { workItemId }),
    expiresAt: deposit.expiresAt,
    createdAt: deposit.createdAt,
    changedAt: deposit.changedAt,
  };
};
