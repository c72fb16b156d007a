import { requireStaff } from '@finaegis/platform/auth/access';
import { amountSchema, text, uuid } from '@finaegis/platform/http/amount';
import { answerCommand, withReplay } from '@finaegis/platform/http/command-route';
import { ProblemError } from '@finaegis/platform/http/problem';
import { type ApiRequest, commandRoute, defineRoute, type Route, readRoute } from '@finaegis/platform/http/route';
import { z } from 'zod';
import { amountWriter, parseAssetAmount } from '../../asset/contract.ts';
import { bankDay } from '../entity-on-wire.ts';
import type { Incoming } from '../incoming/incoming.ts';
import { accountId, incomingResource, ownId } from './fields.ts';
import { bookingDay, type LedgerHttp } from './ledger-http.ts';
import { incomingProblems, ledgerProblems } from './problems.ts';
import { showIncoming } from './show.ts';

const incomingParams = z.strictObject({ announcementId: uuid });
const tag = 'Incoming announcements';
const commandParts = { ...commandRoute, tag, permission: 'ledger:announce', idempotency: 'required' } as const;
const answers = { 200: { description: 'The announcement as it is now.', schema: incomingResource } };

const announceBody = z
  .strictObject({
    id: ownId,
    account: accountId,
    amount: amountSchema,
    expectedOn: bankDay.optional().describe('The day it is expected on; only told, never acted upon.'),
    reference: text(35).optional().describe('By which whoever sends the money knows it.'),
  })
  .meta({ id: 'IncomingRequest' });

/** Money that is on its way: announced, taken back, looked at. A journal that names it books it. */
export const incomingRoutes = (http: LedgerHttp): readonly Route[] => [
  defineRoute({
    ...commandParts,
    path: '/v1/incoming-announcements',
    operationId: 'announceIncoming',
    summary: 'Say that money is on its way to an account',
    description:
      'It is shown as `heldIn` of the account, never spendable and never posted, until a journal names it in `fulfils` or it is withdrawn.',
    request: { body: announceBody },
    responses: {
      200: { description: 'It had been announced before; as it is now.', schema: incomingResource },
      201: { description: 'Announced.', schema: incomingResource },
    },
    problems: [...incomingProblems, 'staff_only'],
    handle: (request) => withReplay(http.services, request, () => announce(http, request)),
  }),
  defineRoute({
    ...commandParts,
    path: '/v1/incoming-announcements/:announcementId/withdraw',
    operationId: 'withdrawAnnouncement',
    summary: 'Say that it is not coming',
    request: { params: incomingParams },
    responses: answers,
    problems: [...incomingProblems, 'staff_only'],
    handle: (request) => withdraw(http, request),
  }),
  defineRoute({
    ...readRoute,
    tag,
    permission: 'ledger:read',
    path: '/v1/incoming-announcements/:announcementId',
    operationId: 'getIncomingAnnouncement',
    summary: 'Get an announcement',
    request: { params: incomingParams },
    responses: answers,
    problems: ['announcement_unknown', 'not_found'],
    handle: async ({ principal, tenantId, params }) => {
      const incoming = await requireIncoming(http, tenantId, params.announcementId);
      await http.access.require(principal, incoming.account, 'view');
      const amount = await amountWriter(http.assets, tenantId, [incoming.asset]);
      return { status: 200, body: showIncoming(incoming, amount) };
    },
  }),
];

/** @throws ProblemError `announcement_unknown` */
const requireIncoming = async ({ reads }: LedgerHttp, tenantId: string, announcementId: string): Promise<Incoming> => {
  const incoming = await reads.incoming(tenantId, announcementId);
  if (incoming.status === 'unknown') throw new ProblemError('announcement_unknown', { facts: { announcementId } });
  return incoming;
};

const announce = async (http: LedgerHttp, request: ApiRequest<unknown, unknown, z.output<typeof announceBody>>) => {
  const { principal, tenantId, body } = request;
  requireStaff(principal);
  const { id, account, amount: written, ...terms } = body;
  const day = bookingDay(http, tenantId, [account]);
  const { asset, amountMinor } = await parseAssetAmount(http.assets, tenantId, written, '/body/amount', day);
  const amount = await amountWriter(http.assets, tenantId, [asset]);
  const command = { ...terms, announcementId: id ?? http.services.newId(), account, asset, amountMinor };
  return answerCommand(http.services, request, http.handlers.announceIncoming, command, {
    status: 201,
    show: (incoming) => showIncoming(incoming, amount),
    problems: ledgerProblems,
  });
};

const withdraw = async (http: LedgerHttp, request: ApiRequest<z.output<typeof incomingParams>>) => {
  const { principal, tenantId, params } = request;
  requireStaff(principal);
  const incoming = await requireIncoming(http, tenantId, params.announcementId);
  const amount = await amountWriter(http.assets, tenantId, [incoming.asset]);
  return answerCommand(http.services, request, http.handlers.withdrawAnnouncement, params, {
    status: 200,
    show: (withdrawn) => showIncoming(withdrawn, amount),
    problems: ledgerProblems,
  });
};
