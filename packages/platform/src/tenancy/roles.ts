import type { Pool } from 'pg';

/** The roles a process enters PostgreSQL as; `finaegis_owner` is left out, since only migrations act as it. */
export const servingRoles = ['finaegis_write', 'finaegis_read', 'finaegis_system'] as const;
export type ServingRole = (typeof servingRoles)[number];

/** Why a connection must not serve requests. */
export type NotServableReason =
  | 'superuser'
  | 'bypasses_row_security'
  | 'owns_tables'
  | 'acts_as_another_role'
  | 'server_too_old';

/** The process would serve with rights that make row-level security void (or on a server that is too old), so it must not start. */
export class NotServable extends Error {
  override readonly name = 'NotServable';
  readonly code: NotServableReason;

  constructor(code: NotServableReason, message: string) {
    super(message);
    this.code = code;
  }
}

const versionMin = 170_000;

interface Self {
  readonly session_name: string;
  readonly current_name: string;
  readonly is_superuser: boolean;
  readonly bypasses: boolean;
  readonly owned: string | null;
  readonly version: number;
}

// Both names count: whoever logged in as a superuser and then acts as another role is one RESET ROLE away from everything.
// Ownership through membership counts as well, since a member may SET ROLE to the owner.
const self = `
select session_user::text as session_name, current_user::text as current_name,
  bool_or(r.rolsuper) as is_superuser, bool_or(r.rolbypassrls) as bypasses,
  current_setting('server_version_num')::int as version,
  (select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_t%'
      and (pg_has_role(session_user, c.relowner, 'member') or pg_has_role(current_user, c.relowner, 'member'))
    order by 1 limit 1) as owned
from pg_roles r where r.rolname in (session_user, current_user)`;

/**
 * Asks PostgreSQL who the pool's connections are, and refuses those whom row-level security does not hold. Run on the read and the write pool
 * before the port is opened; `finaegis_system` bypasses row-level security by design and never serves a request.
 * @throws NotServable with what to do about it
 */
export const assertServable = async (pool: Pool): Promise<void> => {
  const { rows } = await pool.query<Self>(self);
  const found = rows[0];
  if (found === undefined) throw new Error('PostgreSQL did not say who is connected.');
  const who = `"${found.session_name}"`;
  const advice =
    'Run `finaegis migrate` as an administrator (DATABASE_ADMIN_URL) and let the server enter as finaegis_write and finaegis_read, whose passwords it derives from FINAEGIS_MASTER_KEY.';
  if (found.version < versionMin)
    throw new NotServable(
      'server_too_old',
      `PostgreSQL 17 or newer is required, this is ${Math.floor(found.version / 10_000)}. Upgrade the server, or unset DATABASE_URL to use the embedded one.`,
    );
  if (found.is_superuser)
    throw new NotServable('superuser', `${who} is a superuser, whom row-level security does not hold. ${advice}`);
  if (found.bypasses) throw new NotServable('bypasses_row_security', `${who} bypasses row-level security. ${advice}`);
  if (found.owned !== null)
    throw new NotServable(
      'owns_tables',
      `${who} owns ${found.owned}, itself or through a role it is a member of, and could lift its protection. ${advice}`,
    );
  if (found.session_name !== found.current_name)
    throw new NotServable(
      'acts_as_another_role',
      `${who} acts as "${found.current_name}" and could stop doing so. ${advice}`,
    );
};
