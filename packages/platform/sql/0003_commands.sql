set local role finaegis_owner;

-- What a caller was told under an Idempotency-Key, kept for thirty days and replayed byte for byte.
create table stored_answers (
  tenant_id uuid not null,
  principal_id text not null,
  key text not null,
  fingerprint text not null,
  status smallint not null,
  body text not null,
  stored_at timestamptz(3) not null,
  primary key (tenant_id, principal_id, key)
);
create index stored_answers_age on stored_answers using brin (stored_at);
select finaegis_protect('stored_answers');
grant select, insert, delete on stored_answers to finaegis_write;
grant select on stored_answers to finaegis_read;

-- Raises unless as many rows were written as were sent: somebody else took one of the keys, so the batch must not commit.
create function finaegis_require_all(written bigint, sent bigint) returns void language plpgsql as $$
begin
  if written <> sent then
    raise exception '% of % rows were taken by another transaction', sent - written, sent using errcode = 'FA001';
  end if;
end
$$;
