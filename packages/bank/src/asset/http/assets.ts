import { ASSET_KINDS, type AssetKind } from '@finaegis/kernel/asset';
import { requireStaff } from '@finaegis/platform/auth/access';
import { platformTenantId } from '@finaegis/platform/auth/principal';
import { inTransaction } from '@finaegis/platform/database/transaction';
import { assetCode, isoDate } from '@finaegis/platform/http/amount';
import { answerCommand } from '@finaegis/platform/http/command-route';
import { decodeCursor, pageOf, pageQuery, pageSchema } from '@finaegis/platform/http/cursor';
import { throwProblem } from '@finaegis/platform/http/problem';
import { type ApiRequest, defineRoute, type Route } from '@finaegis/platform/http/route';
import type { Services } from '@finaegis/platform/services';
import { z } from 'zod';
import { isActive } from '../asset/amount.ts';
import type { AssetCommands } from '../commands.ts';
import { type AssetDirectory, type AssetFacts, registerAssetSchema } from '../contract.ts';
import { type AssetRow, listAssets } from '../views/assets.ts';
import { assetProblems } from './problems.ts';

const kinds = z.enum(ASSET_KINDS as [AssetKind, ...AssetKind[]]);

const assetOnWire = z
  .object({
    code: assetCode,
    kind: kinds,
    decimals: z.int().min(0).max(18).describe('Fraction digits of one unit; never changes.'),
    name: z.string(),
    activeFrom: isoDate.optional().describe('The first day on which it may be booked; always when absent.'),
    activeTo: isoDate.optional().describe('The first day on which it may no longer be booked; never ends when absent.'),
    isActive: z.boolean().describe('Whether it may be booked today.'),
    registry: z.enum(['platform', 'tenant']).describe('Whether every tenant knows it, or only yours.'),
  })
  .meta({ id: 'Asset', description: 'What is counted: a currency, a coin, a metal, anything with fixed decimals.' });

const codeParams = z.strictObject({ code: assetCode });
const commonParts = { tag: 'Assets', permission: 'asset:read', rateClass: 'read', idempotency: 'none' } as const;
const commandParts = {
  tag: 'Assets',
  permission: 'asset:write',
  rateClass: 'write',
  idempotency: 'optional',
  supportsDryRun: true,
} as const;

/** Routes of the registry of assets. */
export const assetRoutes = (
  services: Services,
  directory: AssetDirectory,
  commands: AssetCommands,
): readonly Route[] => {
  const show = (facts: AssetRow & { readonly tenantId: string }) => onWire(facts, directory.today());
  return [
    defineRoute({
      ...commonParts,
      method: 'GET',
      path: '/v1/assets',
      operationId: 'listAssets',
      summary: 'List assets by code',
      request: {
        query: z.strictObject({
          ...pageQuery,
          kind: kinds.optional(),
          activeOn: isoDate.optional().describe('Only those that may be booked on this day.'),
        }),
      },
      responses: {
        200: { description: "The tenant's own assets and the platform's.", schema: pageSchema(assetOnWire) },
      },
      problems: [],
      handle: async ({ tenantId, query }) => {
        const scope = { list: 'assets', epoch: services.positions.epoch };
        const [afterCode] =
          query.cursor === undefined ? [undefined] : decodeCursor(query.cursor, scope, z.tuple([z.string()]));
        const tenantIds: [string, ...string[]] = [tenantId, platformTenantId];
        const found = await inTransaction(
          services.readPool,
          { tenants: [...new Set(tenantIds)].sort(), readOnly: true },
          (tx) =>
            listAssets(tx, {
              tenantIds,
              kind: query.kind,
              activeOn: query.activeOn,
              afterCode,
              limit: query.limit + 1,
            }),
        );
        return {
          status: 200,
          body: pageOf(found, { limit: query.limit, scope, positionOf: ({ code }: AssetFacts) => [code], show }),
        };
      },
    }),
    defineRoute({
      ...commonParts,
      method: 'GET',
      path: '/v1/assets/:code',
      operationId: 'getAsset',
      summary: 'Get one asset',
      request: { params: codeParams },
      responses: { 200: { description: 'The asset.', schema: assetOnWire } },
      problems: ['asset_unknown'],
      handle: async ({ tenantId, params: { code } }) => {
        const found = await directory.get(tenantId, code);
        return { status: 200, body: show(found ?? throwProblem('asset_unknown', { facts: { asset: code } })) };
      },
    }),
    ...commandRoutes(services, commands, show),
  ];
};

const commandRoutes = (
  services: Services,
  commands: AssetCommands,
  show: (facts: AssetFacts) => unknown,
): readonly Route[] => {
  const how = (status: 200 | 201, { tenantId }: Pick<ApiRequest, 'tenantId'>) => ({
    status,
    show: (row: AssetRow) => show({ ...row, tenantId }),
    problems: assetProblems,
  });
  return [
    defineRoute({
      ...commandParts,
      method: 'POST',
      path: '/v1/assets',
      operationId: 'registerAsset',
      summary: 'Register an asset of your own',
      description:
        'Code, kind and decimals never change afterwards. The same again is answered with the asset as it is.',
      request: { body: registerAssetSchema },
      responses: {
        200: { description: 'It had been registered before.', schema: assetOnWire },
        201: { description: 'Registered.', schema: assetOnWire },
      },
      problems: ['staff_only', 'asset_exists_with_different_facts', 'asset_code_reserved', 'asset_kind_reserved'],
      handle: (request) => {
        requireStaff(request.principal);
        return answerCommand(services, request, commands.registerAsset, request.body, how(201, request));
      },
    }),
    defineRoute({
      ...commandParts,
      method: 'POST',
      path: '/v1/assets/:code/deactivation',
      operationId: 'deactivateAsset',
      summary: 'End an asset on a day',
      description: 'From that day on it may not be booked. Until it has come the day may be moved.',
      request: {
        params: codeParams,
        body: z.strictObject({ activeTo: isoDate.describe('The first day on which it may no longer be booked.') }),
      },
      responses: { 200: { description: 'The asset as it is now.', schema: assetOnWire } },
      problems: [
        'staff_only',
        'asset_unknown',
        'asset_code_reserved',
        'asset_already_inactive',
        'deactivation_in_past',
      ],
      handle: (request) => {
        requireStaff(request.principal);
        const command = { code: request.params.code, activeTo: request.body.activeTo };
        return answerCommand(services, request, commands.deactivateAsset, command, how(200, request));
      },
    }),
  ];
};

const onWire = (
  { code, kind, decimals, name, activeFrom, activeTo, tenantId }: AssetFacts,
  today: string,
): z.output<typeof assetOnWire> => ({
  code,
  kind,
  decimals,
  name,
  ...(activeFrom === undefined ? {} : { activeFrom }),
  ...(activeTo === undefined ? {} : { activeTo }),
  isActive: isActive(
    { ...(activeFrom === undefined ? {} : { activeFrom }), ...(activeTo === undefined ? {} : { activeTo }) },
    today,
  ),
  registry: tenantId === platformTenantId ? 'platform' : 'tenant',
});
