import type { LogHead } from '../event-store/append.ts';
import type { Versioned } from '../event-store/read.ts';
import type { Committed, Found, Wanted, WantedStream } from './commit-store.ts';
import { type LockRequest, rowName } from './locked-table.ts';
import type { ChangedStream, TableList, WorkingSet } from './working-set.ts';

/** What a batch made of the state it was decided on. Layers lie on top of each other until their commits have happened. */
export interface Layer {
  readonly rows: ReadonlyMap<string, ReadonlyMap<string, unknown>>;
  readonly streams: ReadonlyMap<string, ChangedStream>;
  readonly heads: ReadonlyMap<string, LogHead>;
}

/** What was known when a reading began. */
export interface Reading {
  readonly tips: ReadonlySet<string>;
  readonly retractions: number;
}

const rowsMax = 60_000;
const streamsMax = 10_000;

/**
 * The rows and streams this process has read or written, as of the heads it believes in. Nothing here is trusted by itself: each commit proves
 * that the heads have not moved, and when one has, all of it is forgotten. What was decided but is not committed yet lies above as layers.
 */
export class RememberedState {
  private readonly tables: TableList;
  private rows = new Map<string, Recent<unknown>>();
  private streams = new Recent<Versioned<unknown>>(streamsMax);
  private heads = new Map<string, LogHead>();
  private layers: Layer[] = [];
  /** Grows whenever something that was decided turns out not to be so: what was recalled before is then worth nothing. */
  retractions = 0;

  constructor(tables: TableList) {
    this.tables = tables;
  }

  /** The head of a tenant's log after everything decided so far; undefined when nothing of the tenant is remembered. */
  headOf(tenantId: string): LogHead | undefined {
    for (let index = this.layers.length - 1; index >= 0; index--) {
      const head = this.layers[index]?.heads.get(tenantId);
      if (head !== undefined) return head;
    }
    return this.heads.get(tenantId);
  }

  /** What of a batch's needs is remembered, and what has to be read first. */
  recall(wanted: Wanted): { readonly found: Pick<Found, 'rows' | 'streams'>; readonly missing: Wanted } {
    const rows = new Map<string, Map<string, unknown>>();
    const missingRows = new Map<string, LockRequest[]>();
    for (const [table, requests] of wanted.rows) {
      const found = new Map<string, unknown>();
      const missing: LockRequest[] = [];
      for (const request of requests) {
        const name = rowName(request.tenantId, request.key);
        const row = this.row(table, name);
        if (row === undefined) missing.push(request);
        else found.set(name, row);
      }
      rows.set(table, found);
      if (missing.length > 0) missingRows.set(table, missing);
    }
    const streams = new Map<string, Versioned<unknown>>();
    const missingStreams: WantedStream[] = [];
    for (const wantedStream of wanted.streams) {
      const { name } = wantedStream;
      const stream = this.stream(name);
      if (stream !== undefined) streams.set(name, stream);
      else missingStreams.push(wantedStream);
    }
    const tenants = wanted.tenants;
    return { found: { rows, streams }, missing: { tenants, rows: missingRows, streams: missingStreams, keys: [] } };
  }

  /** To be asked for before something is read, and given back with what was found. */
  reading(): Reading {
    return { tips: this.tips(), retractions: this.retractions };
  }

  /** Ends of the logs that reading may meet now: what is committed and what is on its way there. */
  private tips(): ReadonlySet<string> {
    const tips = new Set<string>();
    for (const heads of [this.heads, ...this.layers.map((layer) => layer.heads)])
      for (const { tip } of heads.values()) tips.add(tip);
    return tips;
  }

  /**
   * Takes in what was read. Nothing of it when something was retracted since: another lane's commit under lock may be newer than these rows, and
   * the end of the log that it brought would vouch for them.
   * @param before what was on its way when the reading began may have arrived before or after
   * @returns `grown` when a log has grown without us, in which case everything is forgotten
   */
  learn(
    { heads, rows, streams }: Pick<Found, 'heads' | 'rows' | 'streams'>,
    before: Reading,
  ): 'learnt' | 'overtaken' | 'grown' {
    if (before.retractions !== this.retractions) return 'overtaken';
    const tips = this.tips();
    for (const [tenantId, head] of heads) {
      if (this.headOf(tenantId) === undefined) this.heads.set(tenantId, head);
      else if (!before.tips.has(head.tip) && !tips.has(head.tip)) {
        this.forget();
        return 'grown';
      }
    }
    for (const [table, found] of rows) this.keepRows(table, found);
    for (const [name, stream] of streams) this.streams.set(name, stream);
    return 'learnt';
  }

  /** Puts a decided batch on top. */
  lay(working: WorkingSet, events: readonly { readonly tenantId: string; readonly id: string }[]): Layer {
    const heads = new Map<string, LogHead>();
    for (const { tenantId, id } of events) {
      const base = heads.get(tenantId) ?? this.headOf(tenantId);
      heads.set(tenantId, { seq: (base?.seq ?? 0n) + 1n, tip: id });
    }
    const layer = { rows: changedRows(this.tables, working), streams: working.changedStreams(), heads };
    this.layers.push(layer);
    return layer;
  }

  /**
   * A layer's commit has happened. One that was forgotten meanwhile is not taken in: what has been read since did not lie under it, and its end
   * of the log would vouch for that.
   */
  settle(layer: Layer): void {
    if (!this.layers.includes(layer)) return;
    this.layers = this.layers.filter((other) => other !== layer);
    this.keep(layer);
  }

  /** A layer's commit has not happened. */
  drop(layer: Layer): void {
    this.retractions++;
    this.layers = this.layers.filter((other) => other !== layer);
  }

  /** Takes in a batch committed under lock, if no log had grown between what is remembered and that batch; else forgets. */
  adopt(working: WorkingSet, { heads, bases }: Committed): void {
    const streams = working.changedStreams();
    // A commit whose own answer was lost says nothing of where the logs are now.
    const isUnclear = heads.size === 0 && streams.size > 0;
    const isOther = [...bases].some(([tenantId, { tip }]) => {
      const known = this.headOf(tenantId);
      return known !== undefined && known.tip !== tip;
    });
    if (isUnclear || isOther) return this.forget();
    // Another lane may be deciding on rows as they were before.
    this.retractions++;
    this.keep({ rows: changedRows(this.tables, working), streams, heads });
  }

  forget(): void {
    this.retractions++;
    this.rows = new Map();
    this.streams = new Recent(streamsMax);
    this.heads = new Map();
    this.layers = [];
  }

  private row(table: string, name: string): unknown {
    for (let index = this.layers.length - 1; index >= 0; index--) {
      const row = this.layers[index]?.rows.get(table)?.get(name);
      if (row !== undefined) return row;
    }
    return this.rows.get(table)?.get(name);
  }

  private stream(name: string): Versioned<unknown> | undefined {
    for (let index = this.layers.length - 1; index >= 0; index--) {
      const stream = this.layers[index]?.streams.get(name);
      if (stream !== undefined) return stream;
    }
    return this.streams.get(name);
  }

  private keep(layer: Layer): void {
    for (const [tenantId, head] of layer.heads) this.heads.set(tenantId, head);
    for (const [table, rows] of layer.rows) this.keepRows(table, rows);
    for (const [name, stream] of layer.streams) {
      if (stream.isLasting) this.streams.set(name, stream);
      else this.streams.delete(name);
    }
  }

  private keepRows(table: string, rows: ReadonlyMap<string, unknown>): void {
    const recall = this.tables.ranked.find(({ name }) => name === table)?.recall;
    if (recall === undefined) return;
    let kept = this.rows.get(table);
    if (kept === undefined) this.rows.set(table, (kept = new Recent(rowsMax)));
    for (const [name, row] of rows) if (recall.keeps(row)) kept.set(name, row);
  }
}

const changedRows = ({ ranked }: TableList, { rows }: WorkingSet): Layer['rows'] => {
  const layer = new Map<string, ReadonlyMap<string, unknown>>();
  for (const { name, recall } of ranked) {
    if (recall === undefined) continue;
    const changedRows = rows.get(name)?.changed ?? [];
    if (changedRows.length === 0) continue;
    const its = new Map<string, unknown>();
    for (const changed of changedRows)
      its.set(changed.name, recall.written === undefined ? changed.row : recall.written(changed.row));
    layer.set(name, its);
  }
  return layer;
};

/** Keeps about the most recently used half to whole of `max` entries: two generations, the older dropped when the younger is full. */
class Recent<Value> {
  private young = new Map<string, Value>();
  private old = new Map<string, Value>();
  private readonly max: number;

  constructor(max: number) {
    this.max = max;
  }

  get(name: string): Value | undefined {
    const value = this.young.get(name);
    if (value !== undefined) return value;
    const older = this.old.get(name);
    if (older !== undefined) this.set(name, older);
    return older;
  }

  delete(name: string): void {
    this.young.delete(name);
    this.old.delete(name);
  }

  set(name: string, value: Value): void {
    this.young.set(name, value);
    if (this.young.size * 2 < this.max) return;
    this.old = this.young;
    this.young = new Map();
  }
}
