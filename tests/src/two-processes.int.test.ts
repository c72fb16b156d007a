import { inTransaction } from '@finaegis/platform/database/transaction';
import { type Bank, openBank } from '@finaegis/server/bank';
import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let bank: TestBank;
/** Two processes of the platform over one database: each has its own committer, pools and memory. */
let processes: readonly [Bank, Bank];

const metadata = { actor: 'tester', channel: 'test', correlation: 'race' };

beforeAll(async () => {
  bank = await startTestBank({ isFollowing: false });
  const second = await openBank({ connections: bank.connections, masterKey: bank.masterKey });
  processes = [bank.bank, second];
});

afterAll(async () => {
  await assertCoherent(bank.bank, bank.tenantId);
  await processes[1].close();
  await bank.close();
});

interface Race {
  readonly process: Bank;
  readonly journalId: string;
  readonly from: string;
  readonly to: string;
  readonly amountMinor: bigint;
  readonly idempotency?: { readonly key: string; readonly fingerprint: string };
}

/** A transfer submitted to one of the processes, answered as its client would be told. */
const transfer = async ({ process, journalId, from, to, amountMinor, idempotency }: Race): Promise<string> => {
  const posting = (account: string, side: 'debit' | 'credit') =>
    ({ account, side, asset: 'EUR', amountMinor, purpose: 'principal' }) as const;
  const settled = await process.services.commands.submit(
    process.modules.ledger.handlers.postJournal,
    { journalId, kind: 'transfer', postings: [posting(from, 'debit'), posting(to, 'credit')], captures: [] },
    {
      tenantId: bank.tenantId,
      metadata,
      ...(idempotency === undefined ? {} : { idempotency: { principalId: 'racer', ...idempotency } }),
      render: (outcome) => ({
        status: outcome.accepted ? 201 : 422,
        body: JSON.stringify(outcome.accepted ? { journalId } : { code: outcome.refusal.code }),
      }),
    },
  );
  return settled.kind === 'key_reused' ? 'key_reused' : `${settled.answer.status} ${settled.answer.body}`;
};

const newId = (): string => bank.bank.services.newId();
const processOf = (index: number): Bank => processes[index % 2 === 0 ? 0 : 1];
const eventsOf = async (stream: string): Promise<number> =>
  (await bank.adminPool.query('select from events where tenant_id = $1 and stream = $2', [bank.tenantId, stream]))
    .rowCount ?? 0;
const balance = async (accountId: string): Promise<bigint> => {
  const [row] = await bank.bank.modules.ledger.reads.balances(bank.tenantId, accountId);
  return (row?.creditsMinor ?? 0n) - (row?.debitsMinor ?? 0n);
};

describe('two processes on one database', () => {
  it('racing on one account never spend its money twice', async () => {
    const { accountId: from } = await bank.openCustomer({ amountMinor: 10_000n });
    const { accountId: to } = await bank.openCustomer();
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        transfer({ process: processOf(index), journalId: newId(), from, to, amountMinor: 1_000n }),
      ),
    );
    expect(answers.filter((answer) => answer.startsWith('201'))).toHaveLength(10);
    expect(answers.filter((answer) => answer === '422 {"code":"insufficient_funds"}')).toHaveLength(50);
    expect([await balance(from), await balance(to)]).toEqual([0n, 10_000n]);
  });

  it('paying each other from both sides at once come to no deadlock', async () => {
    const accounts = await Promise.all(
      Array.from({ length: 4 }, async () => (await bank.openCustomer({ amountMinor: 100_000n })).accountId),
    );
    const answers = await Promise.all(
      Array.from({ length: 120 }, (_, index) => {
        const [from = '', to = ''] = [accounts[index % 4], accounts[(index + 1 + (index % 3)) % 4]];
        return transfer({ process: processOf(index), journalId: newId(), from, to, amountMinor: 1n });
      }),
    );
    expect(new Set(answers.map((answer) => answer.slice(0, 3)))).toEqual(new Set(['201']));
    const balances = await Promise.all(accounts.map(balance));
    expect(balances.reduce((sum, one) => sum + one)).toBe(400_000n);
  });

  it('racing on one Idempotency-Key answer both callers the same and book once', async () => {
    const { accountId: from } = await bank.openCustomer({ amountMinor: 100_000n });
    const { accountId: to } = await bank.openCustomer();
    for (let round = 0; round < 20; round++) {
      const idempotency = { key: `race-${round}`, fingerprint: 'same' };
      // Each process makes an id of its own, as it does for a client that sent none: only the key says that it is one request.
      const answers = await Promise.all(
        [0, 1, 0, 1].map((index) =>
          transfer({ process: processOf(index), journalId: newId(), from, to, amountMinor: 100n, idempotency }),
        ),
      );
      expect(new Set(answers).size, answers.join(' | ')).toBe(1);
      expect(answers[0]).toMatch(/^201/);
    }
    expect(await balance(to)).toBe(2_000n);
  });

  it('racing with one key for two requests let one of them through', async () => {
    const { accountId: from } = await bank.openCustomer({ amountMinor: 100_000n });
    const { accountId: to } = await bank.openCustomer();
    for (let round = 0; round < 10; round++) {
      const asking = (index: number) =>
        transfer({
          process: processOf(index),
          journalId: newId(),
          from,
          to,
          amountMinor: BigInt(index + 1),
          idempotency: { key: `two-${round}`, fingerprint: `request ${index}` },
        });
      const answers = (await Promise.all([asking(0), asking(1)])).sort();
      expect(answers[0]).toMatch(/^201/);
      expect(answers[1]).toBe('key_reused');
    }
  });

  it('racing on one id with the same content find one journal', async () => {
    const { accountId: from } = await bank.openCustomer({ amountMinor: 100_000n });
    const { accountId: to } = await bank.openCustomer();
    for (let round = 0; round < 10; round++) {
      const journalId = newId();
      const answers = await Promise.all(
        [0, 1].map((index) => transfer({ process: processOf(index), journalId, from, to, amountMinor: 100n })),
      );
      expect(answers.every((answer) => answer.startsWith('201'))).toBe(true);
      expect(await eventsOf(`journal:${journalId}`)).toBe(1);
    }
    expect(await balance(to)).toBe(1_000n);
  });

  it('racing on one stream write each version once', async () => {
    const { accountId } = await bank.openCustomer({ amountMinor: 100_000n });
    const holdId = newId();
    await bank.accept(bank.bank.modules.ledger.handlers.placeHold, {
      holdId,
      account: accountId,
      asset: 'EUR',
      amountMinor: 1_000n,
    });
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const its = processOf(index);
        const settled = await its.services.commands.submit(
          its.modules.ledger.handlers.increaseHold,
          { holdId, amountMinor: BigInt(1_000 + index * 10) },
          { tenantId: bank.tenantId, metadata },
        );
        return settled.kind === 'decided' && settled.outcome.accepted;
      }),
    );
    const accepted = outcomes.filter(Boolean).length;
    const { rows } = await bank.adminPool.query<{ version: number }>(
      'select version from events where tenant_id = $1 and stream = $2 order by version',
      [bank.tenantId, `hold:${holdId}`],
    );
    // The first amount of all was the hold's own, which is a repeat and writes nothing.
    expect(rows.map(({ version }) => version)).toEqual(rows.map((_, index) => index + 1));
    expect(rows.length).toBeLessThanOrEqual(accepted + 1);
    const [row] = await bank.bank.modules.ledger.reads.balances(bank.tenantId, accountId);
    const hold = await bank.bank.modules.ledger.reads.holds(
      bank.tenantId,
      { account: accountId, status: undefined },
      { limit: 2 },
    );
    expect(row?.heldOutMinor).toBe(hold[0]?.amountMinor);
  });
});

describe('the log', () => {
  it('shows no event before every event that was given a lower number, whoever commits first', async () => {
    const { accountId: from } = await bank.openCustomer({ amountMinor: 1_000_000n });
    const { accountId: to } = await bank.openCustomer();
    let isOver = false;
    const gaps: unknown[] = [];
    let looks = 0;
    const looking = (async () => {
      while (!isOver) {
        const { rows } = await bank.adminPool.query<{ events: bigint; newest: bigint }>(
          'select count(*) as events, max(seq) as newest from events where tenant_id = $1',
          [bank.tenantId],
        );
        looks += 1;
        if (rows[0]?.events !== rows[0]?.newest) gaps.push(rows[0]);
      }
    })();
    for (let wave = 0; wave < 8; wave++) {
      await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          transfer({ process: processOf(index), journalId: newId(), from, to, amountMinor: 1n }),
        ),
      );
    }
    isOver = true;
    await looking;
    expect(looks).toBeGreaterThan(10);
    expect(gaps).toEqual([]);
  });

  it('makes a commit wait that would overtake another', async () => {
    const { accountId: from } = await bank.openCustomer({ amountMinor: 1_000n });
    const { accountId: to } = await bank.openCustomer();
    const journalId = newId();
    let waiting: Promise<string> | undefined;
    let isAnswered = false;
    // One transaction has taken its numbers and dawdles before its COMMIT, as a process does that is put to sleep at the worst moment.
    await inTransaction(processes[1].pools.write, { tenants: [bank.tenantId] }, async (tx) => {
      await tx.query('select seq from tenant_heads where tenant_id = $1 for no key update', [bank.tenantId]);
      waiting = transfer({ process: processes[0], journalId, from, to, amountMinor: 100n }).finally(
        () => (isAnswered = true),
      );
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(isAnswered).toBe(false);
      expect(await eventsOf(`journal:${journalId}`)).toBe(0);
    });
    expect(await waiting).toMatch(/^201/);
    expect(await eventsOf(`journal:${journalId}`)).toBe(1);
  });
});
