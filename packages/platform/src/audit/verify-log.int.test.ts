import { sha3_512, toHex } from '@finaegis/kernel/hash';
import { appendAll, emptyTree, rootOf } from '@finaegis/kernel/merkle';
import { increase } from '@finaegis/testing/tenancy/counter';
import { metadata, type Stage, startStage, tenantA, tenantB } from '@finaegis/testing/tenancy/stage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyLog } from './verify-log.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
  for (let index = 0; index < 30; index++)
    await stage.first.commands.submit(
      increase,
      { counterId: `c${index % 4}`, by: 1n },
      { tenantId: tenantA, metadata },
    );
});

afterAll(async () => {
  await stage.close();
});

const verify = (tenantId = tenantA) => verifyLog({ pool: stage.services.readPool, tenantId });

/** Changes the log as nobody but a superuser can, looks, and puts everything back. */
const whenTampered = async (statement: string) => {
  const { adminPool } = stage;
  await adminPool.query('create table kept as select * from counter_events');
  await adminPool.query('alter table counter_events disable trigger user');
  try {
    await adminPool.query(statement);
    return await verify();
  } finally {
    await adminPool.query('delete from counter_events');
    await adminPool.query('insert into counter_events select * from kept');
    await adminPool.query('alter table counter_events enable trigger user');
    await adminPool.query('drop table kept');
  }
};

describe('a log that is replayed', () => {
  it('is intact, and its root is that of the tree over its hashes', async () => {
    const { rows } = await stage.adminPool.query<{ envelope: string }>(
      'select envelope from events where tenant_id = $1 order by seq',
      [tenantA],
    );
    const root = toHex(
      rootOf(
        appendAll(
          emptyTree(),
          rows.map(({ envelope }) => sha3_512(envelope)),
        ),
      ),
    );
    expect(await verify()).toEqual({ isIntact: true, events: 30, root, heads: 0, sealed: 0 });
    expect(await verify(tenantB)).toMatchObject({ isIntact: true, events: 0 });
  });

  it.each([
    [
      'a text that was changed',
      'update counter_events set envelope = replace(envelope, \'"by":"1"\', \'"by":"2"\') where seq = 7',
      7n,
      'hash_differs',
    ],
    [
      'a column that says something else',
      "update counter_events set type = 'CounterReset' where seq = 9",
      9n,
      'column_differs',
    ],
    [
      'an event moved in time',
      "update counter_events set booked_at = booked_at + interval '1 hour' where seq = 4",
      4n,
      'column_differs',
    ],
    ['an event taken out', 'delete from counter_events where seq = 12', 12n, 'seq_not_dense'],
    ['the end cut off', 'delete from counter_events where seq > 25', 26n, 'event_missing'],
    [
      'two events of one stream exchanged',
      'update counter_events set seq = case seq when 5 then 1009 else 5 end where seq in (5, 9); update counter_events set seq = 9 where seq = 1009',
      5n,
      'version_not_dense',
    ],
    [
      'the first event of a stream taken out and the gap closed',
      'delete from counter_events where seq = 1; update counter_events set seq = seq + 1000; update counter_events set seq = seq - 1001',
      4n,
      'version_not_dense',
    ],
  ])('tells of %s at the first place that is wrong', async (_, statement, seq, code) => {
    expect(await whenTampered(statement)).toMatchObject({
      isIntact: false,
      events: Number(seq) - 1,
      fault: { seq, code },
    });
  });

  it('is told of when the text is another spelling of the same, its hash made to fit', async () => {
    const { rows } = await stage.adminPool.query<{ envelope: string }>(
      'select envelope from counter_events where tenant_id = $1 and seq = 3',
      [tenantA],
    );
    const spelt = JSON.stringify(JSON.parse(rows[0]?.envelope ?? '{}'), null, 1);
    const hash = toHex(sha3_512(spelt));
    const verdict = await whenTampered(
      `update counter_events set envelope = '${spelt}', hash = decode('${hash}', 'hex') where seq = 3`,
    );
    expect(verdict).toMatchObject({ isIntact: false, fault: { seq: 3n, code: 'envelope_not_canonical' } });
  });
});
