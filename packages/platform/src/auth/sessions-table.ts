import { unreachable } from '@finaegis/kernel/decision';
import { fromHex } from '@finaegis/kernel/hash';
import { type LockedTable, RowNotLocked, rowName } from '../command/locked-table.ts';
import type { EventOf, RecordedEvent } from '../event-store/event.ts';
import type { sessionEvents } from './session/events.ts';

/** One row of `auth_sessions`. */
export interface SessionRow {
  readonly userId: string;
  readonly prefix: string;
  readonly secretHash: Uint8Array;
  readonly openedAt: string;
  readonly expiresAt: string;
  readonly revokedAt: string | null;
}

/** The columns of `auth_sessions s` under the names of `SessionRow`. */
export const sessionColumns = `s.session_id as "sessionId", s.user_id as "userId", s.prefix, s.secret_hash as "secretHash", s.opened_at as "openedAt",
  s.expires_at as "expiresAt", s.revoked_at as "revokedAt"`;

type SessionEvent = EventOf<(typeof sessionEvents)[number]>;
type SessionRecord = SessionRow & { readonly tenantId: string; readonly sessionId: string };

/** Sessions as authentication reads them. */
export const sessionsTable: LockedTable<SessionRow> = {
  name: 'auth_sessions',
  rank: 6,
  consumes: ['SessionOpened', 'SessionRevoked'],
  lock: async (tx, requests) => {
    const { rows } = await tx.query<SessionRecord>({
      name: 'lock-sessions',
      text: `select s.tenant_id as "tenantId", ${sessionColumns} from unnest($1::uuid[], $2::uuid[]) as wanted (tenant_id, session_id)
        cross join lateral (
          select * from auth_sessions where tenant_id = wanted.tenant_id and session_id = wanted.session_id offset 0 for no key update) s`,
      values: [requests.map(({ tenantId }) => tenantId), requests.map(({ key }) => key)],
    });
    return new Map(rows.map(({ tenantId, sessionId, ...row }) => [rowName(tenantId, sessionId), row]));
  },
  fold: (rows, recorded) => {
    const event = recorded as RecordedEvent & SessionEvent;
    const { tenantId, bookedAt } = recorded;
    switch (event.type) {
      case 'SessionOpened': {
        const { sessionId, userId, prefix, secretHash, expiresAt } = event.data;
        const secret = { prefix, secretHash: fromHex(secretHash) };
        return rows.set(tenantId, sessionId, { userId, ...secret, openedAt: bookedAt, expiresAt, revokedAt: null });
      }
      case 'SessionRevoked': {
        const { sessionId } = event.data;
        const row = rows.get(tenantId, sessionId);
        if (row === undefined) throw new RowNotLocked(recorded);
        return rows.set(tenantId, sessionId, { ...row, revokedAt: bookedAt });
      }
      default:
        return unreachable(event);
    }
  },
  write: async (tx, { changed }) => {
    if (changed.length === 0) return;
    const records = changed.map(({ tenantId, key, row }) => ({
      tenant_id: tenantId,
      session_id: key,
      user_id: row.userId,
      prefix: row.prefix,
      secret_hash: `\\x${Buffer.from(row.secretHash).toString('hex')}`,
      opened_at: row.openedAt,
      expires_at: row.expiresAt,
      revoked_at: row.revokedAt,
    }));
    await tx.query({
      name: 'write-sessions',
      text: `insert into auth_sessions select * from json_populate_recordset(null::auth_sessions, $1::json) order by tenant_id, session_id
        on conflict (tenant_id, session_id) do update set revoked_at = excluded.revoked_at`,
      values: [JSON.stringify(records)],
    });
  },
};
