import type { CommandHandler } from '../command/handler.ts';
import type { Refusals, Refused } from '../http/noting-refused.ts';
import type { Look, Looks } from '../http/noting-shown.ts';
import type { Services } from '../services.ts';
import { recordLooksCommand, recordRefusalsCommand } from './commands.ts';
import { createLineBuffer, type LineBatch } from './line-buffer.ts';
import type { RecordLooks } from './look/look.ts';
import type { RecordRefusals } from './refusal/refusal.ts';

type LookLine = RecordLooks['looks'][number];
type RefusalLine = RecordRefusals['refusals'][number];

/** How a process writes down what it saw. */
export interface WatchOptions {
  /** Pause between two writings of looks; 1,000 ms unless told. */
  readonly looksEveryMs?: number;
  /** Over which stretch refusals of one kind are counted; 10,000 ms unless told. */
  readonly refusalsEveryMs?: number;
  /** Looks of one tenant that wait at most; 10,000 unless told. */
  readonly looksMax?: number;
  /** Kinds of refusals of one tenant told apart in one stretch; 200 unless told. */
  readonly refusalsMax?: number;
  readonly onError?: (error: unknown) => void;
}

/** What a process saw and writes down a moment later. */
export interface Watch {
  readonly looks: Looks;
  readonly refusals: Refusals;
  /** Writes what waits at once. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Far below what an event may hold: ids of principals, operations and requests are at most some hundred characters a line. */
const charactersMax = 24_000;
const subjectsMax = 400;

/** What is said of the refusals that are too many kinds to be told apart. */
export const others = 'others';

/** Watches for one process. */
export const startWatch = (services: Pick<Services, 'commands' | 'newId' | 'now'>, options: WatchOptions): Watch => {
  const { looksEveryMs = 1_000, refusalsEveryMs = 10_000, looksMax = 10_000, refusalsMax = 200, onError } = options;
  const { newId, now } = services;
  const write =
    <Line, Data>(
      handler: CommandHandler<Data, undefined, undefined, never>,
      dataOf: (batch: LineBatch<Line>) => Data,
    ) =>
    (batch: LineBatch<Line>) =>
      services.commands.submit(handler, dataOf(batch), {
        tenantId: batch.tenantId,
        metadata: { actor: 'oversight', channel: 'system', correlation: batch.batchId },
      });
  const looks = createLineBuffer<LookLine>({
    divide: (lines) => divided(lines.flatMap(inParts)),
    write: write(recordLooksCommand, ({ batchId, lines }) => ({ batchId, looks: [...lines] })),
    everyMs: looksEveryMs,
    linesMax: looksMax,
    newId,
    onError,
  });
  const refusals = createLineBuffer<RefusalLine>({
    same: { keyOf: kindOf, merged: (before, { lastAt }) => ({ ...before, count: before.count + 1, lastAt }) },
    divide: divided,
    write: write(recordRefusalsCommand, ({ batchId, lines }) => ({ batchId, refusals: [...lines] })),
    everyMs: refusalsEveryMs,
    linesMax: refusalsMax,
    newId,
    onError,
  });
  return {
    looks: {
      isFull: (tenantId) => looks.isFull(tenantId),
      note: ({ tenantId, ...look }: Look) =>
        looks.add(tenantId, { ...look, at: now(), channel: 'api', subjects: [...look.subjects] }),
    },
    refusals: {
      note: ({ tenantId, ...refused }: Refused) => {
        const told = refusals.isFull(tenantId) ? { principalId: others, code: others, operationId: others } : refused;
        const at = now();
        refusals.add(tenantId, { ...told, count: 1, firstAt: at, lastAt: at });
      },
    },
    flush: async () => {
      await Promise.all([looks.flush(), refusals.flush()]);
    },
    close: async () => {
      await Promise.all([looks.close(), refusals.close()]);
    },
  };
};

const kindOf = ({ principalId, code, operationId }: RefusalLine): string => [principalId, code, operationId].join(' ');

/** A look at very many subjects in several lines. */
const inParts = (look: LookLine): readonly LookLine[] =>
  Array.from({ length: Math.ceil(look.subjects.length / subjectsMax) }, (_, part) => ({
    ...look,
    subjects: look.subjects.slice(part * subjectsMax, (part + 1) * subjectsMax),
  }));

const divided = <Line>(lines: readonly Line[]): readonly (readonly Line[])[] => {
  const batches: Line[][] = [];
  let left = 0;
  for (const line of lines) {
    const size = JSON.stringify(line).length;
    if (size > left) {
      batches.push([]);
      left = charactersMax;
    }
    batches.at(-1)?.push(line);
    left -= size;
  }
  return batches;
};
