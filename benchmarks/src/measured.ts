import { readFile } from 'node:fs/promises';
import type { Pool } from 'pg';
import type { Cell } from './report.ts';

const bytesInMb = 2 ** 20;
const sampleMs = 100;

/**
 * Measures what a cell costs beside time: growth of the database and of its write-ahead log per transfer, and the largest resident memory
 * of the process that books.
 * @param pool as the superuser
 * @param pid the process that books; this one unless told
 */
export const measured = async (pool: Pool, run: () => Promise<CountedCell>, pid = process.pid): Promise<Cell> => {
  const before = await diskUse(pool);
  let peakBytes = await residentBytes(pid);
  const timer = setInterval(() => {
    void residentBytes(pid).then((bytes) => {
      peakBytes = Math.max(peakBytes, bytes);
    });
  }, sampleMs);
  try {
    const { cell, transfers } = await run();
    const after = await diskUse(pool);
    const perTransfer = (bytes: bigint): number => Math.round(Number(bytes) / transfers);
    return {
      ...cell,
      ...(transfers === 0
        ? {}
        : {
            bytesPerTransfer: perTransfer(after.data - before.data),
            walBytesPerTransfer: perTransfer(after.wal - before.wal),
          }),
      peakRssMb: Math.round(Math.max(peakBytes, await residentBytes(pid)) / bytesInMb),
    };
  } finally {
    clearInterval(timer);
  }
};

/** A cell and how many transfers were made for it. */
export interface CountedCell {
  readonly cell: Cell;
  readonly transfers: number;
}

/** Bytes of the database's files, and of all write-ahead log ever written. */
const diskUse = async (pool: Pool): Promise<{ readonly data: bigint; readonly wal: bigint }> => {
  const { rows } = await pool.query<{ data: string; wal: string }>(
    "select pg_database_size(current_database())::text as data, (pg_current_wal_lsn() - '0/0')::text as wal",
  );
  return { data: BigInt(rows[0]?.data ?? '0'), wal: BigInt(rows[0]?.wal ?? '0') };
};

/** Resident memory of a process in bytes; 0 for another process on a system without /proc. */
export const residentBytes = async (pid: number): Promise<number> => {
  if (pid === process.pid) return process.memoryUsage.rss();
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1_024;
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return 0;
    throw error;
  }
};
