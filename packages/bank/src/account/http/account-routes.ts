import { parseIban } from '@finaegis/kernel/iban';
import { derivedUuid } from '@finaegis/kernel/id';
import { requireStaff } from '@finaegis/platform/auth/access';
import type { Transaction } from '@finaegis/platform/database/transaction';
import { assetCode, text, uuid } from '@finaegis/platform/http/amount';
import { answerCommand } from '@finaegis/platform/http/command-route';
import { type CursorScope, decodeCursor, pageOf, pageQuery, pageSchema } from '@finaegis/platform/http/cursor';
import { throwProblem } from '@finaegis/platform/http/problem';
import {
  type ApiAnswer,
  type ApiRequest,
  commandRoute,
  defineRoute,
  type Route,
  readRoute,
} from '@finaegis/platform/http/route';
import { read } from '@finaegis/platform/services';
import { z } from 'zod';
import { amountWriter, type ShowAmount } from '../../asset/contract.ts';
import { entityName } from '../../ledger/contract.ts';
import { productName } from '../product/commands.ts';
import { type AccountFilter, listAccounts } from '../views/account-list.ts';
import { type AccountRow, findAccounts } from '../views/accounts.ts';
import { identifiersOf } from '../views/identifiers.ts';
import { type AccountHttp, requireVisible } from './account-http.ts';
import { accountOpening, accountParams, accountResource, showOpened, showRow } from './account-resource.ts';
import { openingProblems } from './problems.ts';

const tag = 'Accounts';
const commandParts = { ...commandRoute, tag } as const;
const readParts = { ...readRoute, tag, permission: 'account:read' } as const;

const search = z.strictObject({
  ...pageQuery,
  entity: entityName.optional(),
  product: productName.optional(),
  status: z.enum(['open', 'closed']).optional(),
  asset: assetCode.optional(),
  partyId: uuid.optional().describe('A holder.'),
  identifier: text(100).optional().describe('A whole local number, IBAN (in any spacing) or external reference.'),
});

/** Opening, closing and finding accounts. */
export const accountRoutes = (http: AccountHttp): readonly Route[] => [
  defineRoute({
    ...commandParts,
    path: '/v1/accounts',
    operationId: 'openAccount',
    personalData: 'known',
    summary: 'Open an account',
    description:
      'In one commit: the account, its numbers, its place in the ledger and a mandate for each holder. The same id with the same content is answered with the account as it is now.',
    permission: 'account:open',
    request: { body: accountOpening },
    responses: {
      200: { description: 'It had been opened before.', schema: accountResource },
      201: { description: 'Opened.', schema: accountResource },
    },
    problems: ['staff_only', ...openingProblems],
    handle: (request) => open(http, request),
  }),
  defineRoute({
    ...readParts,
    path: '/v1/accounts',
    operationId: 'listAccounts',
    personalData: 'shown',
    summary: 'List and search accounts, newest first',
    description: 'A customer is shown the accounts it has a mandate on.',
    request: { query: search },
    responses: { 200: { description: 'Accounts.', schema: pageSchema(accountResource) } },
    problems: [],
    handle: (request) => list(http, request),
  }),
  defineRoute({
    ...readParts,
    path: '/v1/accounts/:accountId',
    operationId: 'getAccount',
    personalData: 'shown',
    summary: 'Get an account',
    request: { params: accountParams },
    responses: { 200: { description: 'The account.', schema: accountResource } },
    problems: ['not_found'],
    handle: async (request) => {
      const { tenantId, params } = request;
      await requireVisible(http, request, params.accountId);
      const [row] = await read(http.services, tenantId, (tx) => findAccounts(tx, tenantId, [params.accountId]));
      const [shown] = await showAll(http, tenantId, row === undefined ? [] : [row]);
      return { status: 200, body: shown ?? throwProblem('not_found') };
    },
  }),
  defineRoute({
    ...commandParts,
    path: '/v1/accounts/:accountId/closing',
    operationId: 'closeAccount',
    personalData: 'shown',
    summary: 'Close an account',
    description: 'Only at zero in every asset, with nothing held. Its numbers are never given to another.',
    permission: 'account:close',
    request: { params: accountParams },
    responses: { 200: { description: 'Closed.', schema: accountResource } },
    problems: ['staff_only', 'account_unknown', 'account_not_empty'],
    handle: (request) => close(http, request),
  }),
];

const open = (
  { services, handlers, problems }: AccountHttp,
  request: ApiRequest<unknown, unknown, z.output<typeof accountOpening>>,
): Promise<ApiAnswer> => {
  requireStaff(request.principal);
  const { accountId = services.newId(), holders, ...rest } = request.body;
  const command = {
    ...rest,
    accountId,
    // Derived, so that the same opening asked for again grants the same mandates.
    holders: holders.map((holder) => ({ ...holder, mandateId: derivedUuid('holder', accountId, holder.partyId) })),
  };
  return answerCommand(services, request, handlers.openAccount, command, { status: 201, show: showOpened, problems });
};

/** An asset that a refusal speaks of and whose decimals were not read before it. */
class AssetNotRead extends Error {
  readonly asset: string;

  constructor(asset: string) {
    super(`The decimals of ${asset} were not read.`);
    this.asset = asset;
  }
}

/** @param met assets met since the balances were read */
const close = async (
  http: AccountHttp,
  request: ApiRequest<z.output<typeof accountParams>>,
  met: readonly string[] = [],
): Promise<ApiAnswer> => {
  const { tenantId, params, principal } = request;
  requireStaff(principal);
  const balances = await http.ledger.reads.balances(tenantId, params.accountId);
  const assets = new Set([...balances.map(({ asset }) => asset), ...met]);
  const written = await amountWriter(http.assets, tenantId, assets);
  const amount: ShowAmount = (asset, amountMinor) => {
    if (!assets.has(asset)) throw new AssetNotRead(asset);
    return written(asset, amountMinor);
  };
  const how = { status: 200, show: showOpened, problems: http.problems, amount } as const;
  try {
    return await answerCommand(http.services, request, http.handlers.closeAccount, params, how);
  } catch (error) {
    // First booked between our reading and the lock. Nothing was decided, so it is asked again; each time knows an asset more.
    if (error instanceof AssetNotRead && !assets.has(error.asset)) return close(http, request, [...met, error.asset]);
    throw error;
  }
};

const list = async (
  http: AccountHttp,
  { principal, tenantId, query }: ApiRequest<unknown, z.output<typeof search>>,
): Promise<ApiAnswer> => {
  const { cursor, limit, identifier, ...filter } = query;
  const scope: CursorScope = { list: 'accounts', epoch: http.services.positions.epoch };
  const before =
    cursor === undefined
      ? undefined
      : BigInt(decodeCursor(cursor, scope, z.tuple([z.string().regex(/^\d{1,18}$/)]))[0]);
  const accountIds = await http.access.visibleAccounts(principal);
  const wanted: AccountFilter = { ...filter, accountIds, identifier: identifier && electronic(identifier) };
  const found = await read(http.services, tenantId, (tx) =>
    listAccounts(tx, tenantId, wanted, { before, limit: limit + 1 }),
  );
  const shown = await showAll(
    http,
    tenantId,
    found.map(({ account }) => account),
  );
  const rows = found.map(({ seq }, index) => ({ seq, item: shown[index] }));
  return {
    status: 200,
    body: pageOf(rows, { limit, scope, positionOf: ({ seq }) => [seq.toString()], show: ({ item }) => item }),
  };
};

/** An IBAN as it is stored, whatever way it is written; any other number as it is. */
const electronic = (identifier: string): string => {
  const parsed = parseIban(identifier);
  return parsed.ok ? parsed.iban : identifier;
};

const showAll = async (
  { services }: AccountHttp,
  tenantId: string,
  rows: readonly AccountRow[],
): Promise<readonly unknown[]> => {
  const [identifiers, names] = await read(services, tenantId, (tx: Transaction) =>
    Promise.all([
      identifiersOf(
        tx,
        tenantId,
        rows.map(({ accountId }) => accountId),
      ),
      services.personalData.read(
        tx,
        tenantId,
        rows.flatMap(({ name }) => (name === undefined ? [] : [name.ref])),
      ),
    ]),
  );
  return rows.map((row) => showRow(row, identifiers.get(row.accountId) ?? [], names));
};
