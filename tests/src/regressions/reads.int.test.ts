import { setTimeout as pause } from 'node:timers/promises';
import { inTransaction } from '@finaegis/platform/database/transaction';
import { readLog } from '@finaegis/platform/event-store/read';
import { moduleList } from '@finaegis/server/modules';
import { describe, expect, it } from 'vitest';
import { type Answer, balanceOf, type Caller, eur, itemsOf, textOf } from '../api.ts';
import { cents, inRounds, twoServers, verdicts } from './two-servers.ts';

const servers = twoServers();

/** Does something over and over while work is under way, and once more when it is over. */
const during = async (work: Promise<unknown>, look: () => Promise<void>): Promise<void> => {
  let isOver = false;
  const working = work.finally(() => (isOver = true));
  const looking = (async () => {
    while (!isOver) await look();
    await look();
  })();
  await Promise.all([working, looking]);
};

interface Pair {
  readonly payer: string;
  readonly payee: string;
}

/** Payments of a cent, this many in all, by one client for each pair; every other client calls the other process. */
const pay = async (pairs: readonly Pair[], count: number): Promise<readonly Answer[]> => {
  const { one, other } = servers;
  const answers: Answer[] = [];
  let sent = 0;
  const client = async (caller: Caller, { payer, payee }: Pair): Promise<void> => {
    while (sent++ < count)
      answers.push(await caller.post('/v1/transfers', { from: payer, to: payee, amount: eur('0.01') }));
  };
  await Promise.all(pairs.map((pair, index) => client(index % 2 === 0 ? one : other, pair)));
  return answers;
};

const newPair = async (): Promise<Pair> => ({
  payer: await servers.customer('1000.00'),
  payee: await servers.customer(),
});

describe('money', () => {
  it('spent by two processes at once is spent once: neither decides on a balance that the other has changed', async () => {
    const { one, other } = servers;
    const [payer, payee] = [await servers.customer(), await servers.customer()];
    await inRounds(async (round) => {
      // Half of the rounds share one account, half have one of their own, so that both long queues and bare collisions are met.
      const account = round % 2 === 0 ? payer : await servers.customer();
      await one.make('/v1/deposits', { accountId: account, amount: eur('3.00') });
      const amount = eur('1.00');
      const answers = await Promise.all(
        [one, other].flatMap((caller) => [
          caller.post('/v1/transfers', { from: account, to: payee, amount }),
          caller.post('/v1/withdrawals', { accountId: account, amount }),
          caller.post('/v1/holds', { account, amount }),
        ]),
      );
      expect(['201', '422 insufficient_funds']).toEqual(expect.arrayContaining([...new Set(verdicts(answers))]));
      if (account !== payer)
        expect(verdicts(answers)).toEqual(['201', '201', '201', ...Array<string>(3).fill('422 insufficient_funds')]);
      if (account !== payer) expect(await balanceOf(one, account)).toMatchObject({ available: eur('0.00') });
    });
    expect(await balanceOf(one, payer)).toMatchObject({ available: eur('0.00') });
  });

  it('is never in the log and not on the balance, nor the other way round, even while connections are cut', async () => {
    const { bank, one, other, newId } = servers;
    const [payer, payee] = [await servers.customer('1000.00'), await servers.customer()];
    const ids = Array.from({ length: 200 }, newId);
    // As a client does that was not answered: the same request under the same key until it is.
    const untilAnswered = async (caller: Caller, id: string): Promise<void> => {
      for (;;) {
        const answer = await caller.post(
          '/v1/transfers',
          { id, from: payer, to: payee, amount: eur('0.01') },
          { key: id },
        );
        if (answer.status < 500) return expect([200, 201]).toContain(answer.status);
        await pause(5);
      }
    };
    const queue = ids.values();
    const client = async (caller: Caller): Promise<void> => {
      for (const id of queue) await untilAnswered(caller, id);
    };
    let cut = 0;
    let looks = 0;
    await during(Promise.all([one, other, one, other].map(client)), async () => {
      const [row] = (
        await bank.adminPool.query<{ balance: string; journals: string }>(balanceBesideJournals, [bank.tenantId, payee])
      ).rows;
      expect(row?.balance ?? '0').toBe(row?.journals ?? '0');
      looks += 1;
      // A few are cut and no more: every one of them takes a whole batch with it, and the work has to come to an end.
      if (cut < cutsMax) cut += (await bank.adminPool.query(cutOne)).rows.length;
      await pause(10);
    });
    expect(looks).toBeGreaterThan(5);
    expect(cut).toBeGreaterThan(0);
    expect(await balanceOf(one, payee)).toMatchObject({ posted: eur(cents(BigInt(ids.length))) });
    for (const id of ids) expect((await other.get(`/v1/journals/${id}`)).status).toBe(200);
  });
});

describe('a balance at an instant', () => {
  it('holds what was booked before it was asked, by another process too, without the reader naming a position', async () => {
    const { one, other } = servers;
    const [payer, payee] = [await servers.customer('1000.00'), await servers.customer()];
    for (let paid = 1; paid <= 25; paid += 1) {
      const { bookedAt } = await one.make('/v1/transfers', { from: payer, to: payee, amount: eur('0.01') });
      const { body } = await other.get(`/v1/ledger-accounts/${payee}/balances?at=${String(bookedAt)}`);
      expect(body['balances']).toEqual([{ asset: 'EUR', posted: eur(cents(BigInt(paid))) }]);
    }
  });
});

const cutsMax = 15;
const cutOne = `
  select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and application_name = 'finaegis-write' and state <> 'idle' limit 1`;

/** One statement is one snapshot: what it says of both is of one moment. */
const balanceBesideJournals = `
  select (credits - debits)::text as balance,
    (select sum(case posting ->> 'side' when 'credit' then 1 else -1 end * (posting ->> 'amountMinor')::numeric)::text
      from events cross join lateral jsonb_array_elements(envelope::jsonb -> 'data' -> 'postings') as posting
      where tenant_id = $1 and context = 'ledger' and type = 'JournalPosted' and posting ->> 'account' = $2) as journals
  from ledger_balances where tenant_id = $1 and account_id = $2 and asset = 'EUR'`;

describe('a reader that follows', () => {
  it('the log by its position misses nothing and sees nothing out of order while two processes commit', async () => {
    const { bank, second } = servers;
    // Nobody shares an account, or its lock would keep the two processes apart.
    const pairs = await Promise.all(Array.from({ length: 8 }, newPair));
    const contexts = moduleList(second.modules).map(({ name }) => name);
    const readers = Array.from({ length: 3 }, () => [] as { readonly seq: bigint; readonly stream: string }[]);
    const answers: Answer[] = [];
    let reads = 0;
    const readOn = async (seen: (typeof readers)[number]): Promise<void> => {
      // No upper bound: whatever is visible must already be followed by nothing that comes before it.
      const { rows } = await inTransaction(second.pools.read, { tenants: [bank.tenantId], readOnly: true }, (tx) =>
        readLog(tx, {
          tenantId: bank.tenantId,
          contexts,
          after: seen.at(-1)?.seq ?? 0n,
          upTo: 2n ** 62n,
          limit: 10_000,
        }),
      );
      reads += 1;
      seen.push(...rows);
    };
    const paying = pay(pairs, 400).then((all) => answers.push(...all));
    await Promise.all(readers.map((seen) => during(paying, () => readOn(seen))));
    expect(reads).toBeGreaterThan(30);
    for (const seen of readers) {
      expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, index) => BigInt(index + 1)));
      const streams = new Set(seen.map(({ stream }) => stream));
      for (const { body } of answers) expect(streams).toContain(`journal:${textOf(body, 'journalId')}`);
    }
    expect(verdicts(answers)).toEqual(Array<string>(400).fill('201'));
  });

  it('the pages of an account finds each balance where the one before it left it, although more keeps coming', async () => {
    const { one, other } = servers;
    const pair = await newPair();
    const path = `/v1/accounts/${pair.payee}/transactions?limit=20`;
    const readers = [one, other];
    let walks = 0;
    const walk = async (): Promise<void> => {
      const caller = readers[walks++ % 2] ?? one;
      const found: bigint[] = [];
      let cursor = '';
      do {
        const { body } = await caller.get(`${path}${cursor}`);
        for (const { balanceAfter } of itemsOf(body))
          found.push(BigInt((balanceAfter as { amount: string }).amount.replace('.', '')));
        cursor = typeof body['nextCursor'] === 'string' ? `&cursor=${body['nextCursor']}` : '';
      } while (cursor !== '');
      // Newest first, a cent each, down to the first cent: a gap, a repeat or two that changed places would show.
      expect(found).toEqual(found.map((_, index) => BigInt(found.length - index)));
    };
    await during(pay(Array<Pair>(8).fill(pair), 250), walk);
    expect(walks).toBeGreaterThan(5);
    expect(await balanceOf(one, pair.payee)).toMatchObject({ posted: eur('2.50') });
  });
});
