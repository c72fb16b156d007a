import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Caller, callerOf, eur } from '../api.ts';

/** A transfer that the bank said it had booked. */
export interface Acknowledged {
  readonly journalId: string;
  readonly from: string;
  readonly to: string;
  /** The answer, as the client keeps it. */
  readonly text: string;
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

/** Starts `clients` clients that pay a cent from one account to the next, each request under its own key until it is answered. */
export const startLoad = ({ url, authorization, accounts, clients }: { readonly url: string; readonly authorization: string; readonly accounts: readonly string[]; readonly clients: number }): Load => {
  const acknowledged: Acknowledged[] = [];
  const unexpected: string[] = [];
  const surprised = (status: number, text: string): void => void unexpected.push(`${status} ${text.replace(/"instance":"[^"]*"/, '')}`);
  let retries = 0;
  let isOver = false;
  let caller: Caller = callerOf(url, authorization);

  /** What a careful client does: the same request under the same key until somebody answers. */
  const untilAnswered = async (body: object, key: string): Promise<{ readonly status: number; readonly text: string }> => {
    for (const deadline = performance.now() + giveUpMs; ; await pause(retryMs)) {
      try {
        const answer = await Promise.race([caller.post('/v1/transfers', body, { key }), pause(requestTimeoutMs, undefined)]);
        if (answer !== undefined && answer.status < 500) return answer;
        if (answer !== undefined && answer.status !== 503) surprised(answer.status, answer.text);
      } catch (error) {
        // The server is away; that is what this is about. Anything but a failed fetch is a fault of the test.
        if (!(error instanceof TypeError)) throw error;
      }
      retries += 1;
      if (performance.now() > deadline) throw new Error(`Nobody answered ${key} within a minute.`);
    }
  };

  const pay = async (client: number): Promise<void> => {
    for (let turn = client; !isOver; turn++) {
      const [from = '', to = ''] = [accounts[turn % accounts.length], accounts[(turn + 1) % accounts.length]];
      const key = `load-${randomUUID()}`;
      const { status, text } = await untilAnswered({ from, to, amount: eur('0.01') }, key);
      if (status !== 201) surprised(status, text);
      else acknowledged.push({ journalId: (JSON.parse(text) as { readonly journalId: string }).journalId, from, to, text });
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
