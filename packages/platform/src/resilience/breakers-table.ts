import type { Pool } from 'pg';
import { type Breaker, closedBreaker } from './breaker.ts';
import type { OperationName } from './operation-name.ts';

/** A breaker as the processes of a bank share it. */
export interface SharedBreaker extends OperationName {
  readonly breaker: Breaker;
  /** Grows with every change of the row; 0 for a row that is not there. */
  readonly version: number;
}

/** The table as one process uses it. */
export interface BreakersTable {
  /** All rows: a few dozen at most. */
  readAll(): Promise<readonly SharedBreaker[]>;
  read(name: OperationName): Promise<SharedBreaker | undefined>;
  /** Moves a row on from the version that is known; undefined when somebody else was faster, which is how one process gets the trial. */
  write(shared: SharedBreaker): Promise<number | undefined>;
}

/** A row of `circuit_breakers`. */
export interface BreakerRecord extends OperationName {
  readonly state: 'closed' | 'open' | 'half_open';
  readonly openedAt: string | null;
  readonly reopenAt: string | null;
  readonly level: number;
  readonly successes: number;
  readonly trialUntil: string | null;
  readonly forced: 'open' | 'closed' | null;
  readonly version: bigint;
}

/** The columns of a row, as `BreakerRecord` names them. */
export const breakerColumns = `provider, operation, state, opened_at as "openedAt", reopen_at as "reopenAt", level, successes,
  trial_until as "trialUntil", forced, version`;

const compareAndSet = {
  name: 'breaker-write',
  text: `insert into circuit_breakers as b
      (provider, operation, state, opened_at, reopen_at, level, successes, trial_until, changed_by, version)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::bigint + 1)
    on conflict (provider, operation) do update set state = excluded.state, opened_at = excluded.opened_at, reopen_at = excluded.reopen_at,
      level = excluded.level, successes = excluded.successes, trial_until = excluded.trial_until, changed_by = excluded.changed_by, version = b.version + 1
      where b.version = $10 and b.forced is null
    returning version`,
};

/**
 * The table in PostgreSQL.
 * @param pool as finaegis_write
 * @param changedBy names this process in the rows it changes
 */
export const breakersTable = (pool: Pool, changedBy: string): BreakersTable => ({
  readAll: async () => {
    const { rows } = await pool.query<BreakerRecord>({
      name: 'breakers-read',
      text: `select ${breakerColumns} from circuit_breakers order by provider, operation`,
    });
    return rows.map(sharedOf);
  },
  read: async ({ provider, operation }) => {
    const { rows } = await pool.query<BreakerRecord>({
      name: 'breaker-read',
      text: `select ${breakerColumns} from circuit_breakers where provider = $1 and operation = $2`,
      values: [provider, operation],
    });
    return rows.map(sharedOf)[0];
  },
  write: async ({ provider, operation, breaker, version }) => {
    const { state, openedAt, reopenAt, level, successes, trialUntil } = stateOf(breaker);
    const { rows } = await pool.query<{ version: bigint }>({
      ...compareAndSet,
      values: [provider, operation, state, openedAt, reopenAt, level, successes, trialUntil, changedBy, version],
    });
    return rows[0] === undefined ? undefined : Number(rows[0].version);
  },
});

type RecordedState = Omit<BreakerRecord, keyof OperationName | 'forced' | 'version'>;

const closedState: RecordedState = {
  state: 'closed',
  openedAt: null,
  reopenAt: null,
  level: 0,
  successes: 0,
  trialUntil: null,
};

const stateOf = (breaker: Breaker): RecordedState => {
  if (breaker.status !== 'open' && breaker.status !== 'half_open') return closedState;
  const { status: state, level } = breaker;
  const recorded = { ...closedState, state, level, openedAt: instantOf(breaker.openedAt) };
  if (breaker.status === 'open') return { ...recorded, reopenAt: instantOf(breaker.reopenAt) };
  return { ...recorded, successes: breaker.successes, trialUntil: instantOf(breaker.trialUntil) };
};

const sharedOf = (record: BreakerRecord): SharedBreaker => ({
  provider: record.provider,
  operation: record.operation,
  breaker: breakerOf(record),
  version: Number(record.version),
});

const breakerOf = ({ state, forced, level, successes, ...record }: BreakerRecord): Breaker => {
  if (forced !== null) return { status: `forced_${forced}` };
  const openedAt = msOf(record.openedAt) ?? 0;
  if (state === 'open') return { status: 'open', level, openedAt, reopenAt: msOf(record.reopenAt) ?? openedAt };
  if (state === 'half_open')
    return { status: 'half_open', level, openedAt, successes, trialUntil: msOf(record.trialUntil) };
  return closedBreaker;
};

const instantOf = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());
const msOf = (instant: string | null): number | undefined => (instant === null ? undefined : Date.parse(instant));
