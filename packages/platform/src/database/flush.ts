import pg, { type PoolClient, type QueryResult, type QueryResultRow } from 'pg';
import { prepareValue } from 'pg/lib/utils.js';
import type { Statement } from './statement.ts';

/** The driver's connection, as far as a query of one's own speaks to it. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void };
  /** Text by name of what the server has parsed on this connection; the driver's own queries read it too. */
  readonly parsedStatements: Record<string, string>;
  parse(message: { readonly name: string; readonly text: string }): void;
  describe(message: { readonly type: 'S'; readonly name: string }): void;
  bind(message: { readonly statement: string; readonly values: readonly unknown[] }): void;
  execute(message: { readonly rows?: number }): void;
  sync(): void;
}

interface Field {
  readonly name: string;
  readonly dataTypeID: number;
}

interface Step {
  readonly statement: Statement;
  readonly resolve: (result: QueryResult) => void;
  readonly rows: QueryResultRow[];
  isParsing: boolean;
  fields: readonly Field[];
  command: string;
}

/** Columns of named statements, per connection, so that they are described once. */
const described = new WeakMap<Wire, Map<string, readonly Field[]>>();

/** The driver lets only queries of its own class share a connection with others; what a query says and hears is all overridden below. */
const DriverQuery = pg.Query as unknown as new (config: { readonly text: string }) => object;

/**
 * Statements that travel and are answered together: one message up, one answer down, where the driver would have the server answer, and the
 * process wake up, for each. If one fails the server skips the others; none of the promises is then ever settled, only `run` rejects.
 */
export class Flush extends DriverQuery {
  private readonly client: PoolClient;
  private readonly steps: Step[] = [];
  private wire: Wire | undefined;
  private at = 0;
  private done: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined;

  constructor(client: PoolClient) {
    super({ text: '' });
    this.client = client;
  }

  /** Whether anything left this process. */
  get isSent(): boolean {
    return this.wire !== undefined;
  }

  /** Whether the server may or may not have parsed statements whose names are taken then: the connection cannot be used again. */
  get isLeftUnclear(): boolean {
    return this.steps.some(({ isParsing }) => isParsing);
  }

  add<Row extends QueryResultRow>(statement: Statement): Promise<QueryResult<Row>> {
    if (this.done !== undefined) throw new Error('A query was issued after COMMIT had been sent.');
    // Made ready here, where what cannot be written still stops the whole.
    const values = (statement.values ?? []).map(prepareValue);
    return new Promise((resolve) => {
      this.steps.push({
        statement: { ...statement, values },
        resolve: resolve as Step['resolve'],
        rows: [],
        isParsing: false,
        fields: [],
        command: '',
      });
    });
  }

  /** Sends everything added and waits for the end of it. */
  run(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.done = { resolve, reject };
      this.client.query(this as never);
    });
  }

  /** Called by the driver when it is this query's turn on the wire. */
  submit(wire: Wire): null {
    this.wire = wire;
    let known = described.get(wire);
    if (known === undefined) described.set(wire, (known = new Map<string, readonly Field[]>()));
    wire.stream.cork();
    for (const step of this.steps) send(wire, known, step);
    wire.sync();
    wire.stream.uncork();
    return null;
  }

  handleRowDescription({ fields }: { readonly fields: readonly Field[] }): void {
    const step = this.current();
    step.fields = fields;
    const { name } = step.statement;
    if (name !== undefined && this.wire !== undefined) described.get(this.wire)?.set(name, fields);
  }

  handleDataRow({ fields: texts }: { readonly fields: readonly (string | null)[] }): void {
    const { fields, rows, statement } = this.current();
    const known = fields.length > 0 ? fields : this.fieldsOf(statement);
    const row: Record<string, unknown> = {};
    for (const [index, { name, dataTypeID }] of known.entries()) {
      const text = texts[index] ?? null;
      row[name] = text === null ? null : (this.parserOf(dataTypeID)(text) as unknown);
    }
    rows.push(row);
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    const step = this.current();
    step.command = text.split(' ', 1)[0] ?? '';
    step.isParsing = false;
    const { name, text: sql } = step.statement;
    if (name !== undefined && this.wire !== undefined) this.wire.parsedStatements[name] = sql;
    this.at++;
  }

  handleReadyForQuery(): void {
    for (const { rows, command, resolve } of this.steps)
      resolve({ rows, command, rowCount: rows.length, oid: 0, fields: [] });
    this.done?.resolve();
  }

  handleError(error: unknown): void {
    this.done?.reject(error);
  }

  private current(): Step {
    const step = this.steps[this.at];
    if (step === undefined) throw new Error('The server answered a statement that was not sent.');
    return step;
  }

  private fieldsOf({ name }: Statement): readonly Field[] {
    return this.wire === undefined || name === undefined ? [] : (described.get(this.wire)?.get(name) ?? []);
  }

  private parserOf(dataTypeId: number): (text: string) => unknown {
    const client = this.client as unknown as { getTypeParser(oid: number, format: 'text'): (text: string) => unknown };
    return client.getTypeParser(dataTypeId, 'text');
  }
}

const send = (wire: Wire, known: Map<string, readonly Field[]>, step: Step): void => {
  const { name = '', text, values = [] } = step.statement;
  const isKnown = name !== '' && known.has(name);
  if (!isKnown) {
    if (name === '' || wire.parsedStatements[name] === undefined) {
      step.isParsing = name !== '';
      wire.parse({ name, text });
    }
    wire.describe({ type: 'S', name });
    // Those behind on this connection need not parse it again; if this one fails before it is parsed, so do they.
    if (name !== '') known.set(name, []);
  }
  wire.bind({ statement: name, values });
  wire.execute({});
};
