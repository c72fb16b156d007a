import { ChecksUnavailable } from '@finaegis/platform/command/checks';
import { Overloaded } from '@finaegis/platform/command/committer';
import { DatabaseFault } from '@finaegis/platform/database/transaction';
import type { Random } from '../stress/random.ts';
import type { SimulatedAnswer, SimulatedBank, SimulatedRequest } from './simulated-bank.ts';

/** What became of a request as its client saw it. */
export interface Experience {
  readonly request: SimulatedRequest;
  /** Head of the tenant's log before it was first sent, and after the answer came. */
  readonly from: bigint;
  readonly upTo: bigint;
  /** Milliseconds since 1970 when it was first sent and when the answer came. */
  readonly sentMs: number;
  readonly answeredMs: number;
  /** How often it was sent before without hearing whether it was done. */
  readonly unheard: number;
  /** Undefined when the client gave up. */
  readonly answer: SimulatedAnswer | undefined;
  /** Something that is neither an answer nor a fault of the world. */
  readonly bug: string | undefined;
}

const triesMax = 12;

/** Sends a request until it is answered: a fault says nothing about what was done, so it is sent again as it was. */
export const perform = async (bank: SimulatedBank, request: SimulatedRequest, random: Random): Promise<Experience> => {
  const { tenantId } = request;
  const from = await bank.head(tenantId);
  const sentMs = bank.nowMs();
  let answer: SimulatedAnswer | undefined;
  let bug: string | undefined;
  let unheard = 0;
  for (let tries = 0; tries < triesMax && answer === undefined && bug === undefined; tries++) {
    try {
      answer = await bank.submit(request);
    } catch (error) {
      if (error instanceof DatabaseFault) unheard += 1;
      if (!isFault(error)) bug = error instanceof Error ? (error.stack ?? error.message) : String(error);
      await bank.pause(random.below(200));
    }
  }
  const upTo = await bank.head(tenantId);
  return { request, from, upTo, sentMs, answeredMs: bank.nowMs(), unheard, answer, bug };
};

const isFault = (error: unknown): boolean =>
  error instanceof DatabaseFault || error instanceof Overloaded || error instanceof ChecksUnavailable;
