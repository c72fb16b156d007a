import { randomUUID } from 'node:crypto';
import { type Answer, poster, type Told, withoutIds } from './persistence.ts';
import { type Random, randomFrom } from './random.ts';

/** One instruction to move money and what its client was told in the end. */
export interface Instruction {
  /** End-to-end id, by which its journals are found however many there are. */
  readonly reference: string;
  readonly from: string;
  readonly to: string;
  readonly minor: number;
  readonly outcome: 'acknowledged' | 'refused' | 'unanswered';
  /** The journal it was acknowledged with. */
  readonly journalId: string | undefined;
}

/** Where the clients find the bank, and what they may spend. */
export interface ClientsOptions {
  readonly seed: number;
  readonly clients: number;
  /** Addresses of the servers that run now; empty while none does. */
  readonly addresses: () => readonly string[];
  readonly authorization: string;
  readonly accounts: {
    /** Never run dry. */
    readonly rich: readonly string[];
    /** Holds little, and everybody wants it. */
    readonly contested: string;
    /** Holds nothing and is never paid into. */
    readonly empty: string;
  };
  /** A request that has neither an answer nor a closed connection by then is one somebody waits for. */
  readonly waitMaxMs: number;
}

/** Clients at work. */
export interface Clients {
  readonly settled: readonly Instruction[];
  /** How often a client had no answer, or one that said nothing, and asked again under the same key. */
  readonly retries: number;
  readonly longestWaitMs: number;
  /** What no client should ever see. */
  readonly surprises: readonly string[];
  /** Lets every client end what it has begun; nothing new is sent. */
  stop(): Promise<void>;
}

/** Starts clients that move money, each request under its own key until it is answered. */
export const startClients = (options: ClientsOptions): Clients => {
  const settled: Instruction[] = [];
  const told: Told = { surprises: [], retries: 0, longestWaitMs: 0 };
  const { surprises } = told;
  let isOver = false;

  const post = poster(options, told);

  const work = async (client: number): Promise<void> => {
    const random = randomFrom(options.seed * 1_000 + client);
    for (let turn = 0; !isOver; turn++) {
      const order = nextOrder(random, options.accounts);
      const reference = `s${client}-${turn}`;
      const holdId = order.isHold ? randomUUID() : undefined;
      if (holdId !== undefined) {
        const held = await post(random, '/v1/holds', { id: holdId, account: order.from, amount: eur(order.minor) });
        if (held?.status !== 201 && held?.status !== 200) surprises.push(`a hold: ${held?.status} ${held?.text}`);
      }
      // Half the clients name their journals themselves; for the others nothing but the key tells a repeat.
      const body = {
        ...(random.below(2) === 0 ? {} : { id: randomUUID() }),
        ...(holdId === undefined ? { from: order.from } : {}),
        to: order.to,
        amount: eur(order.minor),
        endToEndId: reference,
      };
      const path = holdId === undefined ? '/v1/transfers' : `/v1/holds/${holdId}/captures`;
      const { from, to, minor } = order;
      const { unexpected, ...outcome } = outcomeOf(await post(random, path, body), order.mayBeRefused);
      if (unexpected !== undefined) surprises.push(unexpected);
      settled.push({ reference, from, to, minor, ...outcome });
    }
  };
  const working = Promise.all(Array.from({ length: options.clients }, (_, client) => work(client)));

  return {
    settled,
    surprises,
    get retries() {
      return told.retries;
    },
    get longestWaitMs() {
      return told.longestWaitMs;
    },
    stop: async () => {
      isOver = true;
      await working;
    },
  };
};

interface Order {
  readonly from: string;
  readonly to: string;
  readonly minor: number;
  readonly isHold: boolean;
  readonly mayBeRefused: boolean;
}

const nextOrder = (random: Random, { rich, contested, empty }: ClientsOptions['accounts']): Order => {
  const [one = '', other = ''] = random.shuffled(rich);
  const minor = 1 + random.below(500);
  const plain = { isHold: false, mayBeRefused: false, minor };
  switch (random.below(10)) {
    case 0:
      return { ...plain, from: empty, to: one, mayBeRefused: true };
    case 1:
      return { ...plain, from: contested, to: one, mayBeRefused: true };
    case 2:
      return { ...plain, from: one, to: contested };
    case 3:
      return { ...plain, from: one, to: other, isHold: true };
    default:
      return { ...plain, from: one, to: other };
  }
};

const outcomeOf = (
  answer: Answer | undefined,
  mayBeRefused: boolean,
): Pick<Instruction, 'outcome' | 'journalId'> & { readonly unexpected?: string } => {
  if (answer === undefined) return { outcome: 'unanswered', journalId: undefined };
  const body = JSON.parse(answer.text) as { readonly journalId?: string; readonly code?: string };
  if (answer.status === 201 || answer.status === 200) return { outcome: 'acknowledged', journalId: body.journalId };
  const isExpected = mayBeRefused && body.code === 'insufficient_funds';
  return {
    outcome: 'refused',
    journalId: undefined,
    ...(isExpected ? {} : { unexpected: withoutIds(`${answer.status} ${answer.text}`) }),
  };
};

const eur = (minor: number): { readonly amount: string; readonly asset: string } => ({
  amount: (minor / 100).toFixed(2),
  asset: 'EUR',
});
