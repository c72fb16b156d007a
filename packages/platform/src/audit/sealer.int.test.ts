import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toHex } from '@finaegis/kernel/hash';
import { appendAll, emptyTree, rootOf } from '@finaegis/kernel/merkle';
import { headFault, keyChainFault, type SignedTreeHead } from '@finaegis/kernel/tree-head';
import { increase } from '@finaegis/testing/tenancy/counter';
import { metadata, type Stage, startStage, tenantA, tenantB } from '@finaegis/testing/tenancy/stage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { platformTenantId } from '../auth/principal.ts';
import { inTransaction } from '../database/transaction.ts';
import { logKey, openHeadsFile, readHeadsFile } from './heads-file.ts';
import { readAuditKeys, readHeadsUp } from './heads-table.ts';
import { sealTenant } from './seal.ts';
import { type Sealer, startSealer } from './sealer.ts';
import { signingKeyOf, verifyEd25519 } from './signing-key.ts';

const oldKey = signingKeyOf(new Uint8Array(32).fill(1));
const newKey = signingKeyOf(new Uint8Array(32).fill(2));
const strangeKey = signingKeyOf(new Uint8Array(32).fill(3));

let stage: Stage;
const sealers: Sealer[] = [];

beforeEach(async () => {
  stage = await startStage();
});

afterEach(async () => {
  await Promise.all(sealers.splice(0).map((sealer) => sealer.close()));
  await stage.close();
});

const start = (options: Partial<Parameters<typeof startSealer>[0]> = {}): Sealer => {
  const sealer = startSealer({ systemPool: stage.systemPool, key: oldKey, intervalMs: 20, pollMs: 10, ...options });
  sealers.push(sealer);
  return sealer;
};

/** A few at a time: a queue that is full on a slow machine is no business of these tests. */
const add = async (events: number, tenantId = tenantA): Promise<void> => {
  for (let done = 0; done < events; done += 50)
    await Promise.all(
      Array.from({ length: Math.min(50, events - done) }, (_, index) =>
        stage.first.commands.submit(increase, { counterId: `c${index % 7}`, by: 1n }, { tenantId, metadata }),
      ),
    );
};

const readHeads = (tenantId = tenantA): Promise<readonly SignedTreeHead[]> =>
  inTransaction(stage.systemPool, { tenants: [tenantId], readOnly: true }, (tx) =>
    readHeadsUp(tx, { tenantId, after: 0, limit: 10_000 }),
  );

const readKeys = () => inTransaction(stage.systemPool, { tenants: [platformTenantId], readOnly: true }, readAuditKeys);

/** What the root of every size should be, from the events alone. */
const rootsOf = async (tenantId = tenantA): Promise<readonly string[]> => {
  const { rows } = await stage.adminPool.query<{ hash: Buffer }>(
    'select hash from events where tenant_id = $1 order by seq',
    [tenantId],
  );
  let tree = emptyTree();
  return [
    toHex(rootOf(tree)),
    ...rows.map(({ hash }) => {
      tree = appendAll(tree, [hash]);
      return toHex(rootOf(tree));
    }),
  ];
};

/** Every head has the root of the log and a signature that is believed. */
const expectGood = async (tenantId = tenantA): Promise<readonly SignedTreeHead[]> => {
  const [heads, roots, keys] = await Promise.all([readHeads(tenantId), rootsOf(tenantId), readKeys()]);
  expect(heads.map(({ root }) => root)).toEqual(heads.map(({ size }) => roots[size]));
  expect(keyChainFault(keys, { verify: verifyEd25519 })).toBeUndefined();
  expect(heads.map((head) => headFault(head, { keys, verify: verifyEd25519 }))).toEqual(heads.map(() => undefined));
  return heads;
};

describe('the sealer', () => {
  it('signs the log of every tenant within a second of the last event', async () => {
    const sealer = start({ intervalMs: 900, pollMs: 250 });
    await add(40);
    await add(3, tenantB);
    await sealer.sealed({ tenantId: tenantA, seq: 1n }, 5_000);
    await add(1);
    expect(await sealer.sealed({ tenantId: tenantA, seq: 41n }, 5_000)).toBe(true);
    const { rows } = await stage.adminPool.query<{ ms: number }>(
      `select (extract(epoch from min(a.signed_at) - e.booked_at) * 1000)::int as ms from events e
        join audit_heads a on a.tenant_id = e.tenant_id and a.size >= e.seq
        where e.tenant_id = $1 and e.seq = 41 group by e.booked_at`,
      [tenantA],
    );
    expect(rows[0]?.ms).toBeLessThanOrEqual(1_000);
    expect(await sealer.sealed({ tenantId: tenantB, seq: 3n }, 5_000)).toBe(true);
    expect((await expectGood()).at(-1)?.size).toBe(41);
    expect((await expectGood(tenantB)).at(-1)?.size).toBe(3);
  });

  it('signs at most one head in an interval while fewer than a thousand events wait', async () => {
    const sealer = start({ intervalMs: 60_000, pollMs: 10 });
    await add(1);
    expect(await sealer.sealed({ tenantId: tenantA, seq: 1n }, 5_000)).toBe(true);
    await add(500);
    sealer.wake();
    expect(await sealer.sealed({ tenantId: tenantA, seq: 2n }, 300)).toBe(false);
    await add(600);
    expect(await sealer.sealed({ tenantId: tenantA, seq: 1_001n }, 5_000)).toBe(true);
    await expectGood();
  });

  it('goes on where it was stopped', async () => {
    const first = start();
    await add(300);
    await first.sealed({ tenantId: tenantA, seq: 300n }, 5_000);
    await first.close();
    await add(300);
    const second = start();
    expect(await second.sealed({ tenantId: tenantA, seq: 600n }, 5_000)).toBe(true);
    const heads = await expectGood();
    expect(new Set(heads.map(({ size }) => size)).size).toBe(heads.length);
  });

  it('makes one chain of heads, however many processes seal at once', { timeout: 60_000 }, async () => {
    const faults: unknown[] = [];
    const others = Array.from({ length: 3 }, () => start({ onError: (error) => faults.push(error) }));
    for (let wave = 1; wave <= 15; wave++) {
      await add(30);
      for (const sealer of others) sealer.wake();
      const isSealed = await others[0]?.sealed({ tenantId: tenantA, seq: BigInt(30 * wave) }, 15_000);
      expect({ isSealed, faults }).toEqual({ isSealed: true, faults: [] });
    }
    const heads = await expectGood();
    expect(heads.length).toBeGreaterThanOrEqual(15);
    expect(heads.map(({ timestamp }) => timestamp)).toEqual(heads.map(({ timestamp }) => timestamp).toSorted());
  });

  it('lets one process at a time seal a tenant, and the others find nothing to do', async () => {
    start();
    await add(5);
    await sealers[0]?.sealed({ tenantId: tenantA, seq: 5n }, 5_000);
    await sealers.splice(0)[0]?.close();
    await add(200);
    const made = await Promise.all(Array.from({ length: 4 }, () => sealTenant(stage.systemPool, tenantA, oldKey)));
    expect(made.filter((head) => head !== undefined)).toHaveLength(1);
    await expectGood();
  });

  it('does not sign past a gap in the log, and says so, while other tenants are sealed', async () => {
    const faults: unknown[] = [];
    await add(5);
    await stage.adminPool.query('alter table counter_events disable trigger user');
    await stage.adminPool.query('delete from counter_events where tenant_id = $1 and seq = 3', [tenantA]);
    await add(1, tenantB);
    const sealer = start({ onError: (error) => faults.push(error) });
    expect(await sealer.sealed({ tenantId: tenantB, seq: 1n }, 5_000)).toBe(true);
    await expect.poll(() => faults).toContainEqual(expect.objectContaining({ code: 'cannot_seal' }));
    expect(await readHeads()).toEqual([]);
  });
});

describe('the keys of the audit log', () => {
  it('follow each other by announcement, and heads of both are believed afterwards', async () => {
    const first = start();
    await add(10);
    await first.sealed({ tenantId: tenantA, seq: 10n }, 5_000);
    const faults: unknown[] = [];
    const second = start({ key: newKey, previousKey: oldKey });
    await expect.poll(async () => (await readKeys()).length).toBe(2);
    await add(10);
    expect(await second.sealed({ tenantId: tenantA, seq: 20n }, 5_000)).toBe(true);
    const heads = await expectGood();
    expect(new Set(heads.map(({ keyId }) => keyId))).toEqual(new Set([oldKey.keyId, newKey.keyId]));
    expect(heads.at(-1)?.keyId).toBe(newKey.keyId);

    // Whoever knows the new key only has no reason to believe what the old one signed.
    const trust = { keys: await readKeys(), verify: verifyEd25519, trusted: toHex(newKey.publicKey) };
    expect(headFault(heads[0] as SignedTreeHead, trust)).toBe('head_key_not_trusted');
    expect(headFault(heads.at(-1) as SignedTreeHead, trust)).toBeUndefined();

    await second.close();
    start({ onError: (error) => faults.push(error) });
    await expect.poll(() => faults).toContainEqual(expect.objectContaining({ code: 'signing_key_retired' }));
  });

  it('are not followed by one that nobody announced', async () => {
    const first = start();
    await add(1);
    await first.sealed({ tenantId: tenantA, seq: 1n }, 5_000);
    await first.close();
    const faults: unknown[] = [];
    start({ key: newKey, onError: (error) => faults.push(error) });
    start({ key: newKey, previousKey: strangeKey, onError: (error) => faults.push(error) });
    await add(1);
    await expect
      .poll(() => faults.filter((fault) => (fault as { code: string }).code === 'signing_key_not_announced').length)
      .toBeGreaterThanOrEqual(2);
    expect((await readHeads()).map(({ size }) => size)).toEqual([1]);
  });

  it('do not vouch for a head that was changed, dated outside their time, or signed by somebody else', async () => {
    const sealer = start();
    await add(2);
    await sealer.sealed({ tenantId: tenantA, seq: 2n }, 5_000);
    const keys = await readKeys();
    const head = (await readHeads()).at(-1) as SignedTreeHead;
    const faultOf = (its: Partial<SignedTreeHead>) => headFault({ ...head, ...its }, { keys, verify: verifyEd25519 });
    expect(faultOf({})).toBeUndefined();
    for (const its of [{ size: 3 }, { root: toHex(new Uint8Array(64)) }, { tenant: tenantB }, { epoch: tenantB }])
      expect(faultOf(its)).toBe('head_signature_wrong');
    expect(faultOf({ timestamp: '2001-01-01T00:00:00.000Z' })).toBe('head_outside_key_period');
    expect(faultOf({ keyId: strangeKey.keyId })).toBe('head_key_unknown');
    const [key] = keys;
    expect(keyChainFault([{ ...key, validFrom: '2001-01-01T00:00:00.000Z' } as never], { verify: verifyEd25519 })).toBe(
      'key_chain_broken',
    );
    expect(keyChainFault(keys, { verify: verifyEd25519, trusted: toHex(strangeKey.publicKey) })).toBe(
      'key_not_trusted',
    );
  });
});

describe('the file of heads', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'finaegis-heads-'));
    path = join(folder, 'heads.jsonl');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const linesOf = async () => {
    const lines = [];
    for await (const line of readHeadsFile(path)) lines.push(line);
    return lines;
  };

  it('has every head and key there is, also those signed while nobody exported', async () => {
    const silent = start();
    await add(10);
    await silent.sealed({ tenantId: tenantA, seq: 10n }, 5_000);
    await silent.close();
    const loud = start({ openSink: () => openHeadsFile(path) });
    await add(10);
    await loud.sealed({ tenantId: tenantA, seq: 20n }, 5_000);
    await expect
      .poll(async () => (await linesOf()).flatMap((line) => (line.kind === 'head' ? [line.head] : [])))
      .toEqual([...(await readHeads())]);
    expect((await linesOf()).filter(({ kind }) => kind === 'key')).toHaveLength(1);
  });

  it('goes on after a restore to an earlier point, through sizes it had in the epoch before, and repeats nothing', async () => {
    const first = start({ openSink: () => openHeadsFile(path) });
    await add(10);
    await first.sealed({ tenantId: tenantA, seq: 10n }, 5_000);
    await expect.poll(async () => (await linesOf()).length).toBeGreaterThan(1);
    await first.close();
    const lines = await linesOf();
    // The part of the log that was lost had grown to 500 events.
    const lost = { ...((await readHeads()).at(-1) as SignedTreeHead), size: 500 };
    await writeFile(path, [...lines, { kind: 'head', head: lost }].map((line) => `${JSON.stringify(line)}\n`).join(''));
    await stage.adminPool.query('update log_epoch set epoch = gen_random_uuid(), started_at = clock_timestamp()');

    const second = start({ openSink: () => openHeadsFile(path) });
    await add(10);
    await second.sealed({ tenantId: tenantA, seq: 20n }, 5_000);
    const later = (await readHeads()).filter(({ size }) => size > 10);
    await expect
      .poll(async () => (await linesOf()).slice(lines.length + 1))
      .toEqual(later.map((head) => ({ kind: 'head', head })));
    expect(later.every(({ epoch }) => epoch !== lost.epoch)).toBe(true);
  });

  it('goes on after a line that a crash cut off', async () => {
    const sink = await openHeadsFile(path);
    const head = { tenant: tenantA, epoch: tenantB, size: 1, root: '', timestamp: '', keyId: '', signature: '' };
    await sink.write({ keys: [], heads: [head, { ...head, size: 2 }] });
    await sink.close();
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.slice(0, -20));
    const again = await openHeadsFile(path);
    expect(again.sizes.get(logKey(head))).toBe(1);
    await again.write({ keys: [], heads: [{ ...head, size: 2 }] });
    await again.close();
    expect(await linesOf()).toEqual([
      { kind: 'head', head },
      { kind: 'head', head: { ...head, size: 2 } },
    ]);
  });
});
