import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { SetInsert } from './ceilings.ts';
import { tenantId } from './ledger-books.ts';

const copies: readonly (readonly [copy: string, source: string])[] = [
  ['ceiling_events', 'ledger_events'],
  ['ceiling_answers', 'stored_answers'],
  ['ceiling_balances', 'ledger_balances'],
];

type Row = Readonly<Record<string, unknown>>;

/**
 * A thousand transfers' worth of real rows, to be put into copies of the tables a transfer writes, with their indexes.
 * @param pool as the superuser
 */
export const sampleTransferRows = async (pool: Pool): Promise<SetInsert> => {
  const { rows: events } = await pool.query<Row>(
    "select * from ledger_events where type = 'JournalPosted' order by seq desc limit 1000",
  );
  const { rows: answers } = await pool.query<Row>('select * from stored_answers limit 1000');
  let next = 10n ** 12n;
  return {
    prepare: async (onto) => {
      for (const [copy, source] of copies)
        await onto.query(
          `drop table if exists ${copy}; create table ${copy} (like ${source} including defaults including indexes)`,
        );
    },
    insertThousand: (onto) => {
      next += 1_000n;
      return onto.query({ name: 'set-insert', text: insert, values: valuesOf(events, answers, next) });
    },
    remove: (onto) => onto.query(`drop table if exists ${copies.map(([copy]) => copy).join(', ')}`),
  };
};

const insert = `with e as (insert into ceiling_events (tenant_id, seq, context, stream, version, id, type, schema_version, envelope, hash, booked_at)
    select * from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::int[], $6::uuid[], $7::text[], $8::smallint[], $9::text[], $10::bytea[], $11::timestamptz[])),
  a as (insert into ceiling_answers (tenant_id, principal_id, key, fingerprint, status, body, stored_at)
    select $12::uuid, 'benchmark', key, key, 201, body, now() from unnest($13::text[], $14::text[]) as w (key, body))
  insert into ceiling_balances (tenant_id, account_id, asset, entity, class, has_floor, status, debits, credits, booked_at)
    select $12::uuid, account_id, 'EUR', 'main', 'liability', true, 'open', 1000000, 2000000, now() from unnest($15::text[]) as w (account_id)`;

const valuesOf = (events: readonly Row[], answers: readonly Row[], firstSeq: bigint): unknown[] => {
  const column = (name: string): unknown[] => events.map((row) => row[name]);
  const ids = events.map(() => randomUUID());
  return [
    column('tenant_id'),
    events.map((_, index) => firstSeq + BigInt(index)),
    column('context'),
    ids.map((id) => `journal:${id}`),
    column('version'),
    ids,
    column('type'),
    column('schema_version'),
    column('envelope'),
    column('hash'),
    column('booked_at'),
    tenantId,
    ids,
    ids.map((_, index) => answers[index % answers.length]?.['body']),
    ids.flatMap((id) => [id, `${id}b`]),
  ];
};
