import { defineSaga } from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import { move, moveBack, type Pattern } from './stage.ts';

const input = z.strictObject({ from: z.string(), to: z.string(), amountMinor: z.string(), afterMs: z.number() });

/** Money is given on trust and comes back unless it is claimed in time. Nothing runs while it waits; a restart loses nothing. */
export const timer: Pattern = {
  name: 'timer',
  sagas: (handlers) => [
    defineSaga<z.output<typeof input>>({
      name: 'example.voucher',
      version: 1,
      input,
      steps: [
        {
          name: 'give',
          command: ({ id, input: { from, to, amountMinor } }) =>
            move(handlers, { journal: [id, 'give'], from, to, amountMinor }),
          undo: { command: (saga) => moveBack(handlers, saga, 'give') },
        },
        {
          name: 'claim',
          wait: {
            signals: ['claimed'],
            until: ({ startedAt, input: { afterMs } }) => new Date(Date.parse(startedAt) + afterMs).toISOString(),
            // `continue` would be an ordinary timer: a payment that waits for its day.
            atEnd: 'fail',
          },
        },
      ],
    }),
  ],
  play: async ({ account, begin, settled, posted }) => {
    const [from, to] = [await account(1_000n), await account(0n)];
    const voucher = await begin('example.voucher', from, { from, to, amountMinor: '300', afterMs: 300 });
    const { status, failure } = await settled(voucher);
    return `${status} (${failure?.code}): ${await posted(from)}, ${await posted(to)}`;
  },
};
