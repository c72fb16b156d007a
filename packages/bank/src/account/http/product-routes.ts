import { requireStaff } from '@finaegis/platform/auth/access';
import { assetCode, instant } from '@finaegis/platform/http/amount';
import { answerCommand } from '@finaegis/platform/http/command-route';
import { throwProblem } from '@finaegis/platform/http/problem';
import { commandRoute, defineRoute, type Route, readRoute } from '@finaegis/platform/http/route';
import { read } from '@finaegis/platform/services';
import { z } from 'zod';
import { entityName } from '../../ledger/contract.ts';
import { bankDetailsBody } from '../identifier/commands.ts';
import type { BankDetails } from '../identifier/identifier.ts';
import { productName, publishProductSchema } from '../product/commands.ts';
import { statementCycles } from '../product/events.ts';
import { firstProducts, type PublishProduct } from '../product/product.ts';
import { findNumbering } from '../views/numbering.ts';
import { readProducts } from '../views/products.ts';
import type { AccountHttp } from './account-http.ts';

const terms = {
  product: productName,
  version: z.int(),
  name: z.string(),
  statementCycle: z.enum(statementCycles),
  allowsOverdraft: z.boolean(),
  assets: z.array(assetCode).optional().describe('Assets its accounts may hold; absent for any.'),
};
const published = z
  .object(terms)
  .meta({ id: 'ProductVersion', description: 'Terms accounts are opened under; never changed.' });
const listed = z
  .object({
    ...terms,
    publishedAt: instant
      .optional()
      .describe('Absent for what every bank starts with, as long as nobody has opened an account under it.'),
  })
  .meta({ id: 'PublishedProductVersion' });
const versions = z.object({ items: z.array(listed) });

const bankDetails = z
  .object({
    entity: z.string(),
    country: z.string(),
    bankCode: z.string(),
    bic: z.string().optional(),
    name: z.string(),
  })
  .meta({ id: 'BankDetails', description: 'What bank an entity is to the outside.' });

const readParts = readRoute;
const commandParts = commandRoute;

const showProduct = ({ product, version, name, statementCycle, allowsOverdraft, assets }: PublishProduct): unknown => ({
  product,
  version,
  name,
  statementCycle,
  allowsOverdraft,
  ...(assets === undefined ? {} : { assets }),
});

/** Products, and the bank details of entities: what accounts are opened under. */
export const productRoutes = (http: AccountHttp): readonly Route[] => [
  defineRoute({
    ...commandParts,
    path: '/v1/products',
    operationId: 'publishProduct',
    summary: 'Publish the next version of a product',
    description: 'Accounts opened under an earlier version keep it.',
    tag: 'Products',
    permission: 'product:publish',
    request: { body: publishProductSchema },
    responses: {
      200: { description: 'It had been published before.', schema: published },
      201: { description: 'Published.', schema: published },
    },
    problems: ['staff_only', 'product_version_exists_with_different_terms', 'product_version_not_next'],
    handle: (request) => {
      requireStaff(request.principal);
      const how = { status: 201, show: showProduct, problems: http.problems } as const;
      return answerCommand(http.services, request, http.handlers.publishProduct, request.body, how);
    },
  }),
  ...[
    { path: '/v1/products', operationId: 'listProducts', summary: 'List products, newest versions first' },
    {
      path: '/v1/products/:product',
      operationId: 'getProduct',
      summary: 'Get all versions of a product, newest first',
    },
  ].map((facts) => versionsRoute(http, facts)),
  setBankDetailsRoute(http),
  defineRoute({
    ...readParts,
    path: '/v1/entities/:entity/bank-details',
    operationId: 'getBankDetails',
    summary: 'Get the bank details of an entity',
    tag: 'Entities',
    permission: 'account:read',
    request: { params: z.strictObject({ entity: entityName }) },
    responses: { 200: { description: 'Bank details.', schema: bankDetails } },
    problems: ['not_found'],
    handle: async ({ tenantId, params: { entity } }) => {
      const numbering = await read(http.services, tenantId, (tx) => findNumbering(tx, tenantId, entity));
      return { status: 200, body: numbering?.bank ?? throwProblem('not_found') };
    },
  }),
];

const versionsRoute = (
  { services }: AccountHttp,
  facts: { readonly path: string; readonly operationId: string; readonly summary: string },
): Route => {
  const isOfOne = facts.path.includes(':product');
  return defineRoute({
    ...readParts,
    ...facts,
    tag: 'Products',
    permission: 'product:read',
    request: isOfOne ? { params: z.strictObject({ product: productName }) } : {},
    responses: { 200: { description: 'Versions of products.', schema: versions } },
    problems: isOfOne ? ['not_found'] : [],
    handle: async ({ tenantId, params }) => {
      const stored = await read(services, tenantId, (tx) => readProducts(tx, tenantId, params?.product));
      const unpublished = firstProducts.filter(
        ({ product }) =>
          (params?.product ?? product) === product && !stored.some((version) => version.product === product),
      );
      const items = [...stored, ...unpublished].sort((a, b) =>
        a.product < b.product ? -1 : a.product > b.product ? 1 : 0,
      );
      if (isOfOne && items.length === 0) return throwProblem('not_found');
      return { status: 200, body: { items } };
    },
  });
};

const setBankDetailsRoute = (http: AccountHttp): Route =>
  defineRoute({
    ...commandParts,
    path: '/v1/entities/:entity/bank-details',
    operationId: 'setBankDetails',
    summary: 'Set the bank details of an entity, once',
    description: 'From then on its new accounts have IBANs. Accounts opened before keep the plain numbers they have.',
    tag: 'Entities',
    permission: 'account:bank-details',
    request: {
      params: z.strictObject({ entity: entityName }),
      body: bankDetailsBody,
    },
    responses: {
      200: { description: 'They had been set before.', schema: bankDetails },
      201: { description: 'Set.', schema: bankDetails },
    },
    problems: [
      'staff_only',
      'entity_unknown',
      'bank_code_malformed',
      'bank_code_taken',
      'bank_details_exist_with_different_terms',
    ],
    handle: (request) => {
      requireStaff(request.principal);
      const how = { status: 201, show: (details: BankDetails) => details, problems: http.problems } as const;
      const command = { entity: request.params.entity, ...request.body };
      return answerCommand(http.services, request, http.handlers.setBankDetails, command, how);
    },
  });
