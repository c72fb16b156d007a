/** Lines that wait to be written together, by tenant. */
export interface LineBuffer<Line> {
  /** As many of a tenant's lines wait as may. */
  isFull(tenantId: string): boolean;
  add(tenantId: string, line: Line): void;
  /** Writes what waits; called by itself again and again. */
  flush(): Promise<void>;
  /** Stops, after a last flush. */
  close(): Promise<void>;
}

/** Lines that fit one event, under an id by which they are written once. */
export interface LineBatch<Line> {
  readonly batchId: string;
  readonly tenantId: string;
  readonly lines: readonly Line[];
}

/** How lines are written. */
export interface LineBufferOptions<Line> {
  /** Lines of the same key that wait together become one, as `merged` says; without it each stays one of its own. */
  readonly same?: { keyOf(line: Line): string; merged(before: Line, line: Line): Line };
  /** Divides lines into batches that each fit one event. */
  readonly divide: (lines: readonly Line[]) => readonly (readonly Line[])[];
  /** Writes one batch; called again with it where it may not have come through. */
  readonly write: (batch: LineBatch<Line>) => Promise<unknown>;
  readonly newId: () => string;
  readonly everyMs: number;
  /** Of one tenant. */
  readonly linesMax: number;
  /** Told of a batch that could not be written; it stays for the next time. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** Gathers lines and writes them together: one command per tenant and interval, however much is going on. */
export const createLineBuffer = <Line>({
  same,
  divide,
  write,
  newId,
  everyMs,
  linesMax,
  onError,
}: LineBufferOptions<Line>): LineBuffer<Line> => {
  let gathered = new Map<string, Map<string, Line>>();
  let unwritten: readonly LineBatch<Line>[] = [];
  let count = 0;

  const flush = async (): Promise<void> => {
    const taken = gathered;
    gathered = new Map();
    const fresh = [...taken].flatMap(([tenantId, lines]) =>
      divide([...lines.values()]).map((its) => ({ batchId: newId(), tenantId, lines: its })),
    );
    unwritten = [...unwritten, ...fresh];
    for (const batch of unwritten) {
      const isWritten = await write(batch).then(
        () => true,
        (error: unknown) => {
          onError?.(error);
          return false;
        },
      );
      if (isWritten) unwritten = unwritten.filter((each) => each !== batch);
    }
  };

  let flushing = Promise.resolve();
  // One flush after the other; a slow database must not pile them up.
  const flushNext = (): Promise<void> => (flushing = flushing.then(flush));
  const timer = setInterval(() => void flushNext(), everyMs);
  timer.unref();
  return {
    isFull: (tenantId) => {
      const late = unwritten.reduce((sum, batch) => sum + (batch.tenantId === tenantId ? batch.lines.length : 0), 0);
      return late + (gathered.get(tenantId)?.size ?? 0) >= linesMax;
    },
    add: (tenantId, line) => {
      const lines = gathered.get(tenantId) ?? new Map<string, Line>();
      gathered.set(tenantId, lines);
      const key = same?.keyOf(line) ?? String(++count);
      const before = lines.get(key);
      lines.set(key, before === undefined || same === undefined ? line : same.merged(before, line));
    },
    flush: flushNext,
    close: async () => {
      clearInterval(timer);
      await flushNext();
    },
  };
};
