import type { SagaHandlers } from './commands.ts';
import type { SagaAddress } from './queue.ts';
import type { Saga, SagaState } from './saga.ts';

/** What contexts do with sagas besides declaring them. */
export interface Sagas {
  /** The commands of sagas: start one, signal one, decide about a parked one. */
  readonly handlers: SagaHandlers;
  /**
   * Has this process go on at once with a saga it has just started or signalled; without it the saga waits for the next look at the queue, here or
   * elsewhere. Does nothing where no worker runs, or another process has the saga in hand.
   * @param state only of a saga that this process has just started
   */
  adopt(saga: SagaAddress, state?: SagaState): void;
  /** The saga once it has ended or parked; undefined when that takes longer than `timeoutMs`. */
  settled(saga: SagaAddress, timeoutMs: number): Promise<Saga | undefined>;
}
