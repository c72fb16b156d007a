import { setTimeout } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';

/** What an event says of a step. */
export interface StepTold {
  readonly type: string;
  readonly step: string | null;
}

/** Makes the commit that would write a given event of a saga stand still, so that a test can kill whoever makes it right there. */
export interface StopInCommit {
  /** The commit that writes this version of the saga's stream will stop. */
  at(sagaId: string, version: number): Promise<void>;
  /** The commit that would be the first to say this of a step of the saga will stop. */
  atStep(sagaId: string, told: StepTold): Promise<void>;
  /** Until it has: the process id of its session in PostgreSQL. */
  stopped(): Promise<number>;
  /**
   * Lets it go, once its client is dead.
   * @param fate `lost`: the session ends first, and nothing of the commit is kept; `left` lets PostgreSQL find out by itself
   */
  letGo(session: number, fate: 'lost' | 'left'): Promise<void>;
  remove(): Promise<void>;
}

const key = 4_242;

/** Sets it up as the superuser; nothing of it is the product's. */
export const createStopInCommit = async (adminPool: Pool): Promise<StopInCommit> => {
  await adminPool.query(`
    create table test_stops (stream text, version int, type text, step text);
    create function test_stop() returns trigger language plpgsql security definer as $$
    begin
      if exists (select from test_stops s where s.stream = new.stream and (s.version = new.version
          or (s.type = new.type and s.step is not distinct from (new.envelope::jsonb #>> '{data,step}')))) then
        perform pg_advisory_xact_lock(${key});
      end if;
      return null;
    end $$;
    create trigger test_stop after insert on saga_events for each row execute function test_stop()`);
  const guard: PoolClient = await adminPool.connect();
  await guard.query('select pg_advisory_lock($1)', [key]);
  const waiting = async (): Promise<number | undefined> => {
    const { rows } = await guard.query<{ pid: number }>(
      "select pid from pg_locks where locktype = 'advisory' and objid = $1 and not granted",
      [key],
    );
    return rows[0]?.pid;
  };
  const isThere = async (session: number): Promise<boolean> =>
    (await guard.query('select from pg_stat_activity where pid = $1', [session])).rowCount === 1;
  return {
    at: async (sagaId, version) => {
      await guard.query('insert into test_stops values ($1, $2)', [`saga:${sagaId}`, version]);
    },
    atStep: async (sagaId, { type, step }) => {
      await guard.query('insert into test_stops (stream, type, step) values ($1, $2, $3)', [
        `saga:${sagaId}`,
        type,
        step,
      ]);
    },
    stopped: async () => {
      for (const began = performance.now(); performance.now() - began < 8_000; ) {
        const session = await waiting();
        if (session !== undefined) return session;
        await setTimeout(5);
      }
      throw new Error('No commit stopped.');
    },
    letGo: async (session, fate) => {
      await guard.query('delete from test_stops');
      if (fate === 'lost') await guard.query('select pg_terminate_backend($1)', [session]);
      else {
        await guard.query('select pg_advisory_unlock($1)', [key]);
        await guard.query('select pg_advisory_lock($1)', [key]);
      }
      while (await isThere(session));
    },
    remove: async () => {
      await guard.query('drop trigger test_stop on saga_events; drop function test_stop(); drop table test_stops');
      guard.release(true);
    },
  };
};
