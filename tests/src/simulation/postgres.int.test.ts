import { type Bank, openBank } from '@finaegis/server/bank';
import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomFrom } from '../stress/random.ts';
import { audit } from './auditor.ts';
import { runClients } from './episode.ts';
import { cutConnections, postgresBank } from './postgres-bank.ts';
import { follow } from './subscriber.ts';

let bank: TestBank;
let second: Bank;

beforeAll(async () => {
  bank = await startTestBank();
  second = await openBank({ connections: bank.connections, masterKey: bank.masterKey });
});

afterAll(async () => {
  await second.close();
  await bank.close();
});

const live = async (
  seed: number,
  { steps, clients, cutEveryMs }: { steps: number; clients: number; cutEveryMs?: number },
) => {
  const random = randomFrom(seed);
  const tenants = [await bank.createTenant(`seed ${seed} a`), await bank.createTenant(`seed ${seed} b`)];
  const simulated = postgresBank({ bank, processes: [bank.bank, second], tenants, random });
  const stop = cutEveryMs === undefined ? undefined : cutConnections(bank, { random, everyMs: cutEveryMs });
  const subscribers = tenants.map((tenantId) => follow(simulated, tenantId, random));
  const experiences = await runClients(simulated, random, { steps, clients });
  const cut = await stop?.();
  const behind = (await Promise.all(subscribers.map((subscriber) => subscriber.conclude()))).flat();
  for (const tenantId of tenants) {
    await bank.settle(tenantId);
    await assertCoherent(bank.bank, tenantId);
  }
  return { ...(await audit(simulated, experiences)), behind, cut };
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
});
