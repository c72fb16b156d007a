import { accept, reject } from '@finaegis/kernel/decision';
import type { CommandHandler } from '@finaegis/platform/command/handler';
import { defineAggregate } from '@finaegis/platform/event-store/aggregate';
import { defineEvent } from '@finaegis/platform/event-store/event';
import {
  type AskOutcome,
  defineSaga,
  type SagaDefinition,
  type StepCall,
  type StepOutcome,
  StepOutcomeUnknown,
  stepCommand,
} from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import type { Random } from '../stress/random.ts';
import { chance } from './scheduler.ts';

const counted = defineEvent({
  type: 'SimulationCounted',
  schemaVersion: 1,
  schema: z.strictObject({ by: z.number().int() }),
});

/** A number that may not fall below minus one hundred: the least there is to book. */
export const counter = defineAggregate({
  context: 'simulation',
  name: 'counter',
  initial: 0,
  events: [counted],
  evolve: (count: number, { data }) => count + data.by,
});

const count: CommandHandler<
  { readonly counter: string; readonly by: number },
  undefined,
  number,
  { readonly code: 'too_low' }
> = {
  name: 'simulation.Count',
  schema: z.strictObject({ counter: z.string(), by: z.number().int() }),
  permission: 'simulation:write',
  loads: ({ counter: id }) => ({ streams: [{ aggregate: counter, id }] }),
  decide: (loaded, { counter: id, by }) =>
    loaded.stream(counter, id).state + by < -100
      ? reject({ code: 'too_low' })
      : accept(counter.record(id, 'SimulationCounted', { by })),
  result: (loaded, { counter: id }) => loaded.stream(counter, id).state,
};

const errandInput = z.strictObject({ by: z.number(), wantsYes: z.boolean() });
/** What an errand is started with. */
export type Errand = z.output<typeof errandInput>;

/** The other side of an errand: it has one thing per saga, however often it is asked, and forgets nothing. */
export interface Outside {
  readonly sent: ReadonlySet<string>;
  readonly takenBack: ReadonlySet<string>;
  /** As one process calls it; `turn` is where that process may die. */
  calledBy(turn: (where: string) => Promise<void>): OutsideCalls;
}

/** What it is asked. */
export interface OutsideCalls {
  send(call: StepCall<Errand>): Promise<StepOutcome>;
  find(call: StepCall<Errand>): Promise<AskOutcome>;
  takeBack(call: StepCall<Errand>): Promise<StepOutcome>;
}

/** Makes it. Requests and answers get lost on the way by the seed. */
export const createOutside = (random: Random): Outside => {
  const sent = new Set<string>();
  const takenBack = new Set<string>();
  const declined = new Set<string>();
  const known = (id: string): AskOutcome =>
    declined.has(id) || takenBack.has(id)
      ? { kind: 'declined', code: 'turned_down' }
      : sent.has(id)
        ? { kind: 'done', result: 'sent' }
        : { kind: 'absent' };
  const calledBy: Outside['calledBy'] = (turn) => {
    const onTheWay = async (what: string): Promise<void> => {
      await turn(`with ${what} on its way`);
      if (chance(random, 60)) throw new StepOutcomeUnknown(`lost ${what}`);
    };
    return {
      send: async ({ id }) => {
        await onTheWay('a request');
        if (chance(random, 60)) throw Object.assign(new Error('busy'), { code: 'provider_fault' });
        if (known(id).kind === 'absent') (chance(random, 150) ? declined : sent).add(id);
        await onTheWay('an answer');
        return known(id) as StepOutcome;
      },
      find: async ({ id }) => {
        await onTheWay('a question');
        // Whoever cannot say has not said no.
        if (chance(random, 200)) throw Object.assign(new Error('busy'), { code: 'provider_fault' });
        return known(id);
      },
      takeBack: async ({ id }) => {
        await onTheWay('a taking back');
        // From here on a request that was slow on its way comes too late.
        takenBack.add(id);
        await onTheWay('a confirmation');
        return { kind: 'done' };
      },
    };
  };
  return { sent, takenBack, calledBy };
};

const dayMs = 24 * 3_600_000;
const patient = { attempts: 60, firstMs: 100, factor: 2, waitMaxMs: 2_000 };

/** Sagas of every kind of step. What waits for a signal would otherwise wait for a day, so one that is missed is seen. */
export const simulatedSagas = ({ send, find, takeBack }: OutsideCalls): readonly SagaDefinition[] => [
  defineSaga<Errand>({
    name: 'simulation.errand',
    version: 1,
    input: errandInput,
    steps: [
      {
        name: 'take',
        command: ({ id, input: { by } }) => stepCommand(count, { counter: `${id}-from`, by: -by }),
        undo: {
          command: ({ id, input: { by }, results }) =>
            'take' in results ? stepCommand(count, { counter: `${id}-from`, by }) : undefined,
        },
      },
      {
        name: 'send',
        intend: ({ input: { by } }) => ({ by }),
        run: send,
        ask: find,
        undo: { run: takeBack },
        retry: patient,
      },
      {
        name: 'approve',
        wait: {
          signals: ['approved'],
          isWanted: ({ input }) => input.wantsYes,
          until: ({ startedAt }) => new Date(Date.parse(startedAt) + dayMs).toISOString(),
          atEnd: 'fail',
        },
      },
      {
        name: 'settle',
        run: async ({ signals }) => ('settled' in signals ? { kind: 'done' } : { kind: 'again', afterMs: dayMs }),
        isPointOfNoReturn: true,
      },
      {
        name: 'split',
        children: ({ id, input: { by } }) => [
          { definition: 'simulation.give', input: { counter: `${id}-to`, by: 1 } },
          { definition: 'simulation.give', input: { counter: `${id}-to`, by: by - 1 } },
        ],
      },
    ],
  }),
  defineSaga<{ readonly counter: string; readonly by: number }>({
    name: 'simulation.give',
    version: 1,
    input: z.strictObject({ counter: z.string(), by: z.number() }),
    steps: [{ name: 'give', command: ({ input }) => stepCommand(count, input) }],
  }),
];
