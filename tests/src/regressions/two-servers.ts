import { setTimeout as pause } from 'node:timers/promises';
import { readConfig } from '@finaegis/platform/config/config';
import { createLogger } from '@finaegis/platform/observability/logger';
import { createMetrics } from '@finaegis/platform/observability/metrics';
import { type Bank, openBank } from '@finaegis/server/bank';
import { createServer } from '@finaegis/server/server';
import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestBank } from '@finaegis/testing/bank';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type Answer, type Caller, callerOf, eur, textOf } from '../api.ts';

/** How often a race is run: enough that both orders are met, few enough that the suite stays quick. */
export const rounds = 50;

/** A bank served by two processes over one database, as its clients see it. */
export interface TwoServers {
  readonly bank: TestBank;
  /** The bank behind `other`, with a committer, pools and followers of its own. */
  readonly second: Bank;
  /** Staff calling the first process. */
  readonly one: Caller;
  /** The same staff calling the second. */
  readonly other: Caller;
  newId(): string;
  /** The account of a new customer with this many euros on it. */
  customer(euros?: string): Promise<string>;
  /** Opens house accounts of the chart, such as `clearing/card`. */
  house(...codes: readonly string[]): Promise<void>;
  /** How every test ends: both processes settled, and the whole bank agreeing with a replay of its log. */
  assertCoherent(): Promise<void>;
  close(): Promise<void>;
}

const generous = '100000/100000';

/** Starts both. The second one is a process in all but its pid: it shares nothing with the first but PostgreSQL. */
const startTwoServers = async (): Promise<TwoServers> => {
  const bank = await startTestBank();
  const api = await bank.serve();
  const second = await openBank({ connections: bank.connections, masterKey: bank.masterKey });
  const http = await createServer({
    bank: second,
    config: readConfig({
      FINAEGIS_CHECK_ANSWERS: 'true',
      LOG_LEVEL: 'error',
      RATE_LIMIT_READ: generous,
      RATE_LIMIT_WRITE: generous,
    }),
    logger: createLogger({ level: 'error', service: 'finaegis-test' }),
    metrics: createMetrics(),
    follower: second.follow(),
  });
  const { url } = await http.listen({ host: '127.0.0.1', port: 0 });
  const one = patient(callerOf(api.url, api.authorization));
  const { newId } = bank.bank.services;
  return {
    bank,
    second,
    one,
    other: patient(callerOf(url, api.authorization)),
    newId,
    customer: async (euros) => {
      const { accountId } = await bank.openCustomer();
      if (euros !== undefined) await one.make('/v1/deposits', { accountId, amount: eur(euros) });
      return accountId;
    },
    house: async (...codes) => {
      for (const code of codes) await one.make('/v1/entities/main/chart', { code });
    },
    assertCoherent: async () => {
      await bank.settle();
      await assertCoherent(bank.bank, bank.tenantId);
    },
    close: async () => {
      await http.close();
      await second.close();
      await api.close();
      await bank.close();
    },
  };
};

/** Both servers for the tests of one file: started before them, found coherent after each, closed in the end. Houses are codes of the chart. */
export const twoServers = (...houses: readonly string[]): TwoServers => {
  const late: { started?: TwoServers } = {};
  beforeAll(async () => {
    late.started = await startTwoServers();
    await late.started.house(...houses);
  });
  afterEach(() => late.started?.assertCoherent());
  afterAll(() => late.started?.close());
  return new Proxy({} as TwoServers, {
    get: (_, name: keyof TwoServers) => {
      if (late.started === undefined) throw new Error('The servers are there once the tests run.');
      return late.started[name];
    },
  });
};

const together = 5;

/** Runs the rounds of a race, a few of them at a time: commits then hold the work of several, as they do in a busy bank. */
export const inRounds = async (race: (round: number) => Promise<void>): Promise<void> => {
  for (let first = 0; first < rounds; first += together) {
    await Promise.all(Array.from({ length: together }, (_, index) => race(first + index)));
  }
};

// `overloaded` and `view_behind` say that nothing was decided; every other answer, a fault included, is the test's to judge.
const notNow: ReadonlySet<unknown> = new Set(['overloaded', 'view_behind']);
let keys = 0;

/** A client that does as it is told when a machine is too busy to take the request: it sends the same one again under the same key. */
const patient = (caller: Caller): Caller => {
  let newest: string | undefined;
  const untilTaken = async (ask: () => Promise<Answer>): Promise<Answer> => {
    for (;;) {
      const answer = await ask();
      newest = answer.headers.get('finaegis-position') ?? newest;
      if (!notNow.has(answer.body['code'])) return answer;
      await pause(100);
    }
  };
  const get: Caller['get'] = (path, asking) => untilTaken(() => caller.get(path, asking));
  const post: Caller['post'] = (path, body, asking = {}) => {
    const { key = `patient-${process.pid}-${++keys}` } = asking;
    return untilTaken(() => caller.post(path, body, { ...asking, key }));
  };
  return {
    ...caller,
    get,
    post,
    make: async (path, body, asking) => {
      const { status, body: made, text } = await post(path, body, asking);
      expect([200, 201], `POST ${path}: ${text}`).toContain(status);
      return made;
    },
    see: async (path) => {
      const { status, body, text } = await get(path, newest === undefined ? {} : { position: newest });
      expect(status, `GET ${path}: ${text}`).toBe(200);
      return body;
    },
  };
};

/** What an answer comes down to: its status, and the refusal where it is one. */
export const verdict = ({ status, body }: Answer): string =>
  typeof body['code'] === 'string' ? `${status} ${body['code']}` : String(status);

/** The verdicts of a race, in an order that does not depend on who won. */
export const verdicts = (answers: readonly Answer[]): readonly string[] => answers.map(verdict).sort();

/** Places a hold that must be accepted and gives back its id. */
export const hold = async (
  caller: Caller,
  account: string,
  amount: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<string> => textOf(await caller.make('/v1/holds', { account, amount: eur(amount), ...more }), 'holdId');

/** One posting of a journal in euros, as it is sent. */
export const leg = (account: string, side: 'debit' | 'credit', amount: string, purpose = 'principal') => ({
  account,
  side,
  amount: eur(amount),
  purpose,
});

/** Minor units of euros as the text of an amount. */
export const cents = (minor: bigint): string => {
  const digits = String(minor < 0n ? -minor : minor).padStart(3, '0');
  return `${minor < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
};
