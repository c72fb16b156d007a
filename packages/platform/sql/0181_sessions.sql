set local role finaegis_owner;

-- Who is logged in: folded from the events of the context `auth` in the commit that records them. The token itself is nowhere, only its SHA-256.
create table auth_sessions (
  tenant_id uuid not null,
  session_id uuid not null,
  user_id uuid not null,
  prefix text not null,
  secret_hash bytea not null,
  opened_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  revoked_at timestamptz(3),
  primary key (tenant_id, session_id)
);
create index auth_sessions_prefix on auth_sessions (prefix);
create index auth_sessions_user on auth_sessions (tenant_id, user_id, session_id);
select finaegis_protect('auth_sessions');
grant select, insert, update on auth_sessions to finaegis_write;
grant select on auth_sessions to finaegis_read, finaegis_system;

-- Looked up before its tenant is known, as keys are, and in the same way.
reset role;
grant create on schema public to finaegis_system;
set local role finaegis_system;
create function finaegis_find_session(wanted_prefix text)
returns table (tenant_id uuid, session_id uuid, user_id uuid, secret_hash bytea, opened_at timestamptz, expires_at timestamptz, revoked_at timestamptz)
language sql stable strict security definer rows 1 set search_path = pg_catalog, public, pg_temp as $$
  select s.tenant_id, s.session_id, s.user_id, s.secret_hash, s.opened_at, s.expires_at, s.revoked_at
  from public.auth_sessions s
  where s.prefix = wanted_prefix
  order by s.tenant_id, s.session_id
  limit 1
$$;
revoke all on function finaegis_find_session(text) from public;
grant execute on function finaegis_find_session(text) to finaegis_read;
reset role;
revoke create on schema public from finaegis_system;
