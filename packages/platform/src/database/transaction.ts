import type { Writable } from 'node:stream';
import type { Pool, PoolClient, QueryResult, QueryResultRow } from 'pg';
import { Flush } from './flush.ts';
import type { Statement } from './statement.ts';

/** The world failed while talking to the database. A business refusal is never one of these. */
export class DatabaseFault extends Error {
  /** SQLSTATE (`23505`), or `connection_lost`, `statement_not_sent`, `transaction_aborted`, `commit_unknown`. */
  readonly code: string;
  readonly constraint: string | undefined;
  readonly table: string | undefined;
  override readonly name: string = 'DatabaseFault';

  constructor(code: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    const source = cause as { constraint?: string; table?: string } | undefined;
    this.constraint = source?.constraint;
    this.table = source?.table;
  }
}

/**
 * The connection was lost between sending COMMIT and hearing the answer: the work is either all there or all gone, and only the
 * server knows. Ask `transactionOutcome` before answering anybody.
 */
export class CommitUnknown extends DatabaseFault {
  override readonly name = 'CommitUnknown';
  /** The transaction's id, when it was asked for with `wantsTransactionId`. */
  readonly transactionId: string | undefined;
  /** Process id of the session it ran in, where it is known. */
  readonly backend: number | undefined;

  constructor({ transactionId, backend }: Pick<CommitUnknown, 'transactionId' | 'backend'>, cause: unknown) {
    super(
      'commit_unknown',
      'The connection was lost at COMMIT; whether the transaction committed is not known.',
      cause,
    );
    this.transactionId = transactionId;
    this.backend = backend;
  }
}

/** An open transaction. Queries issued without awaiting each other travel in one flush and run in the order they were issued. */
export interface Transaction {
  /** Known once the first answer has arrived, if it was asked for. */
  readonly transactionId: string | undefined;
  /** @throws DatabaseFault; the first one dooms the transaction, whoever catches it. */
  query<Row extends QueryResultRow = QueryResultRow>(
    statement: string | Statement,
    values?: readonly unknown[],
  ): Promise<QueryResult<Row>>;
  /**
   * Sends COMMIT behind the queries issued so far, in their flush, which saves a round trip; nothing may be issued after it. If one of them
   * fails, the server answers it with ROLLBACK. If the connection is lost from here on, whether it committed is not known.
   */
  sendCommit(): void;
}

/** How a transaction is opened. */
export interface TransactionOptions {
  /** Ids of the tenants whose rows it may touch (row-level security); empty for tables outside tenancy. */
  readonly tenants: readonly string[];
  readonly readOnly?: boolean;
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable';
  /** Assign and learn the transaction's id at the start, so that a lost COMMIT can be asked for. */
  readonly wantsTransactionId?: boolean;
}

/**
 * Runs `work` between BEGIN and COMMIT with `app.tenants` set for this transaction only, and gives back what it gave.
 * BEGIN, the tenants and the first queries of `work` travel in one flush. When `work` throws, or any of its queries failed, everything is
 * rolled back; of several failures the first is thrown, not the "transaction is aborted" (25P02) that follows it.
 * @throws DatabaseFault when the database refused or was lost, so that nothing was written
 * @throws CommitUnknown when it was lost at COMMIT
 */
export const inTransaction = async <T>(
  pool: Pool,
  options: TransactionOptions,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> => {
  const tenants = tenantList(options.tenants);
  const client = await pool.connect().catch((error: unknown) => {
    throw asFault(error, 'connection_lost');
  });
  const tx = new OpenTransaction(client);
  let isReusable = false;
  try {
    tx.begin(options, tenants);
    const result = await work(tx).then(
      async (value) => {
        await tx.settled();
        return value;
      },
      async (error: unknown) => {
        await tx.settled();
        throw error instanceof DatabaseFault ? tx.failureAtCommit(tx.failure ?? error) : error;
      },
    );
    if (tx.failure !== undefined) throw tx.failureAtCommit(tx.failure);
    await tx.commit(options.readOnly === true);
    isReusable = true;
    return result;
  } catch (error) {
    if (!(error instanceof CommitUnknown)) isReusable = await tx.rollback();
    throw error;
  } finally {
    // A connection whose state is not known for certain is closed, never handed to the next caller.
    client.release(!isReusable);
  }
};

/**
 * Sends a whole transaction, from BEGIN to COMMIT, in one flush on a connection the caller holds, and gives back what `issue` promised.
 * Several may be on their way on one connection and run in the order they were sent; when one fails, those behind it fail with it.
 * @param issue issues every query, and gives back all their promises; what it throws, or what one of them rejects with before anything is sent,
 * stops the whole
 * @throws as `inTransaction`; `mustClose` says of its error whether the connection can still be used
 */
export const sendTransaction = async <T>(
  client: PoolClient,
  tenants: readonly string[],
  issue: (tx: Transaction) => { readonly all: readonly Promise<unknown>[]; result(): Promise<T> },
): Promise<T> => {
  const flush = new Flush(client);
  const backend = backendOf(client);
  void flush.add({ name: 'begin', text: 'begin isolation level read committed read write' });
  void flush.add({
    name: 'tenants',
    text: `select set_config('app.tenants', $1, true)`,
    values: [tenantList(tenants)],
  });
  const issued = issue({
    transactionId: undefined,
    sendCommit: () => undefined,
    query: (statement, values = []) =>
      flush.add(typeof statement === 'string' ? { text: statement, values } : statement),
  });
  await issuedWhole(issued.all);
  const commit = flush.add({ name: 'commit', text: 'commit' });
  try {
    await flush.run();
  } catch (error) {
    const fault = asFault(error, 'statement_not_sent');
    if (!flush.isSent) throw fault;
    // An ERROR is the server's own word that nothing is kept. Anything else may have come after the commit record was written.
    if ((error as { severity?: unknown }).severity !== 'ERROR')
      throw new CommitUnknown({ transactionId: undefined, backend }, error);
    if (flush.isLeftUnclear) throw new ConnectionSpent(fault);
    // COMMIT was skipped with the rest, so the transaction is still open.
    await client.query('rollback').catch(() => undefined);
    throw fault;
  }
  const { command } = await commit;
  if (command !== 'COMMIT')
    throw new DatabaseFault('transaction_aborted', `The server answered COMMIT with ${command}.`);
  return issued.result().catch((error: unknown) => {
    // It is done, whatever went wrong with reading what it said; it must not be taken for something that can be done again.
    throw new CommitUnknown({ transactionId: undefined, backend }, error);
  });
};

/**
 * Until all of these have issued their queries. What one of them throws before it waits for an answer is thrown here: COMMIT must never follow a part.
 */
export const issuedWhole = async (writes: readonly Promise<unknown>[]): Promise<void> => {
  let stopped: { readonly by: unknown } | undefined;
  for (const write of writes) write.catch((error: unknown) => (stopped ??= { by: error }));
  // From within a promise's turn, the next tick comes when every promise that could be settled has been.
  await Promise.resolve();
  await new Promise<void>((resolve) => process.nextTick(resolve));
  if (stopped !== undefined) throw stopped.by;
};

/** A statement failed while others of its flush were being parsed for the first time; which of them the server knows now is not known here. */
class ConnectionSpent extends DatabaseFault {
  override readonly name = 'ConnectionSpent';

  constructor({ code, message, cause }: DatabaseFault) {
    super(code, message, cause);
  }
}

/** Whether the connection of a transaction that ended with this error has to be closed. */
export const mustClose = (error: unknown): boolean =>
  !(error instanceof DatabaseFault) ||
  error instanceof ConnectionSpent ||
  error instanceof CommitUnknown ||
  isBroken(error);

/**
 * What became of a transaction whose COMMIT went unanswered. `in progress` means its backend has not yet noticed; ask again.
 * `unknown`: too old to be remembered. After a crash of the server itself an id whose work never reached the disk can be given out again, so
 * `committed` then needs the second witness of the rows (a stored answer, an event id); `aborted` needs none.
 */
export const transactionOutcome = async (
  pool: Pool,
  transactionId: string,
): Promise<'committed' | 'aborted' | 'in progress' | 'unknown'> => {
  try {
    const { rows } = await pool.query<{ status: 'committed' | 'aborted' | 'in progress' | null }>(
      'select pg_xact_status($1::xid8) as status',
      [transactionId],
    );
    return rows[0]?.status ?? 'unknown';
  } catch (error) {
    // "Transaction ID is in the future": the server forgot it in a crash, so nothing of it was ever written.
    if (sqlState(error) === '22023') return 'aborted';
    throw asFault(error, 'connection_lost');
  }
};

/** SQLSTATE lock_not_available: somebody held a row longer than `lock_timeout` allows. */
export const lockTimeout = '55P03';

/** Whether the same transaction may simply be run again: serialization failure (40001) or deadlock (40P01). */
export const isRetryable = (error: unknown): boolean => {
  const code = error instanceof DatabaseFault ? error.code : sqlState(error);
  return code === '40001' || code === '40P01';
};

/**
 * Awaits pipelined queries together: like Promise.all, but every one of them has settled when it returns or throws, and it throws the failure
 * that caused the others rather than a "transaction is aborted" that followed from it.
 */
export const all = async <T extends readonly unknown[] | []>(
  promises: T,
): Promise<{ -readonly [Index in keyof T]: Awaited<T[Index]> }> => {
  const outcomes = await Promise.allSettled(promises);
  const failures = outcomes.flatMap((outcome): unknown[] =>
    outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
  );
  if (failures.length > 0) throw failures.find((failure) => !isConsequence(failure)) ?? failures[0];
  return outcomes.map((outcome) => (outcome as PromiseFulfilledResult<unknown>).value) as {
    -readonly [Index in keyof T]: Awaited<T[Index]>;
  };
};

class OpenTransaction implements Transaction {
  transactionId: string | undefined;
  failure: DatabaseFault | undefined;
  private readonly client: PoolClient;
  private readonly pending = new Set<Promise<unknown>>();
  private committing: Promise<QueryResult> | undefined;
  private isGathering = false;

  constructor(client: PoolClient) {
    this.client = client;
  }

  get backend(): number | undefined {
    return backendOf(this.client);
  }

  begin({ isolation, readOnly, wantsTransactionId }: TransactionOptions, tenants: string): void {
    // Should BEGIN itself fail (cancelled by an operator), queries already on their way would run outside any transaction. app.tenants is then
    // unset for them and row-level security shows and takes nothing; queries after the first answer are refused below.
    const mode = `begin isolation level ${isolation ?? 'read committed'} ${readOnly === true ? 'read only' : 'read write'}`;
    // The ids were checked to be UUIDs, so the text may hold them; one message instead of two.
    const begin = `${mode}; set local app.tenants = '${tenants}'`;
    if (wantsTransactionId !== true) {
      void this.query(begin);
      return;
    }
    this.query(`${begin}; select pg_current_xact_id()::text as id`).then(
      // Several statements in one message are answered by a list of results.
      (results) => (this.transactionId = (results as unknown as QueryResult<{ id: string }>[])[2]?.rows[0]?.id),
      () => undefined,
    );
  }

  query<Row extends QueryResultRow = QueryResultRow>(
    statement: string | Statement,
    values?: readonly unknown[],
  ): Promise<QueryResult<Row>> {
    if (this.failure !== undefined) return rejected(this.failure);
    // It would run outside the transaction, where row-level security shows and takes nothing, and be lost without a word.
    if (this.committing !== undefined) throw new Error('A query was issued after COMMIT had been sent.');
    this.gatherWrites();
    const sent =
      typeof statement === 'string'
        ? this.client.query<Row>(statement, values as unknown[])
        : this.client.query<Row>({ ...statement, values: statement.values as unknown[] });
    const answer = sent.catch((error: unknown) => {
      const fault = asFault(error, 'statement_not_sent');
      // Answers come in the order of the queries, so the first failure heard of is the cause of those that follow.
      if (this.failure === undefined || isConsequence(this.failure)) this.failure = fault;
      throw fault;
    });
    this.pending.add(answer);
    const forget = (): boolean => this.pending.delete(answer);
    // This also keeps a rejection nobody awaits (the caller threw for another reason) from ending the process.
    answer.then(forget, forget);
    return answer;
  }

  sendCommit(): void {
    if (this.failure !== undefined || this.committing !== undefined) return;
    this.gatherWrites();
    this.committing = this.client.query('commit');
    // Awaited in commit(), unless a query before it failed, which then says more.
    this.committing.catch(() => undefined);
  }

  /** Queries of one turn leave the process in one write: several small ones would cost a system call each, and wake the server for each. */
  private gatherWrites(): void {
    const { connection } = this.client as unknown as { readonly connection?: { readonly stream: Writable } };
    if (this.isGathering || connection === undefined) return;
    this.isGathering = true;
    connection.stream.cork();
    process.nextTick(() => {
      this.isGathering = false;
      connection.stream.uncork();
    });
  }

  /** What a failed query means once COMMIT is on its way: a lost connection no longer says that nothing was written. */
  failureAtCommit(failure: DatabaseFault): DatabaseFault {
    if (this.committing === undefined || !isBroken(failure)) return failure;
    return new CommitUnknown(this, failure);
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.pending);
  }

  async commit(isReadOnly: boolean): Promise<void> {
    // No transaction is open any more when BEGIN did not happen or the work sent its own COMMIT or ROLLBACK; the server would answer COMMIT all the same.
    if (this.committing === undefined && this.client.getTransactionStatus() === 'I')
      throw new DatabaseFault('transaction_aborted', 'The transaction was over before COMMIT.');
    const answer = await (this.committing ?? this.client.query('commit')).catch((error: unknown) => {
      // An ERROR is the server's own word that it rolled back (a deferred constraint, a serialization failure). Anything else, even a FATAL
      // that names a reason, may have come after the commit record was written.
      if ((error as { severity?: unknown }).severity === 'ERROR' || isReadOnly) throw asFault(error, 'connection_lost');
      throw new CommitUnknown(this, error);
    });
    // An aborted transaction answers COMMIT with ROLLBACK and no error.
    if (answer.command !== 'COMMIT')
      throw new DatabaseFault('transaction_aborted', `The server answered COMMIT with ${answer.command}.`);
  }

  /** Whether the connection is certainly clean again. */
  async rollback(): Promise<boolean> {
    if (this.failure !== undefined && isBroken(this.failure)) return false;
    try {
      const { command } = await this.client.query('rollback');
      return command === 'ROLLBACK';
    } catch {
      // The caller already gets the reason; the server rolls back by itself when the connection closes.
      return false;
    }
  }
}

const backendOf = (client: PoolClient): number | undefined =>
  (client as unknown as { readonly processID?: number | null }).processID ?? undefined;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The row-level security policies split this text at commas, so an id that could contain one would open another tenant's rows. */
const tenantList = (tenants: readonly string[]): string => {
  const wrong = tenants.find((tenant) => !uuid.test(tenant));
  if (wrong !== undefined) throw new TypeError(`"${wrong}" is not a tenant id.`);
  return tenants.join(',');
};

const rejected = <T>(error: Error): Promise<T> => {
  const promise = Promise.reject<T>(error);
  promise.catch(() => undefined);
  return promise;
};

const isBroken = ({ code }: DatabaseFault): boolean => code === 'connection_lost' || code === 'statement_not_sent';

const isConsequence = (error: unknown): boolean =>
  (error instanceof DatabaseFault ? error.code : sqlState(error)) === '25P02';

/** The SQLSTATE of a server's error. Each of them has a digit; `EPIPE`, a broken socket, has five capitals and is none. */
const sqlState = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && /^(?=.*\d)[0-9A-Z]{5}$/.test(code) ? code : undefined;
};

const connectionStates = /^(08|57P)/;
const socketErrors = /^(ECONN|EPIPE|ENOENT|ENOTFOUND|ETIMEDOUT|EHOST|ENET|EAI)/;

const asFault = (error: unknown, otherwise: string): DatabaseFault => {
  const { message, code } = error as { message: string; code?: string };
  const state = sqlState(error);
  if (state !== undefined)
    return new DatabaseFault(connectionStates.test(state) ? 'connection_lost' : state, message, error);
  const isLost =
    socketErrors.test(code ?? '') ||
    /^(Connection terminated|Client (has encountered|was closed)|timeout)/.test(message);
  return new DatabaseFault(isLost ? 'connection_lost' : otherwise, message, error);
};
