import { amountSchema, uuid } from '@finaegis/platform/http/amount';
import { answerCommand, withReplay } from '@finaegis/platform/http/command-route';
import { pageSchema } from '@finaegis/platform/http/cursor';
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
import { type CardDeposit, cardDepositStatuses } from '../card-deposit/card-deposit.ts';
import { cardDepositSagaId, methodToken } from '../card-deposit/commands.ts';
import type { NextAction } from '../card-provider.ts';
import type { CardHttp } from './card-http.ts';
import {
  askedDeposit,
  depositDoorProblems,
  depositParams,
  depositRequest,
  depositTimes,
  showDeposit,
  showingTo,
  visibleDeposit,
} from './deposit-http.ts';
import { answerList, cardQuery, ofAsset } from './lists.ts';
import { adopting } from './payment-http.ts';
import { bookingProblems } from './problems.ts';

const tag = 'Card deposits';

const depositBody = z
  .strictObject({
    ...depositRequest,
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
    ...depositTimes,
  })
  .meta({ id: 'CardDeposit', description: 'Money put on an account by card.' });

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
      ...depositDoorProblems,
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
    handle: (request) =>
      answerList(http, request, {
        list: 'card-deposits',
        read: http.cardReads.listDeposits,
        assetsOf: ofAsset,
        show: (deposit, amount) => showDeposit(deposit, showingTo(request, amount)),
      }),
  }),
  defineRoute({
    ...readRoute,
    tag,
    path: '/v1/card-deposits/:depositId',
    operationId: 'getCardDeposit',
    summary: 'Get a card deposit',
    permission: 'payment:read',
    request: { params: depositParams },
    responses: { 200: { description: 'The deposit.', schema: depositResource } },
    problems: ['not_found'],
    handle: (request) => get(http, request),
  }),
];

const create = async (
  http: CardHttp,
  request: ApiRequest<unknown, unknown, z.output<typeof depositBody>>,
): Promise<ApiAnswer> => {
  const { amount: _written, ...rest } = request.body;
  const { amount, ...asked } = await askedDeposit(http, request, request.body, 'card');
  const show = (deposit: CardDeposit) => showDeposit(deposit, showingTo(request, amount));
  const how = { status: 201, show, problems: http.problems, amount } as const;
  const data = { ...rest, ...asked };
  const answer = await answerCommand(http.services, request, http.cardHandlers.createCardDeposit, data, how);
  return adopting(http, request, cardDepositSagaId(asked.depositId), answer);
};

const get = async (http: CardHttp, request: ApiRequest<z.output<typeof depositParams>>): Promise<ApiAnswer> => {
  const { tenantId, params } = request;
  const deposit = await visibleDeposit(http, request, http.cardReads.deposit);
  const [amount, remainder, action] = await Promise.all([
    amountWriter(http.assets, tenantId, [deposit.asset]),
    http.cardReads.remainder(tenantId, params.depositId),
    actionOf(http, tenantId, deposit),
  ]);
  const shown = showDeposit(deposit, { ...showingTo(request, amount), remainder });
  return { status: 200, body: { ...shown, ...(action === undefined ? {} : { nextAction: action }) } };
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
