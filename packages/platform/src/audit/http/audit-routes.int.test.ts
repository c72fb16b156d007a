import { fromHex, sha3_512, toHex } from '@finaegis/kernel/hash';
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
let customer: { readonly partyId: string; readonly accountId: string };

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

const keyFor = async ({ partyId }: { readonly partyId: string }): Promise<string> =>
  `Bearer ${await bank.createKey({ actingFor: partyId })}`;

const post = async (path: string, body: unknown, authorization = api.authorization) => {
  const headers = { authorization, 'content-type': 'application/json', 'idempotency-key': bank.bank.services.newId() };
  const response = await fetch(`${api.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const answer = (await response.json()) as Readonly<Record<'journalId' | 'holdId' | 'depositId', string>>;
  expect([200, 201], JSON.stringify(answer)).toContain(response.status);
  return answer;
};

interface Proof {
  readonly hash: string;
  readonly envelope?: string;
  readonly head: SignedTreeHead;
  readonly proof: readonly string[];
  readonly seq: string;
}

interface Listed {
  readonly items: readonly { readonly eventId: string; readonly type: string; readonly hash: string }[];
  readonly nextCursor?: string;
}

const eventsOf = async (stream: string, authorization: string, context = 'ledger'): Promise<Listed['items']> =>
  (await get<Listed>(`/v1/audit/events?context=${context}&stream=${stream}`, authorization)).body.items;

beforeAll(async () => {
  bank = await startTestBank();
  api = await bank.serve();
  sealer = bank.bank.seal({ key: signingKeyOf(new Uint8Array(32).fill(1)), intervalMs: 20, pollMs: 10 });
  customer = await bank.openCustomer({ amountMinor: 10_000n });
  customerKey = await keyFor(customer);
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

describe('the events of a stream', () => {
  it('are listed oldest first, page by page', async () => {
    const path = '/v1/audit/events?context=ledger&stream=entity:main&limit=1';
    const all = await eventsOf('entity:main', api.authorization);
    expect(all[0]?.type).toBe('EntityOpened');
    const { rows } = await bank.adminPool.query<{ id: string; hash: Buffer }>(
      "select id, hash from events where tenant_id = $1 and stream = 'entity:main' order by version",
      [bank.tenantId],
    );
    expect(all.map(({ eventId, hash }) => [eventId, hash])).toEqual(rows.map(({ id, hash }) => [id, toHex(hash)]));
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await get<Listed>(`${path}${cursor}`);
      seen.push(...body.items.map(({ eventId }) => eventId));
      cursor = body.nextCursor === undefined ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor !== '');
    expect(seen).toEqual(rows.map(({ id }) => id));
    expect(await eventsOf('entity:nowhere', api.authorization)).toEqual([]);
    expect((await get('/v1/audit/events?context=Ledger&stream=x')).status).toBe(400);
  });
});

describe('a customer', () => {
  const eur = (amount: string) => ({ amount, asset: 'EUR' });
  let other: typeof customer;
  let otherKey: string;
  let strangerKey: string;

  beforeAll(async () => {
    other = await bank.openCustomer({ amountMinor: 5_000n });
    otherKey = await keyFor(other);
    strangerKey = await keyFor(await bank.openCustomer());
  });

  /** What each of three customers is shown of the newest event of a stream: its text, its hash alone, or nothing. */
  const seenBy = async (stream: string, context = 'ledger'): Promise<readonly string[]> => {
    await sealed();
    const [event] = (await eventsOf(stream, api.authorization, context)).slice(-1);
    expect(event, stream).toBeDefined();
    return Promise.all(
      [customerKey, otherKey, strangerKey].map(async (key) => {
        const listed = (await eventsOf(stream, key, context)).some(({ eventId }) => eventId === event?.eventId);
        const { status, body } = await get<Proof & { code?: string }>(`/v1/audit/events/${event?.eventId}/proof`, key);
        if (status === 404) return listed ? 'listed' : `nothing (${body.code})`;
        expect(listed).toBe(true);
        const claim = { index: Number(body.seq) - 1, size: body.head.size, root: fromHex(body.head.root) };
        const proof = body.proof.map(fromHex);
        expect(verifyInclusion({ ...claim, eventHash: fromHex(body.hash), proof })).toBe(true);
        if (body.envelope === undefined) return 'hash';
        expect(toHex(sha3_512(body.envelope))).toBe(body.hash);
        return 'text';
      }),
    );
  };
  const transferred = async (terms: object, key = api.authorization): Promise<string> =>
    (await post('/v1/transfers', { from: customer.accountId, to: other.accountId, amount: eur('1.00'), ...terms }, key))
      .journalId;
  const nothing = 'nothing (not_found)';

  it('is given proofs of journals that are its own affair as a whole, and neither is a stranger', async () => {
    expect(await seenBy(`journal:${await transferred({})}`)).toEqual(['text', 'text', nothing]);
    const deposit = await post('/v1/deposits', { accountId: customer.accountId, amount: eur('2.00') });
    expect(await seenBy(`journal:${deposit.depositId}`)).toEqual(['text', nothing, nothing]);
  });

  it('is given the hash alone where the text says more than its side: the payer’s fee, labels, or who it is', async () => {
    expect(await seenBy(`journal:${await transferred({ fee: eur('0.10') })}`)).toEqual(['text', 'hash', nothing]);
    const labelled = await transferred({ metadata: { salary: 'March' } });
    expect(await seenBy(`journal:${labelled}`)).toEqual(['text', 'hash', nothing]);
    expect(await seenBy(`journal:${await transferred({}, customerKey)}`)).toEqual(['text', 'hash', nothing]);
  });

  it('is given what reversed a journal as far as the journal itself', async () => {
    const journalId = await transferred({ fee: eur('0.10') });
    await post(`/v1/journals/${journalId}/reversals`, {});
    expect(await seenBy(`journal:${journalId}`)).toEqual(['text', 'hash', nothing]);
  });

  it('is given proofs of holds on its accounts, and of a capture only where the hold is its own', async () => {
    const { holdId } = await post('/v1/holds', { account: customer.accountId, amount: eur('3.00') });
    expect(await seenBy(`hold:${holdId}`)).toEqual(['text', nothing, nothing]);
    const captured = await post(`/v1/holds/${holdId}/captures`, { to: other.accountId, amount: eur('3.00') });
    expect(await seenBy(`journal:${captured.journalId}`)).toEqual(['text', 'hash', nothing]);
  });

  it('is given proofs of its account’s life, and of nothing the bank keeps to itself', async () => {
    expect(await seenBy(`account:${customer.accountId}`, 'account')).toEqual(['text', nothing, nothing]);
    await post(`/v1/accounts/${customer.accountId}/blocks`, { kind: 'credit', reason: 'court_order' });
    expect(await seenBy(`account:${customer.accountId}`)).toEqual([nothing, nothing, nothing]);
    expect(await seenBy(`party:${customer.partyId}`, 'party')).toEqual([nothing, nothing, nothing]);
    expect(await seenBy('entity:main')).toEqual([nothing, nothing, nothing]);
  });

  it('learns nothing from an event that is not its own, not even whether it is sealed or how long its stream is', async () => {
    const { id } = await eventAt(2n);
    const unknown = bank.bank.services.newId();
    const [seen, unseen] = await Promise.all(
      [id, unknown].map(async (eventId) => {
        const answer = await get<Record<string, unknown>>(`/v1/audit/events/${eventId}/proof`, strangerKey);
        return JSON.stringify(answer)
          .replaceAll(eventId, 'ID')
          .replace(/"instance":"[^"]*"/, '');
      }),
    );
    expect(seen).toBe(unseen);
    const listed = '/v1/audit/events?limit=1&context=ledger&stream=';
    // Opened and blocked: two events.
    expect((await get<Listed>(`${listed}account:${customer.accountId}`)).body.nextCursor).toBeDefined();
    expect((await get<Listed>(`${listed}account:${customer.accountId}`, strangerKey)).body).toEqual({ items: [] });
    expect((await get<Listed>(`${listed}entity:nowhere`, strangerKey)).body).toEqual({ items: [] });
  });

  it('is given nothing any more when its mandate has ended', async () => {
    const journalId = await transferred({});
    await sealed();
    const [event] = await eventsOf(`journal:${journalId}`, otherKey);
    const proof = `/v1/audit/events/${event?.eventId}/proof`;
    expect((await get(proof, otherKey)).status).toBe(200);
    const { items } = (await get<{ items: { mandateId: string }[] }>(`/v1/mandates?accountId=${other.accountId}`)).body;
    await post(`/v1/mandates/${items[0]?.mandateId}/revocation`, {});
    expect(await get(proof, otherKey)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await eventsOf(`journal:${journalId}`, otherKey)).toEqual([]);
  });
});

describe('the proof of an event', () => {
  it('leads from its text to a signed head', async () => {
    await sealed();
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

  it('is for keys with the scope to read the audit log', async () => {
    const { id } = await eventAt(1n);
    const reader = `Bearer ${await bank.createKey({ scopes: ['ledger:read'] })}`;
    for (const path of ['/v1/audit/heads', `/v1/audit/events/${id}/proof`, '/v1/audit/events?context=ledger&stream=x'])
      expect(await get(path, reader)).toMatchObject({ status: 403, body: { code: 'permission_missing' } });
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
