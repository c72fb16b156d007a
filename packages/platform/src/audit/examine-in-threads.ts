import { Worker } from 'node:worker_threads';
import type { ConnectionSettings } from '../database/connection.ts';
import type { Stretch, StretchReport } from './examine-stretch.ts';

/** Threads that examine stretches, each through a connection of its own. */
export interface ExaminingThreads {
  examine(stretch: Stretch): Promise<StretchReport>;
  close(): Promise<void>;
}

/** What a thread is told when it starts: settings are copied to it, and functions cannot be. */
export interface ThreadData {
  readonly connection: ConnectionSettings;
  /** The connection's TLS accepts any host name, which its options say by a function. */
  readonly acceptsAnyHost: boolean;
}

/** What a thread answers. */
export type ThreadAnswer =
  | { readonly id: number; readonly report: StretchReport }
  | { readonly id: number; readonly error: unknown };

// Node 20 reads no TypeScript: where sources run (in tests), threads run what was built of them.
const script = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/audit/examine-thread.js' : './examine-thread.js',
  import.meta.url,
);

/**
 * Starts threads.
 * @param connection as finaegis_read
 */
export const examineInThreads = ({
  connection,
  count,
}: {
  readonly connection: ConnectionSettings;
  readonly count: number;
}): ExaminingThreads => {
  const waiting = new Map<number, { resolve(report: StretchReport): void; reject(error: unknown): void }>();
  let id = 0;
  const failAll = (error: unknown): void => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const threads = Array.from({ length: count }, () => {
    // Without the options of this process, which may tell it to read sources.
    const thread = new Worker(script, { workerData: copiable(connection), execArgv: [] });
    thread.on('message', (answer: ThreadAnswer) => {
      const settle = waiting.get(answer.id);
      waiting.delete(answer.id);
      if ('report' in answer) settle?.resolve(answer.report);
      else settle?.reject(answer.error);
    });
    thread.on('error', failAll);
    return thread;
  });
  return {
    examine: (stretch) =>
      new Promise((resolve, reject) => {
        id += 1;
        waiting.set(id, { resolve, reject });
        threads[id % count]?.postMessage({ id, stretch });
      }),
    close: async () => {
      await Promise.all(threads.map((thread) => thread.terminate()));
      failAll(new Error('The threads were closed.'));
    },
  };
};

const copiable = (connection: ConnectionSettings): ThreadData => {
  const { tls, ...rest } = connection;
  if (tls === undefined) return { connection, acceptsAnyHost: false };
  const { checkServerIdentity, ...options } = tls;
  return { connection: { ...rest, tls: options }, acceptsAnyHost: checkServerIdentity !== undefined };
};
