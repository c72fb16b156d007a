set local role finaegis_owner;

-- The roles a tenant made for itself: folded from the events of the context `auth` in the commit that records them. Those every tenant has are
-- in the program and not here.
create table auth_roles (
  tenant_id uuid not null,
  role text not null,
  description text not null,
  scopes text[] not null,
  masks_personal_data boolean not null,
  status text not null check (status in ('active', 'retired')),
  changed_at timestamptz(3) not null,
  primary key (tenant_id, role)
);
select finaegis_protect('auth_roles');
grant select, insert, update on auth_roles to finaegis_write;
grant select on auth_roles to finaegis_read, finaegis_system;

alter table auth_api_keys add column roles text[] not null default '{}';
-- The user whose key it is: whoever made it, or made the key that made it. Nobody for keys from the command line.
alter table auth_api_keys add column user_id uuid;

-- As before, and what the key's own roles are. Which scopes a role has is looked up as the tenant, once it is known.
reset role;
grant create on schema public to finaegis_system;
set local role finaegis_system;
drop function finaegis_find_api_key(text);
create function finaegis_find_api_key(wanted_prefix text)
returns table (tenant_id uuid, key_id uuid, secret_hash bytea, superseded_at timestamptz, scopes text[], roles text[], addresses text[], acting_for text, user_id uuid, expires_at timestamptz, status text)
language sql stable strict security definer rows 1 set search_path = pg_catalog, public, pg_temp as $$
  select k.tenant_id, k.key_id,
    case when k.prefix = wanted_prefix then k.secret_hash else k.previous_secret_hash end,
    case when k.prefix = wanted_prefix then null else k.previous_valid_until end,
    k.scopes, k.roles, k.addresses, k.acting_for, k.user_id, k.expires_at, k.status
  from public.auth_api_keys k
  where k.prefix = wanted_prefix or k.previous_prefix = wanted_prefix
  order by k.tenant_id, k.key_id
  limit 1
$$;
revoke all on function finaegis_find_api_key(text) from public;
grant execute on function finaegis_find_api_key(text) to finaegis_read;
reset role;
revoke create on schema public from finaegis_system;
