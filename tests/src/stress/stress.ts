import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Clients, type ClientsOptions, startClients } from './clients.ts';
import { startDatabaseProxy } from './database-proxy.ts';
import { faults, type Victims } from './faults.ts';
import { startFleet } from './fleet.ts';
import { randomFrom } from './random.ts';
import { type StressedDatabase, startStressedDatabase } from './stressed-database.ts';
import { type Claim, examine } from './verdict.ts';

/** What is done to the bank. */
export interface StressOptions {
  readonly seed: number;
  /** Every fault happens once; then more of them until this time is over. */
  readonly forMs: number;
  /** Told what happens, as it happens. */
  readonly say: (line: string) => void;
}

/** What came of it. */
export interface StressReport {
  readonly claims: readonly Claim[];
  readonly acknowledged: number;
  readonly refused: number;
  readonly retries: number;
  readonly longestWaitMs: number;
  readonly longestRecoveryMs: number;
}

const servers = 2;
const clientsCount = 64;
const calmMs = 400;
// A request is given up after the first, nobody waits longer than the second, and PostgreSQL is frozen for longer than both.
const handlerTimeoutMs = 2_000;
const waitMaxMs = 6_000;
const freezeMs = 7_000;
const recoveryMaxMs = 60_000;

/** Runs the bank as it would run, lets clients pay and faults happen, and then holds the log against what the clients were told. */
export const runStress = async ({ seed, forMs, say }: StressOptions): Promise<StressReport> => {
  const random = randomFrom(seed);
  const database = await startStressedDatabase({ diskMb: 512 + Math.ceil(forMs / 60_000) * 128 });
  say(`the disk is ${database.disk}`);
  const proxy = await startDatabaseProxy(database.socketFolder);
  const adminUrl = `postgres:///postgres?user=postgres&host=${encodeURIComponent(database.socketFolder)}`;
  try {
    const fleet = await startFleet({
      size: servers,
      folder: database.folder,
      environment: {
        DATABASE_ADMIN_URL: adminUrl,
        DATABASE_URL: `postgres://postgres@127.0.0.1:${proxy.port}/postgres`,
        HTTP_HANDLER_TIMEOUT_MS: String(handlerTimeoutMs),
        RATE_LIMIT_WRITE: '100000/100000',
        RATE_LIMIT_READ: '100000/100000',
      },
    });
    try {
      const { authorization, addresses } = fleet;
      const accounts = await openAccounts({ url: addresses()[0] ?? '', authorization });
      const clients = startClients({ seed, clients: clientsCount, addresses, authorization, accounts, waitMaxMs });
      const victims = { fleet, servers, database, proxy, random, freezeMs, retries: () => clients.retries };
      const happened = await happenings({ victims, clients, forMs, say });
      await clients.stop();
      const stored = await examine(clients.settled, { adminUrl, folder: database.folder });
      const { settled, surprises, retries, longestWaitMs } = clients;
      const isLogged = surprises.length > 0;
      return {
        claims: [
          ...happened.claims,
          { claim: 'no server ended by itself', against: fleet.deaths },
          {
            claim: `no client saw what it should not, nor waited longer than ${waitMaxMs} ms for one request`,
            against: [...new Set(surprises), ...(isLogged ? fleet.faults().slice(0, 5) : [])],
          },
          ...stored,
        ],
        acknowledged: settled.filter(({ outcome }) => outcome === 'acknowledged').length,
        refused: settled.filter(({ outcome }) => outcome === 'refused').length,
        retries,
        longestWaitMs: Math.round(longestWaitMs),
        longestRecoveryMs: Math.round(happened.longestRecoveryMs),
      };
    } finally {
      await fleet.stop();
    }
  } finally {
    await proxy.close();
    await stopDatabase(database, say);
  }
};

/** The faults one after the other, each with the way back to a bank that answers. */
const happenings = async ({
  victims,
  clients,
  forMs,
  say,
}: {
  readonly victims: Victims;
  readonly clients: Clients;
} & Omit<StressOptions, 'seed'>): Promise<{
  readonly claims: readonly Claim[];
  readonly longestRecoveryMs: number;
}> => {
  const against = new Map<string, string[]>();
  let longestRecoveryMs = 0;
  const begun = performance.now();
  const names = Object.keys(faults);
  const waiting = [...victims.random.shuffled(names)];
  while (waiting.length > 0 || performance.now() - begun < forMs) {
    const name = waiting.shift() ?? victims.random.pick(names);
    const problems = against.get(name) ?? [];
    against.set(name, problems);
    await pause(calmMs + victims.random.below(calmMs));
    const before = clients.settled.length;
    try {
      await faults[name]?.(victims);
      const recoveredMs = await recovery(victims, clients);
      longestRecoveryMs = Math.max(longestRecoveryMs, recoveredMs);
      say(
        `${seconds(performance.now() - begun)} ${name}; back after ${seconds(recoveredMs)}, ${clients.settled.length - before} settled`,
      );
    } catch (error) {
      say(`${seconds(performance.now() - begun)} ${name}: ${String(error)}`);
      problems.push(String(error));
    }
  }
  const claims = [...against].map(([name, problems]) => ({
    claim: `${name}, and the bank recovers by itself`,
    against: problems,
  }));
  return { claims, longestRecoveryMs };
};

/** Until every server is ready and clients are answered again. */
const recovery = async ({ fleet }: Victims, clients: Clients): Promise<number> => {
  const begun = performance.now();
  const wanted = clients.settled.length + clientsCount / 2;
  await fleet.untilReady(recoveryMaxMs);
  while (clients.settled.length < wanted) {
    if (performance.now() - begun > recoveryMaxMs)
      throw new Error(`No client was answered within ${recoveryMaxMs} ms.`);
    await pause(20);
  }
  return performance.now() - begun;
};

const richCount = 8;

/** Opens the accounts of the clients at the demo's bank. */
export const openAccounts = async ({
  url,
  authorization,
}: {
  readonly url: string;
  readonly authorization: string;
}): Promise<ClientsOptions['accounts']> => {
  const make = async (path: string, body: object): Promise<Readonly<Record<string, string>>> => {
    const headers = { authorization, 'content-type': 'application/json', 'idempotency-key': randomUUID() };
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (response.status !== 201) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Readonly<Record<string, string>>;
  };
  const open = async (family: string, amount?: string): Promise<string> => {
    const { partyId } = await make('/v1/parties', { kind: 'person', name: { family } });
    const { accountId = '' } = await make('/v1/accounts', { asset: 'EUR', holders: [{ partyId }] });
    if (amount !== undefined) await make('/v1/deposits', { accountId, amount: { amount, asset: 'EUR' } });
    return accountId;
  };
  const rich: string[] = [];
  for (let index = 0; index < richCount; index++) rich.push(await open(`Rich ${index}`, '10000000.00'));
  return { rich, contested: await open('Contested', '20.00'), empty: await open('Empty') };
};

const stopDatabase = async (database: StressedDatabase, say: (line: string) => void): Promise<void> => {
  // What was found before matters more than a folder that stays behind.
  await database.stop().catch((error: unknown) => say(`the database could not be stopped: ${String(error)}`));
};

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
