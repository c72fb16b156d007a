set local role finaegis_owner;

-- The id of a log's last event beside its number: two logs can grow by the same count, but not to the same event.
alter table tenant_heads add column tip uuid not null default '00000000-0000-0000-0000-000000000000';

-- Raises when a tenant's log has grown since its state was remembered: what was decided on that state must not be committed.
create function finaegis_require_heads(moved bigint) returns void language plpgsql as $$
begin
  if moved <> 0 then
    raise exception 'the log of % tenants has grown since their state was read', moved using errcode = 'FA003';
  end if;
end
$$;
