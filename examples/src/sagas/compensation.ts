import { defineSaga } from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import { move, moveBack, type Pattern } from './stage.ts';

const input = z.strictObject({ buyer: z.string(), shop: z.string(), courier: z.string() });

/** What is done is taken back, last step first, when a later step is declined. A reversal of our own journal, never a negative one. */
export const compensation: Pattern = {
  name: 'compensation',
  sagas: (handlers) => [
    defineSaga<z.output<typeof input>>({
      name: 'example.delivery',
      version: 1,
      input,
      steps: [
        {
          name: 'price',
          command: ({ id, input: { buyer, shop } }) =>
            move(handlers, { journal: [id, 'price'], from: buyer, to: shop, amountMinor: '2000' }),
          undo: { command: (saga) => moveBack(handlers, saga, 'price') },
        },
        {
          name: 'freight',
          command: ({ id, input: { shop, courier } }) =>
            move(handlers, { journal: [id, 'freight'], from: shop, to: courier, amountMinor: '500' }),
          undo: { command: (saga) => moveBack(handlers, saga, 'freight') },
        },
        { name: 'deliver', run: async () => ({ kind: 'declined', code: 'address_unknown' }) },
      ],
    }),
  ],
  play: async ({ account, begin, settled, posted }) => {
    const [buyer, shop, courier] = [await account(2_000n), await account(0n), await account(0n)];
    const { status, failure } = await settled(await begin('example.delivery', buyer, { buyer, shop, courier }));
    return `${status} (${failure?.code}): ${await posted(buyer)}, ${await posted(shop)}, ${await posted(courier)}`;
  },
};
