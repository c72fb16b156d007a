import type { Pool } from 'pg';
import { expect, it } from 'vitest';
import { inTransaction } from './transaction.ts';

// A server cannot be made to answer like this through our own door, because a failed query is noticed before COMMIT is sent. A pooler in between,
// or a server that aborts the transaction on its own account (a conflict with recovery), can.
it('a COMMIT answered with ROLLBACK is a fault, and its clean connection stays in the pool', async () => {
  let isClosed: unknown;
  const client = {
    query: (statement: string | { text: string }) =>
      Promise.resolve({
        command: statement === 'commit' || statement === 'rollback' ? 'ROLLBACK' : 'SELECT',
        rows: [],
      }),
    getTransactionStatus: () => 'E',
    release: (close: unknown) => (isClosed = close),
  };
  const pool = { connect: () => Promise.resolve(client) } as unknown as Pool;
  await expect(inTransaction(pool, { tenants: [] }, () => Promise.resolve('booked'))).rejects.toMatchObject({
    name: 'DatabaseFault',
    code: 'transaction_aborted',
  });
  expect(isClosed).toBe(false);
});

it('a broken socket is a lost connection, whatever its code looks like', async () => {
  const broken = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
  const client = {
    query: () => Promise.reject(broken),
    getTransactionStatus: () => 'I',
    release: () => undefined,
  };
  const pool = { connect: () => Promise.resolve(client) } as unknown as Pool;
  await expect(inTransaction(pool, { tenants: [] }, (tx) => tx.query('select 1'))).rejects.toMatchObject({
    name: 'DatabaseFault',
    code: 'connection_lost',
  });
});
