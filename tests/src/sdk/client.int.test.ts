import { createFinAegis, type FinAegis, FinAegisFault, FinAegisProblem } from '@finaegis/sdk';
import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eur } from '../api.ts';
import { startUnsteadyProxy, type UnsteadyProxy } from './unsteady-proxy.ts';

let bank: TestBank;
let api: TestApi;
let proxy: UnsteadyProxy;
let client: FinAegis;
let anna: string;
let ben: string;

const keyOf = (): string => api.authorization.replace('Bearer ', '');

beforeAll(async () => {
  bank = await startTestBank();
  api = await bank.serve();
  proxy = await startUnsteadyProxy(api.url);
  client = createFinAegis({ url: `${proxy.url}/`, apiKey: keyOf() });
});

afterAll(async () => {
  await assertCoherent(bank.bank, bank.tenantId);
  await proxy.close();
  await api.close();
  await bank.close();
});

const caught = async (asked: Promise<unknown>): Promise<unknown> => {
  try {
    return await asked.then(() => undefined);
  } catch (error) {
    return error;
  }
};

const postedOf = async (account: string): Promise<string | undefined> => {
  const { balances } = await client.ledgerAccounts.getBalances(account);
  return balances.find(({ asset }) => asset === 'EUR')?.posted.amount;
};

describe('a developer with the client and ten minutes', () => {
  it('registers two customers, opens their accounts and brings money', async () => {
    const open = async (given: string): Promise<string> => {
      const { partyId } = await client.parties.register({ kind: 'person', name: { given, family: 'Malá' } });
      const account = await client.accounts.open({ asset: 'EUR', holders: [{ partyId }] });
      expect(account).toMatchObject({ status: 'open', holders: [{ partyId, kind: 'owner' }] });
      return account.accountId;
    };
    [anna, ben] = [await open('Anna'), await open('Ben')];
    await client.deposits.record({ accountId: anna, amount: eur('100.00') });
    expect(await postedOf(anna)).toBe('100.00');
  });

  it('transfers, and asking again under the same key is answered as the first time', async () => {
    const transfer = { from: anna, to: ben, amount: eur('50.00'), fee: eur('0.50') };
    const first = await client.transfers.create(transfer, { idempotencyKey: 'rent-1' });
    expect(await client.transfers.create(transfer, { idempotencyKey: 'rent-1' })).toEqual(first);
    const again = await client.call('createTransfer', { body: transfer }, { idempotencyKey: 'rent-1' });
    expect(again).toMatchObject({ status: 201, isReplayed: true, data: first });
    expect(again.position).toBeDefined();
    expect(await postedOf(anna)).toBe('49.50');
  });

  it('is told what is wrong by code, with the numbers and the fields', async () => {
    const error = await caught(client.transfers.create({ from: anna, to: ben, amount: eur('49.51') }));
    if (!(error instanceof FinAegisProblem) || !error.is('insufficient_funds')) throw error;
    expect(error).toMatchObject({
      code: 'insufficient_funds',
      status: 422,
      facts: { spendable: eur('49.50'), needed: eur('49.51') },
      errors: [{ field: '/body/from' }],
      asked: { operation: 'createTransfer', attempts: 1 },
    });
    expect(error.requestId).not.toBe('');
    const fields = await caught(client.transfers.create({ from: anna, to: ben, amount: eur('1.001') }));
    expect(fields).toMatchObject({ status: 400, errors: [{ field: '/body/amount/amount' }] });
  });

  it('tries a transfer without anything happening', async () => {
    const tried = await client.transfers.create({ from: anna, to: ben, amount: eur('1.00') }, { dryRun: true });
    expect(tried.postings).toHaveLength(2);
    expect(await postedOf(anna)).toBe('49.50');
  });

  it('goes through a long list without counting pages, and sees what it has just written', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 7; index++) {
      const made = await client.transfers.create({ from: anna, to: ben, amount: eur('0.01') });
      ids.unshift(made.journalId);
    }
    const seen: string[] = [];
    for await (const { journalId } of client.accounts.listTransactions(anna, { kind: 'transfer', limit: 3 }))
      seen.push(journalId);
    expect(seen.slice(0, 7)).toEqual(ids);
    expect(seen).toHaveLength(9);
    const first = await client.accounts.listTransactions(anna, { limit: 3 });
    expect(first.items).toHaveLength(3);
    expect(first.nextCursor).toBeDefined();
    expect(await client.accounts.listTransactions(anna, { limit: 3 }).take(4)).toHaveLength(4);
    expect((await client.accounts.list({ asset: 'EUR' })).items).toHaveLength(2);
  });
});

describe('a network that loses things', () => {
  beforeEach(() => {
    proxy.next.length = 0;
  });

  const since = async (work: () => Promise<unknown>): Promise<UnsteadyProxy['passed']> => {
    const from = proxy.passed.length;
    await work();
    return proxy.passed.slice(from);
  };

  it.each(['answer lost', 'answer cut', 'lost on the way there', 'bad gateway'] as const)(
    'pays once, whatever became of the first answer: %s',
    async (mishap) => {
      const before = Number(await postedOf(ben));
      proxy.next.push(mishap);
      const tries = await since(() => client.transfers.create({ from: anna, to: ben, amount: eur('1.00') }));
      expect(tries.map((each) => [each.method, each.path, each.mishap])).toEqual([
        ['POST', '/v1/transfers', mishap],
        ['POST', '/v1/transfers', undefined],
      ]);
      expect(tries[0]?.key).toMatch(/^[0-9a-f]{32}$/);
      expect(tries[1]?.key).toBe(tries[0]?.key);
      expect(tries[1]?.status).toBe(201);
      expect(Number(await postedOf(ben))).toBeCloseTo(before + 1, 9);
    },
  );

  it('asks once only where asking twice is not harmless', async () => {
    proxy.next.push('answer lost');
    let error: unknown;
    const tries = await since(async () => {
      error = await caught(
        client.sessions.logIn({ tenantId: bank.tenantId, email: 'a@example.com', password: 'none of hers' }),
      );
    });
    expect(error).toBeInstanceOf(FinAegisFault);
    expect(error).toMatchObject({ reason: 'unreachable', asked: { operation: 'logIn', attempts: 1 } });
    expect(tries).toHaveLength(1);
  });

  it('gives up after the attempts it was given, and says under which key to ask again', async () => {
    proxy.next.push('answer lost', 'lost on the way there');
    const transfer = { from: anna, to: ben, amount: eur('2.00') };
    const before = Number(await postedOf(ben));
    proxy.next.push('answer lost', 'lost on the way there');
    const error = await caught(client.transfers.create(transfer, { attemptsMax: 2 }));
    if (!(error instanceof FinAegisFault)) throw error;
    const { idempotencyKey } = error.asked;
    expect(error.asked).toMatchObject({ operation: 'createTransfer', attempts: 2 });
    expect(await client.call('createTransfer', { body: transfer }, { idempotencyKey })).toMatchObject({
      status: 201,
      isReplayed: true,
    });
    expect(Number(await postedOf(ben))).toBeCloseTo(before + 2, 9);
  });

  it('stops at once when its caller has had enough', async () => {
    const over = new AbortController();
    proxy.next.push(...Array.from({ length: 5 }, () => 'lost on the way there' as const));
    const asked = caught(client.me.get({ signal: over.signal }));
    over.abort(new Error('Enough.'));
    expect(await asked).toMatchObject({ message: 'Enough.' });
  });
});

describe('what a read sees', () => {
  it('is asked with the position of the newest write, in whatever order the answers came', async () => {
    const made = await Promise.all(
      Array.from({ length: 8 }, () =>
        client.call('createTransfer', { body: { from: anna, to: ben, amount: eur('0.01') } }),
      ),
    );
    const seqs = made.map(({ position = '' }) => BigInt(atob(position).split(':')[1] ?? 0));
    const newest = seqs.reduce((a, b) => (a > b ? a : b));
    expect(BigInt(atob(client.position() ?? '').split(':')[1] ?? 0)).toBe(newest);
    const from = proxy.passed.length;
    await client.accounts.list();
    expect(proxy.passed[from]?.position).toBe(client.position());
  });

  it('is remembered when a cursor is none of the log', async () => {
    const known = client.position();
    expect(known).toBeDefined();
    expect(await caught(client.accounts.list({ cursor: 'none' }))).toMatchObject({ code: 'position_unknown' });
    expect(client.position()).toBe(known);
  });

  it('goes on when the log has been restored from before what it knew', async () => {
    const foreign = btoa('00000000:5').replace(/=+$/, '');
    const sent: (string | null)[] = [];
    const other = createFinAegis({
      url: api.url,
      apiKey: keyOf(),
      // A server of before the restore answered the write; the one that answers the read knows nothing of it.
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        sent.push(new Headers(init?.headers).get('finaegis-position'));
        const headers = new Headers(response.headers);
        if (init?.method === 'POST') headers.set('finaegis-position', foreign);
        return new Response(response.body, { status: response.status, headers });
      },
    });
    await other.transfers.create({ from: anna, to: ben, amount: eur('0.01') });
    expect(other.position()).toBe(foreign);
    expect((await other.accounts.list()).items).toHaveLength(2);
    expect(sent).toEqual([null, foreign, null]);
    expect(other.position()).toBeUndefined();
    expect(await caught(other.accounts.list(undefined, { position: foreign }))).toMatchObject({
      code: 'position_unknown',
    });
  });
});
