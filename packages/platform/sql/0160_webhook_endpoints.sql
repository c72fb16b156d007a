set local role finaegis_owner;

-- Who is told of what happens: folded from the events of the context `webhook` in the commit that records them. Secrets and the values of
-- headers are not here: `secrets` and `headers_ref` say where their ciphertexts lie in personal_data.
create table webhook_endpoints (
  tenant_id uuid not null,
  endpoint_id uuid not null,
  name text not null,
  url text not null,
  events text[] not null,
  accounts text[] not null,
  assets text[] not null,
  header_names text[] not null,
  headers_ref uuid,
  is_ordered boolean not null,
  status text not null check (status in ('active', 'paused', 'disabled', 'deleted')),
  disabled_reason text,
  secrets jsonb not null,
  created_at timestamptz(3) not null,
  changed_at timestamptz(3) not null,
  primary key (tenant_id, endpoint_id)
);
select finaegis_protect('webhook_endpoints');
grant select, insert, update on webhook_endpoints to finaegis_write;
-- Whoever delivers serves every tenant, and looks in all of them at once.
grant select on webhook_endpoints to finaegis_read, finaegis_system;
