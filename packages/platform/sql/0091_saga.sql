set local role finaegis_owner;

-- Which sagas have something to do, and which worker has them in hand. It follows from the log and holds no business data; what the
-- log does not know are the leases, and a lost lease costs half a minute.
create table saga_queue (
  tenant_id uuid not null,
  saga_id uuid not null,
  definition text not null,
  version int not null,
  -- Null waits for a signal.
  due_at timestamptz(3),
  worker text,
  lease_until timestamptz,
  primary key (tenant_id, saga_id)
) with (fillfactor = 50);
create index saga_queue_due on saga_queue (due_at) where due_at is not null;
select finaegis_protect('saga_queue');
grant select, insert, update, delete on saga_queue to finaegis_write;
-- A worker serves every tenant, so it looks for what is due in all of them at once.
grant select on saga_queue to finaegis_system;
