-- Four roles share the work (none of them a superuser): the owner only migrates, the writer and the readers are held by
-- row-level security, and the system role (sealer, tailer) is the one that sees every tenant and may change nothing.
-- Roles belong to the cluster, so a second database in it finds them already there.
do $$
declare
  wanted record;
begin
  for wanted in
    select * from (values
      ('finaegis_owner', 'nologin nobypassrls'),
      ('finaegis_write', 'login nobypassrls'),
      ('finaegis_read', 'login nobypassrls'),
      ('finaegis_system', 'login bypassrls')) as roles (name, options)
  loop
    begin
      if not exists (select from pg_roles where rolname = wanted.name) then
        execute format('create role %I %s', wanted.name, wanted.options);
      end if;
    exception when duplicate_object or unique_violation then
      null;
    end;
  end loop;
  if not pg_has_role(current_user, 'finaegis_owner', 'member') or not (select rolsuper from pg_roles where rolname = current_user) then
    execute format('grant finaegis_owner to %I', current_user);
  end if;
end
$$;

revoke all on schema public from public;
grant usage, create on schema public to finaegis_owner;
grant usage on schema public to finaegis_write, finaegis_read, finaegis_system;
