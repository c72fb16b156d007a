import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, type Caller, callerOf, eur, textOf } from '../api.ts';

/** A transfer that the bank said it had booked. */
export interface Acknowledged {
  readonly journalId: string;
  readonly from: string;
  readonly to: string;
}

/** Clients that go on paying each other while the bank is killed under them. */
export interface Load {
  /** Everything that was acknowledged so far. */
  readonly acknowledged: readonly Acknowledged[];
  /** Answers that were no answer: no connection, or "the outcome is not known". Each was asked again under its key. */
  readonly retries: number;
  /** Statuses nobody should see. */
  readonly unexpected: readonly string[];
  /** Where to go from now on. */
  moveTo(url: string): void;
  /** Lets every client end what it has begun; nothing new is sent. */
  stop(): Promise<void>;
}

const requestTimeoutMs = 5_000;
const retryMs = 40;
const giveUpMs = 60_000;

/** What a careful client does: the same request under the same key until somebody answers. */
const untilAnswered = async (
  ask: () => Promise<Answer>,
  { onRetry, onSurprise }: { readonly onRetry: () => void; readonly onSurprise: (answer: Answer) => void },
): Promise<Answer> => {
  for (const deadline = performance.now() + giveUpMs; performance.now() < deadline; await pause(retryMs)) {
    try {
      const answer = await Promise.race([ask(), pause(requestTimeoutMs, undefined)]);
      if (answer !== undefined && answer.status < 500) return answer;
      if (answer !== undefined && answer.status !== 503) onSurprise(answer);
    } catch (error) {
      // The server is away; that is what this is about. Anything but a failed fetch is a fault of the test.
      if (!(error instanceof TypeError)) throw error;
    }
    onRetry();
  }
  throw new Error(`Nobody answered within ${giveUpMs} ms.`);
};

/** Who pays whom, and how many at once. */
export interface LoadOptions {
  readonly url: string;
  readonly authorization: string;
  readonly accounts: readonly string[];
  readonly clients: number;
}

/** Starts clients that pay a cent from one account to the next, each request under its own key until it is answered. */
export const startLoad = ({ url, authorization, accounts, clients }: LoadOptions): Load => {
  const acknowledged: Acknowledged[] = [];
  const unexpected: string[] = [];
  let retries = 0;
  let isOver = false;
  let caller: Caller = callerOf(url, authorization);
  const onRetry = (): void => void (retries += 1);
  const onSurprise = ({ status, text }: Answer): void =>
    void unexpected.push(`${status} ${text.replace(/"instance":"[^"]*"/, '')}`);

  const pay = async (client: number): Promise<void> => {
    for (let turn = client; !isOver; turn++) {
      const [from = '', to = ''] = [accounts[turn % accounts.length], accounts[(turn + 1) % accounts.length]];
      const key = `load-${randomUUID()}`;
      const body = { from, to, amount: eur('0.01') };
      const answer = await untilAnswered(() => caller.post('/v1/transfers', body, { key }), { onRetry, onSurprise });
      if (answer.status === 201) acknowledged.push({ journalId: textOf(answer.body, 'journalId'), from, to });
      else onSurprise(answer);
    }
  };
  const paying = Promise.all(Array.from({ length: clients }, (_, client) => pay(client)));

  return {
    acknowledged,
    unexpected,
    get retries() {
      return retries;
    },
    moveTo: (next) => {
      caller = callerOf(next, authorization);
    },
    stop: async () => {
      isOver = true;
      await paying;
    },
  };
};
