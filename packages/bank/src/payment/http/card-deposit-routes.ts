import { derivedUuid } from '@finaegis/kernel/id';
import { isCustomer } from '@finaegis/platform/auth/access';
import { amountSchema, instant, uuid } from '@finaegis/platform/http/amount';
import { answerCommand, withReplay } from '@finaegis/platform/http/command-route';
import { pageSchema } from '@finaegis/platform/http/cursor';
import { ProblemError } from '@finaegis/platform/http/problem';
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
import { type CardDeposit, cardDepositStatuses } from '../card-deposit/card-deposit.ts';
import { cardDepositSagaId, methodToken } from '../card-deposit/commands.ts';
import type { NextAction } from '../card-provider.ts';
import { leftOf, type Remainder } from '../refund/remainder.ts';
import type { CardHttp } from './card-http.ts';
import { answerList, cardQuery, ofAsset } from './lists.ts';
import { adopting } from './payment-http.ts';
import { bookingProblems } from './problems.ts';

const tag = 'Card deposits';

const depositBody = z
  .strictObject({
    depositId: uuid.optional().describe('Yours; asked again with the same content it is the same deposit.'),
    accountId: uuid,
    amount: amountSchema,
    paymentMethod: methodToken
      .optional()
      .describe('The card provider’s token of a card; without it the payer chooses on the provider’s own form.'),
    saveMethod: z.boolean().default(false).describe('Keep the card for later deposits to this account.'),
  })
  .meta({ id: 'CardDepositRequest' });

const nextAction = z.union([
  z.object({ kind: z.literal('redirect'), url: z.string() }),
  z.object({ kind: z.literal('provider_script'), clientSecret: z.string() }),
]);

const depositResource = z
  .object({
    depositId: uuid,
    status: z.enum(cardDepositStatuses),
    accountId: uuid,
    amount: amountSchema,
    received: amountSchema.optional().describe('What the payer’s bank paid.'),
    refundable: amountSchema.optional().describe('What may still go back: received less refunds and disputes.'),
    fee: amountSchema.optional().describe('What the provider took for it; shown to staff.'),
    reason: z.string().optional(),
    nextAction: nextAction.optional().describe('What the payer has to do; only while it is `requires_action`.'),
    workItemId: uuid.optional().describe('Shown to staff.'),
    expiresAt: instant,
    createdAt: instant,
    changedAt: instant,
  })
  .meta({ id: 'CardDeposit', description: 'Money put on an account by card.' });

const params = z.strictObject({ depositId: uuid });
const search = z.strictObject({ ...cardQuery, status: z.enum(cardDepositStatuses).optional() });

/** Deposits by card. */
export const cardDepositRoutes = (http: CardHttp): readonly Route[] => [
  defineRoute({
    ...commandRoute,
    tag,
    idempotency: 'required',
    path: '/v1/card-deposits',
    operationId: 'createCardDeposit',
    summary: 'Put money on an account by card',
    description:
      'Answered before the provider is asked: read the deposit until it is `requires_action`, which says what the payer has to do, or has ended.',
    permission: 'payment:create',
    request: { body: depositBody },
    responses: {
      200: { description: 'It had been announced before; as it is now.', schema: depositResource },
      201: { description: 'Announced; the provider is being asked.', schema: depositResource },
    },
    problems: [
      'not_found',
      'mandate_missing',
      'card_deposit_exists_with_different_content',
      'card_asset_not_supported',
      ...bookingProblems,
    ],
    handle: (request) => withReplay(http.services, request, () => create(http, request)),
  }),
  defineRoute({
    ...readRoute,
    tag,
    path: '/v1/card-deposits',
    operationId: 'listCardDeposits',
    summary: 'List card deposits, newest first',
    description:
      'A customer is shown those to the accounts it has a mandate on. What may still go back of one is told where it is read alone.',
    permission: 'payment:read',
    request: { query: search },
    responses: { 200: { description: 'Card deposits.', schema: pageSchema(depositResource) } },
    problems: [],
    handle: (request) => {
      const isOfCustomer = isCustomer(request.principal);
      return answerList(http, request, {
        list: 'card-deposits',
        read: http.cardReads.listDeposits,
        assetsOf: ofAsset,
        show: (deposit, amount) => showDeposit(deposit, { amount, isOfCustomer }),
      });
    },
  }),
  defineRoute({
    ...readRoute,
    tag,
    path: '/v1/card-deposits/:depositId',
    operationId: 'getCardDeposit',
    summary: 'Get a card deposit',
    permission: 'payment:read',
    request: { params },
    responses: { 200: { description: 'The deposit.', schema: depositResource } },
    problems: ['not_found'],
    handle: (request) => get(http, request),
  }),
];

const create = async (
  http: CardHttp,
  request: ApiRequest<unknown, unknown, z.output<typeof depositBody>>,
): Promise<ApiAnswer> => {
  const { principal, tenantId, body, idempotency } = request;
  const { depositId: given, amount: written, ...rest } = body;
  await http.access.require(principal, rest.accountId, 'operate');
  const terms = await http.accounts.find(tenantId, rest.accountId);
  if (terms === undefined) throw new ProblemError('not_found', { about: { sought: rest.accountId } });
  const day = http.entities.bookingDay(tenantId, terms.entity);
  const { asset, amountMinor } = await parseAssetAmount(http.assets, tenantId, written, '/body/amount', day);
  const amount = await amountWriter(http.assets, tenantId, [asset]);
  // Derived from the key, so that a request repeated under it takes the money once also where the answer was never stored.
  const depositId =
    given ??
    (idempotency === undefined
      ? http.services.newId()
      : derivedUuid('card-deposit-of-key', tenantId, principal.id, idempotency.key));
  const show = (deposit: CardDeposit) => showDeposit(deposit, { amount, isOfCustomer: isCustomer(principal) });
  const how = { status: 201, show, problems: http.problems, amount } as const;
  const data = { ...rest, depositId, asset, amountMinor };
  const answer = await answerCommand(http.services, request, http.cardHandlers.createCardDeposit, data, how);
  return adopting(http, request, cardDepositSagaId(depositId), answer);
};

const get = async (http: CardHttp, request: ApiRequest<z.output<typeof params>>): Promise<ApiAnswer> => {
  const { tenantId, principal } = request;
  const { depositId } = request.params;
  const deposit = await http.cardReads.deposit(tenantId, depositId);
  if (deposit.status === 'unknown') throw new ProblemError('not_found', { about: { sought: depositId } });
  await http.access.require(principal, deposit.accountId, 'view');
  const [amount, remainder, action] = await Promise.all([
    amountWriter(http.assets, tenantId, [deposit.asset]),
    http.cardReads.remainder(tenantId, depositId),
    actionOf(http, tenantId, deposit),
  ]);
  const body = showDeposit(deposit, { amount, isOfCustomer: isCustomer(principal), remainder, action });
  return { status: 200, body };
};

// Asked of the provider each time, since it may carry a secret that only the payer may have and that we therefore do not keep.
const actionOf = async (
  { cards }: CardHttp,
  tenantId: string,
  { status, intentId }: CardDeposit,
): Promise<NextAction | undefined> => {
  if (status !== 'requires_action' || intentId === undefined) return undefined;
  return (await cards.provider.intent({ tenantId, intentId })).nextAction;
};

const showDeposit = (
  deposit: CardDeposit,
  {
    amount,
    isOfCustomer,
    remainder,
    action,
  }: {
    readonly amount: ShowAmount;
    readonly isOfCustomer: boolean;
    readonly remainder?: Remainder;
    readonly action?: NextAction | undefined;
  },
): unknown => {
  const { asset, receivedMinor, feeMinor, reason, workItemId, status } = deposit;
  // A customer is told why a card was declined, and not why the bank looks at his money.
  const isToBeTold = !isOfCustomer || status !== 'suspended';
  const left = receivedMinor === undefined || remainder === undefined ? undefined : leftOf(remainder, receivedMinor);
  return {
    depositId: deposit.depositId,
    status,
    accountId: deposit.accountId,
    amount: amount(asset, deposit.amountMinor),
    ...(receivedMinor === undefined ? {} : { received: amount(asset, receivedMinor) }),
    ...(left === undefined || status !== 'credited' ? {} : { refundable: amount(asset, left) }),
    ...(feeMinor === undefined || isOfCustomer ? {} : { fee: amount(asset, feeMinor) }),
    ...(reason === undefined || !isToBeTold ? {} : { reason }),
    ...(action === undefined ? {} : { nextAction: action }),
    ...(workItemId === undefined || isOfCustomer ? {} : { workItemId }),
    expiresAt: deposit.expiresAt,
    createdAt: deposit.createdAt,
    changedAt: deposit.changedAt,
  };
};
