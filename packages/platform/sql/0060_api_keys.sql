set local role finaegis_owner;

-- The API keys as authentication reads them: folded from the events of the context `auth` in the commit that records them.
-- It is made here and not by its context, because the function below names it. The secret itself is nowhere, only its SHA-256.
create table auth_api_keys (
  tenant_id uuid not null,
  key_id uuid not null,
  name text not null,
  prefix text not null,
  secret_hash bytea not null,
  -- The secret before the last rotation, as long as it still opens.
  previous_prefix text,
  previous_secret_hash bytea,
  previous_valid_until timestamptz(3),
  scopes text[] not null,
  addresses text[] not null,
  acting_for text,
  expires_at timestamptz(3),
  status text not null check (status in ('active', 'revoked')),
  created_at timestamptz(3) not null,
  primary key (tenant_id, key_id)
);
create index auth_api_keys_prefix on auth_api_keys (prefix);
create index auth_api_keys_previous_prefix on auth_api_keys (previous_prefix) where previous_prefix is not null;
select finaegis_protect('auth_api_keys');
grant select, insert, update, delete on auth_api_keys to finaegis_write;
grant select on auth_api_keys to finaegis_read, finaegis_system;

-- When a key was last seen, flushed every ten seconds; not an event, since nothing is decided by it.
create table key_last_use (
  tenant_id uuid not null,
  key_id uuid not null,
  used_at timestamptz(3) not null,
  primary key (tenant_id, key_id)
) with (fillfactor = 50);
select finaegis_protect('key_last_use');
grant select, insert, update, delete on key_last_use to finaegis_write;
grant select on key_last_use to finaegis_read;

-- A key is looked up before its tenant is known, so the lookup must see every tenant. It runs as finaegis_system inside this
-- one function, which takes a whole prefix and gives back at most one row: the readers' role learns nothing it cannot name.
reset role;
do $$
begin
  if not (select rolsuper from pg_roles where rolname = current_user) then
    execute format('grant finaegis_system to %I', current_user);
  end if;
end
$$;
grant create on schema public to finaegis_system;
set local role finaegis_system;
create function finaegis_find_api_key(wanted_prefix text)
returns table (tenant_id uuid, key_id uuid, secret_hash bytea, superseded_at timestamptz, scopes text[], addresses text[], acting_for text, expires_at timestamptz, status text)
language sql stable strict security definer rows 1 set search_path = pg_catalog, public, pg_temp as $$
  select k.tenant_id, k.key_id,
    case when k.prefix = wanted_prefix then k.secret_hash else k.previous_secret_hash end,
    case when k.prefix = wanted_prefix then null else k.previous_valid_until end,
    k.scopes, k.addresses, k.acting_for, k.expires_at, k.status
  from public.auth_api_keys k
  where k.prefix = wanted_prefix or k.previous_prefix = wanted_prefix
  order by k.tenant_id, k.key_id
  limit 1
$$;
revoke all on function finaegis_find_api_key(text) from public;
grant execute on function finaegis_find_api_key(text) to finaegis_read;
reset role;
revoke create on schema public from finaegis_system;
