set local role finaegis_owner;

-- Which restore of the log this is. A database brought back to an earlier point gets a new epoch, so that a position
-- handed out for events that no longer exist is recognised instead of silently meaning something else.
create table log_epoch (
  only_row boolean primary key default true check (only_row),
  epoch uuid not null default gen_random_uuid(),
  started_at timestamptz(3) not null default clock_timestamp()
);
insert into log_epoch default values;
grant select on log_epoch to finaegis_write, finaegis_read, finaegis_system;

create table tenants (
  tenant_id uuid primary key,
  name text not null,
  status text not null check (status in ('active', 'suspended')),
  created_at timestamptz(3) not null
);
grant select, insert, update on tenants to finaegis_write;
grant select on tenants to finaegis_read, finaegis_system;

-- The last sequence number each tenant's log has given out. It is locked last in every commit and held until its end,
-- which is what makes seq order and commit order the same thing.
create table tenant_heads (
  tenant_id uuid primary key,
  seq bigint not null default 0
) with (fillfactor = 50);
grant select, insert, update on tenant_heads to finaegis_write;
grant select on tenant_heads to finaegis_read, finaegis_system;

-- Row-level security for one table or partition: the second wall behind the application's own checks. The sub-select makes PostgreSQL read
-- the setting once per statement; the cast around it tells the parser that an array is meant, not a set of rows.
create function finaegis_protect(protected regclass) returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security', protected);
  execute format('alter table %s force row level security', protected);
  execute format('drop policy if exists tenant_isolation on %s', protected);
  execute format(
    'create policy tenant_isolation on %s using (tenant_id = any ((select string_to_array(nullif(current_setting(''app.tenants'', true), ''''), '','')::uuid[])::uuid[]))',
    protected);
end
$$;

create table events (
  tenant_id uuid not null,
  seq bigint not null check (seq > 0),
  context text not null,
  stream text not null,
  version integer not null,
  id uuid not null,
  type text not null,
  schema_version smallint not null,
  envelope text not null,
  hash bytea not null,
  booked_at timestamptz(3) not null
) partition by list (context);
select finaegis_protect('events');
grant select, insert on events to finaegis_write;
grant select on events to finaegis_read, finaegis_system;

create function finaegis_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'events are never updated or deleted' using errcode = 'FA002';
end
$$;

-- One physical table per context. It is made standalone and attached with a CHECK that is already valid, so that adding a
-- context to a large log locks nothing for long.
create function finaegis_create_context(context_name text) returns void language plpgsql as $$
declare
  partition_name text := context_name || '_events';
begin
  if to_regclass(partition_name) is not null then
    return;
  end if;
  execute format('create table %I (like events including defaults including constraints, constraint %I check (context = %L))',
    partition_name, partition_name || '_context', context_name);
  execute format('create unique index %I on %I (tenant_id, stream, version)', partition_name || '_stream', partition_name);
  -- Partial, though every seq is above 0: only queries that say so may use it. A plan made while the table is empty cannot then prefer it for
  -- look-ups by stream, where it would read the whole tenant.
  execute format('create unique index %I on %I (tenant_id, seq) where seq > 0', partition_name || '_seq', partition_name);
  execute format('create trigger refuse_change before update or delete on %I for each row execute function finaegis_refuse_change()', partition_name);
  execute format('create trigger refuse_truncate before truncate on %I for each statement execute function finaegis_refuse_change()', partition_name);
  perform finaegis_protect(partition_name::regclass);
  execute format('alter table events attach partition %I for values in (%L)', partition_name, context_name);
end
$$;

create table snapshots (
  tenant_id uuid not null,
  context text not null,
  stream text not null,
  version integer not null,
  state_version smallint not null,
  state text not null,
  primary key (tenant_id, context, stream)
);
select finaegis_protect('snapshots');
grant select, insert, update on snapshots to finaegis_write;
grant select on snapshots to finaegis_read;
