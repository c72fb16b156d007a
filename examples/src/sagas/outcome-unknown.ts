import { defineSaga, StepOutcomeUnknown } from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import { move, moveBack, type Pattern } from './stage.ts';

const input = z.strictObject({ from: z.string(), to: z.string(), amountMinor: z.string() });

/** A provider that does what it is asked and whose first answer is lost. */
const createProvider = () => {
  const done = new Map<string, number>();
  return {
    pay: async (key: string): Promise<string> => {
      done.set(key, (done.get(key) ?? 0) + 1);
      throw new StepOutcomeUnknown('the connection was reset');
    },
    find: async (key: string): Promise<string | undefined> => (done.has(key) ? `P-${key.slice(0, 8)}` : undefined),
    times: (): number => [...done.values()].reduce((sum, times) => sum + times, 0),
  };
};

const provider = createProvider();

/** Whoever does not know whether it happened asks before anything else, by the step's key; nothing is repeated blindly, nothing taken back. */
export const outcomeUnknown: Pattern = {
  name: 'outcome unknown',
  sagas: (handlers) => [
    defineSaga<z.output<typeof input>>({
      name: 'example.wire',
      version: 1,
      input,
      steps: [
        {
          name: 'fund',
          command: ({ id, input: terms }) => move(handlers, { journal: [id, 'fund'], ...terms }),
          undo: { command: (saga) => moveBack(handlers, saga, 'fund') },
        },
        {
          name: 'send',
          run: async ({ key }) => ({ kind: 'done', result: await provider.pay(key) }),
          ask: async ({ key }) => {
            const found = await provider.find(key);
            return found === undefined ? { kind: 'absent' } : { kind: 'done', result: found };
          },
          retry: { attempts: 5, firstMs: 50, factor: 2, waitMaxMs: 1_000 },
          isPointOfNoReturn: true,
        },
      ],
    }),
  ],
  play: async ({ account, begin, settled, posted }) => {
    const [from, to] = [await account(1_000n), await account(0n)];
    const { status } = await settled(await begin('example.wire', from, { from, to, amountMinor: '700' }));
    return `${status}, sent ${provider.times()} time: ${await posted(from)}, ${await posted(to)}`;
  },
};
