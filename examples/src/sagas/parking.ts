import { defineSaga } from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import { move, moveBack, type Pattern } from './stage.ts';

const input = z.strictObject({ from: z.string(), to: z.string(), amountMinor: z.string() });
const hotel = { isAway: true };

/** A compensation that keeps failing is never swallowed: the saga stands still, with its reason, until a person decides. */
export const parking: Pattern = {
  name: 'parking',
  sagas: (handlers) => [
    defineSaga<z.output<typeof input>>({
      name: 'example.booking',
      version: 1,
      input,
      steps: [
        {
          name: 'deposit',
          command: ({ id, input: terms }) => move(handlers, { journal: [id, 'deposit'], ...terms }),
          undo: { command: (saga) => moveBack(handlers, saga, 'deposit') },
        },
        {
          name: 'room',
          run: async () => ({ kind: 'done', result: 12 }),
          undo: {
            run: async () => {
              if (hotel.isAway) throw Object.assign(new Error('nobody answers'), { code: 'provider_fault' });
              return { kind: 'done' };
            },
          },
          retry: { attempts: 2, firstMs: 20, factor: 1, waitMaxMs: 20 },
        },
        { name: 'flight', run: async () => ({ kind: 'declined', code: 'fully_booked' }) },
      ],
    }),
  ],
  play: async ({ account, begin, settled, retry, posted }) => {
    const [from, to] = [await account(1_000n), await account(0n)];
    hotel.isAway = true;
    const booking = await begin('example.booking', from, { from, to, amountMinor: '400' });
    const { status, parked } = await settled(booking);
    // Somebody reads `finaegis saga show`, telephones, and says `finaegis saga retry`.
    hotel.isAway = false;
    await retry(booking);
    const after = await settled(booking);
    return `${status} (${parked?.code}), then ${after.status} (${after.failure?.code}): ${await posted(from)}, ${await posted(to)}`;
  },
};
