import { setTimeout as pause } from 'node:timers/promises';
import { readConfig } from '@finaegis/platform/config/config';
import { createLogger } from '@finaegis/platform/observability/logger';
import { createMetrics } from '@finaegis/platform/observability/metrics';
import type { Bank } from '@finaegis/server/bank';
import { moduleList } from '@finaegis/server/modules';
import { createServer } from '@finaegis/server/server';
import { type Books, createKey } from './ledger-books.ts';

/** Every list of the API, as whoever has a key may ask for it. */
export interface ListPages {
  /** Lists whose first page needs nothing but the key. */
  readonly paths: readonly string[];
  /** Other reads without a place in their path, with the status they answer: they want something to be asked for, or more rights. */
  readonly others: readonly string[];
  /** Asks for the first page of one of them. */
  first(path: string): Promise<void>;
  close(): Promise<void>;
}

const triesMax = 100;
const unlimited = '100000/100000';

/** Serves the API in this process, and finds out which of its reads are lists. */
export const openListPages = async ({ bank, accounts }: Books): Promise<ListPages> => {
  const server = await createServer({
    bank,
    config: readConfig({
      LOG_LEVEL: 'error',
      RATE_LIMIT_READ: unlimited,
      RATE_LIMIT_WRITE: unlimited,
      RATE_LIMIT_BULK: unlimited,
      RATE_LIMIT_SENSITIVE: unlimited,
    }),
    logger: createLogger({ level: 'error', service: 'finaegis-benchmark' }),
    metrics: createMetrics(),
    follower: undefined,
  });
  const { url } = await server.listen({ host: '127.0.0.1', port: 0 });
  const headers = { authorization: `Bearer ${await createKey(bank)}` };
  const ask = async (path: string): Promise<{ readonly status: number; readonly body: string }> => {
    const answer = await fetch(`${url}${path}`, { headers });
    return { status: answer.status, body: await answer.text() };
  };
  const asked: { readonly path: string; readonly answer: Awaited<ReturnType<typeof ask>> }[] = [];
  for (const path of readsOf(bank, accounts[0] ?? '')) {
    let answer = await ask(path);
    // A server that is just starting turns people away.
    for (let tries = 0; answer.status === 503 && tries < triesMax; tries += 1) {
      await pause(200);
      answer = await ask(path);
    }
    asked.push({ path, answer });
  }
  return {
    paths: asked.flatMap(({ path, answer }) => (isPage(answer) ? [path] : [])),
    others: asked.flatMap(({ path, answer }) => (isPage(answer) ? [] : [`${path} ${answer.status}`])),
    first: async (path) => {
      const answer = await ask(path);
      if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${answer.body}`);
    },
    close: () => server.close(),
  };
};

/** Holds are listed for an account. */
const readsOf = (bank: Bank, account: string): readonly string[] =>
  moduleList(bank.modules)
    .flatMap(({ routes }) => routes)
    .filter(({ method, path }) => method === 'GET' && !path.includes(':'))
    .map(({ path }) => (path === '/v1/holds' ? `${path}?account=${account}` : path));

const isPage = ({ status, body }: { readonly status: number; readonly body: string }): boolean =>
  status === 200 && Array.isArray((JSON.parse(body) as { readonly items?: unknown }).items);
