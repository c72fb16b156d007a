import { type Bank, openBank } from '@finaegis/server/bank';
import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomFrom } from '../stress/random.ts';
import { audit } from './auditor.ts';
import { runClients } from './episode.ts';
import { cutConnections, postgresBank, rebuildViews } from './postgres-bank.ts';
import { startPostgresWhole } from './postgres-whole.ts';
import type { ScriptName } from './requests.ts';
import { follow } from './subscriber.ts';

let bank: TestBank;
let second: Bank;

beforeAll(async () => {
  bank = await startTestBank();
  second = await openBank({ connections: bank.connections, masterKey: bank.masterKey });
  // Both follow the log, so that they take turns.
  second.follow();
});

afterAll(async () => {
  await second.close();
  await bank.close();
});

const live = async (
  seed: number,
  { steps, clients, cutEveryMs, script }: { steps: number; clients: number; cutEveryMs?: number; script?: ScriptName },
) => {
  const random = randomFrom(seed);
  const processes = [bank.bank, second];
  const whole = script === undefined ? undefined : startPostgresWhole(processes, randomFrom(seed + 1));
  const tenants = [await bank.createTenant(`seed ${seed} a`), await bank.createTenant(`seed ${seed} b`)];
  const simulated = postgresBank({ bank, processes, tenants, random, ...(whole === undefined ? {} : { whole }) });
  const stop = cutEveryMs === undefined ? undefined : cutConnections(bank, { random, everyMs: cutEveryMs });
  const stopBuilding = whole === undefined ? undefined : rebuildViews(bank, randomFrom(seed + 2));
  const subscribers = tenants.map((tenantId) => follow(simulated, tenantId, random));
  const experiences = await runClients(simulated, random, {
    steps,
    clients,
    ...(script === undefined ? {} : { script }),
  });
  await whole?.close();
  const cut = await stop?.();
  const built = await stopBuilding?.();
  const behind = (await Promise.all(subscribers.map((subscriber) => subscriber.conclude()))).flat();
  for (const tenantId of tenants) {
    await bank.settle(tenantId);
    await assertCoherent(bank.bank, tenantId);
  }
  return { ...(await audit(simulated, experiences)), behind, cut, built };
};

describe('two processes over one PostgreSQL, lived through by the clients of the simulation', () => {
  it('tell every client the truth', async () => {
    const { problems, behind, accepted, refused } = await live(1, { steps: 160, clients: 40 });
    expect([...problems, ...behind]).toEqual([]);
    expect(accepted).toBeGreaterThan(60);
    expect(refused).toBeGreaterThan(20);
  });

  it('tell every client the truth while connections are cut in the middle of their work', async () => {
    const { problems, behind, accepted, cut } = await live(2, { steps: 100, clients: 24, cutEveryMs: 60 });
    expect([...problems, ...behind]).toEqual([]);
    expect(accepted).toBeGreaterThan(50);
    expect(cut).toBeGreaterThan(0);
  });

  it('tell every client the truth in a whole bank, with its sagas, files, cards and disputes, while its views are built anew', async () => {
    const { problems, behind, accepted, outcomes, built } = await live(Number(process.env['PGSEED'] ?? 3), {
      steps: 100,
      clients: 16,
      script: 'all',
    });
    expect([...problems, ...behind]).toEqual([]);
    expect(accepted).toBeGreaterThan(60);
    expect(outcomes.get('takeBulk accepted')).toBeGreaterThan(0);
    // What they hold after it is compared with the log by assertCoherent.
    expect(built).toBeGreaterThan(0);
  }, 120_000);
});
