set local role finaegis_owner;

-- What the processes of a bank have to agree on about each provider's breakers. Outside tenancy: a provider is down for everybody, and the rows say
-- nothing of what anybody does. An opening is written by the process that saw the failures and read by the others within half a second; whoever
-- moves a row on from the version it has read holds the trial. `forced` is folded from the events of the context `resilience`.
create table circuit_breakers (
  provider text not null,
  operation text not null,
  state text not null check (state in ('closed', 'open', 'half_open')),
  opened_at timestamptz(3),
  reopen_at timestamptz(3),
  level integer not null,
  successes integer not null,
  trial_until timestamptz(3),
  forced text check (forced in ('open', 'closed')),
  changed_by text not null,
  version bigint not null,
  primary key (provider, operation)
) with (fillfactor = 50);
grant select, insert, update on circuit_breakers to finaegis_write;
