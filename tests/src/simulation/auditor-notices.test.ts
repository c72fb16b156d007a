import { expect, it } from 'vitest';
import type { AuditedEvent } from './audited-event.ts';
import { concludeAudited, emptyAuditorBooks, foldAudited } from './auditor-books.ts';
import { runEpisode } from './episode.ts';

// Lives of a whole bank that were sound, and what the auditor says of them when one event is missing, told twice or otherwise.

const problemsOf = (log: readonly AuditedEvent[]): readonly string[] => {
  const books = emptyAuditorBooks();
  for (const event of log) foldAudited(books, event);
  concludeAudited(books);
  return [...books.problems, ...books.replayed.problems];
};

interface Place {
  readonly log: readonly AuditedEvent[];
  readonly at: number;
}

/** The first places of some lives where events of these types stand, each in a log that is sound. */
const placesOf = async (types: readonly string[]): Promise<ReadonlyMap<string, readonly Place[]>> => {
  const places = new Map<string, Place[]>();
  for (const seed of [35, 36, 37, 39]) {
    const { logs } = await runEpisode(seed, 100, { script: 'all' });
    for (const log of logs)
      for (const [at, { type }] of log.entries())
        if (types.includes(type)) places.set(type, [...(places.get(type) ?? []), { log, at }]);
  }
  return places;
};

type Change = (event: AuditedEvent) => readonly AuditedEvent[];
const gone: Change = () => [];
const twice: Change = (event) => [event, event];
const but =
  (more: (data: Readonly<Record<string, unknown>>) => object): Change =>
  (event) => [{ ...event, data: { ...event.data, ...more(event.data) } as never }];
const oneMore = (field: string): Change =>
  but((data) => ({ [field]: String(BigInt((data[field] ?? '0') as string) + 1n) }));
/** Its first line is otherwise. */
const line = (more: object): Change =>
  but(({ lines }) => ({
    lines: (lines as readonly object[]).map((one, at) => (at === 0 ? { ...one, ...more } : one)),
  }));

const changes: readonly (readonly [type: string, what: string, change: Change])[] = [
  ['BulkLinesTaken', 'is missing', gone],
  ['BulkLinesTaken', 'is told twice', twice],
  ['BulkPaymentTaken', 'is missing', gone],
  ['BulkPaymentTaken', 'is told twice', twice],
  ['BulkPaymentTaken', 'has another number of lines', but(({ lineCount }) => ({ lineCount: Number(lineCount) + 1 }))],
  ['BulkLinesChecked', 'is missing', gone],
  ['BulkLinesChecked', 'is told twice', twice],
  [
    'BulkLinesChecked',
    'lets a line go another way',
    line({ kind: 'internal', accountId: 'elsewhere', reason: undefined }),
  ],
  ['BulkLinesChecked', 'refuses a line that was good', line({ kind: 'rejected', reason: 'no_mood' })],
  ['BulkLineReviewed', 'is missing', gone],
  ['BulkLineReviewed', 'is told twice', twice],
  ['BulkLineReviewed', 'is decided by nobody too early', but(() => ({ reviewedBy: undefined, decision: 'approved' }))],
  ['BulkLinesFunded', 'is missing', gone],
  ['BulkLinesFunded', 'names no journal', but(() => ({ journalIds: [] }))],
  [
    'BulkLinesFunded',
    'refuses a line for a lie',
    but(({ rejected }) => ({ rejected: [...(rejected as []), { line: 1, reason: 'no_mood' }] })),
  ],
  ['BulkLinesConcluded', 'is missing', gone],
  ['BulkLinesConcluded', 'is told twice', twice],
  ['BulkLinesConcluded', 'ends a line otherwise', line({ status: 'rejected' })],
  ['BulkPaymentFunded', 'is missing', gone],
  ['BulkPaymentFunded', 'names another journal', but(() => ({ journalId: 'none' }))],
  ['BulkPaymentRejected', 'is told twice', twice],
  ['BulkPaymentEnded', 'is missing', gone],
  ['BulkPaymentEnded', 'counts otherwise', but(({ rejected }) => ({ rejected: Number(rejected) + 1 }))],
  ['DisputeOpened', 'is missing', gone],
  ['DisputeOpened', 'is told twice', twice],
  ['DisputeOpened', 'is about another account', but(() => ({ accountId: 'elsewhere' }))],
  ['DisputeFundsWithdrawn', 'is missing', gone],
  ['DisputeFundsWithdrawn', 'is told twice', twice],
  ['DisputeFundsWithdrawn', 'takes a cent more', oneMore('amountMinor')],
  ['DisputeFundsWithdrawn', 'costs a cent more', oneMore('feeMinor')],
  ['DisputeFundsWithdrawn', 'holds a cent more', oneMore('heldMinor')],
  ['DisputeWon', 'is missing', gone],
  ['DisputeWon', 'is told twice', twice],
  ['DisputeWon', 'names another journal', but(() => ({ journalId: 'none' }))],
  ['DisputeLost', 'is missing', gone],
  ['DisputeLost', 'is told twice', twice],
  ['DisputeLost', 'is taken from somebody else', but(() => ({ debitedTo: 'elsewhere' }))],
  ['DisputeAnswered', 'is told twice', twice],
  ['DisputeAccepted', 'is missing', gone],
  ['DisputeWriteOffProposed', 'is for another amount', oneMore('amountMinor')],
  ['DisputeWrittenOff', 'is told twice', twice],
  ['DisputeWrittenOff', 'gives up a cent more', oneMore('amountMinor')],
  ['WebhookReceived', 'is missing', gone],
  ['WebhookReceived', 'is told twice', twice],
  ['WebhookProcessed', 'is missing', gone],
  ['WebhookProcessed', 'is told twice', twice],
  ['WebhookProcessed', 'is of another time', but(({ replay }) => ({ replay: Number(replay) + 1 }))],
  ['WebhookReplayed', 'is missing', gone],
  ['WebhookRefused', 'is told twice', twice],
];

it('the auditor of files, disputes and messages notices when an event of a sound life is missing, told twice, or otherwise', async () => {
  const places = await placesOf([...new Set(changes.map(([type]) => type))]);
  const missed = changes.flatMap(([type, what, change]) => {
    const its = places.get(type) ?? [];
    if (its.length === 0) return [`no life has a ${type}`];
    // Of what matters to nobody in one life it is enough that it is noticed in another.
    const some = its.filter((_, index) => index % Math.ceil(its.length / 4) === 0);
    const isNoticed = some.some(({ log, at }) => {
      const event = log[at] as AuditedEvent;
      return problemsOf([...log.slice(0, at), ...change(event), ...log.slice(at + 1)]).length > 0;
    });
    return isNoticed ? [] : [`${type} ${what}`];
  });
  for (const log of new Set([...places.values()].flatMap((its) => its.map(({ log: one }) => one))))
    expect(problemsOf(log)).toEqual([]);
  expect(missed).toEqual([]);
}, 120_000);
