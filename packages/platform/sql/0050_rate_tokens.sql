set local role finaegis_owner;

-- Token buckets shared by all processes. Outside tenancy: counts of requests only, read by nobody but the limiter, and its
-- statement runs before the tenant of a request is established. Unlogged: after a crash every bucket is simply full.
-- fillfactor leaves room for updates in place, which a table of nothing but updates lives on.
create unlogged table rate_tokens (
  tenant_id uuid not null,
  principal_id text not null,
  rate_class text not null,
  tokens double precision not null,
  granted double precision not null,
  filled_at timestamptz not null,
  primary key (tenant_id, principal_id, rate_class)
) with (fillfactor = 50);
grant select, insert, update, delete on rate_tokens to finaegis_write;
