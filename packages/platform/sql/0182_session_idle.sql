-- A session that nobody uses ends before its time, so whoever looks one up is told when it was used last.
set local role finaegis_owner;
grant select on key_last_use to finaegis_system;

reset role;
grant create on schema public to finaegis_system;
set local role finaegis_system;
drop function finaegis_find_session(text);
create function finaegis_find_session(wanted_prefix text)
returns table (tenant_id uuid, session_id uuid, user_id uuid, secret_hash bytea, opened_at timestamptz, expires_at timestamptz, revoked_at timestamptz, used_at timestamptz)
language sql stable strict security definer rows 1 set search_path = pg_catalog, public, pg_temp as $$
  select s.tenant_id, s.session_id, s.user_id, s.secret_hash, s.opened_at, s.expires_at, s.revoked_at, u.used_at
  from public.auth_sessions s
  left join public.key_last_use u on u.tenant_id = s.tenant_id and u.key_id = s.session_id
  where s.prefix = wanted_prefix
  order by s.tenant_id, s.session_id
  limit 1
$$;
revoke all on function finaegis_find_session(text) from public;
grant execute on function finaegis_find_session(text) to finaegis_read;
reset role;
revoke create on schema public from finaegis_system;
