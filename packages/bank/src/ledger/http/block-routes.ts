import { requireStaff } from '@finaegis/platform/auth/access';
import { uuid } from '@finaegis/platform/http/amount';
import { answerCommand, withReplay } from '@finaegis/platform/http/command-route';
import { throwProblem } from '@finaegis/platform/http/problem';
import { type ApiRequest, commandRoute, defineRoute, type Route, readRoute } from '@finaegis/platform/http/route';
import { z } from 'zod';
import { blockResource, blockTerms, blockToPlace, showBlocks } from '../block-on-wire.ts';
import { accountId, ownId } from './fields.ts';
import type { LedgerHttp } from './ledger-http.ts';
import { ledgerProblems } from './problems.ts';

const accountParams = z.strictObject({ accountId });
const blockParams = z.strictObject({ accountId, blockId: uuid });
const tag = 'Ledger accounts';
const readParts = { ...readRoute, tag } as const;
const commandParts = { ...commandRoute, tag } as const;

const block = blockResource.meta({
  id: 'AccountBlock',
  description:
    'A rule that stops debits, credits or an amount; several may stand at once. Of a lifted one only the id is kept.',
});

const blockBody = z.strictObject({ id: ownId, ...blockTerms }).meta({ id: 'AccountBlockRequest' });

/** Rules that stop what an account may do. */
export const blockRoutes = (http: LedgerHttp): readonly Route[] => [
  defineRoute({
    ...commandParts,
    path: '/v1/ledger-accounts/:accountId/blocks',
    operationId: 'placeBlock',
    summary: 'Stop debits, credits or an amount',
    permission: 'ledger:block',
    request: { params: accountParams, body: blockBody },
    responses: {
      200: { description: 'It had been placed before.', schema: block },
      201: { description: 'Placed.', schema: block },
    },
    problems: [
      'account_unknown',
      'account_closed',
      'account_has_no_floor',
      'block_exists_with_different_terms',
      'staff_only',
    ],
    handle: (request) => withReplay(http.services, request, () => placeBlock(http, request)),
  }),
  defineRoute({
    ...commandParts,
    path: '/v1/ledger-accounts/:accountId/blocks/:blockId/lift',
    operationId: 'liftBlock',
    summary: 'End a block',
    permission: 'ledger:block',
    request: { params: blockParams },
    responses: { 200: { description: 'Lifted.', schema: block } },
    problems: ['account_unknown', 'block_unknown', 'staff_only'],
    handle: (request) => {
      requireStaff(request.principal);
      const { blockId } = request.params;
      return answerCommand(http.services, request, http.handlers.liftBlock, request.params, {
        status: 200,
        show: () => ({ blockId, status: 'lifted' }),
        problems: ledgerProblems,
      });
    },
  }),
  defineRoute({
    ...readParts,
    path: '/v1/ledger-accounts/:accountId/blocks',
    operationId: 'listBlocks',
    summary: 'List the blocks that stand on an account',
    permission: 'ledger:block',
    request: { params: accountParams },
    responses: {
      200: {
        description: 'Blocks, in the order they were placed.',
        schema: z.object({ items: z.array(block) }),
      },
    },
    problems: ['not_found', 'staff_only'],
    handle: async ({ principal, tenantId, params }) => {
      // Why an account is blocked may be a secret before the customer: telling of a suspicion is an offence.
      requireStaff(principal);
      const account = await http.reads.account(tenantId, params.accountId);
      if (account.status === 'unknown') return throwProblem('not_found');
      return { status: 200, body: { items: await showBlocks(http.assets, tenantId, account.blocks) } };
    },
  }),
];

const placeBlock = async (
  http: LedgerHttp,
  request: ApiRequest<z.output<typeof accountParams>, unknown, z.output<typeof blockBody>>,
) => {
  const { principal, tenantId, body, params } = request;
  requireStaff(principal);
  const { id: blockId = http.services.newId(), ...terms } = body;
  const { command, show } = await blockToPlace(http.assets, tenantId, { ...params, blockId, ...terms });
  return answerCommand(http.services, request, http.handlers.placeBlock, command, {
    status: 201,
    show,
    problems: ledgerProblems,
  });
};
