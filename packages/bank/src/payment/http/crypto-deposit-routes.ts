import { amountSchema, uuid } from '@finaegis/platform/http/amount';
import { answerCommand, withReplay } from '@finaegis/platform/http/command-route';
import { pageQuery, pageSchema } from '@finaegis/platform/http/cursor';
import { defineProblems, type ProblemTable } from '@finaegis/platform/http/problem';
import {
  type ApiAnswer,
  type ApiRequest,
  commandRoute,
  defineRoute,
  type Route,
  readRoute,
} from '@finaegis/platform/http/route';
import { z } from 'zod';
import { amountWriter } from '../../asset/contract.ts';
import type { LedgerRefusal } from '../../ledger/contract.ts';
import type { CardReads } from '../card-reads.ts';
import { type CreateCryptoDepositHandler, cryptoDepositSagaId } from '../crypto-deposit/commands.ts';
import {
  type CryptoDeposit,
  type CryptoDepositRefusal,
  cryptoDepositStatuses,
} from '../crypto-deposit/crypto-deposit.ts';
import type { CryptoReads } from '../crypto-reads.ts';
import {
  askedDeposit,
  depositDoorProblems,
  depositParams,
  depositRequest,
  depositTimes,
  type Showing,
  showDeposit,
  showingTo,
  visibleDeposit,
} from './deposit-http.ts';
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

const depositBody = z.strictObject(depositRequest).meta({ id: 'CryptoDepositRequest' });

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
    ...depositTimes,
  })
  .meta({ id: 'CryptoDeposit', description: 'Money put on an account by crypto.' });

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
      ...depositDoorProblems,
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
    request: { params: depositParams },
    responses: { 200: { description: 'The deposit.', schema: depositResource } },
    problems: ['not_found'],
    handle: (request) => get(http, request),
  }),
];

const create = async (
  http: CryptoHttp,
  request: ApiRequest<unknown, unknown, z.output<typeof depositBody>>,
): Promise<ApiAnswer> => {
  const { amount, ...asked } = await askedDeposit(http, request, request.body, 'crypto');
  const show = (deposit: CryptoDeposit) => showCrypto(deposit, showingTo(request, amount));
  const how = { status: 201, show, problems: http.problems, amount } as const;
  const data = { accountId: request.body.accountId, ...asked };
  const answer = await answerCommand(http.services, request, http.createCryptoDeposit, data, how);
  return adopting(http, request, cryptoDepositSagaId(asked.depositId), answer);
};

const get = async (http: CryptoHttp, request: ApiRequest<z.output<typeof depositParams>>): Promise<ApiAnswer> => {
  const { tenantId, params } = request;
  const deposit = await visibleDeposit(http, request, http.reads.deposit);
  const [amount, remainder] = await Promise.all([
    amountWriter(http.assets, tenantId, assetsOf(deposit)),
    http.remainder(tenantId, params.depositId),
  ]);
  return { status: 200, body: showCrypto(deposit, { ...showingTo(request, amount), remainder }) };
};

const list = (http: CryptoHttp, request: ApiRequest<unknown, z.output<typeof search>>): Promise<ApiAnswer> =>
  answerList(http, request, {
    list: 'crypto-deposits',
    read: http.reads.list,
    assetsOf,
    show: (deposit, amount) => showCrypto(deposit, showingTo(request, amount)),
  });

const assetsOf = ({ asset, receivedAsset = asset }: CryptoDeposit): readonly string[] => [asset, receivedAsset];

const showCrypto = (deposit: CryptoDeposit, showing: Showing) => {
  const { url, status, isLate, provider } = deposit;
  return {
    ...showDeposit(deposit, showing),
    ...(url === undefined || status !== 'open' ? {} : { checkoutUrl: url }),
    ...(isLate === undefined ? {} : { isLate }),
    ...(showing.isOfCustomer ? {} : { provider }),
  };
};
