import type { CommandHandler } from '@finaegis/platform/command/handler';
import { assetCode, text } from '@finaegis/platform/http/amount';
import { z } from 'zod';
import { statementCycles } from './events.ts';
import { type ProductRefusal, type PublishProduct, productAggregate, publishProduct } from './product.ts';

/** Name of a product. */
export const productName = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower case letters, digits and single dashes')
  .max(32)
  .meta({ examples: ['current'] });

/** A version of a product as plain JSON. */
export const publishProductSchema: z.ZodType<PublishProduct> = z.strictObject({
  product: productName,
  version: z.int().min(1).max(10_000),
  name: text(100),
  statementCycle: z.enum(statementCycles),
  allowsOverdraft: z.boolean(),
  assets: z.array(assetCode).min(1).max(100).optional(),
});

/** Publishes the next version of a product; accounts opened under an earlier one keep it. */
export const publishProductHandler = (): CommandHandler<PublishProduct, undefined, PublishProduct, ProductRefusal> => ({
  name: 'account.PublishProduct',
  schema: publishProductSchema,
  permission: 'product:publish',
  loads: ({ product }) => ({ streams: [{ aggregate: productAggregate, id: product }] }),
  decide: (loaded, data) => publishProduct(loaded.stream(productAggregate, data.product).state, data),
  result: (loaded, { product, version }) => {
    const terms = loaded.stream(productAggregate, product).state.find((one) => one.version === version);
    if (terms === undefined) throw new Error(`Version ${version} of ${product} was accepted and is not there.`);
    return { product, ...terms };
  },
});
