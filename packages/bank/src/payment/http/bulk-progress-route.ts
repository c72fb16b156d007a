import { uuid } from '@finaegis/platform/http/amount';
import { answerEventStream, type EventStreamSettings, type Said } from '@finaegis/platform/http/event-stream';
import { ProblemError } from '@finaegis/platform/http/problem';
import { defineRoute, type Route, readRoute } from '@finaegis/platform/http/route';
import { z } from 'zod';
import type { BulkPayment } from '../bulk/bulk.ts';
import { type BulkHttp, batchIdsOf, visible } from './bulk-http.ts';

/** How long what one of a file's followers has seen is what the others see. */
const sharedMs = 500;

/** How a file goes on, as Server-Sent Events. */
export const bulkProgressRoute = (http: BulkHttp, settings?: EventStreamSettings): Route => {
  const look = shared((tenantId, bulkId) => progressOf(http, tenantId, bulkId));
  return defineRoute({
    ...readRoute,
    tag: 'Bulk payments',
    permission: 'payment:read',
    path: '/v1/bulk-payments/:bulkId/progress',
    operationId: 'followBulkPayment',
    summary: 'Follow a file until it has ended',
    description:
      'Server-Sent Events. An event `progress` whenever lines have moved, its data `{"bulkId","status","lineCount","progress":{"received":…,"settled":…}}`, how many lines stand where; `end` with the last, and then the answer ends. It also ends after ten minutes and when the server stops: come again with `Last-Event-ID`, as a browser does by itself, and you are told what is new. Whoever has the end already is answered 204.',
    request: { params: z.strictObject({ bulkId: uuid }) },
    responses: {
      200: { description: 'The events.', contentType: 'text/event-stream' },
      204: { description: 'It has ended, and you know.' },
    },
    problems: ['not_found'],
    handle: async (request) => {
      const { tenantId, params } = request;
      await visible(http, request);
      // A mandate may end while somebody looks on.
      const lookAgain = async (): Promise<Said | undefined> =>
        (await isVisible(http, request)) ? look(tenantId, params.bulkId) : undefined;
      return answerEventStream(request, lookAgain, settings);
    },
  });
};

const isVisible = async (http: BulkHttp, request: Parameters<typeof visible>[1]): Promise<boolean> => {
  try {
    await visible(http, request);
    return true;
  } catch (error) {
    if (error instanceof ProblemError) return false;
    throw error;
  }
};

/** A large file's lines are counted once for all who follow it, not for each. */
const shared = (
  look: (tenantId: string, bulkId: string) => Promise<Said>,
): ((tenantId: string, bulkId: string) => Promise<Said>) => {
  const looks = new Map<string, Promise<Said>>();
  return (tenantId, bulkId) => {
    const name = `${tenantId}/${bulkId}`;
    const known = looks.get(name);
    if (known !== undefined) return known;
    const found = look(tenantId, bulkId);
    looks.set(name, found);
    const forget = (): void => void setTimeout(() => looks.delete(name), sharedMs).unref();
    found.then(forget, () => looks.delete(name));
    return found;
  };
};

const progressOf = async ({ bulkReads }: BulkHttp, tenantId: string, bulkId: string): Promise<Said> => {
  const bulk = (await bulkReads.bulk(tenantId, bulkId)) as BulkPayment;
  const counts = await bulkReads.progress(tenantId, batchIdsOf(bulk));
  const { status, lineCount } = bulk;
  return {
    id: [status, ...counts.map((one) => `${one.status}=${one.count}`)].join(' '),
    data: {
      bulkId,
      status,
      lineCount,
      progress: Object.fromEntries(counts.map((one) => [one.status, one.count])),
    },
    isLast: status === 'rejected' || (status === 'ended' && hasEnded(counts, lineCount)),
  };
};

/** The lines are followed by a view, which may be behind the file itself. */
const hasEnded = (counts: Awaited<ReturnType<BulkHttp['bulkReads']['progress']>>, lineCount: number): boolean =>
  counts.reduce((sum, { status, count }) => sum + (ends.has(status) ? count : 0), 0) === lineCount;

const ends: ReadonlySet<string> = new Set(['settled', 'returned', 'rejected']);
