set local role finaegis_owner;

-- From when on an endpoint is told: from its beginning, or from when it was resumed after it had been given up.
alter table webhook_endpoints add column told_from timestamptz(3);
update webhook_endpoints set told_from = created_at;
alter table webhook_endpoints alter column told_from set not null;

-- What was published to somebody: the text once, however many are told of it.
create table webhook_messages (
  tenant_id uuid not null,
  message_id text not null,
  type text not null,
  -- Null for a test, which is in no log.
  seq bigint,
  body text not null,
  created_at timestamptz(3) not null,
  primary key (tenant_id, message_id)
);
create index webhook_messages_age on webhook_messages (tenant_id, created_at);
select finaegis_protect('webhook_messages');
grant select, insert, delete on webhook_messages to finaegis_write;
grant select on webhook_messages to finaegis_read, finaegis_system;

-- One message to one endpoint, and who has it in hand.
create table webhook_deliveries (
  tenant_id uuid not null,
  delivery_id uuid not null,
  endpoint_id uuid not null,
  message_id text not null,
  type text not null,
  seq bigint,
  status text not null check (status in ('pending', 'delivered', 'failed')),
  attempts int not null default 0,
  due_at timestamptz(3) not null,
  worker uuid,
  lease_until timestamptz,
  last_status int,
  last_error text,
  created_at timestamptz(3) not null,
  finished_at timestamptz(3),
  primary key (tenant_id, delivery_id)
) with (fillfactor = 70);
create unique index webhook_deliveries_message on webhook_deliveries (tenant_id, endpoint_id, message_id);
create index webhook_deliveries_due on webhook_deliveries (tenant_id, endpoint_id, due_at) where status = 'pending';
create index webhook_deliveries_order on webhook_deliveries (tenant_id, endpoint_id, seq, delivery_id) where status = 'pending';
create index webhook_deliveries_age on webhook_deliveries (tenant_id, created_at);
select finaegis_protect('webhook_deliveries');
grant select, insert, update, delete on webhook_deliveries to finaegis_write;
grant select on webhook_deliveries to finaegis_read, finaegis_system;

create table webhook_attempts (
  tenant_id uuid not null,
  delivery_id uuid not null,
  attempt_id uuid not null,
  made_at timestamptz(3) not null,
  duration_ms int not null,
  url text not null,
  status int,
  error text,
  answer text,
  primary key (tenant_id, delivery_id, attempt_id)
);
create index webhook_attempts_age on webhook_attempts (tenant_id, made_at);
select finaegis_protect('webhook_attempts');
grant select, insert, delete on webhook_attempts to finaegis_write;
grant select on webhook_attempts to finaegis_read, finaegis_system;

-- How an endpoint's receiver fares: the breaker that all processes share. A row only where something has failed.
create table webhook_health (
  tenant_id uuid not null,
  endpoint_id uuid not null,
  failures int not null,
  failing_since timestamptz(3) not null,
  open_until timestamptz(3),
  primary key (tenant_id, endpoint_id)
) with (fillfactor = 50);
select finaegis_protect('webhook_health');
grant select, insert, update, delete on webhook_health to finaegis_write;
grant select on webhook_health to finaegis_read, finaegis_system;

-- Stretches of the log that somebody wants again, and how far that has come; the row goes when it is done.
create table webhook_resends (
  tenant_id uuid not null,
  resend_id uuid not null,
  endpoint_id uuid not null,
  since timestamptz(3) not null,
  until timestamptz(3) not null,
  seq bigint,
  primary key (tenant_id, resend_id)
);
select finaegis_protect('webhook_resends');
grant select, insert, update, delete on webhook_resends to finaegis_write;
grant select on webhook_resends to finaegis_read, finaegis_system;
