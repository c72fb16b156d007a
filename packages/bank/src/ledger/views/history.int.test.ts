import { inTransaction, type Transaction } from '@finaegis/platform/database/transaction';
import { open } from '@finaegis/platform/event-store/envelope';
import type { LoggedEvent } from '@finaegis/platform/event-store/event';
import { tenantId } from '@finaegis/testing/context';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LedgerBank, startLedgerBank } from '../fixtures/ledger-bank.ts';
import type { JournalPosting } from '../journal/events.ts';
import { postingsOf } from './account-history.ts';
import { bucketsName, latestName, postingsName, postingsView } from './postings.ts';

let bank: LedgerBank;
let ada: string;
let bob: string;

beforeAll(async () => {
  bank = await startLedgerBank();
  [ada, bob] = [bank.services.newId(), bank.services.newId()];
  await bank.openCustomer(ada);
  await bank.openCustomer(bob);
});
afterAll(() => bank.close());

const transfer = (from: string, to: string, amountMinor: bigint) => {
  const leg = (account: string, side: JournalPosting['side']): JournalPosting => ({
    account,
    asset: 'EUR',
    side,
    amountMinor,
    purpose: 'principal',
  });
  return bank.submit(bank.module.handlers.postJournal, {
    journalId: bank.services.newId(),
    kind: 'transfer',
    postings: [leg(from, 'debit'), leg(to, 'credit')],
    captures: [],
  });
};

const median = async (work: () => Promise<unknown>): Promise<number> => {
  const times: number[] = [];
  for (let run = 0; run < 9; run++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[4] ?? 0;
};

/** Folds events into tables of the view, the live ones or a set beside them. */
const applyTo = (names: Readonly<Record<string, string>>, events: readonly LoggedEvent[]): Promise<void> =>
  inTransaction(bank.adminPool, { tenants: [tenantId] }, (tx) =>
    postingsView.apply(tx, { tenantId, table: (suffix = '') => names[suffix] ?? '' }, events),
  );

const live = { '': postingsName, latest: latestName, buckets: bucketsName };

const logOf = async (): Promise<readonly LoggedEvent[]> => {
  const rows = await bank.query(
    "select seq, envelope from events where tenant_id = $1 and context = 'ledger' and type = 'JournalPosted' order by seq",
    [tenantId],
  );
  return rows.map(({ seq, envelope }) => open(bank.services.catalogue, envelope as string, seq as bigint));
};

describe('the history of an account', () => {
  it('shows after each posting what the balance was then, newest first, with whom it was', async () => {
    await bank.deposit(ada, 1_000n);
    await transfer(ada, bob, 300n);
    await transfer(ada, bob, 200n);
    await bank.settle();
    const rows = await bank.module.reads.postings(tenantId, { account: ada }, { limit: 10 });
    expect(
      rows.map(({ side, amountMinor, postedAfterMinor, counterparty }) => [
        side,
        amountMinor,
        postedAfterMinor,
        counterparty,
      ]),
    ).toEqual([
      ['debit', 200n, 500n, bob],
      ['debit', 300n, 700n, bob],
      ['credit', 1_000n, 1_000n, 'main:nostro/ing'],
    ]);
    const [nostro] = await bank.module.reads.postings(tenantId, { account: 'main:nostro/ing' }, { limit: 1 });
    // An account whose normal side is debit grows by debits.
    expect(nostro?.postedAfterMinor).toBe(1_000n);
  });

  it('names nobody as the counterparty where there were several', async () => {
    const legs = [
      ['main:nostro/ing', 'debit', 30n],
      [ada, 'credit', 10n],
      [bob, 'credit', 20n],
    ] as const;
    const postings = legs.map(([account, side, amountMinor]) => ({
      account,
      asset: 'USD',
      side,
      amountMinor,
      purpose: 'principal' as const,
    }));
    await bank.submit(bank.module.handlers.postJournal, {
      journalId: bank.services.newId(),
      kind: 'payroll',
      postings,
      captures: [],
    });
    await bank.settle();
    const counterparty = async (account: string) =>
      (await bank.module.reads.postings(tenantId, { account, asset: 'USD' }, { limit: 1 }))[0]?.counterparty;
    expect([await counterparty('main:nostro/ing'), await counterparty(ada)]).toEqual([undefined, 'main:nostro/ing']);
  });

  it('is walked in pages either way, and narrowed', async () => {
    const { reads } = bank.module;
    const all = await reads.postings(tenantId, { account: ada }, { limit: 10 });
    expect(all).toHaveLength(4);
    const [first] = all;
    expect(
      await reads.postings(
        tenantId,
        { account: ada },
        { limit: 10, ...(first === undefined ? {} : { before: first }) },
      ),
    ).toEqual(all.slice(1));
    const oldest = await reads.postings(tenantId, { account: ada }, { limit: 10, order: 'oldest' });
    expect(oldest).toEqual([...all].reverse());
    expect(
      await reads.postings(
        tenantId,
        { account: ada },
        { limit: 10, order: 'oldest', ...(oldest[0] === undefined ? {} : { after: oldest[0] }) },
      ),
    ).toEqual(oldest.slice(1));
    expect(await reads.postings(tenantId, { account: ada, asset: 'EUR', side: 'credit' }, { limit: 10 })).toHaveLength(
      1,
    );
    expect(
      await reads.postings(
        tenantId,
        { account: ada, kind: 'transfer', from: '2026-03-02', to: '2026-03-02' },
        { limit: 10 },
      ),
    ).toHaveLength(2);
    expect(await reads.postings(tenantId, { account: ada, from: '2026-03-03' }, { limit: 10 })).toEqual([]);
  });

  it('adds up per day', async () => {
    const day = { account: ada, from: '2026-03-01', to: '2026-03-31' };
    const expected = [
      { date: '2026-03-02', asset: 'EUR', debitsMinor: 500n, creditsMinor: 1_000n, count: 3n },
      { date: '2026-03-02', asset: 'USD', debitsMinor: 0n, creditsMinor: 10n, count: 1n },
    ];
    expect(await bank.module.reads.turnovers(tenantId, { ...day, by: 'bookingDate' })).toEqual(expected);
    expect(await bank.module.reads.turnovers(tenantId, { ...day, by: 'valueDate' })).toEqual(expected);
  });

  it('belongs to its tenant: another one reads nothing', async () => {
    const other = '0190a000-0000-7000-8000-00000000000b';
    expect(await bank.module.reads.postings(other, { account: ada }, { limit: 10 })).toEqual([]);
    expect(await bank.module.reads.trialBalances(other)).toEqual([]);
  });
});

describe('stored balances', () => {
  it('are held against their postings: one that was tampered with is named', async () => {
    const other = bank.services.newId();
    await bank.openCustomer(other);
    await bank.deposit(other, 700n);
    await bank.settle();
    const compare = () => bank.module.reads.compareWithPostings(tenantId);
    expect(await compare()).toEqual({ isComparable: true, differences: [] });
    const tamper = (by: number) =>
      bank.query('update ledger_balances set credits = credits + $2 where account_id = $1', [other, by]);
    await tamper(1);
    expect((await compare()).differences).toEqual([
      { account: other, asset: 'EUR', storedMinor: 701n, postingsMinor: 700n },
    ]);
    const totals = await bank.module.reads.trialBalances(tenantId, 'main');
    expect(totals.filter(({ debitsMinor, creditsMinor }) => debitsMinor !== creditsMinor)).toHaveLength(1);
    await tamper(-1);
  });
});

describe('an instant on a balance nobody locks', () => {
  it('is answered in the order of the log, even where two commits booked a moment out of order', async () => {
    const account = bank.services.newId();
    await bank.openCustomer(account);
    const event = (seq: bigint, bookedAt: string, amountMinor: bigint): LoggedEvent => {
      const leg = (its: string, side: JournalPosting['side']): JournalPosting => ({
        account: its,
        asset: 'USD',
        side,
        amountMinor,
        purpose: 'principal',
      });
      const data = {
        journalId: bank.services.newId(),
        entity: 'main',
        kind: 'x',
        reference: 'J',
        bookingDate: '2026-03-02',
        valueDate: '2026-03-02',
        postings: [leg('main:cash', 'debit'), leg(account, 'credit')],
        captures: [],
      };
      return {
        tenantId,
        seq,
        context: 'ledger',
        stream: '',
        version: 1,
        id: '',
        type: 'JournalPosted',
        schemaVersion: 1,
        data,
        metadata: { actor: '', channel: '', correlation: '' },
        bookedAt,
      };
    };
    const at = (second: number): string => `2026-01-01T00:00:0${second}.000Z`;
    await applyTo(live, [
      event(900_001n, at(1), 1n),
      event(900_002n, at(5), 10n),
      event(900_003n, at(3), 100n),
      event(900_004n, at(7), 1_000n),
    ]);
    const postedAt = async (second: number) =>
      (
        await bank.module.reads.postedAt(
          tenantId,
          { accountId: account, entity: 'main', kind: 'customer', class: 'liability', hasFloor: true },
          at(second),
        )
      )[0]?.postedMinor;
    expect([await postedAt(0), await postedAt(1), await postedAt(3), await postedAt(5), await postedAt(7)]).toEqual([
      undefined,
      1n,
      1n,
      111n,
      1_111n,
    ]);
  });
});

/** Builds the view anew beside the live one, in stretches of a size. */
const foldBeside = async (name: string, events: readonly LoggedEvent[], size: number) => {
  const names = { '': `beside_${name}`, latest: `beside_${name}_latest`, buckets: `beside_${name}_buckets` };
  for (const { suffix, create } of postingsView.tables) await bank.query(create(names[suffix as keyof typeof names]));
  const start = performance.now();
  for (let at = 0; at < events.length; at += size) await applyTo(names, events.slice(at, at + size));
  const tookMs = performance.now() - start;
  const contents = [
    await bank.query(`select * from ${names['']} order by account_id, seq, line`),
    await bank.query(`select * from ${names.latest} order by account_id, asset`),
    await bank.query(`select * from ${names.buckets} order by account_id, asset, booking_date, value_date`),
  ];
  return { contents, tookMs };
};

describe('folding', () => {
  it('in stretches of any size gives the same rows, and two thousand journals of one hot account take well under a second', async () => {
    await bank.deposit(ada, 1_000_000n);
    for (let hundred = 0; hundred < 20; hundred++)
      await Promise.all(Array.from({ length: 100 }, () => transfer(ada, bob, 1n)));
    const events = await logOf();
    const [whole, pieces] = [await foldBeside('whole', events, events.length), await foldBeside('pieces', events, 7)];
    expect(whole.contents).toEqual(pieces.contents);
    expect(whole.contents[0]).toHaveLength(2 * events.length + 1);
    expect(whole.tookMs / events.length).toBeLessThan(0.5);
  }, 60_000);

  it('finds an end-to-end id by its index, however long the history it stands in', async () => {
    const hot = bank.services.newId();
    await bank.query(
      `insert into ${postingsName} (tenant_id, account_id, asset, seq, line, journal_id, kind, reference, side, amount, posted_after, purpose, booking_date, value_date, booked_at, as_of, end_to_end_id)
        select $1, $2, 'EUR', 1000000 + n, 0, gen_random_uuid(), 'transfer', 'J' || n, 'credit', 1, n, 'principal', '2026-03-02', '2026-03-02', '2026-03-02T12:00:00Z', '2026-03-02T12:00:00Z', 'E' || n from generate_series(1, 12000) n`,
      [tenantId, hot],
    );
    await bank.query(`analyze ${postingsName}`);
    const filter = { account: hot, endToEndId: 'E7' };
    const found = await bank.module.reads.postings(tenantId, filter, { limit: 51 });
    expect(found.map(({ endToEndId, postedAfterMinor }) => [endToEndId, postedAfterMinor])).toEqual([['E7', 7n]]);
    const plan = await inTransaction(bank.services.readPool, { tenants: [tenantId], readOnly: true }, async (tx) => {
      let text = '';
      const explaining = {
        query: async (statement: string, values: unknown[]) => {
          text = JSON.stringify((await tx.query(`explain ${statement}`, values)).rows);
          return { rows: [] };
        },
      };
      await postingsOf(explaining as unknown as Transaction, tenantId, filter, { limit: 51 });
      return text;
    });
    expect(plan).toMatch(/Index Cond: [^"]*end_to_end_id/);
    expect(await median(() => bank.module.reads.postings(tenantId, filter, { limit: 51 }))).toBeLessThan(20);
  });

  it('answers balances on dates and at instants of a hot account within 20 ms', async () => {
    await bank.query(
      `insert into ${bucketsName} select $1, $2, 'EUR', date '2010-01-01' + day, date '2010-01-01' + day - lag, 5, 5, 2 from generate_series(1, 5000) day, generate_series(0, 1) lag on conflict do nothing`,
      [tenantId, ada],
    );
    await bank.query(`analyze ${bucketsName}`);
    const account = { accountId: ada, entity: 'main', kind: 'customer', class: 'liability', hasFloor: true } as const;
    expect(
      await median(() => bank.module.reads.postedOn(tenantId, account, { by: 'valueDate', date: '2026-01-01' })),
    ).toBeLessThan(20);
    expect(
      await median(() => bank.module.reads.postedOn(tenantId, account, { by: 'bookingDate', date: '2026-01-01' })),
    ).toBeLessThan(20);
    expect(await median(() => bank.module.reads.postedAt(tenantId, account, '2026-12-31T00:00:00.000Z'))).toBeLessThan(
      20,
    );
    expect(
      await median(() =>
        bank.module.reads.turnovers(tenantId, {
          account: ada,
          by: 'bookingDate',
          from: '2025-01-01',
          to: '2025-12-31',
        }),
      ),
    ).toBeLessThan(20);
  });
});
