import { defineSaga } from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import { move, moveBack, type Pattern } from './stage.ts';

const input = z.strictObject({ shop: z.string(), buyer: z.string(), amountMinor: z.string() });
const payment = z.strictObject({ from: z.string(), to: z.string(), amountMinor: z.string() });

/** An order pays by a saga of its own. When the child was undone, the parent fails with `child_failed` and takes back what it did before. */
export const child: Pattern = {
  name: 'child',
  sagas: (handlers) => [
    defineSaga<z.output<typeof payment>>({
      name: 'example.payment',
      version: 1,
      input: payment,
      steps: [{ name: 'pay', command: ({ id, input: terms }) => move(handlers, { journal: [id, 'pay'], ...terms }) }],
    }),
    defineSaga<z.output<typeof input>>({
      name: 'example.order',
      version: 1,
      input,
      steps: [
        {
          name: 'gift',
          command: ({ id, input: { shop, buyer } }) =>
            move(handlers, { journal: [id, 'gift'], from: shop, to: buyer, amountMinor: '100' }),
          undo: {
            command: (saga) => moveBack(handlers, saga, 'gift'),
          },
        },
        {
          name: 'payment',
          children: ({ input: { shop, buyer, amountMinor } }) => [
            { definition: 'example.payment', input: { from: buyer, to: shop, amountMinor } },
          ],
        },
      ],
    }),
  ],
  play: async ({ account, begin, settled, posted }) => {
    const [shop, buyer] = [await account(1_000n), await account(500n)];
    const { status, failure } = await settled(
      await begin('example.order', buyer, { shop, buyer, amountMinor: '9000' }),
    );
    return `${status} (${failure?.code}): ${await posted(shop)}, ${await posted(buyer)}`;
  },
};
