import { defineProblems, type Problem } from '../http/problem.ts';
import type { SagaRefusal } from './commands.ts';

/** What sagas refuse. */
export const sagaProblems = defineProblems({
  saga_exists_with_different_content: { status: 409, title: 'A saga with this id was started for something else' },
  saga_unknown: { status: 404, title: 'There is no such saga' },
  saga_ended: { status: 409, title: 'The saga has ended' },
  saga_not_parked: {
    status: 409,
    title: 'The saga is not parked',
    description: 'It goes on by itself; only a saga that stands still needs a decision.',
  },
  saga_past_return: {
    status: 409,
    title: 'The saga is past the point where it can be taken back',
    description: 'What it did outside is final. Undo it by a new instruction: a refund, a recall, a reversal.',
  },
} satisfies Record<SagaRefusal['code'], Problem>);
