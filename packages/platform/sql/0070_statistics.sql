set local role finaegis_owner;

-- Gathers planner statistics. The writer may not own tables, but it is the one who knows when they have grown.
create function finaegis_analyze() returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare
  owned regclass;
begin
  for owned in select oid from pg_class where relkind = 'r' and relowner = (select oid from pg_roles where rolname = 'finaegis_owner') order by oid loop
    execute format('analyze %s', owned);
  end loop;
end
$$;
revoke execute on function finaegis_analyze() from public;
grant execute on function finaegis_analyze() to finaegis_write;
