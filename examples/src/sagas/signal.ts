import { defineSaga } from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import { move, type Pattern } from './stage.ts';

const input = z.strictObject({ from: z.string(), to: z.string(), amountMinor: z.string() });

/** Large amounts wait for a person. A signal that came early counts, and told twice it counts once. */
export const signal: Pattern = {
  name: 'signal',
  sagas: (handlers) => [
    defineSaga<z.output<typeof input>>({
      name: 'example.approved-payment',
      version: 1,
      input,
      steps: [
        {
          name: 'approval',
          wait: {
            signals: ['approved', 'rejected'],
            isWanted: ({ input: { amountMinor } }) => BigInt(amountMinor) > 1_000n,
          },
        },
        {
          name: 'verdict',
          run: async ({ results }) =>
            (results['approval'] as { readonly signal?: string } | undefined)?.signal === 'rejected'
              ? { kind: 'declined', code: 'not_approved' }
              : { kind: 'done' },
        },
        { name: 'pay', command: ({ id, input: terms }) => move(handlers, { journal: [id, 'pay'], ...terms }) },
      ],
    }),
  ],
  play: async ({ account, begin, signal: tell, settled, posted }) => {
    const [from, to] = [await account(10_000n), await account(0n)];
    const small = await settled(await begin('example.approved-payment', 'small', { from, to, amountMinor: '1000' }));
    const large = await begin('example.approved-payment', 'large', { from, to, amountMinor: '5000' });
    await tell(large, 'approved', { by: 'k-1' });
    const refused = await begin('example.approved-payment', 'refused', { from, to, amountMinor: '4000' });
    await tell(refused, 'rejected', { by: 'k-1' });
    const ends = [small, await settled(large), await settled(refused)].map(({ status }) => status);
    return `${ends.join(', ')}: ${await posted(from)}, ${await posted(to)}`;
  },
};
