import { provision } from '@finaegis/platform/tenancy/provision';
import { declaredModules } from '@finaegis/server/modules';
import { inspectTenancy } from '@finaegis/testing/tenancy/inspect';
import { attackTenancy } from '@finaegis/testing/tenancy/leak';
import { type Stage, startStage, tenantA, tenantB } from '@finaegis/testing/tenancy/stage';
import type { PoolClient } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let stage: Stage;
let client: PoolClient;

beforeAll(async () => {
  stage = await startStage();
  // Every context of the bank beside the platform's own: a new table is attacked from the day it is declared.
  await provision(stage.admin, { modules: declaredModules() });
  client = await stage.adminPool.connect();
});

afterAll(async () => {
  client.release();
  await stage.close();
});

/** Breaks the wall in a transaction and gives back what the inspection and the attack then say. */
const broken = async (sql: string): Promise<string> => {
  await client.query('begin');
  try {
    await client.query(sql);
    return (await inspectTenancy(client)).join('\n');
  } finally {
    await client.query('rollback');
  }
};

/** The same for the attack, which opens a transaction of its own: the break is committed, then mended. */
const attackedWhile = async (breakIt: string, mendIt: string): Promise<string> => {
  await client.query(breakIt);
  try {
    return (await attackTenancy(client, { tenantA, tenantB })).findings.join('\n');
  } finally {
    await client.query(mendIt);
  }
};

describe('tenants', () => {
  it('are kept apart by every table and partition there is, or it stands in the list of those outside tenancy with its reason', async () => {
    expect(await inspectTenancy(client)).toEqual([]);
  });

  it('see and change nothing of each other in any table, whatever they try, and nobody changes an event', async () => {
    const { findings, tables, partitions } = await attackTenancy(client, { tenantA, tenantB });
    expect(findings).toEqual([]);
    expect(tables).toEqual(
      expect.arrayContaining([
        'events',
        'stored_answers',
        'personal_data',
        'subject_keys',
        'auth_api_keys',
        'counters',
        'counter_log_v1',
      ]),
    );
    expect(partitions).toEqual(expect.arrayContaining(['tenancy_events', 'auth_events', 'counter_events']));
  });
});

describe('the inspection notices', () => {
  it.each([
    ['a table without protection', 'create table stray (tenant_id uuid not null)', 'stray has no row-level security'],
    ['a table without a tenant', 'create table stray (id int)', 'stray has no tenant_id'],
    ['a policy more', 'create policy generous on counters using (true)', 'counters has 2 policies'],
    [
      'another policy',
      'drop policy tenant_isolation on counters; create policy tenant_isolation on counters using (true)',
      'counters has a policy of its own making',
    ],
    [
      'protection that does not bind the owner',
      'alter table counters no force row level security',
      'counters does not force',
    ],
    [
      'a unique key across tenants',
      'create unique index across on counters (counter_id)',
      'counters has the unique index across',
    ],
    [
      'a grant on a partition',
      'grant select on counter_events to finaegis_read',
      'counter_events is a partition with a grant',
    ],
    ['a grant to everybody', 'grant select on counters to public', 'counters grants SELECT to public'],
    ['a right to change events', 'grant delete on events to finaegis_write', 'events grants changes of events'],
    [
      'a right to truncate',
      'grant truncate on counters to finaegis_write',
      'counters grants TRUNCATE to finaegis_write',
    ],
    ['a view', 'create view window_to_all as select * from counters', 'window_to_all is a view'],
    [
      'a function with its owner’s rights',
      "create function peek() returns bigint language sql security definer as 'select count(*) from counters'",
      'peek() runs with its owner',
    ],
    [
      'a lookup that is granted to more',
      'grant execute on function finaegis_find_api_key(text) to public',
      'finaegis_find_api_key(text) is granted to',
    ],
    ['a list that is out of date', 'drop table rate_tokens', 'rate_tokens is listed outside tenancy'],
    ['a durable table that is gone', 'drop table key_last_use', 'key_last_use is listed as durable inside tenancy'],
  ])('%s', async (_, sql, finding) => {
    expect(await broken(sql)).toContain(finding);
  });
});

describe('the attack notices', () => {
  it('a table whose protection was lifted', async () => {
    const findings = await attackedWhile(
      'alter table counters disable row level security',
      'alter table counters enable row level security',
    );
    expect(findings).toContain('finaegis_read sees another tenant in counters');
    expect(findings).toContain('finaegis_write changes another tenant (delete from counters) in counters');
    expect(findings).toContain('finaegis_write gives rows to another tenant in counters');
  });

  it('a partition that lost its trigger', async () => {
    const findings = await attackedWhile(
      'alter table counter_events disable trigger refuse_change',
      'alter table counter_events enable trigger refuse_change',
    );
    expect(findings).toContain('finaegis_owner is not stopped with FA002 at: delete from counter_events');
  });
});
