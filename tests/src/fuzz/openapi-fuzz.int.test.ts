import { platformTenantId } from '@finaegis/platform/auth/principal';
import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerOf } from '../api.ts';
import { furnish, KnownValues, unreachable, usualNames } from './furnish.ts';
import { beginFuzzedSagas } from './fuzzed-sagas.ts';
import { minorUnitsIn, type Operation, type PublishedApi, readApi } from './published-api.ts';
import { fire, shotsAt } from './shots.ts';

// Printed with every finding; FUZZ_SEED=n replays it, FUZZ_RUNS=n looks longer.
const seed = Number(process.env['FUZZ_SEED'] ?? 20_260_302);
const runsPerOperation = Number(process.env['FUZZ_RUNS'] ?? 40);
// On a crowded machine the later shots at each route are left out, so that the suite stays short wherever it runs; not before it was reached.
const runsAtLeast = 12;
const secondsAtMost = 45;

let bank: TestBank;
let api: TestApi;
let published: PublishedApi;
let customer: string;

const known = new KnownValues(usualNames);

/** Who asks. Made anew for each operation, since some of what is fired revokes keys. */
const newCallers = async (): Promise<Record<'staff' | 'customer' | 'reader' | 'platform' | 'nobody', string>> => {
  const bearer = async (terms?: Parameters<TestBank['createKey']>[0]): Promise<string> =>
    `Bearer ${await bank.createKey(terms)}`;
  return {
    staff: await bearer(),
    customer: await bearer({ actingFor: customer }),
    reader: await bearer({ scopes: ['ledger:read'] }),
    platform: await bearer({ tenantId: platformTenantId }),
    nobody: 'Bearer nobody',
  };
};

beforeAll(async () => {
  bank = await startTestBank({ outside: unreachable() });
  api = await bank.serve();
  published = readApi((await (await fetch(`${api.url}/openapi.json`)).json()) as object);
  const staff = callerOf(api.url, api.authorization);
  const [anna, ben] = [
    await bank.openCustomer({ amountMinor: 1_000_000n }),
    await bank.openCustomer({ amountMinor: 1_000_000n }),
  ];
  known.learn(JSON.stringify(ben));
  await furnish(staff, known, { owner: anna, payee: ben });
  for (const sagaId of await beginFuzzedSagas(bank)) known.add('sagaId', sagaId);
  customer = anna.partyId;
});

afterAll(async () => {
  await api.close();
  await bank.close();
});

/** The id of a request tells two equal findings apart that are one. */
const withoutInstance = (text: string): string => text.replace(/"instance":"[^"]*"/, '');

/** Fires at one operation and gives back what was wrong, each kind of wrong once. */
const attack = async (
  operation: Operation,
): Promise<{ readonly findings: readonly string[]; readonly statuses: ReadonlySet<number> }> => {
  const findings = new Map<string, string>();
  const statuses = new Set<number>();
  const callers = await newCallers();
  const deadline = performance.now() + (secondsAtMost * 1_000) / published.operations.length;
  const usual = operation.path.startsWith('/v1/tenants') ? 'platform' : 'staff';
  const others = Object.keys(callers) as (keyof typeof callers)[];
  const shots = shotsAt(operation, { published, known: (name) => known.of(name), isSpoilt: true });
  for (const [index, shot] of fc.sample(shots, { numRuns: runsPerOperation, seed }).entries()) {
    const isReached = [...statuses].some((status) => status < 300);
    if (index >= runsAtLeast && isReached && performance.now() > deadline) break;
    // Most shots by whoever reaches furthest; every fourth by somebody else.
    const caller = index % 4 === 3 ? (others[(index >> 2) % others.length] ?? usual) : usual;
    const answered = await fire(api.url, shot, callers[caller]);
    statuses.add(answered.status);
    if (answered.status < 300 && operation.operationId !== 'listApiKeys') known.learn(answered.text);
    const wrong =
      answered.status === 500
        ? `500 ${withoutInstance(answered.text)}`
        : (published.wrongWith(operation, answered) ?? minorUnitsIn(answered.text));
    if (wrong !== undefined && !findings.has(wrong))
      findings.set(
        wrong,
        `${wrong}\n    ${caller} ${shot.method} ${shot.path} ${shot.body?.slice(0, 300)} → ${answered.text.slice(0, 300)}`,
      );
  }
  return { findings: [...findings.values()], statuses };
};

/** What ends something goes last: on a closed day no posting gets past the day, and what needs two people waits for the second. */
const endingOf = ({ path }: Operation): number =>
  /(close|closing|erasure|revocation|suspension|deactivation|approval-policies.*)$/.test(path) ? 1 : 0;

/** That the provider nobody listens for cannot be reached is what its sagas are told, and wait for. */
const isOfProvider = (error: unknown): boolean =>
  error instanceof Error && ['ProviderFault', 'ProviderUnavailable'].includes(error.name);

describe(`whatever is sent (seed ${seed})`, () => {
  it('every route answers what it publishes, and never with a fault', { timeout: 300_000 }, async () => {
    const findings: string[] = [];
    const answeredWell: string[] = [];
    for (const operation of published.operations.toSorted((a, b) => endingOf(a) - endingOf(b))) {
      const { findings: its, statuses } = await attack(operation);
      findings.push(...its.map((finding) => `${operation.operationId}: ${finding}`));
      if ([...statuses].some((status) => status < 300)) answeredWell.push(operation.operationId);
    }
    expect(findings.join('\n')).toBe('');
    // A fuzzer that never gets past validation proves little: most routes must have been reached.
    expect(answeredWell.length).toBeGreaterThan(published.operations.length / 2);
    expect(bank.faults.filter(({ error }) => !isOfProvider(error))).toEqual([]);
  });

  it('no amount of the published document is in minor units', async () => {
    expect(minorUnitsIn(await (await fetch(`${api.url}/openapi.json`)).text())).toBeUndefined();
  });

  it('an answer that is not as published would be noticed', () => {
    const transfer = published.operations.find(({ operationId }) => operationId === 'createTransfer');
    if (transfer === undefined) throw new Error('There is no transfer any more.');
    const json = { contentType: 'application/json; charset=utf-8', text: '{}' };
    expect(published.wrongWith(transfer, { ...json, status: 418 })).toBe('status 418 is not published');
    expect(published.wrongWith(transfer, { ...json, status: 201 })).toContain('must have required property');
    expect(published.wrongWith(transfer, { ...json, status: 422 })).toBe(
      'status 422 is not published as application/json',
    );
    const problem = { type: '/problems/teapot', title: 'Teapot', status: 422, code: 'teapot', instance: 'x' };
    expect(
      published.wrongWith(transfer, {
        status: 422,
        contentType: 'application/problem+json',
        text: JSON.stringify(problem),
      }),
    ).toContain('must be equal to one of the allowed values');
  });

  it('the bank is coherent afterwards', async () => {
    await assertCoherent(bank.bank, bank.tenantId);
  });
});
