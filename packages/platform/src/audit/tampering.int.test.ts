import { sha3_512, toHex } from '@finaegis/kernel/hash';
import { leafHash } from '@finaegis/kernel/merkle';
import { headStatement, type SignedTreeHead } from '@finaegis/kernel/tree-head';
import { increase } from '@finaegis/testing/tenancy/counter';
import { metadata, type Stage, startStage, tenantA, tenantB } from '@finaegis/testing/tenancy/stage';
import type { PoolClient } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTransaction } from '../database/transaction.ts';
import { admitKey } from './admit-key.ts';
import { examineInThreads } from './examine-in-threads.ts';
import { readHeadsUp } from './heads-table.ts';
import { sealTenant } from './seal.ts';
import { signingKeyOf } from './signing-key.ts';
import { type LogVerdict, verifyLog } from './verify-log.ts';

const key = signingKeyOf(new Uint8Array(32).fill(1));
const forger = signingKeyOf(new Uint8Array(32).fill(9));
let stage: Stage;
/** Heads as they were exported while all was well. */
let exported: readonly SignedTreeHead[];

const add = async (events: number): Promise<void> => {
  for (let done = 0; done < events; done += 50)
    await Promise.all(
      Array.from({ length: Math.min(50, events - done) }, (_, index) =>
        stage.first.commands.submit(
          increase,
          { counterId: `c${(done + index) % 40}`, by: 1n },
          { tenantId: tenantA, metadata },
        ),
      ),
    );
};

beforeAll(async () => {
  stage = await startStage();
  await admitKey(stage.systemPool, { key });
  // Heads over 100, 200, 600 and 660 events; 40 more are not sealed.
  for (const events of [100, 100, 400, 60, 40]) {
    await add(events);
    if (events !== 40) await sealTenant(stage.systemPool, tenantA, key);
  }
  exported = await inTransaction(stage.systemPool, { tenants: [tenantA] }, (tx) =>
    readHeadsUp(tx, { tenantId: tenantA, after: 0, limit: 100 }),
  );
});

afterAll(async () => {
  await stage.close();
});

const verify = (options: Partial<Parameters<typeof verifyLog>[0]> = {}) =>
  verifyLog({ pool: stage.services.readPool, tenantId: tenantA, ...options });

const guarded = ['counter_events', 'auth_events', 'audit_tiles', 'audit_heads', 'audit_keys', 'tenant_heads'];

/** Changes tables as nobody but a superuser can, looks, and puts everything back. */
const tampered = async (
  change: (client: PoolClient) => Promise<unknown>,
  options: Partial<Parameters<typeof verifyLog>[0]> = {},
): Promise<LogVerdict> => {
  const client = await stage.adminPool.connect();
  const forAll = async (statement: (table: string) => string): Promise<void> => {
    for (const table of guarded) await client.query(statement(table));
  };
  await forAll((table) => `create table kept_${table} as select * from ${table}`);
  await forAll((table) => `alter table ${table} disable trigger user`);
  try {
    await change(client);
    return await verify(options);
  } finally {
    await forAll((table) => `delete from ${table}`);
    await forAll((table) => `insert into ${table} select * from kept_${table}`);
    await forAll((table) => `alter table ${table} enable trigger user`);
    await forAll((table) => `drop table kept_${table}`);
    client.release();
  }
};

const envelopeOf = async (client: PoolClient, seq: number): Promise<string> => {
  const { rows } = await client.query<{ envelope: string }>(
    'select envelope from counter_events where tenant_id = $1 and seq = $2',
    [tenantA, seq],
  );
  return rows[0]?.envelope ?? '';
};

/** Another amount in an event, its hash made to fit. */
const forge = async (client: PoolClient, seq: number): Promise<void> => {
  const text = (await envelopeOf(client, seq)).replace('"by":"1"', '"by":"1000000"');
  await client.query('update counter_events set envelope = $3, hash = $4 where tenant_id = $1 and seq = $2', [
    tenantA,
    seq,
    text,
    Buffer.from(sha3_512(text)),
  ]);
};

/** The leaf of an event made to fit whatever stands there now. */
const rewriteLeaf = async (client: PoolClient, seq: number): Promise<void> => {
  const leaf = leafHash(sha3_512(await envelopeOf(client, seq)));
  await client.query(
    'update audit_tiles set hashes = overlay(hashes placing $3 from $4) where tenant_id = $1 and level = 0 and index = $2',
    [tenantA, Math.floor((seq - 1) / 256), Buffer.from(leaf), ((seq - 1) % 256) * 64 + 1],
  );
};

const moveUp = async (client: PoolClient, { from, by }: { readonly from: number; readonly by: number }) => {
  // In two steps, since each place may be taken once.
  await client.query('update counter_events set seq = seq + 100000 where tenant_id = $1 and seq >= $2', [
    tenantA,
    from,
  ]);
  await client.query('update counter_events set seq = seq - 100000 + $2 where tenant_id = $1 and seq > 100000', [
    tenantA,
    by,
  ]);
  await client.query('update tenant_heads set seq = seq + $2 where tenant_id = $1', [tenantA, by]);
};

describe('a sealed log', () => {
  it('is intact, in this thread and in others, and says how far it is sealed', async () => {
    const threads = examineInThreads({ connection: stage.connections.read, count: 2 });
    try {
      const verdict = await verify();
      expect(verdict).toMatchObject({ isIntact: true, events: 700, heads: 4, sealed: 660 });
      expect(await verify({ examine: threads.examine, atOnce: 4 })).toEqual(verdict);
      const ofAnother = { ...(exported[0] as SignedTreeHead), tenant: tenantB, size: 100_000 };
      const [oldest, ...later] = exported as [SignedTreeHead, ...SignedTreeHead[]];
      const known = { trustedKey: toHex(key.publicKey), heads: [...exported, ...later, ofAnother] };
      expect(await verify(known)).toEqual(verdict);
      // Signed once more at another instant, it is another head.
      const again = { ...oldest, timestamp: later[0]?.timestamp ?? '' };
      const signature = toHex(await key.sign(headStatement(again)));
      expect(await verify({ heads: [{ ...again, signature }] })).toEqual({ ...verdict, heads: 5 });
    } finally {
      await threads.close();
    }
  });

  it('is not vouched for by a key the reader does not know', async () => {
    expect(await verify({ trustedKey: toHex(forger.publicKey) })).toMatchObject({ fault: { code: 'key_not_trusted' } });
  });
});

describe('a log that was restored to an earlier point', () => {
  it('contradicts the heads of what was lost, and says of which epoch they are', async () => {
    const { rows } = await stage.adminPool.query<{ epoch: string }>('select epoch from log_epoch');
    const before = { ...(exported.at(-1) as SignedTreeHead), epoch: tenantB };
    const ofLost = async (its: Partial<SignedTreeHead>) => {
      const head = { ...before, ...its };
      return verify({ heads: [{ ...head, signature: toHex(await key.sign(headStatement(head))) }] });
    };
    for (const [its, code] of [
      [{ size: 900 }, 'event_missing'],
      [{ size: 650 }, 'leaves_rewritten'],
    ] as const) {
      const verdict = await ofLost(its);
      expect(verdict).toMatchObject({ isIntact: false, fault: { code } });
      expect(
        JSON.stringify(verdict, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)),
      ).toContain(`the head is of epoch ${tenantB} and the log now of epoch ${rows[0]?.epoch}`);
    }
  });
});

describe('an event is named when it', () => {
  it('was altered', async () => {
    const verdict = await tampered((client) =>
      client.query(
        `update counter_events set envelope = replace(envelope, '"by":"1"', '"by":"9"') where tenant_id = $1 and seq in (150, 300)`,
        [tenantA],
      ),
    );
    expect(verdict).toMatchObject({ isIntact: false, events: 149, fault: { seq: 150n, code: 'hash_differs' } });
  });

  it('was altered together with its hash', async () => {
    const verdict = await tampered(async (client) => {
      await forge(client, 150);
      await forge(client, 400);
    });
    expect(verdict).toMatchObject({ isIntact: false, events: 149, fault: { seq: 150n, code: 'event_altered' } });
  });

  it('was altered together with its hash, also far from where threads began', async () => {
    const threads = examineInThreads({ connection: stage.connections.read, count: 2 });
    try {
      const verdict = await tampered((client) => forge(client, 655), { examine: threads.examine });
      expect(verdict).toMatchObject({ events: 654, fault: { seq: 655n, code: 'event_altered' } });
    } finally {
      await threads.close();
    }
  });

  it('was removed', async () => {
    const verdict = await tampered((client) =>
      client.query('delete from counter_events where tenant_id = $1 and seq = 150', [tenantA]),
    );
    expect(verdict).toMatchObject({ isIntact: false, events: 149, fault: { seq: 150n, code: 'seq_not_dense' } });
  });

  it('was removed and the gap closed behind it', async () => {
    const verdict = await tampered(async (client) => {
      // The last one of its stream, so that not even versions have a gap.
      await client.query('delete from counter_events where tenant_id = $1 and seq = 655', [tenantA]);
      await client.query('delete from counter_events where tenant_id = $1 and seq > 660', [tenantA]);
      await client.query('update tenant_heads set seq = 661 where tenant_id = $1', [tenantA]);
      await moveUp(client, { from: 656, by: -1 });
    });
    expect(verdict).toMatchObject({ isIntact: false, events: 654, fault: { seq: 655n, code: 'event_removed' } });
  });

  it('was inserted', async () => {
    const verdict = await tampered(async (client) => {
      const text = (await envelopeOf(client, 1)).replaceAll('counter:c', 'counter:x');
      await moveUp(client, { from: 300, by: 1 });
      const event = JSON.parse(text) as Record<string, string>;
      await client.query(
        `insert into counter_events select tenant_id, 300, context, $2, version, id, type, schema_version, $3, $4, booked_at
          from counter_events where tenant_id = $1 and seq = 1`,
        [tenantA, event['stream'], text, Buffer.from(sha3_512(text))],
      );
    });
    expect(verdict).toMatchObject({ isIntact: false, events: 299, fault: { seq: 300n, code: 'event_inserted' } });
  });

  it('changed places with another', async () => {
    const verdict = await tampered(async (client) => {
      for (const [from, to] of [
        [300, 100_000],
        [305, 300],
        [100_000, 305],
      ])
        await client.query('update counter_events set seq = $3 where tenant_id = $1 and seq = $2', [tenantA, from, to]);
    });
    expect(verdict).toMatchObject({ isIntact: false, events: 299, fault: { seq: 300n, code: 'events_reordered' } });
  });

  it('was altered behind one that was forged with its leaf, which only the next head contradicts', async () => {
    const verdict = await tampered(async (client) => {
      await forge(client, 150);
      await rewriteLeaf(client, 150);
      await client.query("update counter_events set envelope = envelope || ' ' where tenant_id = $1 and seq = 170", [
        tenantA,
      ]);
    });
    expect(verdict).toMatchObject({
      isIntact: false,
      events: 100,
      fault: { code: 'leaves_rewritten', between: { lastGood: 100, firstBad: 200 } },
    });
  });

  it('was cut off behind one that was forged with its leaf', async () => {
    const verdict = await tampered(async (client) => {
      await forge(client, 610);
      await rewriteLeaf(client, 610);
      await client.query('delete from counter_events where tenant_id = $1 and seq > 620', [tenantA]);
      await client.query('update tenant_heads set seq = 620 where tenant_id = $1', [tenantA]);
    });
    expect(verdict).toMatchObject({
      isIntact: false,
      events: 600,
      fault: { code: 'leaves_rewritten', between: { lastGood: 600, firstBad: 660 } },
    });
  });

  it('was cut off with everything behind it, and the count of events with them', async () => {
    const verdict = await tampered(async (client) => {
      await client.query('delete from counter_events where tenant_id = $1 and seq > 620', [tenantA]);
      await client.query('update tenant_heads set seq = 620 where tenant_id = $1', [tenantA]);
    });
    expect(verdict).toMatchObject({ isIntact: false, events: 620, fault: { seq: 621n, code: 'event_missing' } });
  });
});

describe('an event forged into another context', () => {
  /** The copy of an event, in a partition where its place is free. */
  const copied = (client: PoolClient, { from, to }: { readonly from: number; readonly to: number }) =>
    client.query(
      `insert into auth_events (tenant_id, seq, context, stream, version, id, type, schema_version, envelope, hash, booked_at)
        select tenant_id, $3, 'auth', stream, version, id, type, schema_version, envelope, hash, booked_at
        from counter_events where tenant_id = $1 and seq = $2`,
      [tenantA, from, to],
    );

  it.each([150, 700])('at a place that is taken is found (%i)', async (place) => {
    expect(await tampered((client) => copied(client, { from: place, to: place }))).toMatchObject({
      isIntact: false,
      fault: { seq: BigInt(place) },
    });
  });

  it('behind the end of the log is found', async () => {
    expect(await tampered((client) => copied(client, { from: 150, to: 900 }))).toMatchObject({
      isIntact: false,
      fault: { code: 'event_inserted', seq: 900n },
    });
  });
});

describe('when the leaf was rewritten as well', () => {
  const rewritten = async (client: PoolClient) => {
    await forge(client, 150);
    await rewriteLeaf(client, 150);
  };

  it('the heads still tell between which of them it happened', async () => {
    expect(await tampered(rewritten)).toMatchObject({
      isIntact: false,
      events: 100,
      fault: { code: 'leaves_rewritten', between: { lastGood: 100, firstBad: 200 } },
    });
  });

  it('and every later head was taken away, a head kept elsewhere tells', async () => {
    const change = async (client: PoolClient) => {
      await rewritten(client);
      await client.query('delete from audit_heads where tenant_id = $1 and size > 100', [tenantA]);
    };
    // Without it only the leaves without a head tell, and not where.
    expect(await tampered(change)).toMatchObject({ isIntact: false, fault: { code: 'head_missing', seq: 660n } });
    expect(await tampered(change, { heads: exported })).toMatchObject({
      fault: { code: 'leaves_rewritten', between: { lastGood: 100, firstBad: 200 } },
    });
  });

  it('and the heads were signed again with a key of the forger, who is not believed', async () => {
    const change = async (client: PoolClient) => {
      await rewritten(client);
      for (const head of exported) {
        const statement = { ...head, keyId: forger.keyId };
        await client.query('update audit_heads set key_id = $3, signature = $4 where tenant_id = $1 and size = $2', [
          tenantA,
          head.size,
          forger.keyId,
          Buffer.from(await forger.sign(headStatement(statement))),
        ]);
      }
    };
    expect(await tampered(change)).toMatchObject({ fault: { seq: 100n, code: 'head_key_unknown' } });
    const withKey = async (client: PoolClient) => {
      await change(client);
      await client.query('update audit_keys set key_id = $1, announced_by = $1, public_key = $2', [
        forger.keyId,
        Buffer.from(forger.publicKey),
      ]);
    };
    expect(await tampered(withKey)).toMatchObject({ fault: { code: 'key_chain_broken' } });
  });

  it('alone, an untouched event is named with the heads on its side', async () => {
    const verdict = await tampered((client) =>
      client.query(
        "update audit_tiles set hashes = overlay(hashes placing decode(repeat('ab', 64), 'hex') from 1) where tenant_id = $1 and level = 0 and index = 1",
        [tenantA],
      ),
    );
    expect(verdict).toMatchObject({ fault: { code: 'leaves_rewritten', between: { lastGood: 200, firstBad: 600 } } });
  });
});

describe('what was stored for proofs', () => {
  it('is missed when a tile of leaves is gone', async () => {
    const verdict = await tampered((client) =>
      client.query('delete from audit_tiles where tenant_id = $1 and level = 0 and index = 1', [tenantA]),
    );
    expect(verdict).toMatchObject({ fault: { seq: 257n, code: 'leaf_missing' } });
  });

  it('is named when a node above the leaves was changed', async () => {
    const verdict = await tampered((client) =>
      client.query(
        "update audit_tiles set hashes = overlay(hashes placing '\\xff'::bytea from 65) where tenant_id = $1 and level = 1",
        [tenantA],
      ),
    );
    expect(verdict).toMatchObject({ fault: { seq: 1n, code: 'tile_differs' } });
  });

  it('is refused when a head was edited', async () => {
    const verdict = await tampered((client) =>
      client.query(
        "update audit_heads set root = decode(repeat('00', 64), 'hex') where tenant_id = $1 and size = 600",
        [tenantA],
      ),
    );
    expect(verdict).toMatchObject({ fault: { seq: 600n, code: 'head_signature_wrong' } });
  });
});

/** The condition of every policy, so that an added one cannot be told from the migrated one by its text alone. */
const ownRows =
  "tenant_id = any ((select string_to_array(nullif(current_setting('app.tenants', true), ''), ',')::uuid[])::uuid[])";
const version = '(tenant_id, stream, version)';

describe('what stands around the tables', () => {
  it.each([
    [
      'a restrictive policy that hides the end of a log',
      'create policy short on counter_events as restrictive using (seq <= 600)',
      'drop policy short on counter_events',
      { code: 'policy_changed', detail: /^counter_events has a policy .*: short RESTRICTIVE .*seq <= 600/ },
    ],
    [
      'a restrictive policy on the parent alone',
      'create policy short on events as restrictive for select to finaegis_read using (seq <= 600)',
      'drop policy short on events',
      { code: 'policy_changed', detail: /^events .*short RESTRICTIVE r TO finaegis_read/ },
    ],
    [
      'another condition in the policy itself',
      'alter policy tenant_isolation on audit_heads using (size <= 100)',
      `alter policy tenant_isolation on audit_heads using (${ownRows})`,
      { code: 'policy_changed', detail: /^audit_heads .*size <= 100/ },
    ],
    [
      'a policy that lets everybody read',
      'create policy wide on audit_tiles using (true)',
      'drop policy wide on audit_tiles',
      { code: 'policy_changed', detail: /^audit_tiles .*wide PERMISSIVE/ },
    ],
    [
      'row-level security that is off',
      'alter table counter_events no force row level security',
      'alter table counter_events force row level security',
      { code: 'policy_changed', detail: /^counter_events has lost its row-level security/ },
    ],
    [
      'row-level security where the length of logs stands, which would make every log empty',
      'alter table tenant_heads enable row level security',
      'alter table tenant_heads disable row level security',
      { code: 'policy_changed', detail: /^tenant_heads has row-level security.*no row is shown/ },
    ],
    [
      'a rule that lets events vanish as they are written',
      'create rule vanish as on insert to auth_events do instead nothing',
      'drop rule vanish on auth_events',
      { code: 'rule_added', detail: /^auth_events has the rule vanish/ },
    ],
    [
      'a view in the place of a table',
      'alter table audit_heads rename to kept_heads; create view audit_heads as select * from kept_heads where size < 200; grant select on audit_heads to finaegis_read',
      'drop view audit_heads; alter table kept_heads rename to audit_heads',
      { code: 'table_replaced', detail: /^audit_heads .*it is a view in public/ },
    ],
    [
      'another schema that is looked into first',
      'create schema finaegis_read; grant usage on schema finaegis_read to finaegis_read; create table finaegis_read.tenant_heads (like public.tenant_heads); grant select on finaegis_read.tenant_heads to finaegis_read',
      'drop schema finaegis_read cascade',
      { code: 'table_replaced', detail: /finaegis_read/ },
    ],
    [
      'a partition that is no table',
      "alter table events detach partition auth_events; alter table auth_events rename to kept_auth; create extension if not exists file_fdw; create server elsewhere foreign data wrapper file_fdw; create foreign table auth_events partition of events for values in ('auth') server elsewhere options (filename '/dev/null')",
      "alter table events detach partition auth_events; drop foreign table auth_events; drop server elsewhere; alter table kept_auth rename to auth_events; alter table events attach partition auth_events for values in ('auth')",
      { code: 'table_replaced', detail: /^auth_events .*it is a foreign table/ },
    ],
    [
      'an index that is gone and kept versions unique',
      'drop index counter_events_stream',
      `create unique index counter_events_stream on counter_events ${version}`,
      { code: 'index_missing', detail: /^counter_events has lost its unique index/ },
    ],
    [
      'a trigger that lets events vanish',
      `create function vanish() returns trigger language plpgsql as 'begin return null; end'; create trigger vanish before insert on counter_events for each row execute function vanish()`,
      'drop trigger vanish on counter_events; drop function vanish()',
      {
        code: 'trigger_changed',
        detail: /^the triggers of counter_events .*it has CREATE TRIGGER vanish BEFORE INSERT/,
      },
    ],
    [
      'a trigger that was switched off',
      'alter table audit_heads disable trigger refuse_change',
      'alter table audit_heads enable trigger refuse_change',
      { code: 'trigger_changed', detail: /^the triggers of audit_heads .*\(switched off\)/ },
    ],
    [
      'a trigger that is gone',
      'drop trigger only_grows on audit_tiles',
      'create trigger only_grows before update on audit_tiles for each row execute function finaegis_tile_grows()',
      { code: 'trigger_changed', detail: /^the triggers of audit_tiles .*it should have CREATE TRIGGER only_grows/ },
    ],
    [
      'a trigger that has become choosy',
      'drop trigger refuse_change on audit_keys; create trigger refuse_change before update or delete on audit_keys for each row when (old.number > 1) execute function finaegis_refuse_change()',
      'drop trigger refuse_change on audit_keys; create trigger refuse_change before update or delete on audit_keys for each row execute function finaegis_refuse_change()',
      { code: 'trigger_changed', detail: /^the triggers of audit_keys .*WHEN/ },
    ],
    [
      'a trigger whose function lets everything pass',
      'create or replace function finaegis_refuse_change() returns trigger language plpgsql as $$ begin return coalesce(new, old); end $$',
      "create or replace function finaegis_refuse_change() returns trigger language plpgsql as $$\nbegin\n  raise exception 'events are never updated or deleted' using errcode = 'FA002';\nend\n$$",
      { code: 'function_changed', detail: /^finaegis_refuse_change / },
    ],
  ])('is named: %s', async (_, change, undo, { code, detail }) => {
    await stage.adminPool.query(change);
    try {
      const verdict = await verify();
      expect(verdict).toMatchObject({ isIntact: false, fault: { code, detail: expect.stringMatching(detail) } });
    } finally {
      await stage.adminPool.query(undo);
    }
    expect(await verify()).toMatchObject({ isIntact: true, events: 700 });
  });

  it('is named after an event it let somebody change, which is worth more to know', async () => {
    await stage.adminPool.query('alter table counter_events disable trigger refuse_truncate');
    try {
      const verdict = await tampered((client) => forge(client, 150));
      expect(verdict).toMatchObject({ fault: { seq: 150n, code: 'event_altered' } });
    } finally {
      await stage.adminPool.query('alter table counter_events enable trigger refuse_truncate');
    }
  });
});

describe('events of a tenant whose count of events is gone', () => {
  it('are not taken for an empty log', async () => {
    const verdict = await tampered(async (client) => {
      for (const table of ['tenant_heads', 'audit_heads', 'audit_tiles'])
        await client.query(`delete from ${table} where tenant_id = $1`, [tenantA]);
    });
    expect(verdict).toMatchObject({ isIntact: false, events: 0, fault: { seq: 1n, code: 'event_inserted' } });
  });
});

describe('the tables of the audit log', () => {
  it.each([
    ["update audit_heads set root = '\\x00'", 'FA002'],
    ['delete from audit_heads', 'FA002'],
    ['truncate audit_heads', 'FA002'],
    ["update audit_keys set public_key = '\\x00'", 'FA002'],
    ["update audit_tiles set hashes = '\\x00'", 'FA002'],
    ['delete from audit_tiles', 'FA002'],
  ])('are only added to, also by their owner: %s', async (statement, code) => {
    await expect(stage.adminPool.query(statement)).rejects.toMatchObject({ code });
  });

  it('are written by nobody who serves', async () => {
    for (const pool of [stage.first.pool, stage.services.readPool])
      for (const table of ['audit_heads', 'audit_tiles', 'audit_keys'])
        await expect(
          inTransaction(pool, { tenants: [tenantB] }, (tx) => tx.query(`delete from ${table}`)),
        ).rejects.toMatchObject({ code: '42501' });
  });
});
