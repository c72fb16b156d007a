import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

import { type FreshDatabase, freshDatabase } from '@finaegis/testing/database/fresh-database';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createPool } from '../database/pool.ts';
import { rateTokensContract } from './fixtures/rate-tokens-contract.ts';
import { createRateLimiter } from './rate-limit.ts';
import { postgresRateTokens } from './rate-tokens-postgres.ts';

let database: FreshDatabase;
let admin: Pool;
let pool: Pool;

beforeAll(async () => {
  database = await freshDatabase();
  admin = createPool(database.adminConnection, { applicationName: 'rate tokens test', max: 1 });
  const sql = (name: string) => readFile(new URL(`../../sql/${name}`, import.meta.url), 'utf8');
  await admin.query('begin');
  await admin.query(await sql('0001_roles.sql'));
  await admin.query(await sql('0050_rate_tokens.sql'));
  await admin.query('commit');
  pool = createPool(database.adminConnection, { applicationName: 'rate tokens test', role: 'finaegis_write' });
});

afterAll(async () => {
  await Promise.all([admin.end(), pool.end()]);
  await database.drop();
});

describe('the buckets in PostgreSQL', () => {
  rateTokensContract(() => postgresRateTokens(pool), delay);

  it('are shared by limiters of different processes, to the token', async () => {
    const limit = { perSecond: 0.01, burst: 25 };
    const limits = { read: limit, write: limit, bulk: limit, sensitive: limit };
    const limiters = [1, 2, 3].map(() => createRateLimiter({ tokens: postgresRateTokens(pool), limits }));
    const bucket = { tenantId: '0197f2c4-0000-7000-8000-000000000009', principalId: 'p', rateClass: 'read' } as const;
    let passed = 0;
    for (let index = 0; index < 20; index += 1) {
      for (const limiter of limiters) if ((await limiter.take(bucket)).isAllowed) passed += 1;
    }
    expect(passed).toBe(25);
  });

  it('are forgotten when nobody has used them for long', async () => {
    const tokens = postgresRateTokens(pool);
    await tokens.lease({ tenantId: '0197f2c4-0000-7000-8000-00000000000a', principalId: 'old', rateClass: 'read' }, 1, {
      perSecond: 1,
      burst: 1,
    });
    await admin.query("update rate_tokens set filled_at = filled_at - interval '3 hours' where principal_id = 'old'");
    expect(await tokens.prune(4)).toBe(0);
    expect(await tokens.prune(2)).toBe(1);
  });
});
