import { parentPort, workerData } from 'node:worker_threads';
import { createPool } from '../database/pool.ts';
import type { ThreadAnswer, ThreadData } from './examine-in-threads.ts';
import { examineStretch, type Stretch } from './examine-stretch.ts';

// A thread of `examineInThreads`: stretches in, reports out. Two connections, so that one stretch is read while another is hashed.
const { connection, acceptsAnyHost } = workerData as ThreadData;
const tls = acceptsAnyHost ? { ...connection.tls, checkServerIdentity: () => undefined } : connection.tls;
const pool = createPool(
  { ...connection, ...(tls === undefined ? {} : { tls }) },
  { applicationName: 'finaegis-audit-verify', max: 2 },
);

const answer = (message: ThreadAnswer, transfer: readonly ArrayBuffer[] = []): void =>
  parentPort?.postMessage(message, [...transfer]);

parentPort?.on('message', ({ id, stretch }: { readonly id: number; readonly stretch: Stretch }) => {
  examineStretch(pool, stretch).then(
    (report) => answer({ id, report }, [report.leaves.buffer as ArrayBuffer]),
    (error: unknown) => answer({ id, error: new Error(error instanceof Error ? error.message : String(error)) }),
  );
});
