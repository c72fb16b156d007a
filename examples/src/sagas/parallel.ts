import { defineSaga } from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import { move, type Pattern } from './stage.ts';

const one = z.strictObject({ from: z.string(), to: z.string(), amountMinor: z.string() });
const many = z.strictObject({ from: z.string(), to: z.array(z.string()), amountMinor: z.string() });

/** Parallel work is sagas of its own: each has its story, is retried and parked by itself, and the parent waits for all of them. */
export const parallel: Pattern = {
  name: 'parallel',
  sagas: (handlers) => [
    defineSaga<z.output<typeof one>>({
      name: 'example.pay-one',
      version: 1,
      input: one,
      steps: [{ name: 'pay', command: ({ id, input }) => move(handlers, { journal: [id, 'pay'], ...input }) }],
    }),
    defineSaga<z.output<typeof many>>({
      name: 'example.pay-many',
      version: 1,
      input: many,
      steps: [
        {
          name: 'pay',
          children: ({ input: { from, to, amountMinor } }) =>
            to.map((payee) => ({ definition: 'example.pay-one', input: { from, to: payee, amountMinor } })),
        },
      ],
    }),
  ],
  play: async ({ account, begin, settled, posted }) => {
    const from = await account(10_000n);
    const to = [await account(0n), await account(0n), await account(0n)];
    const { status } = await settled(await begin('example.pay-many', from, { from, to, amountMinor: '1000' }));
    return `${status}: ${await posted(from)}, ${(await Promise.all(to.map(posted))).join(', ')}`;
  },
};
