set local role finaegis_owner;

-- How far each subscribed view (or other follower of the log) has come, per tenant.
create table subscriptions (
  tenant_id uuid not null,
  name text not null,
  seq bigint not null default 0,
  primary key (tenant_id, name)
) with (fillfactor = 50);
select finaegis_protect('subscriptions');
grant select, insert, update, delete on subscriptions to finaegis_write;
grant select on subscriptions to finaegis_read;
grant select on subscriptions to finaegis_system;
