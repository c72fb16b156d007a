import { requireStaff } from '@finaegis/platform/auth/access';
import type { CommandHandler } from '@finaegis/platform/command/handler';
import { amountSchema, instant, signedAmountSchema, text, uuid } from '@finaegis/platform/http/amount';
import { answerCommand } from '@finaegis/platform/http/command-route';
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
import { amountWriter, type ShowAmount } from '../../asset/contract.ts';
import { movementKinds } from '../card-provider.ts';
import { disputeSagaId } from '../dispute/commands.ts';
import { type Dispute, type DisputeRefusal, disputeStatuses } from '../dispute/dispute.ts';
import { explain, unexplainedOf } from '../explained.ts';
import type { CardPayoutBooking } from '../payout/payout.ts';
import { code } from '../terms.ts';
import type { CardHttp } from './card-http.ts';
import { answerList, cardQuery, ofAsset } from './lists.ts';
import { adopting } from './payment-http.ts';
import { bookingProblems } from './problems.ts';

const tag = 'Disputes';
const commandParts = { ...commandRoute, tag } as const;

const disputeResource = z
  .object({
    disputeId: uuid,
    status: z.enum(disputeStatuses),
    paymentId: uuid.describe('The card deposit it is about.'),
    accountId: z.string(),
    amount: amountSchema,
    reason: z.string(),
    dueAt: instant.optional().describe('Until when evidence is taken.'),
    withdrawn: amountSchema.describe('What the provider took from us for it.'),
    fee: amountSchema,
    held: amountSchema.describe('What is held on the account.'),
    hasEvidence: z.boolean(),
    answer: z.enum(['evidence', 'accept']).optional().describe('What the provider is being told.'),
    answerFailure: z.string().optional(),
    reminders: z.int().describe('How often somebody was told that the deadline comes near.'),
    proposedWriteOff: z.object({ amount: amountSchema, proposedBy: z.string() }).optional(),
    writtenOff: amountSchema.optional(),
    caseId: z.string().describe('The provider’s own name of it.'),
    workItemId: uuid,
    openedAt: instant,
    changedAt: instant,
  })
  .meta({ id: 'Dispute', description: 'A payer’s bank took a payment back; the case.' });

const evidenceBody = z
  .strictObject({
    evidence: z
      .record(z.string().regex(/^[a-z_]{1,60}$/), text(20_000))
      .refine((parts) => Object.keys(parts).length > 0, 'must have at least one part')
      .describe('By the provider’s names of its parts: `product_description`, `receipt` (a file it has) …'),
  })
  .meta({ id: 'DisputeEvidence' });

const payoutStatuses = ['booked', 'returned'] as const;
const movement = z.object({
  movementId: z.string(),
  kind: z.enum(movementKinds),
  gross: signedAmountSchema,
  fee: signedAmountSchema,
  net: signedAmountSchema,
  subject: z.string().optional(),
  isExplained: z.boolean(),
});
const payoutResource = z
  .object({
    payoutId: uuid,
    status: z.enum(payoutStatuses),
    payoutReference: z.string(),
    bank: z.string(),
    amount: amountSchema,
    unexplained: signedAmountSchema.describe('Sum of the movements that our own books do not know.'),
    movements: z
      .array(movement)
      .optional()
      .describe('What it is made of, each held against what we booked for it; where it is read alone.'),
    bookedAt: instant,
  })
  .meta({ id: 'CardPayout', description: 'What a card provider paid out, explained to the cent.' });

const params = z.strictObject({ disputeId: uuid });
const search = z.strictObject({
  ...cardQuery,
  status: z.enum(disputeStatuses).optional(),
  paymentId: uuid.optional(),
  reason: code.optional(),
  dueBefore: instant.optional().describe('Evidence is taken no longer than this.'),
});
const { accountId: _, ...payoutQuery } = cardQuery;
const payoutSearch = z.strictObject({ ...payoutQuery, status: z.enum(payoutStatuses).optional() });
const payoutParams = z.strictObject({ payoutId: uuid });
const ofStatus = (description: string) => ({ 200: { description, schema: disputeResource } });

/** Disputes and payouts of card providers, for staff. */
export const disputeRoutes = (http: CardHttp): readonly Route[] => [
  ...lookingRoutes(http),
  defineRoute({
    ...commandParts,
    path: '/v1/disputes/:disputeId/evidence',
    operationId: 'submitDisputeEvidence',
    summary: 'Answer a dispute with evidence',
    permission: 'payment:dispute',
    request: { params, body: evidenceBody },
    responses: ofStatus('The provider is being told.'),
    problems: ['staff_only', 'not_found', 'dispute_unknown', 'dispute_not_answerable', 'dispute_answer_under_way'],
    handle: (request) => answer(http, request, { ...request.params, ...request.body }),
  }),
  defineRoute({
    ...commandParts,
    path: '/v1/disputes/:disputeId/acceptance',
    operationId: 'acceptDispute',
    summary: 'Give in to a dispute',
    permission: 'payment:dispute',
    request: { params },
    responses: ofStatus('The provider is being told.'),
    problems: ['staff_only', 'not_found', 'dispute_unknown', 'dispute_not_answerable', 'dispute_answer_under_way'],
    handle: (request) => answer(http, request, request.params),
  }),
  defineRoute({
    ...commandParts,
    path: '/v1/disputes/:disputeId/write-off-proposal',
    operationId: 'proposeDisputeWriteOff',
    summary: 'Propose to give up what an account owes of a lost dispute',
    permission: 'payment:write-off',
    request: { params },
    responses: ofStatus('Proposed; another person decides.'),
    problems: ['staff_only', 'not_found', 'dispute_unknown', 'dispute_not_lost', 'dispute_has_no_debt'],
    handle: (request) => command(http, request, http.cardHandlers.proposeWriteOff, request.params),
  }),
  defineRoute({
    ...commandParts,
    path: '/v1/disputes/:disputeId/write-off',
    operationId: 'writeOffDispute',
    summary: 'Give up what an account owes of a lost dispute',
    description: 'What was proposed, by another person than who proposed it.',
    permission: 'payment:write-off',
    request: { params },
    responses: ofStatus('Written off.'),
    problems: [
      'staff_only',
      'not_found',
      'dispute_unknown',
      'dispute_not_lost',
      'dispute_has_no_debt',
      'dispute_write_off_not_proposed',
      'proposer_may_not_write_off',
      ...bookingProblems,
    ],
    handle: (request) => command(http, request, http.cardHandlers.writeOffDispute, request.params),
  }),
];

const payoutListRoute = (http: CardHttp): Route =>
  defineRoute({
    ...readRoute,
    tag,
    path: '/v1/card-payouts',
    operationId: 'listCardPayouts',
    summary: 'List payouts of the card provider, newest first',
    permission: 'payment:work',
    request: { query: payoutSearch },
    responses: { 200: { description: 'Payouts.', schema: pageSchema(payoutResource) } },
    problems: ['staff_only'],
    handle: async (request) => {
      requireStaff(request.principal);
      return answerList(http, request, {
        list: 'card-payouts',
        read: http.cardReads.listPayouts,
        assetsOf: ofAsset,
        show: showPayout,
      });
    },
  });

const lookingRoutes = (http: CardHttp): readonly Route[] => [
  defineRoute({
    ...readRoute,
    tag,
    path: '/v1/disputes',
    operationId: 'listDisputes',
    summary: 'List disputes, newest first',
    permission: 'payment:dispute',
    request: { query: search },
    responses: { 200: { description: 'Cases.', schema: pageSchema(disputeResource) } },
    problems: ['staff_only'],
    handle: async (request) => {
      requireStaff(request.principal);
      return answerList(http, request, {
        list: 'disputes',
        read: http.cardReads.listDisputes,
        assetsOf: ofAsset,
        show: showDispute,
      });
    },
  }),
  payoutListRoute(http),
  defineRoute({
    ...readRoute,
    tag,
    path: '/v1/disputes/:disputeId',
    operationId: 'getDispute',
    summary: 'Get a dispute',
    permission: 'payment:dispute',
    request: { params },
    responses: ofStatus('The case.'),
    problems: ['staff_only', 'not_found'],
    handle: async (request) => {
      requireStaff(request.principal);
      const dispute = await found(http, request);
      return {
        status: 200,
        body: showDispute(dispute, await amountWriter(http.assets, request.tenantId, [dispute.asset])),
      };
    },
  }),
  defineRoute({
    ...readRoute,
    tag,
    path: '/v1/card-payouts/:payoutId',
    operationId: 'getCardPayout',
    summary: 'Explain a payout of the card provider to the cent',
    permission: 'payment:work',
    request: { params: payoutParams },
    responses: { 200: { description: 'The payout and its movements.', schema: payoutResource } },
    problems: ['staff_only', 'not_found'],
    handle: (request) => payout(http, request),
  }),
];

const found = async (
  { cardReads }: CardHttp,
  { tenantId, params: { disputeId } }: ApiRequest<z.output<typeof params>>,
): Promise<Dispute> => {
  const dispute = await cardReads.dispute(tenantId, disputeId);
  if (dispute.status === 'unknown') throw new ProblemError('not_found', { about: { sought: disputeId } });
  return dispute;
};

const command = async <Data, Refs>(
  http: CardHttp,
  request: ApiRequest<z.output<typeof params>>,
  handler: CommandHandler<Data, Refs, Dispute, DisputeRefusal>,
  data: Data,
): Promise<ApiAnswer> => {
  requireStaff(request.principal);
  const { asset } = await found(http, request);
  const amount = await amountWriter(http.assets, request.tenantId, [asset]);
  const how = {
    status: 200,
    show: (dispute: Dispute) => showDispute(dispute, amount),
    problems: http.problems,
    amount,
  };
  return answerCommand(http.services, request, handler, data, { ...how, status: 200 });
};

const answer = async (
  http: CardHttp,
  request: ApiRequest<z.output<typeof params>>,
  data: { readonly disputeId: string; readonly evidence?: Readonly<Record<string, string>> },
): Promise<ApiAnswer> => {
  const told = await command(http, request, http.cardHandlers.answerDispute, data);
  const { answers } = await found(http, request);
  return adopting(http, request, disputeSagaId(data.disputeId, answers), told);
};

const payout = async (http: CardHttp, request: ApiRequest<z.output<typeof payoutParams>>): Promise<ApiAnswer> => {
  requireStaff(request.principal);
  const {
    tenantId,
    params: { payoutId },
  } = request;
  const booked = await http.cardReads.payout(tenantId, payoutId);
  if (booked.status === 'unknown') throw new ProblemError('not_found', { about: { sought: payoutId } });
  const { asset, payoutReference, provider } = booked;
  const told = await http.cards.provider.payout({ tenantId, payoutId: payoutReference });
  const movements = 'kind' in told ? [] : told.movements;
  const explained = await explain({ provider, ...http.cardReads }, tenantId, movements);
  const amount = await amountWriter(http.assets, tenantId, [asset]);
  return {
    status: 200,
    body: {
      ...showPayout(booked, amount),
      unexplained: amount(asset, unexplainedOf(explained)),
      movements: explained.map(
        ({ movementId, kind, subject, isExplained, grossMinor, feeMinor, netMinor, asset: its }) => ({
          movementId,
          kind,
          ...(subject === undefined ? {} : { subject }),
          isExplained,
          gross: amount(its, grossMinor),
          fee: amount(its, feeMinor),
          net: amount(its, netMinor),
        }),
      ),
    },
  };
};

const showPayout = (booked: CardPayoutBooking, amount: ShowAmount) => {
  const { asset, payoutId, status, payoutReference, bank, bookedAt } = booked;
  return {
    payoutId,
    status,
    payoutReference,
    bank,
    amount: amount(asset, booked.amountMinor),
    unexplained: amount(asset, booked.unexplainedMinor),
    bookedAt,
  };
};

const showDispute = (dispute: Dispute, amount: ShowAmount): unknown => {
  const { asset, dueAt, answer: told, answerFailure, writtenOffMinor, evidence, proposal } = dispute;
  return {
    disputeId: dispute.disputeId,
    status: dispute.status,
    paymentId: dispute.paymentId,
    accountId: dispute.accountId,
    amount: amount(asset, dispute.amountMinor),
    reason: dispute.reason,
    ...(dueAt === undefined ? {} : { dueAt }),
    withdrawn: amount(asset, dispute.withdrawnMinor),
    fee: amount(asset, dispute.feeMinor),
    held: amount(asset, dispute.heldMinor),
    hasEvidence: evidence !== undefined,
    ...(told === undefined ? {} : { answer: told }),
    ...(answerFailure === undefined ? {} : { answerFailure }),
    reminders: dispute.reminders,
    ...(proposal === undefined
      ? {}
      : { proposedWriteOff: { amount: amount(asset, proposal.amountMinor), proposedBy: proposal.proposedBy } }),
    ...(writtenOffMinor === undefined ? {} : { writtenOff: amount(asset, writtenOffMinor) }),
    caseId: dispute.caseId,
    workItemId: dispute.workItemId,
    openedAt: dispute.openedAt,
    changedAt: dispute.changedAt,
  };
};
