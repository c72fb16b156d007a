import { platformTenantId } from '../auth/principal.ts';
import { type LockedTable, rowName } from '../command/locked-table.ts';
import type { EventOf, RecordedEvent } from '../event-store/event.ts';
import type { BreakerSwitch } from './breaker-switch/breaker-switch.ts';
import type { breakerSwitchEvents } from './breaker-switch/events.ts';
import { operationKey } from './operation-name.ts';

/** What a person's word changes in a row of `circuit_breakers`. */
export interface SwitchedBreaker extends BreakerSwitch {
  /** The principal who said so. */
  readonly changedBy: string;
}

/**
 * The shared breakers as the commands about them see them. A person's word is written in the commit of its event, and moves the row's version on,
 * so that whatever a process was about to write is overtaken by it. Rows belong to the platform tenant and are keyed by operation.
 */
export const switchedBreakersTable: LockedTable<SwitchedBreaker> = {
  name: 'circuit_breakers',
  rank: 4,
  consumes: ['BreakerForced', 'BreakerReleased'],
  lock: async (tx, requests) => {
    const { rows } = await tx.query<{ key: string; forced: 'open' | 'closed' | null; changedBy: string }>({
      name: 'lock-breakers',
      text: `select b.provider || '/' || b.operation as key, b.forced, b.changed_by as "changedBy" from unnest($1::text[]) as wanted (key)
        cross join lateral (
          select * from circuit_breakers
          where provider = split_part(wanted.key, '/', 1) and operation = split_part(wanted.key, '/', 2) offset 0 for no key update) b`,
      values: [requests.map(({ key }) => key)],
    });
    return new Map(
      rows.map(({ key, forced, changedBy }) => [
        rowName(platformTenantId, key),
        { position: forced ?? 'automatic', changedBy },
      ]),
    );
  },
  fold: (rows, recorded) => {
    const { type, data } = recorded as RecordedEvent & EventOf<(typeof breakerSwitchEvents)[number]>;
    rows.set(recorded.tenantId, operationKey(data), {
      position: type === 'BreakerForced' ? data.position : 'automatic',
      changedBy: recorded.metadata.actor,
    });
  },
  write: async (tx, { changed }) => {
    if (changed.length === 0) return;
    await tx.query({
      name: 'switch-breakers',
      text: `insert into circuit_breakers as b (provider, operation, state, level, successes, forced, changed_by, version)
        select split_part(key, '/', 1), split_part(key, '/', 2), 'closed', 0, 0, nullif(position, 'automatic'), changed_by, 1
        from unnest($1::text[], $2::text[], $3::text[]) as switched (key, position, changed_by)
        on conflict (provider, operation) do update set state = 'closed', opened_at = null, reopen_at = null, level = 0, successes = 0,
          trial_until = null, forced = excluded.forced, changed_by = excluded.changed_by, version = b.version + 1`,
      values: [
        changed.map(({ key }) => key),
        changed.map(({ row }) => row.position),
        changed.map(({ row }) => row.changedBy),
      ],
    });
  },
};
