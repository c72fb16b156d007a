import { defineSaga } from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import { move, type Pattern } from './stage.ts';

const input = z.strictObject({ from: z.string(), via: z.string(), to: z.string(), amountMinor: z.string() });

/** Two journals, one after the other. Each is committed together with the record that its step is done. */
export const sequential: Pattern = {
  name: 'sequential',
  sagas: (handlers) => [
    defineSaga<z.output<typeof input>>({
      name: 'example.relay',
      version: 1,
      input,
      steps: [
        {
          name: 'first',
          command: ({ id, input: { from, via, amountMinor } }) =>
            move(handlers, { journal: [id, 'first'], from, to: via, amountMinor }),
        },
        {
          name: 'second',
          command: ({ id, input: { via, to, amountMinor } }) =>
            move(handlers, { journal: [id, 'second'], from: via, to, amountMinor }),
        },
      ],
    }),
  ],
  play: async ({ account, begin, settled, posted }) => {
    const [from, via, to] = [await account(10_000n), await account(0n), await account(0n)];
    const { status } = await settled(await begin('example.relay', from, { from, via, to, amountMinor: '2500' }));
    return `${status}: ${await posted(from)}, ${await posted(via)}, ${await posted(to)}`;
  },
};
