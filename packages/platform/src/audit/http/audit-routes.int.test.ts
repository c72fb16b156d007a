import { fromHex, sha3_512 } from '@finaegis/kernel/hash';
import { verifyConsistency, verifyInclusion } from '@finaegis/kernel/merkle';
import { type AuditKey, headFault, keyChainFault, type SignedTreeHead } from '@finaegis/kernel/tree-head';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sealer } from '../sealer.ts';
import { signingKeyOf, verifyEd25519 } from '../signing-key.ts';

let bank: TestBank;
let api: TestApi;
let sealer: Sealer;
let customerKey: string;

interface Heads {
  readonly items: readonly SignedTreeHead[];
  readonly keys: readonly AuditKey[];
  readonly nextCursor?: string;
}

const get = async <Body>(path: string, authorization = api.authorization): Promise<{ status: number; body: Body }> => {
  const response = await fetch(`${api.url}${path}`, { headers: { authorization } });
  return { status: response.status, body: (await response.json()) as Body };
};

const headOf = async (tenantId = bank.tenantId): Promise<bigint> => {
  const { rows } = await bank.adminPool.query<{ seq: bigint }>('select seq from tenant_heads where tenant_id = $1', [
    tenantId,
  ]);
  return rows[0]?.seq ?? 0n;
};

const eventAt = async (seq: bigint, tenantId = bank.tenantId): Promise<{ id: string; envelope: string }> => {
  const { rows } = await bank.adminPool.query<{ id: string; envelope: string }>(
    'select id, envelope from events where tenant_id = $1 and seq = $2',
    [tenantId, seq],
  );
  return rows[0] as { id: string; envelope: string };
};

const sealed = async (): Promise<void> => {
  expect(await sealer.sealed({ tenantId: bank.tenantId, seq: await headOf() }, 5_000)).toBe(true);
};

beforeAll(async () => {
  bank = await startTestBank();
  api = await bank.serve();
  sealer = bank.bank.seal({ key: signingKeyOf(new Uint8Array(32).fill(1)), intervalMs: 20, pollMs: 10 });
  const { partyId } = await bank.openCustomer({ amountMinor: 10_000n });
  customerKey = `Bearer ${await bank.createKey({ actingFor: partyId })}`;
  await sealed();
  await bank.openCustomer({ amountMinor: 20_000n });
  await sealed();
});

afterAll(async () => {
  await api.close();
  await bank.close();
});

describe('the signed heads', () => {
  it('are listed newest first, page by page, with the keys that sign them', async () => {
    const { status, body } = await get<Heads>('/v1/audit/heads');
    expect(status).toBe(200);
    const sizes = body.items.map(({ size }) => size);
    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    expect(sizes[0]).toBe(Number(await headOf()));
    expect(keyChainFault(body.keys, { verify: verifyEd25519 })).toBeUndefined();
    for (const head of body.items) expect(headFault(head, { keys: body.keys, verify: verifyEd25519 })).toBeUndefined();

    const first = (await get<Heads>('/v1/audit/heads?limit=1')).body;
    const second = (await get<Heads>(`/v1/audit/heads?limit=1&cursor=${first.nextCursor}`)).body;
    expect([...first.items, ...second.items]).toEqual(body.items.slice(0, 2));
  });

  it('are connected by proofs that nothing before the older one was changed', async () => {
    const { items } = (await get<Heads>('/v1/audit/heads')).body;
    const [newest, oldest] = [items[0], items.at(-1)] as [SignedTreeHead, SignedTreeHead];
    const { status, body } = await get<{ from: SignedTreeHead; to: SignedTreeHead; proof: string[] }>(
      `/v1/audit/consistency?from=${oldest.size}&to=${newest.size}`,
    );
    expect(status).toBe(200);
    expect([body.from, body.to]).toEqual([oldest, newest]);
    const claim = {
      oldSize: oldest.size,
      oldRoot: fromHex(oldest.root),
      newSize: newest.size,
      newRoot: fromHex(newest.root),
    };
    expect(verifyConsistency({ ...claim, proof: body.proof.map(fromHex) })).toBe(true);
  });

  it('are only connected where both were signed', async () => {
    expect(await get('/v1/audit/consistency?from=1&to=999999')).toMatchObject({
      status: 404,
      body: { code: 'tree_head_unknown' },
    });
    expect(await get('/v1/audit/consistency?from=2&to=1')).toMatchObject({ status: 400 });
  });
});

describe('the proof of an event', () => {
  it('leads from its text to a signed head', async () => {
    for (const seq of [1n, 3n, await headOf()]) {
      const { id, envelope } = await eventAt(seq);
      const { status, body } = await get<{ seq: string; envelope: string; head: SignedTreeHead; proof: string[] }>(
        `/v1/audit/events/${id}/proof`,
      );
      expect({ status, seq: body.seq, envelope: body.envelope }).toEqual({
        status: 200,
        seq: seq.toString(),
        envelope,
      });
      const { keys } = (await get<Heads>('/v1/audit/heads')).body;
      expect(headFault(body.head, { keys, verify: verifyEd25519 })).toBeUndefined();
      const claim = { index: Number(seq) - 1, size: body.head.size, root: fromHex(body.head.root) };
      const proof = body.proof.map(fromHex);
      expect(verifyInclusion({ ...claim, eventHash: sha3_512(body.envelope), proof })).toBe(true);
      expect(verifyInclusion({ ...claim, eventHash: sha3_512(`${body.envelope} `), proof })).toBe(false);
    }
  });

  it('is not given for what is not in the log of the one who asks', async () => {
    const other = await bank.createTenant('Other');
    const { id } = await eventAt(1n, other);
    expect(await get(`/v1/audit/events/${id}/proof`)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it('is for the bank’s own keys with the scope to read the audit log', async () => {
    const { id } = await eventAt(1n);
    expect(await get(`/v1/audit/events/${id}/proof`, customerKey)).toMatchObject({
      status: 403,
      body: { code: 'staff_only' },
    });
    const reader = `Bearer ${await bank.createKey({ scopes: ['ledger:read'] })}`;
    expect(await get('/v1/audit/heads', reader)).toMatchObject({ status: 403, body: { code: 'permission_missing' } });
    expect((await get<Heads>('/v1/audit/heads', customerKey)).status).toBe(200);
  });

  it('waits for the first head that stands on it', async () => {
    await sealer.close();
    await bank.openCustomer();
    const { id } = await eventAt(await headOf());
    expect(await get(`/v1/audit/events/${id}/proof`)).toMatchObject({
      status: 503,
      body: { code: 'event_not_sealed' },
    });
  });
});
