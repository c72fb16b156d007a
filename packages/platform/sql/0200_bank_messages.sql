set local role finaegis_owner;

-- Messages exchanged with partner banks that offer theirs once, and what is known from them, so that every process knows the same. Outside tenancy: a
-- connection is the installation's, and a message may be about the accounts of several tenants. The read role has no grant, since messages name payees.
create table bank_messages (
  connection text not null,
  room text not null,
  name text not null,
  content bytea not null,
  written_at timestamptz(3) not null default clock_timestamp(),
  primary key (connection, room, name)
);
grant select, insert, update on bank_messages to finaegis_write;
