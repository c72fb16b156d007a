import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerOf } from '../api.ts';
import { furnish, KnownValues, unreachable, usualNames } from './furnish.ts';
import { type Operation, type PublishedApi, readApi } from './published-api.ts';
import { fire, type Shot, shotsAt } from './shots.ts';

// Every operation there is, asked about what is somebody else's. Nobody writes a route into a list here, so nobody can forget one.
const seed = Number(process.env['FUZZ_SEED'] ?? 20_260_302);
const shotsPerOperation = Number(process.env['FUZZ_RUNS'] ?? 6);

let bank: TestBank;
let api: TestApi;
let published: PublishedApi;
let shots: readonly { readonly operation: Operation; readonly shot: Shot }[];
// Nothing but what is there, so that every shot aims at something.
const known = new KnownValues({ ...usualNames, accountId: [], entity: ['main'], role: ['teller'] });
/** Whoever attacks, by the value of its `Authorization` header. */
const attackers = new Map<string, string>();
/** What is Ben's, or his bank's, and may be told to no attacker who did not say it himself. */
let secrets: readonly string[];

beforeAll(async () => {
  bank = await startTestBank({ outside: unreachable() });
  api = await bank.serve();
  published = readApi((await (await fetch(`${api.url}/openapi.json`)).json()) as object);
  const [ben, payee] = [await bank.openCustomer({ amountMinor: 1_000_000n }), await bank.openCustomer()];
  await furnish(callerOf(api.url, api.authorization), known, { owner: ben, payee });
  const anna = await bank.openCustomer();
  const otherTenant = await bank.createTenant('Other');
  const otherBens = await bank.openCustomer({ tenantId: otherTenant });
  for (const [name, terms] of Object.entries({
    'another customer': { actingFor: anna.partyId },
    'the owner of another tenant': { tenantId: otherTenant },
    'a customer of another tenant': { tenantId: otherTenant, actingFor: otherBens.partyId },
  }))
    attackers.set(name, `Bearer ${await bank.createKey(terms)}`);
  await bank.settle();
  secrets = await secretsOf([anna.partyId, anna.accountId]);
  shots = published.operations.flatMap((operation) => {
    const aimed = shotsAt(operation, { published, known: (name) => known.of(name), isSpoilt: false });
    return fc.sample(aimed, { numRuns: shotsPerOperation, seed }).map((shot) => ({ operation, shot }));
  });
});

afterAll(async () => {
  await api.close();
  await bank.close();
});

/** Every id that an event of the tenant names, but for those of whoever attacks from inside it. */
const secretsOf = async (own: readonly string[]): Promise<readonly string[]> => {
  const { rows } = await bank.adminPool.query<{ id: string }>(
    `select distinct found[1] as id from events, regexp_matches(envelope, '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', 'g') found
      where tenant_id = $1 and envelope not like all ($2)`,
    [bank.tenantId, own.map((id) => `%${id}%`)],
  );
  return rows.map(({ id }) => id).filter((id) => id !== bank.tenantId);
};

/** How far each stream of the tenant has come, and every balance in it. */
const standing = async (streams?: readonly string[]) => {
  const { rows } = await bank.adminPool.query<{ stream: string; version: number; balances: string }>(
    `select stream, max(version)::int as version from events
      where tenant_id = $1 and ($2::text[] is null or stream = any ($2)) group by stream order by stream`,
    [bank.tenantId, streams ?? null],
  );
  const balances = await bank.adminPool.query(
    'select account_id, asset, debits, credits, held_out from ledger_balances where tenant_id = $1 order by 1, 2',
    [bank.tenantId],
  );
  return { streams: rows, balances: balances.rows };
};

/** Fires everything; gives back how each operation answered, and what was told that should not have been. */
const attackAs = async (authorization: string) => {
  const statuses = new Map<string, Set<number>>();
  const told: string[] = [];
  for (const { operation, shot } of shots) {
    const { status, text } = await fire(api.url, shot, authorization);
    statuses.set(operation.operationId, (statuses.get(operation.operationId) ?? new Set()).add(status));
    const said = `${shot.path} ${shot.body ?? ''}`;
    const leaked = secrets.filter((id) => text.includes(id) && !said.includes(id));
    if (leaked.length > 0) told.push(`${shot.method} ${shot.path} → ${status}: ${leaked.join()}`);
  }
  return { statuses, told };
};

const namesSomething = ({ path, body }: Operation): boolean => path.includes('{') || body !== undefined;

describe(`what is somebody else’s (seed ${seed})`, () => {
  it.each([['another customer'], ['the owner of another tenant'], ['a customer of another tenant']])(
    'is neither told to nor changed by %s, whichever operation is asked',
    async (name) => {
      const before = await standing();
      const { statuses, told } = await attackAs(attackers.get(name) ?? '');
      expect(told).toEqual([]);
      expect(await standing(before.streams.map(({ stream }) => stream))).toEqual(before);
      // An attack that never gets past validation proves little: whose it is must have been looked at nearly everywhere.
      const naming = published.operations.filter(namesSomething).map(({ operationId }) => operationId);
      const stopped = naming.filter((id) => [...(statuses.get(id) ?? [])].every((status) => status === 400));
      expect(stopped.length, stopped.join()).toBeLessThan(naming.length * 0.1);
    },
  );

  it('is there: the same requests find it when its own bank asks', async () => {
    const reads = shots.filter(({ operation }) => operation.method === 'GET' && operation.path.includes('{'));
    const found = new Set<string>();
    for (const { operation, shot } of reads)
      if ((await fire(api.url, shot, api.authorization)).status === 200) found.add(operation.operationId);
    const all = new Set(reads.map(({ operation }) => operation.operationId));
    const missed = [...all].filter((id) => !found.has(id));
    expect(missed.length, missed.join()).toBeLessThan(all.size * 0.4);
  });

  it('leaves the bank coherent', async () => {
    await assertCoherent(bank.bank, bank.tenantId);
  });
});
