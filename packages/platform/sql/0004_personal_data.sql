set local role finaegis_owner;

-- One data key per subject, wrapped by the key service. Destroying the row is erasure: every ciphertext below it is lost.
create table subject_keys (
  tenant_id uuid not null,
  subject text not null,
  wrapped_key bytea not null,
  primary key (tenant_id, subject)
);
select finaegis_protect('subject_keys');
grant select, insert, delete on subject_keys to finaegis_write;
grant select on subject_keys to finaegis_read;

-- Values that events only point at, each with the salt of the commitment that the event carries.
create table personal_data (
  tenant_id uuid not null,
  ref uuid not null,
  subject text not null,
  ciphertext bytea not null,
  primary key (tenant_id, ref)
);
create index personal_data_subject on personal_data (tenant_id, subject) where subject <> '';
select finaegis_protect('personal_data');
grant select, insert, delete on personal_data to finaegis_write;
grant select on personal_data to finaegis_read;
