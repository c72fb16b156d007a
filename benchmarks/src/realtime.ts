import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { readConfig } from '@finaegis/platform/config/config';
import { createLogger } from '@finaegis/platform/observability/logger';
import { createMetrics } from '@finaegis/platform/observability/metrics';
import { declaredModules } from '@finaegis/server/modules';
import { createServer } from '@finaegis/server/server';
import { fdatasyncLatency, oneRowInsert } from './ceilings.ts';
import { benchDatabase } from './database.ts';
import { type Books, createKey, openBooks, submission, tenantId } from './ledger-books.ts';
import { UnknownCell } from './ledger-cells.ts';
import type { ClientsAnswer, ClientsJob } from './realtime-clients.ts';
import { type BenchOptions, type Cell, cellOf, describeMachine, type Report } from './report.ts';

const cellIds = ['connections', 'fanout'] as const;
type CellId = (typeof cellIds)[number];
const connectionsCount = 2_000;
const rssMaxMb = 400;
const fanOut = 10;
const bookingsPerSecond = 1_000;
const tickMs = 20;
/** Of the burst that shows what can be delivered: so many who listen to so many bookings. */
const burst = { listeners: 100, bookings: 5_000 } as const;
const clientsMain = fileURLToPath(new URL('./realtime-clients.js', import.meta.url));
const generous = '1000000/1000000';

/** Messages to clients over WebSocket, from the booking until they have arrived there; bank and gateway in this process, clients in another. */
export const realtimeBench = async ({ only, isQuick, note }: BenchOptions): Promise<Report> => {
  const wanted = cellIds.filter((id) => only === undefined || only.includes(id));
  for (const id of only ?? [])
    if (!cellIds.some((known) => known === id))
      throw new UnknownCell(
        id,
        cellIds.map((its) => ({ id: its })),
      );
  const database = await benchDatabase(declaredModules());
  const books = await openBooks(database, 100);
  const http = await createServer({
    bank: books.bank,
    config: readConfig({ RATE_LIMIT_READ: generous, LOG_LEVEL: 'error' }),
    logger: createLogger({ level: 'error', service: 'benchmark' }),
    metrics: createMetrics(),
    follower: undefined,
  });
  const clients = fork(clientsMain, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  try {
    const { url } = await http.listen({ host: '127.0.0.1', port: 0 });
    const key = await createKey(books.bank);
    const connect = (channel: string, count: number): ClientsJob => ({
      kind: 'connect',
      url,
      tenantId,
      key,
      channel,
      count,
    });
    const bench: Bench = { books, ask: askOf(clients), connect, isQuick, note };
    const ceilings = {
      oneRowInsert8: await oneRowInsert(database.admin, { clients: 8, bytes: 900, durationMs: 300 }),
      fdatasyncMs: fdatasyncLatency(database.dataFolder, 60),
    };
    const cells: Record<string, Cell> = {};
    const failures: string[] = [];
    for (const id of wanted) {
      const { cell, failures: its } = await measures[id](bench);
      cells[id] = cell;
      failures.push(...its);
    }
    return { bench: 'realtime', machine: describeMachine(), ceilings, cells, failures };
  } finally {
    if (clients.connected) clients.disconnect();
    await http.close();
    await books.bank.close();
    await database.close();
  }
};

interface Bench {
  readonly books: Books;
  readonly ask: (job: ClientsJob) => Promise<ClientsAnswer>;
  readonly connect: (channel: string, count: number) => ClientsJob;
  readonly isQuick: boolean;
  readonly note: (text: string) => void;
}

interface Measured {
  readonly cell: Cell;
  readonly failures: readonly string[];
}

const rssMb = (): number => Math.round(process.memoryUsage().rss / 2 ** 20);

/** Two thousand clients come, are let in, and all hear the same few bookings. */
const measureConnections = async ({ books, ask, connect, note }: Bench): Promise<Measured> => {
  const before = rssMb();
  const begunAt = performance.now();
  const { subscribedMs } = await ask(connect(`private-tenant.${tenantId}.transactions`, connectionsCount));
  const elapsedMs = performance.now() - begunAt;
  const bookings = await stream(books, { durationMs: 3_000, perSecond: 10 });
  const { received, closed } = await heardAll(ask, bookings * subscribedMs.length);
  const rss = rssMb();
  note(`${subscribedMs.length} clients, ${before} MB before and ${rss} MB with them, ${received} messages heard`);
  await ask({ kind: 'leave' });
  const failures = [
    ...(subscribedMs.length === connectionsCount && closed === 0
      ? []
      : [`${connectionsCount - subscribedMs.length + closed} clients were not kept.`]),
    ...(received === bookings * connectionsCount
      ? []
      : [`${received} of ${bookings * connectionsCount} messages were heard.`]),
    ...(rss <= rssMaxMb ? [] : [`${rss} MB are more than ${rssMaxMb}.`]),
  ];
  return {
    cell: { ...cellOf(subscribedMs, elapsedMs), connections: subscribedMs.length, rssMb: rss, rssBeforeMb: before },
    failures,
  };
};

/** A steady stream to ten clients, and then a burst to a hundred. */
const measureFanOut = async ({ books, ask, connect, isQuick, note }: Bench): Promise<Measured> => {
  const channel = `private-tenant.${tenantId}.transactions`;
  await ask(connect(channel, fanOut));
  await heardAll(ask, fanOut * (await stream(books, { durationMs: 2_000, perSecond: bookingsPerSecond })));
  const begunAt = performance.now();
  const bookings = await stream(books, { durationMs: isQuick ? 4_000 : 15_000, perSecond: bookingsPerSecond });
  const elapsedMs = performance.now() - begunAt;
  const steady = await heardAll(ask, bookings * fanOut);
  await ask({ kind: 'leave' });
  await ask(connect(channel, burst.listeners));
  await Promise.all(Array.from({ length: burst.bookings }, (_, number) => book(books, number)));
  const rush = await heardAll(ask, burst.bookings * burst.listeners);
  const deliveredPerSecond = Math.round((rush.received * 1_000) / Math.max(1, rush.lastAtMs - rush.firstAtMs));
  await ask({ kind: 'leave' });
  note(
    `${bookings} bookings heard ${steady.received} times; ${rush.received} messages of a burst at ${deliveredPerSecond}/s`,
  );
  const missing = bookings * fanOut - steady.received + burst.bookings * burst.listeners - rush.received;
  return {
    cell: {
      ...cellOf(steady.latenciesMs, elapsedMs),
      bookingsPerSecond: Math.round((bookings * 1_000) / elapsedMs),
      fanOut,
      deliveredPerSecond,
    },
    failures: missing === 0 ? [] : [`${missing} messages were not heard.`],
  };
};

const measures: Readonly<Record<CellId, (bench: Bench) => Promise<Measured>>> = {
  connections: measureConnections,
  fanout: measureFanOut,
};

const askOf =
  (clients: ChildProcess) =>
  async (job: ClientsJob): Promise<ClientsAnswer> => {
    const answered = once(clients, 'message');
    clients.send(job);
    const [answer] = (await answered) as [ClientsAnswer];
    return answer;
  };

/** What was heard, once it is as much as was to be heard or nothing more has come for a while. */
const heardAll = async (ask: Bench['ask'], wanted: number): Promise<Omit<ClientsAnswer, 'subscribedMs'>> => {
  let [received, closed, firstAtMs, lastAtMs, silent] = [0, 0, 0, 0, 0];
  const latenciesMs: number[] = [];
  while (received < wanted && silent < 50) {
    const more = await ask({ kind: 'tell' });
    if (received === 0 && more.received > 0) ({ firstAtMs } = more);
    if (more.received > 0) ({ lastAtMs } = more);
    received += more.received;
    closed += more.closed;
    for (const latency of more.latenciesMs) latenciesMs.push(latency);
    silent = more.received === 0 ? silent + 1 : 0;
    if (received < wanted) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { received, closed, latenciesMs, firstAtMs, lastAtMs };
};

/** Books transfers at a steady rate; gives back how many were acknowledged. */
const stream = async (
  books: Books,
  { durationMs, perSecond }: { readonly durationMs: number; readonly perSecond: number },
): Promise<number> => {
  const booked: Promise<unknown>[] = [];
  const begunAt = performance.now();
  for (let tick = 1; tick * tickMs <= durationMs; tick++) {
    while (booked.length < (perSecond * tick * tickMs) / 1_000) booked.push(book(books, booked.length));
    const waitMs = begunAt + tick * tickMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
  await Promise.all(booked);
  return booked.length;
};

const book = async ({ bank, accounts }: Books, number: number): Promise<void> => {
  const line = { asset: 'EUR', amountMinor: 1n, purpose: 'principal' } as const;
  const [from = '', to = ''] = [accounts[number % 50], accounts[50 + (number % 50)]];
  const settled = await bank.services.commands.submit(
    bank.modules.ledger.handlers.postJournal,
    {
      journalId: bank.services.newId(),
      kind: 'transfer',
      captures: [],
      postings: [
        { account: from, side: 'debit', ...line },
        { account: to, side: 'credit', ...line },
      ],
    },
    submission,
  );
  if (settled.kind !== 'decided' || !settled.outcome.accepted) throw new Error('A booking was refused.');
};
