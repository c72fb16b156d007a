import { randomBytes, randomUUID } from 'node:crypto';
import { firstProducts } from '@finaegis/bank/account/contract';
import { platformTenantId } from '@finaegis/platform/auth/principal';
import type { KeyedAnswer } from '@finaegis/platform/command/answers';
import { createPool } from '@finaegis/platform/database/pool';
import { inTransaction } from '@finaegis/platform/database/transaction';
import { createTenantCommand } from '@finaegis/platform/tenancy/commands';
import { type Bank, declaredModules, openBank } from '@finaegis/server/bank';
import type { Pool } from 'pg';
import { oneRowInsert, setInsertRate } from './ceilings.ts';
import { type BenchDatabase, benchDatabase } from './database.ts';
import { runLoad } from './load.ts';
import { type BenchOptions, type Cell, describeMachine, median, medianCell, type Report } from './report.ts';

const tenantId = '01900000-0000-7000-8000-000000000001';
const accountsMax = 1_000;
const metadata = { actor: 'benchmark', channel: 'system', correlation: 'benchmark' };
const submission = { tenantId, metadata, timeoutMs: 60_000 } as const;

/** Transfers through the committer: what it costs to move money with every guarantee kept, answers stored under their keys. */
export const ledgerBench = async ({ isQuick, note }: BenchOptions): Promise<Report> => {
  const durationMs = isQuick ? 1_000 : 4_000;
  const rounds = 3;
  const database = await benchDatabase(declaredModules());
  const bank = await openBank({ connections: database, masterKey: randomBytes(32) });
  const accounts = await prepareAccounts(bank);
  const { transfer, acknowledged } = transfers(bank, accounts);
  await Promise.all(Array.from({ length: 2_000 }, () => transfer(true)));
  for (let warm = 0; warm < 5; warm++) await Promise.all(Array.from({ length: 200 }, () => transfer()));
  const admin = createPool(database.admin, { applicationName: 'analyze', max: 1 });
  await admin.query('analyze');
  await admin.end();

  const cells: Record<string, Cell[]> = {};
  const ceilings: Record<string, number[]> = {};
  const add = <T>(to: Record<string, T[]>, name: string, value: T): unknown =>
    (to[name] = [...(to[name] ?? []), value]);
  const measureCells = async (): Promise<void> => {
    for (const callers of [1, 8, 64])
      add(cells, `c${callers}-b1-uniform`, await runLoad({ callers, durationMs, call: () => transfer() }));
    const thousand = (): Promise<unknown> => Promise.all(Array.from({ length: 1_000 }, () => transfer(true)));
    add(cells, 'c4-b1000-uniform', await runLoad({ callers: 4, durationMs, unitsPerCall: 1_000, call: thousand }));
  };
  const measureCeilings = async (): Promise<void> => {
    add(ceilings, 'oneRowInsert1', await oneRowInsert(database.admin, { clients: 1, bytes: 900, durationMs }));
    add(ceilings, 'oneRowInsert8', await oneRowInsert(database.admin, { clients: 8, bytes: 900, durationMs }));
    add(ceilings, 'setInsert', await setInsertRate(database.admin, await transferRows(database), durationMs));
  };
  for (let round = 0; round < rounds; round++) {
    note(`round ${round + 1} of ${rounds}`);
    for (const measure of round % 2 === 0 ? [measureCells, measureCeilings] : [measureCeilings, measureCells])
      await measure();
  }
  await check(bank, acknowledged());
  await bank.close();
  await database.close();
  return {
    bench: 'ledger',
    machine: describeMachine(),
    ceilings: Object.fromEntries(Object.entries(ceilings).map(([name, values]) => [name, median(values)])),
    cells: Object.fromEntries(Object.entries(cells).map(([name, values]) => [name, medianCell(values)])),
  };
};

/** One transfer between two random accounts a call, counted when it is acknowledged. */
const transfers = (
  bank: Bank,
  accounts: readonly string[],
): { transfer(isBulk?: boolean): Promise<void>; acknowledged(): number } => {
  let acknowledged = 0;
  const transfer = async (isBulk = false): Promise<void> => {
    const from = randomAccount(accounts);
    const to = accounts[(accounts.indexOf(from) + 1) % accounts.length] ?? from;
    const journalId = bank.services.newId();
    const outcome = await bank.services.commands.submit(
      bank.modules.ledger.handlers.postJournal,
      {
        journalId,
        kind: 'transfer',
        captures: [],
        postings: [
          { account: from, asset: 'EUR', side: 'debit', amountMinor: 1n, purpose: 'principal' },
          { account: to, asset: 'EUR', side: 'credit', amountMinor: 1n, purpose: 'principal' },
        ],
      },
      {
        ...submission,
        lane: isBulk ? 'bulk' : 'interactive',
        // In a batch the journal's id is the repeat protection of each item; a single transfer has its key besides.
        ...(isBulk ? {} : { idempotency: { principalId: 'benchmark', key: journalId, fingerprint: journalId } }),
        render: () => ({
          status: 201,
          body: JSON.stringify({ id: journalId, from, to, amount: { amount: '0.01', asset: 'EUR' } }),
        }),
      },
    );
    if (outcome.kind !== 'decided' || !outcome.outcome.accepted)
      throw new Error(
        `A transfer was not accepted: ${JSON.stringify(outcome.kind === 'decided' ? outcome.outcome : outcome.kind)}`,
      );
    acknowledged++;
  };
  return { transfer, acknowledged: () => acknowledged };
};

const randomAccount = (accounts: readonly string[]): string =>
  accounts[Math.floor(Math.random() * accounts.length)] ?? '';

const prepareAccounts = async (bank: Bank): Promise<readonly string[]> => {
  const { commands } = bank.services;
  const { ledger, asset, account, party } = bank.modules;
  await commands.submit(
    createTenantCommand,
    { tenantId, name: 'Benchmark' },
    { ...submission, tenantId: platformTenantId },
  );
  await asset.seed();
  const entity = {
    entity: 'main',
    name: 'Main',
    functionalAsset: 'EUR',
    timeZone: 'Europe/Prague',
    calendar: 'target',
    businessDate: '2026-01-02',
  };
  await commands.submit(ledger.handlers.openEntity, entity, submission);
  for (const product of firstProducts) await commands.submit(account.handlers.publishProduct, product, submission);
  const partyId = randomUUID();
  await commands.submit(
    party.handlers.registerParty,
    { partyId, kind: 'organisation', details: { name: { legal: 'Benchmark' } } },
    submission,
  );
  const accounts = Array.from({ length: accountsMax }, () => randomUUID());
  await Promise.all(accounts.map((accountId) => openAccount(bank, { accountId, partyId })));
  await Promise.all(accounts.map((account) => fund(bank, account)));
  return accounts;
};

const openAccount = (
  bank: Bank,
  { accountId, partyId }: { readonly accountId: string; readonly partyId: string },
): Promise<unknown> =>
  bank.services.commands.submit(
    bank.modules.account.handlers.openAccount,
    {
      accountId,
      entity: 'main',
      product: 'current',
      asset: 'EUR',
      holders: [{ partyId, kind: 'owner', mandateId: randomUUID() }],
    },
    { ...submission, lane: 'bulk' },
  );

const fund = (bank: Bank, account: string): Promise<unknown> =>
  bank.services.commands.submit(
    bank.modules.ledger.handlers.postJournal,
    {
      journalId: bank.services.newId(),
      kind: 'deposit',
      captures: [],
      postings: [
        { account: 'main:cash', asset: 'EUR', side: 'debit', amountMinor: 10n ** 12n, purpose: 'principal' },
        { account, asset: 'EUR', side: 'credit', amountMinor: 10n ** 12n, purpose: 'principal' },
      ],
    },
    { ...submission, lane: 'bulk' },
  );

/** Copies of the tables one transfer writes, with their indexes, and a thousand transfers' worth of real rows to put into them. */
const transferRows = async ({ admin }: BenchDatabase): Promise<{ insertThousand(pool: Pool): Promise<unknown> }> => {
  const pool = createPool(admin, { applicationName: 'ceiling', max: 1 });
  for (const [copy, source] of [
    ['ceiling_events', 'ledger_events'],
    ['ceiling_answers', 'stored_answers'],
    ['ceiling_balances', 'ledger_balances'],
  ]) {
    await pool.query(
      `drop table if exists ${copy}; create table ${copy} (like ${source} including defaults including indexes)`,
    );
  }
  const { rows: events } = await pool.query<Record<string, unknown>>(
    "select * from ledger_events where type = 'JournalPosted' order by seq desc limit 1000",
  );
  const { rows: answers } = await pool.query<Record<string, unknown>>('select * from stored_answers limit 1000');
  await pool.end();
  let next = 10n ** 12n;
  const column = (rows: readonly Record<string, unknown>[], name: string): unknown[] => rows.map((row) => row[name]);
  return {
    insertThousand: (onto) => {
      const ids = events.map(() => randomUUID());
      next += 1_000n;
      return onto.query({
        name: 'set-insert',
        text: `with e as (insert into ceiling_events (tenant_id, seq, context, stream, version, id, type, schema_version, envelope, hash, booked_at)
            select * from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::int[], $6::uuid[], $7::text[], $8::smallint[], $9::text[], $10::bytea[], $11::timestamptz[])),
          a as (insert into ceiling_answers (tenant_id, principal_id, key, fingerprint, status, body, stored_at)
            select $12::uuid, 'benchmark', key, key, 201, body, now() from unnest($13::text[], $14::text[]) as w (key, body))
          insert into ceiling_balances (tenant_id, account_id, asset, entity, class, has_floor, status, debits, credits, booked_at)
            select $12::uuid, account_id, 'EUR', 'main', 'liability', true, 'open', 1000000, 2000000, now() from unnest($15::text[]) as w (account_id)`,
        values: [
          column(events, 'tenant_id'),
          events.map((_, index) => next + BigInt(index)),
          column(events, 'context'),
          ids.map((id) => `journal:${id}`),
          column(events, 'version'),
          ids,
          column(events, 'type'),
          column(events, 'schema_version'),
          column(events, 'envelope'),
          column(events, 'hash'),
          column(events, 'booked_at'),
          tenantId,
          ids,
          ids.map((_, index) => answers[index % answers.length]?.['body'] as KeyedAnswer['answer']['body']),
          ids.flatMap((id) => [id, `${id}b`]),
        ],
      });
    },
  };
};

/** Every acknowledged transfer is stored once, the books balance, and the log is dense. */
const check = async ({ pools }: Bank, acknowledged: number): Promise<void> => {
  const { rows } = await inTransaction(pools.read, { tenants: [tenantId], readOnly: true }, (tx) =>
    tx.query<{ transfers: bigint; events: bigint; head: bigint; trial: string }>(
      `select (select count(*) from events where context = 'ledger' and type = 'JournalPosted' and envelope like '%"kind":"transfer"%') as transfers,
        (select count(*) from events where seq > 0) as events, (select max(seq) from events where seq > 0) as head,
        (select sum(credits - debits) from ledger_balances)::text as trial`,
    ),
  );
  const found = rows[0];
  if (Number(found?.transfers) !== acknowledged)
    throw new Error(`${acknowledged} transfers were acknowledged, ${found?.transfers} are stored.`);
  if (found?.events !== found?.head) throw new Error('The log has a gap.');
  if (found?.trial !== '0') throw new Error(`The trial balance is ${found?.trial}.`);
};
