import { setTimeout as pause } from 'node:timers/promises';
import { readConfig } from '@finaegis/platform/config/config';
import { openBank } from '@finaegis/server/bank';
import { openDatabase } from '@finaegis/server/database';
import { demoTenantId } from '@finaegis/server/demo';
import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { balanceOf, type Caller, callerOf, eur, itemsOf, textOf } from '../api.ts';
import { dataFolder, postmasterOf, type ServerProcess, startServer } from '../server-process.ts';
import { type Load, startLoad } from './load.ts';

const environment = { RATE_LIMIT_WRITE: '100000/100000', RATE_LIMIT_READ: '100000/100000' };
// Twice, since a kill tells something only when a commit was under way.
const killsCount = 2;
const loadMs = 500;
const accountsCount = 6;

let folder: Awaited<ReturnType<typeof dataFolder>>;
let server: ServerProcess;
let load: Load;
let accounts: readonly string[];
let loadedFrom: string;

const openAccounts = async (caller: Caller): Promise<readonly string[]> => {
  const opened: string[] = [];
  for (let index = 0; index < accountsCount; index++) {
    const party = await caller.make('/v1/parties', { kind: 'person', name: { family: `Client ${index}` } });
    const account = await caller.make('/v1/accounts', {
      asset: 'EUR',
      holders: [{ partyId: textOf(party, 'partyId') }],
    });
    await caller.make('/v1/deposits', { accountId: textOf(account, 'accountId'), amount: eur('1000.00') });
    opened.push(textOf(account, 'accountId'));
  }
  return opened;
};

/** Until the load gets answers again: so many more than there were. */
const untilAnswers = async (more: number): Promise<void> => {
  const wanted = load.acknowledged.length + more;
  await expect.poll(() => load.acknowledged.length, { timeout: 30_000, interval: 20 }).toBeGreaterThanOrEqual(wanted);
};

beforeAll(async () => {
  folder = await dataFolder();
  server = await startServer(folder.path, environment);
  accounts = await openAccounts(callerOf(server.url, server.authorization));
  loadedFrom = new Date().toISOString();
  load = startLoad({ url: server.url, authorization: server.authorization, accounts, clients: 32 });
});

afterAll(async () => {
  await server.kill();
  await folder.remove();
});

describe('kill -9 under load', () => {
  it('of the server: clients that ask again under their keys are answered by the next one', {
    timeout: 60_000,
  }, async () => {
    for (let kill = 0; kill < killsCount; kill++) {
      await untilAnswers(50);
      await pause(loadMs);
      await server.kill();
      server = await startServer(folder.path, environment);
      load.moveTo(server.url);
    }
    await untilAnswers(50);
    expect(load.retries).toBeGreaterThan(0);
  });

  it('of PostgreSQL: the server brings it back by itself, and clients are answered', { timeout: 60_000 }, async () => {
    for (let kill = 0; kill < killsCount; kill++) {
      const postmaster = postmasterOf(folder.path) ?? 0;
      process.kill(postmaster, 'SIGKILL');
      await untilAnswers(50);
      expect(postmasterOf(folder.path)).not.toBe(postmaster);
    }
  });

  it('loses nothing and doubles nothing: what was acknowledged is there exactly once', {
    timeout: 60_000,
  }, async () => {
    await load.stop();
    console.log(`${load.acknowledged.length} acknowledged, ${load.retries} asked again`);
    // What the server logged of a fault tells where it was met.
    const logged = server
      .output()
      .split('\n')
      .filter((line) => line.includes('a request failed'));
    expect([...new Set(load.unexpected), ...logged.slice(0, 3)]).toEqual([]);
    expect(new Set(load.acknowledged.map(({ journalId }) => journalId)).size).toBe(load.acknowledged.length);
    const caller = callerOf(server.url, server.authorization);
    // Something of its own is behind everything the load wrote, so that lists are read only when they have come that far.
    await caller.make('/v1/holds', { account: accounts[0], amount: eur('1.00') });
    const booked: string[] = [];
    let cursor = '';
    do {
      const page = await caller.see(`/v1/journals?limit=200${cursor}`);
      booked.push(
        ...itemsOf(page)
          .filter(({ kind, bookedAt }) => kind === 'transfer' && String(bookedAt) >= loadedFrom)
          .map((one) => textOf(one, 'journalId')),
      );
      cursor = typeof page['nextCursor'] === 'string' ? `&cursor=${page['nextCursor']}` : '';
    } while (cursor !== '');
    expect(booked.sort()).toEqual(load.acknowledged.map(({ journalId }) => journalId).sort());
  });

  it('leaves every balance at what the acknowledged transfers make of it, and the books in balance', async () => {
    const caller = callerOf(server.url, server.authorization);
    const cents = new Map(accounts.map((account) => [account, 100_000]));
    for (const { from, to } of load.acknowledged) {
      cents.set(from, (cents.get(from) ?? 0) - 1);
      cents.set(to, (cents.get(to) ?? 0) + 1);
    }
    for (const account of accounts) {
      expect(await balanceOf(caller, account)).toMatchObject({
        posted: eur(((cents.get(account) ?? 0) / 100).toFixed(2)),
      });
    }
    expect(await caller.see('/v1/entities/main/trial-balance')).toMatchObject({ isBalanced: true });
  });

  it('leaves a log that verifies, and balances, holds and views as a replay makes them', async () => {
    const database = await openDatabase(readConfig({ FINAEGIS_DATA: folder.path }));
    const bank = await openBank({ connections: database, masterKey: database.masterKey });
    try {
      await assertCoherent(bank, demoTenantId);
    } finally {
      await bank.close();
      await database.close();
    }
  });
});
