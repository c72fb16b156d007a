import { hostname } from 'node:os';
import type { Pool } from 'pg';
import { type Breaker, type BreakerRules, breakerRules } from './breaker.ts';
import { type BreakersTable, breakersTable } from './breakers-table.ts';
import { type CallStatistics, createCallStatistics, type ObservedCall } from './call-statistics.ts';
import { type CircuitBreaker, createCircuitBreaker } from './circuit-breaker.ts';
import type { Clock } from './clock.ts';
import { type OperationName, operationKey, operationNameSchema } from './operation-name.ts';

/** One operation of a provider in this process. */
export interface Operation extends OperationName {
  readonly breaker: CircuitBreaker;
  readonly statistics: Pick<CallStatistics, 'summary'>;
  /** Counts a call, and tells whoever watches. */
  observe(call: ObservedCall): void;
}

/** Whoever wants to know of every call and every change: the metrics. */
export interface BreakerWatcher {
  called(name: OperationName, call: ObservedCall): void;
  changed(name: OperationName, breaker: Breaker): void;
}

/** All breakers of a process. They work alone until they are shared. */
export interface Breakers {
  /**
   * Makes the breaker of an operation.
   * @throws Error for a name nobody could write in a path, and when it was made before: two owners would each have their own idea of its rules
   */
  declare(name: OperationName, rules?: Partial<BreakerRules>): Operation;
  find(name: OperationName): Operation | undefined;
  readonly operations: readonly Operation[];
  watch(watcher: BreakerWatcher): void;
  /** Keeps in step with the other processes from now on. */
  share(options: ShareOptions): void;
  /** Reads the table at once; for a process that knows it has changed. */
  refresh(): Promise<void>;
  /** Stops reading, after what was to be written. */
  close(): Promise<void>;
}

/** How breakers are shared. */
export interface ShareOptions {
  /** As finaegis_write. */
  readonly pool: Pool;
  /** Names this process in the rows it writes; its machine and its id unless told. */
  readonly changedBy?: string;
  /** How often the table is read; 500 ms unless told, so that an opening is felt everywhere within a second. */
  readonly pollMs?: number;
  /** Told when the table cannot be reached; the process then works alone. */
  readonly onError?: (error: unknown) => void;
}

/** Makes the registry of breakers of a process. */
export const createBreakers = (clock: Clock): Breakers => new Registry(clock);

class Registry implements Breakers {
  private readonly clock: Clock;
  private readonly byKey = new Map<string, Operation>();
  private readonly watchers: BreakerWatcher[] = [];
  private table: BreakersTable | undefined;
  private onError: (error: unknown) => void = () => undefined;
  private timer: NodeJS.Timeout | undefined;
  private reading: Promise<void> | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get operations(): readonly Operation[] {
    return [...this.byKey.values()];
  }

  find(name: OperationName): Operation | undefined {
    return this.byKey.get(operationKey(name));
  }

  declare(name: OperationName, rules?: Partial<BreakerRules>): Operation {
    operationNameSchema.parse(name);
    if (this.find(name) !== undefined) throw new Error(`${name.provider} ${name.operation} was declared before.`);
    const statistics = createCallStatistics(this.clock);
    const breaker = createCircuitBreaker({
      name,
      rules: { ...breakerRules, ...rules },
      clock: this.clock,
      table: () => this.table,
      onChange: (changed) => this.tell((watcher) => watcher.changed(name, changed)),
      onError: (error) => this.onError(error),
    });
    const observe = (call: ObservedCall): void => {
      statistics.observe(call);
      this.tell((watcher) => watcher.called(name, call));
    };
    const operation: Operation = { ...name, breaker, statistics, observe };
    this.byKey.set(operationKey(name), operation);
    this.tell((watcher) => watcher.changed(name, breaker.breaker));
    return operation;
  }

  watch(watcher: BreakerWatcher): void {
    this.watchers.push(watcher);
    for (const operation of this.operations) watcher.changed(operation, operation.breaker.breaker);
  }

  share({ pool, changedBy = `${hostname()} ${process.pid}`, pollMs = 500, onError }: ShareOptions): void {
    this.table = breakersTable(pool, changedBy);
    if (onError !== undefined) this.onError = onError;
    this.timer = setInterval(() => {
      // A slow database must not pile up readers.
      this.reading ??= this.read().finally(() => (this.reading = undefined));
    }, pollMs);
    this.timer.unref();
  }

  async refresh(): Promise<void> {
    // One that is under way may have read before the change.
    await this.reading;
    await this.read();
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.reading;
    await this.published();
    this.table = undefined;
  }

  private async read(): Promise<void> {
    // A process that calls nobody asks nobody.
    if (this.table === undefined || this.byKey.size === 0) return;
    try {
      const rows = await this.table.readAll();
      await Promise.all(rows.map(async (row) => this.find(row)?.breaker.meet(row)));
      // Those that have no row yet, because theirs could not be written.
      await this.published();
    } catch (error) {
      this.onError(error);
    }
  }

  private async published(): Promise<void> {
    await Promise.all(this.operations.map(({ breaker }) => breaker.published()));
  }

  private tell(what: (watcher: BreakerWatcher) => void): void {
    for (const watcher of this.watchers) what(watcher);
  }
}
